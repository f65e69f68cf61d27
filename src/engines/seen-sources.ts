/**
 * Which sources asked which port in the last day, minute by minute: tells new sources from regular visitors.
 *
 * In: the rows of minute flows, minutes in ascending order. Out: for each visit whether the source is new in the minute, in its
 * block of ten minutes, in its hour; how many of the last 32 minutes it was active.
 * Shapes: rows behind an open-addressing index (load ≤ ½); 34 bytes a row and 8 of index.
 * Limits: at `capacity` rows those not seen for `horizonMinutes` go; the horizon halves from a day down to an hour, and after that
 * every second half of the pairs is dropped by hash (`level`), so counts must be scaled by 2^level.
 * Cost: one probe a visit; a purge reads all rows.
 * @module
 */
import { mix3 } from './flow-table.ts';

/** Most rows, (source, port) pairs. */
export const SEEN_CAPACITY = 1 << 20;
/** Bound in memory, bytes. */
export const SEEN_BYTES = SEEN_CAPACITY * 42;
const DAY_MINUTES = 1440;
const HOUR_MINUTES = 60;

export interface SeenSources {
  n: number; level: number; capacity: number; horizonMinutes: number;
  index: Int32Array;
  a: Uint32Array; b: Uint32Array;
  /** Port key | IPv6 bit 24. */
  port: Uint32Array;
  /** First and last minute (since 1970) of activity. */
  first: Uint32Array; last: Uint32Array;
  /** Activity of the 32 minutes up to `last`, newest in bit 0. */
  bits: Uint32Array;
  country: Uint16Array;
  /** A destination of its first minute (drawn by hash). */
  dst: Uint32Array;
}

const START = 1024;

export function emptySeen(capacity = SEEN_CAPACITY): SeenSources {
  return {
    n: 0, level: 0, capacity, horizonMinutes: DAY_MINUTES, index: new Int32Array(2 * START).fill(-1),
    a: new Uint32Array(START), b: new Uint32Array(START), port: new Uint32Array(START),
    first: new Uint32Array(START), last: new Uint32Array(START), bits: new Uint32Array(START), country: new Uint16Array(START), dst: new Uint32Array(START),
  };
}

/** Row that {@link visit} touched last, and what it was before: valid until the next call. */
export interface Visit {
  row: number;
  /** Last minute of activity before this visit; −1 when it was never seen. */
  before: number;
}
const result: Visit = { row: -1, before: -1 };

/** Notes that a source asked a port in `minute`. Null when sampling excludes the pair. Visiting twice changes nothing. */
export function visit(t: SeenSources, a: number, b: number, port: number, minute: number, country: number, dst: number): Visit | null {
  const h = mix3(a, b, port ^ 0x5bd1e995);
  if (t.level > 0 && h >>> (32 - t.level) !== 0) return null;
  for (;;) {
    const mask = t.index.length - 1;
    let at = h & mask;
    for (;;) {
      const row = t.index[at] as number;
      if (row < 0) break;
      if (t.b[row] === b && t.port[row] === port && t.a[row] === a) {
        const before = t.last[row] as number;
        if (minute > before) {
          const shift = minute - before;
          t.bits[row] = shift > 31 ? 1 : (((t.bits[row] as number) << shift) | 1) >>> 0;
          t.last[row] = minute;
        }
        result.row = row; result.before = before;
        return result;
      }
      at = (at + 1) & mask;
    }
    if (t.n >= t.capacity) {
      makeRoom(t, minute);
      if (t.level > 0 && h >>> (32 - t.level) !== 0) return null;
      continue;
    }
    if (t.n === t.a.length) { grow(t); continue; }
    const row = t.n++;
    t.index[at] = row;
    t.a[row] = a; t.b[row] = b; t.port[row] = port; t.first[row] = minute; t.last[row] = minute; t.bits[row] = 1; t.country[row] = country; t.dst[row] = dst;
    result.row = row; result.before = -1;
    return result;
  }
}

/** Active minutes among the last ten up to `minute`, for row `row`. */
export function steadyMinutes(t: SeenSources, row: number, minute: number): number {
  const shift = minute - (t.last[row] as number);
  if (shift > 9) return 0;
  let v = (((t.bits[row] as number) << shift) & 0x3ff) >>> 0, ones = 0;
  for (; v !== 0; v &= v - 1) ones++;
  return ones;
}

const COLUMNS = ['a', 'b', 'port', 'first', 'last', 'bits', 'country', 'dst'] as const;

function grow(t: SeenSources): void {
  const size = t.a.length * 2;
  for (const column of COLUMNS) {
    const old = t[column];
    const grown = new (old.constructor as new (n: number) => typeof old)(size);
    (grown as Uint32Array).set(old as Uint32Array);
    (t as unknown as Record<string, unknown>)[column] = grown;
  }
  rebuild(t, 2 * size);
}

function rebuild(t: SeenSources, size: number): void {
  t.index = new Int32Array(size).fill(-1);
  const mask = size - 1;
  for (let row = 0; row < t.n; row++) {
    let at = mix3(t.a[row] as number, t.b[row] as number, (t.port[row] as number) ^ 0x5bd1e995) & mask;
    while ((t.index[at] as number) >= 0) at = (at + 1) & mask;
    t.index[at] = row;
  }
}

function keep(t: SeenSources, wanted: (row: number) => boolean): void {
  let kept = 0;
  for (let row = 0; row < t.n; row++) {
    if (!wanted(row)) continue;
    if (kept !== row) for (const column of COLUMNS) (t[column] as Uint32Array)[kept] = (t[column] as Uint32Array)[row] as number;
    kept++;
  }
  t.n = kept;
}

function makeRoom(t: SeenSources, minute: number): void {
  const target = Math.floor(t.capacity * 0.75);
  for (;;) {
    const oldest = minute - t.horizonMinutes;
    keep(t, (row) => (t.last[row] as number) >= oldest);
    if (t.n <= target) break;
    if (t.horizonMinutes > HOUR_MINUTES) { t.horizonMinutes = Math.max(HOUR_MINUTES, t.horizonMinutes >> 1); continue; }
    t.level++;
    const shift = 32 - t.level;
    keep(t, (row) => mix3(t.a[row] as number, t.b[row] as number, (t.port[row] as number) ^ 0x5bd1e995) >>> shift === 0);
    if (t.n <= target) break;
  }
  rebuild(t, t.index.length);
}
