/**
 * `--from`, `--to` and organisation options, read alike by every command.
 * @module
 */
import { OperatorError } from '../core/errors.ts';
import { formatTime, requireTime } from '../core/time.ts';
import type { Range } from '../observations/contract.ts';
import { text, type Context, type OptionSpec, type Options } from './command.ts';

export const RANGE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--from <time>', about: 'from this time on (ISO 8601 or now-1d); default: all stored time' },
  { flags: '--to <time>', about: 'before this time' },
];

/** The range asked for; an absent end is open. Throws `time` or `time-order`. */
export function rangeOf(ctx: Context, options: Options): Partial<Range> {
  const nowUs = ctx.clock.nowUs();
  const from = text(options, 'from'), to = text(options, 'to');
  const range: Partial<Range> = {
    ...(from === undefined ? {} : { fromUs: requireTime(from, nowUs) }),
    ...(to === undefined ? {} : { toUs: requireTime(to, nowUs) }),
  };
  if (range.fromUs !== undefined && range.toUs !== undefined && range.fromUs >= range.toUs) {
    throw new OperatorError('time-order', { from: formatTime(range.fromUs), to: formatTime(range.toUs) });
  }
  return range;
}

/** A whole number of an option within bounds; throws `usage`. */
export function wholeNumber(options: Options, name: string, fallback: number, least: number, most: number): number {
  const value = text(options, name);
  if (value === undefined) return fallback;
  const n = /^-?\d+$/.test(value) ? Number(value) : NaN;
  if (!(n >= least && n <= most)) throw new OperatorError('usage', { message: `--${name} takes a whole number from ${least} to ${most}, not '${value}'.` });
  return n;
}
