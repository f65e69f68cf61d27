/**
 * Numbers, times, countries and sizes as people of a language write them, all by `Intl`.
 * @module
 */
export type Language = 'en' | 'ja';

const LOCALE: Record<Language, string> = { en: 'en-GB', ja: 'ja-JP' };

export interface Format {
  readonly language: Language;
  /** 41,208 */
  n(value: number, digits?: number): string;
  /** 4.1 M; short for axes and tight places. */
  short(value: number): string;
  /** 0.12 → 12 % */
  pct(ratio: number): string;
  /** How much hosts changed: 1.04 → +4 %, 59 → × 59, null → –. */
  change(ratio: number | null): string;
  /** 3e-9 → 3·10⁻⁹ */
  tiny(value: number): string;
  clock(us: number): string;
  /** Two times; the second without its day where it is the same. */
  fromTo(fromUs: number, toUs: number): [string, string];
  /** Clock today, day and clock otherwise. */
  time(us: number): string;
  dateTime(us: number): string;
  exact(us: number): string;
  duration(us: number): string;
  bytes(value: number): string;
  country(code: string): string;
  weekday(us: number): string;
  /** Part of the day of the viewer's clock. */
  dayPart(us: number): 'night' | 'morning' | 'afternoon' | 'evening';
}

const SUPERSCRIPT: Record<string, string> = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };

function make(language: Language): Format {
  const locale = LOCALE[language];
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const one = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const two = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const compact = new Intl.NumberFormat(language === 'en' ? 'en-US' : locale, { notation: 'compact', maximumFractionDigits: 1 });
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const full = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const exact = new Intl.DateTimeFormat(locale, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' });
  const names = new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' });
  const unit = (value: number, name: string, digits: number): string => new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits }).format(value);
  const minus = (text: string): string => text.replace(/^-/, '−');
  const sameDay = (a: number, b: number): boolean => new Date(a / 1000).toDateString() === new Date(b / 1000).toDateString();
  const time = (us: number): string => (new Date(us / 1000).toDateString() === new Date().toDateString() ? clock : day).format(us / 1000);
  return {
    language,
    fromTo: (fromUs, toUs) => [time(fromUs), sameDay(fromUs, toUs) ? clock.format(toUs / 1000) : time(toUs)],
    n: (value, digits = 0) => minus((digits === 0 ? whole : digits === 1 ? one : two).format(value)),
    short: (value) => (Math.abs(value) < 10_000 ? (Number.isInteger(value) ? whole : one).format(value) : compact.format(value)),
    pct: (ratio) => `${(Math.abs(ratio) < 0.0995 && ratio !== 0 && Math.abs(ratio) < 0.01 ? one : whole).format(ratio * 100)} %`,
    change: (ratio) => {
      if (ratio === null || !Number.isFinite(ratio)) return '–';
      if (ratio >= 3) return `× ${ratio >= 10 ? whole.format(ratio) : one.format(ratio)}`;
      const percent = Math.round((ratio - 1) * 100);
      return percent === 0 ? '±0 %' : `${percent > 0 ? '+' : '−'}${whole.format(Math.abs(percent))} %`;
    },
    tiny: (value) => {
      if (value === 0) return '0';
      if (value >= 0.001) return new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 }).format(value);
      const exponent = Math.floor(Math.log10(value));
      const mantissa = Math.round(value / 10 ** exponent);
      const [m, e] = mantissa === 10 ? [1, exponent + 1] : [mantissa, exponent];
      return `${m}·10${String(e).replace(/[-\d]/g, (c) => SUPERSCRIPT[c] ?? c)}`;
    },
    clock: (us) => clock.format(us / 1000),
    time,
    dateTime: (us) => full.format(us / 1000),
    exact: (us) => exact.format(us / 1000),
    duration: (us) => {
      const s = us / 1e6;
      if (s < 1) return unit(s * 1000, 'millisecond', 0);
      if (s < 120) return unit(s, 'second', s < 10 ? 1 : 0);
      if (s < 7200) return unit(s / 60, 'minute', 0);
      if (s < 172_800) return unit(s / 3600, 'hour', s % 3600 === 0 ? 0 : 1);
      return unit(s / 86_400, 'day', s % 86_400 === 0 ? 0 : 1);
    },
    bytes: (value) => {
      const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
      const step = value < 1 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log10(value) / 3));
      return unit(value / 1000 ** step, steps[step] ?? 'byte', step === 0 ? 0 : 1);
    },
    country: (code) => { try { return /^[A-Z]{2}$/.test(code) && code !== 'ZZ' ? (names.of(code) ?? code) : '–'; } catch { return code; } },
    weekday: (us) => weekday.format(us / 1000),
    dayPart: (us) => { const h = new Date(us / 1000).getHours(); return h < 5 ? 'night' : h < 12 ? 'morning' : h < 18 ? 'afternoon' : 'evening'; },
  };
}

const made = new Map<Language, Format>();
export function formatOf(language: Language): Format {
  const ready = made.get(language) ?? make(language);
  made.set(language, ready);
  return ready;
}
