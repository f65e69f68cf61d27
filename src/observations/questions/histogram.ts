/**
 * Counts over time of an expression: what Explore draws and brushes.
 *
 * Exact up to EXACT_ROWS rows in the range; beyond, sources per bin are sketches and `approximate` says so.
 * @module
 */
import type { Range, Viewer } from '../contract.ts';
import { orgCondition, rangeCondition } from '../sql/compile.ts';
import { numberLiteral, timeLiteral } from '../sql/literal.ts';
import type { Asked } from './series.ts';

export interface Histogram extends Range {
  readonly binUs: number;
  readonly packets: number[]; readonly records: number[]; readonly sources: number[];
  readonly totalPackets: number; readonly totalRecords: number; readonly totalSources: number;
  /** Sources are sketches (error below 1 %). */
  readonly approximate: boolean;
}

/** Rows of a range up to which distinct sources are counted exactly. */
const EXACT_ROWS = 20_000_000;

/** `bins` equal bins from `range.fromUs` on; the last may reach beyond the range. */
export async function histogram(store: Asked, viewer: Viewer, { expression, range, bins }: { expression: string; range: Range; bins: number }): Promise<Histogram> {
  const binUs = Math.max(1, Math.ceil((range.toUs - range.fromUs) / bins)), count = Math.max(1, Math.ceil((range.toUs - range.fromUs) / binUs));
  const [{ from, where }, size] = await Promise.all([
    store.compile(viewer, { expression, range }),
    store.select<{ n: number }>(`SELECT sum(packets) + sum(records) AS n FROM by_minute WHERE ${orgCondition(viewer)} AND ${rangeCondition({ fromUs: range.fromUs - 60_000_000, toUs: range.toUs }, 'minute_us')}`),
  ]);
  const approximate = (size[0]?.n ?? 0) > EXACT_ROWS, distinct = approximate ? 'uniqCombinedIf' : 'uniqExactIf';
  const [rows, totals] = await Promise.all([
    store.select<{ b: number; p: number; r: number; s: number }>(`SELECT intDiv(at_us - ${timeLiteral(range.fromUs)}, ${numberLiteral(binUs)}) AS b, sum(packet) AS p, count() - sum(packet) AS r,
      ${distinct}(host, host != 0) AS s FROM ${from} WHERE ${where} GROUP BY b`),
    store.select<{ s: number }>(`SELECT ${distinct}(host, host != 0) AS s FROM ${from} WHERE ${where}`),
  ]);
  const packets = new Array<number>(count).fill(0), records = packets.slice(), sources = packets.slice();
  for (const row of rows) { packets[row.b] = row.p; records[row.b] = row.r; sources[row.b] = row.s; }
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return { ...range, binUs, packets, records, sources, totalPackets: sum(packets), totalRecords: sum(records), totalSources: totals[0]?.s ?? 0, approximate };
}
