/**
 * Slots of a chart and what is normal in them.
 *
 * Slots are whole minutes of a fixed ladder. What is normal for a slot comes from the same time of day on earlier days
 * (within a quarter of an hour), or, where fewer than three such days are stored, from the hours before the range; the band is
 * the range from the 2.5th to the 97.5th percentile of those values. With too few values there is no band (`null`).
 * @module
 */
import { DAY_US, HOUR_US, MINUTE_US } from '../../core/time.ts';
import type { EventStore, Range } from '../contract.ts';

/** What questions may use of the store. */
export type Asked = Pick<EventStore, 'select' | 'compile'>;

export interface BandPoint { readonly atUs: number; readonly value: number; readonly low: number | null; readonly high: number | null }

const LADDER_US = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * MINUTE_US);

/** The shortest slot of the ladder that cuts the range into at most `most` slots. */
export function slotFor(range: Range, most: number): number {
  const length = range.toUs - range.fromUs;
  return LADDER_US.find((slot) => length / slot <= most) ?? Math.ceil(length / most / (7 * DAY_US)) * 7 * DAY_US;
}

/** Starts of the slots that a range touches. */
export function slotsOf(range: Range, slotUs: number): number[] {
  const out: number[] = [];
  for (let at = Math.floor(range.fromUs / slotUs) * slotUs; at < range.toUs; at += slotUs) out.push(at);
  return out;
}

/** Values by slot start as an array over the slots; missing ones are 0. */
export function dense(slots: readonly number[], values: ReadonlyMap<number, number>): number[] {
  return slots.map((at) => values.get(at) ?? 0);
}

/** Days before a range that tell what is normal: fewer for long ranges, whose history is long. */
export function historyDays(range: Range): number {
  return range.toUs - range.fromUs <= 3 * HOUR_US ? 7 : 3;
}
/** Slack on both sides of the same time of day. */
export const SLACK_US = 15 * MINUTE_US;
/** Hours before the range that stand in for missing days. */
const BEFORE_US = 6 * HOUR_US;
/** Least values that make a band; least days with data that make "the same time on earlier days". */
const LEAST_VALUES = 20, LEAST_DAYS = 3;

/** Ranges of time from which normality is learned. */
export function historyRanges(range: Range): Range[] {
  const out: Range[] = [];
  for (let day = 1; day <= historyDays(range); day++) {
    const toUs = Math.min(range.toUs - day * DAY_US + SLACK_US, range.fromUs);
    if (toUs > range.fromUs - day * DAY_US - SLACK_US) out.push({ fromUs: range.fromUs - day * DAY_US - SLACK_US, toUs });
  }
  out.push({ fromUs: range.fromUs - BEFORE_US, toUs: range.fromUs });
  return out;
}

/** Percentile of sorted values by linear interpolation. */
export function percentile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share, low = Math.floor(at);
  const a = sorted[low] ?? 0, b = sorted[Math.min(low + 1, sorted.length - 1)] ?? a;
  return a + (b - a) * (at - low);
}

export function median(values: readonly number[]): number | null {
  return values.length === 0 ? null : percentile([...values].sort((a, b) => a - b), 0.5);
}

/** Points of a series with their bands. `history` maps minute starts to per-minute values of earlier times, ascending. */
export function withBands(slots: readonly number[], values: readonly number[], range: Range, history: readonly (readonly [atUs: number, value: number])[]): BandPoint[] {
  const minutes = history.map(([at]) => at), days = historyDays(range);
  const firstAfter = (us: number): number => {
    let low = 0, high = minutes.length;
    while (low < high) { const mid = (low + high) >> 1; if ((minutes[mid] as number) < us) low = mid + 1; else high = mid; }
    return low;
  };
  const within = (fromUs: number, toUs: number): number[] => history.slice(firstAfter(fromUs), firstAfter(toUs)).map(([, value]) => value);
  const before = within(range.fromUs - BEFORE_US, range.fromUs).sort((a, b) => a - b);
  let lastKey = NaN, lastBand: readonly [number, number] | null = null;
  const bandAt = (at: number): readonly [number, number] | null => {
    const key = Math.floor(at / SLACK_US); // the band of a quarter of an hour serves all its slots
    if (key === lastKey) return lastBand;
    lastKey = key;
    const same: number[] = [];
    let seen = 0;
    for (let day = 1; day <= days; day++) {
      const found = within((key * SLACK_US) - day * DAY_US - SLACK_US, Math.min((key + 2) * SLACK_US - day * DAY_US, range.fromUs));
      if (found.length > 0) { seen++; same.push(...found); }
    }
    const sample = seen >= LEAST_DAYS && same.length >= LEAST_VALUES ? same.sort((a, b) => a - b) : before;
    lastBand = sample.length < LEAST_VALUES ? null : [percentile(sample, 0.025), percentile(sample, 0.975)];
    return lastBand;
  };
  return slots.map((atUs, i) => {
    const band = bandAt(atUs);
    return { atUs, value: values[i] ?? 0, low: band ? band[0] : null, high: band ? band[1] : null };
  });
}
