/**
 * Times as integer microseconds since 1970, and as people write them.
 * @module
 */
import { OperatorError } from './errors.ts';

export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;
export const DAY_US = 24 * HOUR_US;

const UNIT_US: Readonly<Record<string, number>> = { s: SECOND_US, m: MINUTE_US, h: HOUR_US, d: DAY_US, w: 7 * DAY_US };
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/** `now`, `now-90m`, `now+1h`, ISO 8601 (UTC unless an offset is given). Null if it is none of these. */
export function parseTime(text: string, nowUs: number): number | null {
  const trimmed = text.trim();
  const relative = /^now(?:\s*([+-])\s*(\d{1,6})([smhdw]))?$/.exec(trimmed);
  if (relative) {
    const span = Number(relative[2] ?? 0) * (UNIT_US[relative[3] ?? 's'] ?? 0);
    return nowUs + (relative[1] === '-' ? -span : span);
  }
  return parseIso(trimmed);
}

/** ISO 8601 date or date and time to microseconds; nanoseconds are rounded down; null if it is not one. */
export function parseIso(text: string): number | null {
  const m = ISO.exec(text);
  if (!m) return null;
  const [year, month, day, hour, minute, second] = [m[1], m[2], m[3], m[4] ?? '0', m[5] ?? '0', m[6] ?? '0'].map(Number) as [number, number, number, number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return null;
  const fractionUs = Number((m[7] ?? '').padEnd(6, '0').slice(0, 6) || 0);
  const zone = m[8];
  let offsetUs = 0;
  if (zone && zone !== 'Z') {
    const sign = zone.startsWith('-') ? -1 : 1;
    offsetUs = sign * (Number(zone.slice(1, 3)) * HOUR_US + Number(zone.slice(-2)) * MINUTE_US);
  }
  return ms * 1000 + fractionUs - offsetUs;
}

/** As {@link parseTime}; throws the operator's error `time`. */
export function requireTime(text: string, nowUs: number): number {
  const us = parseTime(text, nowUs);
  if (us === null) throw new OperatorError('time', { text });
  return us;
}

/** ISO 8601 in UTC with microseconds cut to what is needed: `2026-11-22T10:00:00Z`, `…00.000001Z`. */
export function formatTime(us: number): string {
  const seconds = Math.floor(us / SECOND_US);
  const rest = us - seconds * SECOND_US;
  const base = new Date(seconds * 1000).toISOString().slice(0, 19);
  return rest === 0 ? `${base}Z` : `${base}.${String(rest).padStart(6, '0').replace(/0+$/, '')}Z`;
}
