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

const MOST_SLOTS = 200, MOST_HOSTS = 20, MOST_COUNTRIES = 250;

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
  const [totals, series, before, countries, tools, sensors, topHosts] = await Promise.all([
    store.select<{ h: number; p: number }>(`SELECT uniqExact(host) AS h, sum(packet) AS p FROM observation ${where}`),
    store.select<{ t: number; h: number }>(`SELECT at_us - at_us % ${numberLiteral(slotUs)} AS t, uniqExact(host) AS h FROM observation ${where} GROUP BY t`),
    store.select<{ t: number; h: number }>(`SELECT minute_us - minute_us % ${numberLiteral(Math.max(slotUs, MINUTE_US))} AS t, uniqCombinedMerge(sources) AS h FROM by_port
      WHERE ${orgCondition(viewer)} AND proto = ${numberLiteral(Math.floor(key / 65_536))} AND port = ${numberLiteral(key % 65_536)} AND (${history}) GROUP BY t ORDER BY t`),
    store.select<{ country: string; hosts: number }>(`SELECT toString(country) AS country, uniqExact(host) AS hosts FROM observation ${where} AND country != '' GROUP BY country ORDER BY hosts DESC, country LIMIT ${MOST_COUNTRIES}`),
    store.select<{ tool: string; hosts: number; packets: number }>(`SELECT toString(tool) AS tool, uniqExact(host) AS hosts, sum(packet) AS packets FROM observation ${where} AND tool != '' GROUP BY tool ORDER BY hosts DESC, tool`),
    store.select<{ sensor: string; hosts: number; firstUs: number }>(`SELECT toString(sensor) AS sensor, uniqExact(host) AS hosts, min(at_us) AS firstUs FROM observation ${where} GROUP BY sensor ORDER BY firstUs, sensor`),
    store.select<{ s: string; country: string; asn: number; packets: number }>(`SELECT hex(src) AS s, any(toString(country)) AS country, any(asn) AS asn, count() AS packets FROM observation ${where}
      GROUP BY src ORDER BY packets DESC, src LIMIT ${MOST_HOSTS}`),
  ]);
  return {
    ...range, port: formatPortKey(key), service: serviceName(key), hosts: totals[0]?.h ?? 0, packets: totals[0]?.p ?? 0,
    series: withBands(slots, dense(slots, new Map(series.map((row) => [row.t, row.h]))), range, before.map((row) => [row.t, row.h])),
    countries, tools, sensors,
    topHosts: topHosts.map(({ s, ...rest }) => ({ src: showAddress(s), ...rest })),
  };
}
