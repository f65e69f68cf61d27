/**
 * What the page Now shows of the store: totals, three series with their normal bands, countries, ports.
 *
 * Hosts of the range, countries and ports are exact, from the rows; the series and what is normal come from the per-minute
 * rollup, whose host counts are sketches (error below 1 %).
 * Cost: the rows of twice the range, and a week of minutes around this time of day.
 * @module
 */
import { BIT } from '../../core/packet-batch.ts';
import { DAY_US, MINUTE_US } from '../../core/time.ts';
import type { Range, Viewer } from '../contract.ts';
import { orgCondition, rangeCondition } from '../sql/compile.ts';
import { numberLiteral, timeLiteral } from '../sql/literal.ts';
import { PORT_KEY_SQL } from '../sql/migrations/001-observations.ts';
import { topPorts, type PortFigures } from './port-figures.ts';
import { historyDays, historyRanges, median, percentile, slotFor, slotsOf, withBands, type Asked, type BandPoint } from './series.ts';

export interface NowFigures extends Range {
  readonly sensors: number; readonly simulated: boolean; readonly hosts: number; readonly packets: number;
  /** Median of hosts in the same span on earlier days (or in the spans before); null without history. */
  readonly hostsNormal: number | null;
  readonly packetsPerSecond: BandPoint[];
  /** Distinct hosts per minute; the mean of the minutes where a slot is longer. */
  readonly hostsPerMinute: BandPoint[];
  /** Ports with at least {@link LEAST_HOSTS} hosts in the slot and three times their mean of the span before. */
  readonly portsAbove: BandPoint[];
  readonly map: { country: string; hosts: number; packets: number; ratio: number | null }[];
  readonly ports: PortFigures[];
}

const MOST_SLOTS = 120, MOST_PORTS = 50;
/** A port counts as above normal from so many hosts on, and from so many times its mean. */
export const LEAST_HOSTS = 5;
const ABOVE_TIMES = 3;
/** Rows beyond which ports above normal are not counted (they need every row of twice the range by port and slot). */
const MOST_ROWS_BY_PORT = 20_000_000;

export async function askNow(store: Asked, viewer: Viewer, range: Range): Promise<NowFigures> {
  const span = range.toUs - range.fromUs, slotUs = slotFor(range, MOST_SLOTS), slots = slotsOf(range, slotUs);
  const before: Range = { fromUs: range.fromUs - span, toUs: range.fromUs };
  const orgs = orgCondition(viewer);
  const isNow = `at_us >= ${timeLiteral(range.fromUs)}`;
  const [rows, minutes, normals, ports] = await Promise.all([
    store.select<{ g: number; c: string; h: number; p: number; b: number; s: number; sim: number; all: number; earlier: number }>(`SELECT toString(country) AS c, grouping(c) AS g,
      uniqExactIf(host, host != 0 AND ${isNow}) AS h, sumIf(packet, ${isNow}) AS p, uniqExactIf(host, host != 0 AND NOT ${isNow}) AS b, uniqExactIf(sensor, ${isNow}) AS s,
      maxIf(bitAnd(ip_bits, ${BIT.simulated}), ${isNow}) AS sim, count() AS all, countIf(NOT ${isNow}) AS earlier
      FROM observation WHERE ${orgs} AND ${rangeCondition({ fromUs: before.fromUs, toUs: range.toUs })} GROUP BY GROUPING SETS ((), (c)) ORDER BY h DESC, c`),
    perMinute(store, viewer, [...historyRanges(range), { fromUs: Math.floor(range.fromUs / MINUTE_US) * MINUTE_US, toUs: range.toUs }], range, slotUs),
    hostsOfSpans(store, viewer, range),
    topPorts(store, viewer, range, MOST_PORTS),
  ]);
  const total = rows.find((row) => row.g === 1) ?? { h: 0, p: 0, b: 0, s: 0, sim: 0, all: 0, earlier: 0 };
  const history = minutes.filter((row) => row.t < Math.floor(range.fromUs / MINUTE_US) * MINUTE_US);
  const bySlot = new Map<number, { packets: number; hosts: number[] }>();
  for (const row of minutes) {
    if (row.t < Math.floor(range.fromUs / MINUTE_US) * MINUTE_US) continue;
    const at = row.t - (row.t % slotUs), slot = bySlot.get(at) ?? { packets: 0, hosts: [] };
    slot.packets += row.p;
    slot.hosts.push(row.h);
    bySlot.set(at, slot);
  }
  // The rollup holds whole minutes: the first slot begins with the minute of the range's start, the last ends with the range.
  const firstMinute = Math.floor(range.fromUs / MINUTE_US) * MINUTE_US;
  const seconds = slots.map((at) => (Math.min(at + slotUs, range.toUs) - Math.max(at, firstMinute)) / 1e6);
  const packets = slots.map((at) => bySlot.get(at)?.packets ?? 0);
  const hosts = slots.map((at) => { const seen = bySlot.get(at)?.hosts ?? []; return seen.length === 0 ? 0 : seen.reduce((a, b) => a + b, 0) / seen.length; });
  const rate = packets.map((sum, i) => sum / Math.max(1, Math.min(seconds[i] ?? 1, slotUs / 1e6)));
  return {
    ...range, sensors: total.s, simulated: total.sim !== 0, hosts: total.h, packets: total.p, hostsNormal: normals,
    packetsPerSecond: withBands(slots, rate, range, history.map((row) => [row.t, row.p / 60])),
    hostsPerMinute: withBands(slots, hosts, range, history.map((row) => [row.t, row.h])),
    portsAbove: await portsAbove(store, viewer, range, slotUs, slots, total),
    map: rows.filter((row) => row.g === 0 && row.c !== '' && row.h > 0)
      .map((row) => ({ country: row.c, hosts: row.h, packets: row.p, ratio: total.earlier === 0 ? null : row.h / Math.max(1, row.b) })),
    ports,
  };
}

