/**
 * Figures of destination ports in a range: hosts, packets, trend, tools, who saw it first, against the same span before.
 *
 * Used by Now and by Ports at risk. Counts are exact, from the rows. Port keys are proto × 65,536 + port (ICMP: its type).
 * @module
 */
import { formatPortKey } from '../../core/ports.ts';
import type { Range, Viewer } from '../contract.ts';
import { orgCondition, rangeCondition } from '../sql/compile.ts';
import { numberLiteral, timeLiteral } from '../sql/literal.ts';
import { PORT_KEY_SQL } from '../sql/migrations/001-observations.ts';
import { dense, slotFor, slotsOf, type Asked } from './series.ts';
import { serviceName } from './service-names.ts';

export interface PortFigures {
  readonly port: string; readonly service: string; readonly hosts: number; readonly packets: number;
  /** Hosts now ÷ hosts in the same span before; null without history. */
  readonly ratio: number | null;
  /** Hosts per slot, oldest first. */
  readonly trend: number[];
  /** Share of the port's hosts that used a tool, most first. */
  readonly tools: { tool: string; share: number }[];
  readonly firstSensor: string; readonly firstUs: number;
  /** Countries by hosts, most first. */
  readonly countries: string[];
}

/** Points of a trend. */
const TREND_SLOTS = 60;
const MOST_TOOLS = 3, MOST_COUNTRIES = 5;

/** Rows of a range that count for ports: those of a source, packets or records. */
const rowsOf = (viewer: Viewer, range: Range): string => `observation WHERE ${orgCondition(viewer)} AND ${rangeCondition(range)} AND host != 0`;
const within = (keys: readonly number[]): string => `${PORT_KEY_SQL} IN (${keys.map(numberLiteral).join(', ')})`;

/** Ports with most hosts, at most `limit`. */
export async function topPorts(store: Asked, viewer: Viewer, range: Range, limit: number): Promise<PortFigures[]> {
  const span = range.toUs - range.fromUs, slotUs = slotFor(range, TREND_SLOTS), slots = slotsOf(range, slotUs);
  const before: Range = { fromUs: range.fromUs - span, toUs: range.fromUs };
  const isNow = `t >= ${timeLiteral(slots[0] ?? range.fromUs)}`;
  // Slots are cut at the range's ends, so that now and before are told apart exactly.
  const top = await store.select<{ k: number; h: number; p: number; b: number; s: string; f: number; trend: [number, number][] }>(`SELECT k, uniqExactMergeIf(hosts, ${isNow}) AS h, sumIf(packets, ${isNow}) AS p,
      uniqExactMergeIf(hosts, NOT ${isNow}) AS b, argMinIf(toString(first.2), first.1, ${isNow}) AS s, minIf(first.1, ${isNow}) AS f,
      groupArrayIf((t, finalizeAggregation(hosts)), ${isNow}) AS trend FROM (
      SELECT ${PORT_KEY_SQL} AS k, if(at_us >= ${timeLiteral(range.fromUs)}, at_us - at_us % ${numberLiteral(slotUs)}, -1) AS t, uniqExactState(host) AS hosts, sum(packet) AS packets,
        min((at_us, toString(sensor))) AS first FROM ${rowsOf(viewer, { fromUs: before.fromUs, toUs: range.toUs })} GROUP BY k, t)
    GROUP BY k HAVING h > 0 ORDER BY h DESC, p DESC, k LIMIT ${numberLiteral(limit)}`);
  if (top.length === 0) return [];
  const keys = top.map((row) => row.k);
  const [earlier, facets] = await Promise.all([
    store.select<{ n: number }>(`SELECT sum(packets) + sum(records) AS n FROM by_minute WHERE ${orgCondition(viewer)} AND ${rangeCondition(before, 'minute_us')}`),
    store.select<{ k: number; x: string; c: string; g: number; h: number }>(`SELECT ${PORT_KEY_SQL} AS k, toString(tool) AS x, toString(country) AS c, grouping(x, c) AS g, uniqExact(host) AS h
      FROM ${rowsOf(viewer, range)} AND ${within(keys)} GROUP BY GROUPING SETS ((k, x), (k, c)) ORDER BY h DESC, x, c LIMIT ${MOST_TOOLS + MOST_COUNTRIES + 1} BY k, g`),
  ]);
  const known = (earlier[0]?.n ?? 0) > 0;
  /** `grouping(x, c)`: 1 where only the tool is a key, 2 where only the country is. */
  const facetsOf = (k: number, g: 1 | 2, most: number): { x: string; c: string; h: number }[] => facets.filter((one) => one.k === k && one.g === g && (g === 1 ? one.x : one.c) !== '').slice(0, most);
  return top.map((row) => ({
    port: formatPortKey(row.k), service: serviceName(row.k), hosts: row.h, packets: row.p,
    // A port nobody tried before counts as one host then: the ratio stays finite and says at least how much it grew.
    ratio: known ? row.h / Math.max(1, row.b) : null,
    trend: dense(slots, new Map(row.trend)),
    tools: facetsOf(row.k, 1, MOST_TOOLS).map((one) => ({ tool: one.x, share: one.h / row.h })),
    firstSensor: row.s, firstUs: row.f,
    countries: facetsOf(row.k, 2, MOST_COUNTRIES).map((one) => one.c),
  }));
}
