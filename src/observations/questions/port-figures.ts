/**
 * Figures of destination ports in a range: hosts, packets, trend, tools, who saw it first, against the same span before.
 *
 * Used by Now and by Ports at risk. Counts are exact, from the rows. Port keys are proto × 65,536 + port (ICMP: its type).
 * @module
 */
import { formatPortKey } from '../../core/ports.ts';
import type { Range, Viewer } from '../contract.ts';
import { orgCondition, rangeCondition } from '../sql/compile.ts';
import { numberLiteral } from '../sql/literal.ts';
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
  const top = await store.select<{ k: number; h: number; p: number; s: string; f: number }>(`SELECT ${PORT_KEY_SQL} AS k, uniqExact(host) AS h, sum(packet) AS p,
    toString(argMin(sensor, at_us)) AS s, min(at_us) AS f FROM ${rowsOf(viewer, range)} GROUP BY k ORDER BY h DESC, p DESC, k LIMIT ${numberLiteral(limit)}`);
  if (top.length === 0) return [];
  const keys = top.map((row) => row.k);
  const [earlier, trend, tools, countries] = await Promise.all([
    store.select<{ k: number; h: number }>(`SELECT ${PORT_KEY_SQL} AS k, uniqExact(host) AS h FROM ${rowsOf(viewer, before)} GROUP BY k`),
    store.select<{ k: number; t: number; h: number }>(`SELECT ${PORT_KEY_SQL} AS k, at_us - at_us % ${numberLiteral(slotUs)} AS t, uniqExact(host) AS h FROM ${rowsOf(viewer, range)} AND ${within(keys)} GROUP BY k, t`),
    store.select<{ k: number; x: string; h: number }>(`SELECT ${PORT_KEY_SQL} AS k, toString(tool) AS x, uniqExact(host) AS h FROM ${rowsOf(viewer, range)} AND tool != '' AND ${within(keys)}
      GROUP BY k, x ORDER BY h DESC, x LIMIT ${numberLiteral(MOST_TOOLS)} BY k`),
    store.select<{ k: number; x: string }>(`SELECT ${PORT_KEY_SQL} AS k, toString(country) AS x, uniqExact(host) AS h FROM ${rowsOf(viewer, range)} AND country != '' AND ${within(keys)}
      GROUP BY k, x ORDER BY h DESC, x LIMIT ${numberLiteral(MOST_COUNTRIES)} BY k`),
  ]);
  const known = earlier.length > 0, hostsBefore = new Map(earlier.map((row) => [row.k, row.h]));
  return top.map((row) => {
    const then = hostsBefore.get(row.k) ?? 0;
    return {
      port: formatPortKey(row.k), service: serviceName(row.k), hosts: row.h, packets: row.p,
      // A port nobody tried before counts as one host then: the ratio stays finite and says at least how much it grew.
      ratio: known ? row.h / Math.max(1, then) : null,
      trend: dense(slots, new Map(trend.filter((one) => one.k === row.k).map((one) => [one.t, one.h]))),
      tools: tools.filter((one) => one.k === row.k).map((one) => ({ tool: one.x, share: one.h / row.h })),
      firstSensor: row.s, firstUs: row.f,
      countries: countries.filter((one) => one.k === row.k).map((one) => one.x),
    };
  });
}