/** Packets and hosts by minute. Of the history of long slots a sample: one minute in five. */
async function perMinute(store: Asked, viewer: Viewer, ranges: readonly Range[], current: Range, slotUs: number): Promise<{ t: number; p: number; h: number }[]> {
  const when = ranges.map((range) => rangeCondition(range, 'minute_us')).join(' OR ');
  const sample = slotUs > MINUTE_US ? ` AND (minute_us >= ${timeLiteral(current.fromUs - MINUTE_US)} OR intDiv(minute_us, ${numberLiteral(MINUTE_US)}) % 5 = 0)` : '';
  return store.select(`SELECT minute_us AS t, sum(packets) AS p, uniqCombinedMerge(sources) AS h FROM by_minute WHERE ${orgCondition(viewer)} AND (${when})${sample} GROUP BY t ORDER BY t`);
}

/** Median of distinct hosts over the same span of earlier days with data (at least three), else of up to five spans before. */
async function hostsOfSpans(store: Asked, viewer: Viewer, range: Range): Promise<number | null> {
  const span = range.toUs - range.fromUs;
  const days = span >= DAY_US ? [] : Array.from({ length: historyDays(range) }, (_, i) => (i + 1) * DAY_US);
  const spans = Array.from({ length: span >= DAY_US ? 3 : 5 }, (_, i) => (i + 1) * span);
  const hosts = async (offsets: readonly number[]): Promise<number[]> => {
    if (offsets.length === 0) return [];
    const whens = offsets.map((offset) => rangeCondition({ fromUs: range.fromUs - offset, toUs: range.toUs - offset }, 'minute_us'));
    const rows = await store.select<{ h: number }>(`SELECT multiIf(${whens.map((when, i) => `${when}, ${i}`).join(', ')}, -1) AS b, uniqCombinedMerge(sources) AS h FROM by_minute
      WHERE ${orgCondition(viewer)} AND (${whens.join(' OR ')}) GROUP BY b`);
    return rows.map((row) => row.h);
  };
  const same = await hosts(days);
  return median(same.length >= 3 ? same : await hosts(spans));
}

async function portsAbove(store: Asked, viewer: Viewer, range: Range, slotUs: number, slots: readonly number[], size: { all: number; earlier: number }): Promise<BandPoint[]> {
  const span = range.toUs - range.fromUs;
  const both: Range = { fromUs: Math.floor((range.fromUs - span) / slotUs) * slotUs, toUs: range.toUs };
  if (size.all > MOST_ROWS_BY_PORT) return [];
  if (size.earlier === 0) return slots.map((atUs) => ({ atUs, value: 0, low: null, high: null }));
  const firstSlot = slots[0] ?? range.fromUs, slotsBefore = Math.max(1, Math.round((firstSlot - both.fromUs) / slotUs));
  const rows = await store.select<{ t: number; n: number }>(`SELECT slot.1 AS t, count() AS n FROM (
      SELECT k, arrayJoin(arrayFilter(s -> s.2 >= greatest(${LEAST_HOSTS}, ${ABOVE_TIMES} * mean), groupArray((t, h)))) AS slot, sumIf(h, t < ${timeLiteral(firstSlot)}) / ${slotsBefore} AS mean FROM (
        SELECT ${PORT_KEY_SQL} AS k, at_us - at_us % ${numberLiteral(slotUs)} AS t, uniqExact(host) AS h FROM observation
        WHERE ${orgCondition(viewer)} AND ${rangeCondition(both)} AND host != 0 GROUP BY k, t) GROUP BY k) GROUP BY t`);
  const counts = new Map(rows.map((row) => [row.t, row.n]));
  const earlier = slotsOf({ fromUs: both.fromUs, toUs: firstSlot }, slotUs).map((at) => counts.get(at) ?? 0).sort((a, b) => a - b);
  const enough = earlier.length >= 20;
  const low = enough ? percentile(earlier, 0.025) : null, high = enough ? percentile(earlier, 0.975) : null;
  return slots.map((atUs) => ({ atUs, value: counts.get(atUs) ?? 0, low, high }));
}
