/**
 * One destination port: who tried it, from where, with what, and where it was seen first.
 *
 * Counts are exact, from the rows; the series' normal band comes from the port's rollup.
 * @module
 */
import { formatPortKey } from '../../core/ports.ts';
import { MINUTE_US } from '../../core/time.ts';
import type { Range, Viewer } from '../contract.ts';
import { showAddress } from '../sql/count-by.ts';
import { orgCondition, rangeCondition } from '../sql/compile.ts';
import { numberLiteral } from '../sql/literal.ts';
import { dense, historyRanges, slotFor, slotsOf, withBands, type Asked, type BandPoint } from './series.ts';
import { serviceName } from './service-names.ts';

export interface PortPage extends Range {
  readonly port: string; readonly service: string; readonly hosts: number; readonly packets: number;
  /** Hosts per slot; the band is that of hosts in slots of the same length. */
  readonly series: BandPoint[];
  readonly countries: { country: string; hosts: number }[];
  readonly tools: { tool: string; hosts: number; packets: number }[];
  readonly sensors: { sensor: string; hosts: number; firstUs: number }[];
  readonly topHosts: { src: string; country: string; asn: number; packets: number }[];
}

const MOST_SLOTS = 200, MOST_HOSTS = 20;
/** Rows of each breakdown: every country and slot, the busiest of the others. */
const MOST_PER_BREAKDOWN = 300;
/** `grouping(…)` of each breakdown: a bit is set for each key that is not part of it, the first key being the highest. */
const OF = { all: 31, slot: 15, country: 23, tool: 27, sensor: 29, host: 30 } as const;

/** Condition on the table's columns that a row is of the port. */
function isPort(key: number): string {
  const proto = Math.floor(key / 65_536);
  return `proto = ${numberLiteral(proto)} AND ${proto === 1 || proto === 58 ? 'sport' : 'dport'} = ${numberLiteral(key % 65_536)}`;
}

/** `key`: proto × 65,536 + port; ICMP: its type. */
export async function askPort(store: Asked, viewer: Viewer, key: number, range: Range): Promise<PortPage> {
  const slotUs = slotFor(range, MOST_SLOTS), slots = slotsOf(range, slotUs);
  const where = `WHERE ${orgCondition(viewer)} AND ${rangeCondition(range)} AND ${isPort(key)} AND host != 0`;
  const history = historyRanges(range).map((one) => rangeCondition({ fromUs: Math.floor(one.fromUs / slotUs) * slotUs, toUs: one.toUs }, 'minute_us')).join(' OR ');
  // One pass over the port's rows for every breakdown; `g` says which one a row of the answer belongs to.
  const [rows, before] = await Promise.all([
    store.select<{ g: number; t: number; c: string; x: string; s: string; src: string; n: string; a: number; h: number; p: number; f: number; all: number }>(`SELECT
      grouping(t, c, x, s, src) AS g, at_us - at_us % ${numberLiteral(slotUs)} AS t, toString(country) AS c, toString(tool) AS x, toString(sensor) AS s, hex(observation.src) AS src,
      any(toString(country)) AS n, any(asn) AS a, uniqExact(host) AS h, sum(packet) AS p, min(at_us) AS f, count() AS all
      FROM observation ${where} GROUP BY GROUPING SETS ((), (t), (c), (x), (s), (src)) ORDER BY all DESC, src LIMIT ${MOST_PER_BREAKDOWN} BY g`),
    store.select<{ t: number; h: number }>(`SELECT minute_us - minute_us % ${numberLiteral(Math.max(slotUs, MINUTE_US))} AS t, uniqCombinedMerge(sources) AS h FROM by_port
      WHERE ${orgCondition(viewer)} AND proto = ${numberLiteral(Math.floor(key / 65_536))} AND port = ${numberLiteral(key % 65_536)} AND (${history}) GROUP BY t ORDER BY t`),
  ]);
  const of = (which: keyof typeof OF): typeof rows => rows.filter((row) => row.g === OF[which]);
  const total = of('all')[0], series = of('slot');
  const byHosts = (a: { h: number }, b: { h: number }): number => b.h - a.h;
  const countries = of('country').filter((row) => row.c !== '').sort(byHosts).map((row) => ({ country: row.c, hosts: row.h }));
  const tools = of('tool').filter((row) => row.x !== '').sort(byHosts).map((row) => ({ tool: row.x, hosts: row.h, packets: row.p }));
  const sensors = of('sensor').map((row) => ({ sensor: row.s, hosts: row.h, firstUs: row.f })).sort((a, b) => a.firstUs - b.firstUs || (a.sensor < b.sensor ? -1 : 1));
  const topHosts = of('host').slice(0, MOST_HOSTS);
  return {
    ...range, port: formatPortKey(key), service: serviceName(key), hosts: total?.h ?? 0, packets: total?.p ?? 0,
    series: withBands(slots, dense(slots, new Map(series.map((row) => [row.t, row.h]))), range, before.map((row) => [row.t, row.h])),
    countries, tools, sensors,
    topHosts: topHosts.map((row) => ({ src: showAddress(row.src), country: row.n, asn: row.a, packets: row.all })),
  };
}
