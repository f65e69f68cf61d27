/**
 * Times of logs: ISO 8601 with a zone, naive local times by the sensor's zone, and seconds since 1970 as decimal text.
 *
 * {@link zoneOffset} turns an IANA zone name into ImportOptions' function; `cli` enters here for it. Offsets come from
 * Intl (the runtime's tz data). A local time that a clock change skips is read with the offset before it; one that it
 * repeats is read as the first of the two.
 * @module
 */
import { MINUTE_US, parseIso, SECOND_US } from '../../../core/time.ts';

/** Whether `zone` is an IANA time zone that this runtime knows. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Minutes that local time in `zone` is ahead of UTC, as a function of naive local time. Throws RangeError for an unknown zone. */
export function zoneOffset(zone: string): (naiveUs: number) => number {
  if (zone === 'UTC' || zone === 'Etc/UTC' || zone === '') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', era: 'short',
  });
  const offsetAt = (utcMs: number): number => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(utcMs)) parts[type] = Number(value);
    const local = Date.UTC(parts['year'] ?? 0, (parts['month'] ?? 1) - 1, parts['day'], parts['hour'], parts['minute'], parts['second']);
    return Math.round((local - Math.floor(utcMs / 1000) * 1000) / 60_000);
  };
  const QUARTER_US = 15 * MINUTE_US;
  let lastQuarter = NaN, lastOffset = 0;
  return (naiveUs) => {
    // Clocks change on quarters of an hour (tz database, since 1970), so one look a quarter is enough.
    const quarter = Math.floor(naiveUs / QUARTER_US);
    if (quarter === lastQuarter) return lastOffset;
    const naiveMs = quarter * (QUARTER_US / 1000);
    if (!(Math.abs(naiveMs) < 8.64e15 - 1e9)) return 0;
    const before = offsetAt(naiveMs - 86_400_000), after = offsetAt(naiveMs + 86_400_000);
    // Of the offsets around, the one that maps this local time onto itself; the earlier instant if both do.
    const first = Math.max(before, after), second = Math.min(before, after);
    lastOffset = offsetAt(naiveMs - first * 60_000) === first ? first : offsetAt(naiveMs - second * 60_000) === second ? second : before;
    lastQuarter = quarter;
    return lastOffset;
  };
}

const NAIVE_DAY = /^(\d{4})[-/](\d{2})[-/](\d{2})$/;
/** What nearly all logs write: date, time with seconds, and Z, an offset of zero, or no zone. */
const USUAL = /^(\d{4}[-/]\d{2}[-/]\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(Z|\+00:?00)?$/;
/** The day that was read last: logs are written in order. */
let lastDay = '', lastDayUs: number | null = null;

function dayUs(text: string): number | null {
  if (text !== lastDay) {
    const day = NAIVE_DAY.exec(text);
    lastDay = text;
    lastDayUs = day ? parseIso(`${day[1]}-${day[2]}-${day[3]}`) : null;
  }
  return lastDayUs;
}

/** A log's time as microseconds: with its zone if it names one, else local to the sensor. Null if it is no time. */
export function logTime(text: string, zoneOffsetMinutes: (naiveUs: number) => number): number | null {
  if (text.length > 40) return null;
  const usual = USUAL.exec(text);
  const day = dayUs(usual ? usual[1] as string : text);
  if (!usual) {
    const us = day ?? parseIso(text);
    return us === null || /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) && day === null ? us : us - zoneOffsetMinutes(us) * MINUTE_US;
  }
  if (day === null) return null;
  const us = day + ((Number(usual[2]) * 60 + Number(usual[3])) * 60 + Number(usual[4] ?? 0)) * SECOND_US + Number((usual[5] ?? '0').padEnd(6, '0').slice(0, 6));
  return usual[6] === undefined ? us - zoneOffsetMinutes(us) * MINUTE_US : us;
}

/** `1634159075.307` (seconds since 1970, decimal text) to microseconds, exactly; null if it is not that. */
export function epochSeconds(text: string): number | null {
  const match = /^(\d{1,10})(?:\.(\d{1,9}))?$/.exec(text);
  return match ? Number(match[1]) * SECOND_US + Number((match[2] ?? '').padEnd(6, '0').slice(0, 6)) : null;
}
