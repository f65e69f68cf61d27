/**
 * One host: all that was seen of it, by every sensor, over time.
 *
 * A host is an IPv4 address or an IPv6 /64. Whole days come from the rollup of sources (exact sums), the cut days at both ends from the rows, within the hours in which the
 * rollup has seen the host. Short ranges come from the rows alone, likewise narrowed.
 * @module
 */
import { addressBytes, formatAddress, parseAddress } from '../../core/address.ts';
import { formatPortKey } from '../../core/ports.ts';
import { DAY_US, HOUR_US } from '../../core/time.ts';
import type { HostTag, Range, Viewer } from '../contract.ts';
import { orgCondition, rangeCondition } from '../sql/compile.ts';
import { currentTags } from '../sql/host-tags.ts';
import { addressLiteral, numberLiteral, textLiteral } from '../sql/literal.ts';
import { PORT_KEY_SQL } from '../sql/migrations/001-observations.ts';
import { dense, slotFor, slotsOf, type Asked } from './series.ts';

export interface HostPage extends Range {
  readonly src: string; readonly country: string; readonly asn: number;
  readonly roles: string[]; readonly labels: string[]; readonly tools: string[];
  readonly packets: number; readonly records: number;
  /** First and last row within the range; 0 when there is none. */
  readonly firstUs: number; readonly lastUs: number;
  /** Rows per bin, by sensor. */
  readonly timeline: { sensor: string; bins: number[] }[];
  readonly binUs: number;
  readonly ports: { port: string; packets: number; records: number }[];
  readonly kinds: { kind: string; records: number }[];
  readonly tags: { value: string; field: string; by: string; reason: string; fromUs: number; toUs: number }[];
}

const MOST_BINS = 96, MOST_PORTS = 200;
/** Ranges up to this length are answered from the rows. */
const SHORT_US = 3 * DAY_US;

/** Rows of one sensor, time bin, port and facet; first and last row where they are known (0 otherwise). */
interface Part { sensor: string; t: number; k: number; facet: string; p: number; r: number }
const FACET = { kind: 0, tool: 1, label: 2, role: 3 } as const;

/** Null when the text is not an address. */
export async function askHost(store: Asked, viewer: Viewer, src: string, range: Range): Promise<HostPage | null> {
  const address = parseAddress(src);
  if (!address) return null;
  const bytes = addressBytes(address);
  const isHost = `host = ${hostKey(bytes)}`, sensors = sensorCondition(viewer);
  const short = range.toUs - range.fromUs <= SHORT_US;
  const binUs = short ? slotFor(range, MOST_BINS) : Math.max(DAY_US, slotFor(range, MOST_BINS));
  const days: Range = { fromUs: Math.floor(range.fromUs / DAY_US) * DAY_US, toUs: range.toUs };
  const [seen, tags] = await Promise.all([
    store.select<{ s: string; d: number; h: number }>(`SELECT toString(sensor) AS s, day_us AS d, groupBitOr(hours) AS h FROM by_source
      WHERE ${sensors} AND ${isHost} AND ${rangeCondition(days, 'day_us')} GROUP BY s, d`),
    hostTags(store, viewer, bytes, range),
  ]);
  const whole: Range = short ? { fromUs: 0, toUs: 0 } : { fromUs: Math.ceil(range.fromUs / DAY_US) * DAY_US, toUs: Math.floor(range.toUs / DAY_US) * DAY_US };
  const edges: Range[] = short ? [range] : [{ fromUs: range.fromUs, toUs: whole.fromUs }, { fromUs: whole.toUs, toUs: range.toUs }].filter((edge) => edge.toUs > edge.fromUs);
  const parts = (await Promise.all([
    ...(short || whole.toUs <= whole.fromUs ? [] : [store.select<Part>(`SELECT toString(sensor) AS sensor, day_us AS t, port_key AS k, toString(facet) AS facet, sum(packets) AS p, sum(records) AS r
      FROM by_source WHERE ${sensors} AND ${isHost} AND ${rangeCondition(whole, 'day_us')} GROUP BY sensor, t, k, facet`)]),
    ...edges.map((edge) => fromRows(store, viewer, isHost, edge, binUs, seen)),
  ])).flat();
  const slots = slotsOf(range, binUs);
  const total = <T>(pick: (part: Part) => T, value: (part: Part) => number): Map<T, number> => {
    const out = new Map<T, number>();
    for (const part of parts) out.set(pick(part), (out.get(pick(part)) ?? 0) + value(part));
    return out;
  };
  const facet = (name: keyof typeof FACET) => (part: Part): string => part.facet.split(' ')[FACET[name]] ?? '';
  const words = (name: keyof typeof FACET): string[] => [...total(facet(name), (part) => part.p + part.r)].filter(([word]) => word !== '').sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([word]) => word);
  const packets = parts.reduce((sum, part) => sum + part.p, 0), records = parts.reduce((sum, part) => sum + part.r, 0);
  const ends = await endsOf(store, viewer, isHost, range, seen);
  const recordsByPort = total((part) => part.k, (part) => part.r);
  const ports = [...total((part) => part.k, (part) => part.p)].map(([k, p]) => ({ k, packets: p, records: recordsByPort.get(k) ?? 0 }))
    .sort((a, b) => b.packets - a.packets || b.records - a.records || a.k - b.k).slice(0, MOST_PORTS);
  const tagged = (field: HostTag['field']): string[] => tags.filter((tag) => tag.field === field).map((tag) => tag.value);
  return {
    ...range, src: formatAddress(address), country: ends.country, asn: ends.asn,
    roles: [...new Set([...tagged('role'), ...words('role')])],
    labels: [...new Set([...tagged('label'), ...words('label')])],
    tools: words('tool'),
    packets, records, firstUs: ends.firstUs, lastUs: ends.lastUs,
    timeline: [...new Set(parts.map((part) => part.sensor))].sort().map((sensor) => {
      const bins = new Map<number, number>();
      for (const part of parts) if (part.sensor === sensor) {
        const bin = Math.floor(part.t / binUs) * binUs;
        bins.set(bin, (bins.get(bin) ?? 0) + part.p + part.r);
      }
      return { sensor, bins: dense(slots, bins) };
    }),
    binUs,
    ports: ports.map(({ k, ...counts }) => ({ port: formatPortKey(k), ...counts })),
    kinds: [...total(facet('kind'), (part) => part.r)].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]).map(([kind, count]) => ({ kind, records: count })),
    tags,
  };
}

/** The column `host` of an address: see migration 1. */
function hostKey(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const v4 = view.getUint32(0) === 0 && view.getUint32(4) === 0 && view.getUint32(8) === 0xffff;
  return `toUInt64('${view.getBigUint64(v4 ? 8 : 0)}')`;
}

/** Sensors of the viewer's organisations, where a table has no column for those. */
function sensorCondition(viewer: Viewer): string {
  return orgCondition(viewer, "substring(sensor, 1, position(sensor, '/') - 1)");
}

interface Seen { s: string; d: number; h: number }

/** Spans of hours in which the rollup has the host, within a range, ascending. */
function spansOf(range: Range, seen: readonly Seen[]): (Range & { sensor: string })[] {
  const spans: (Range & { sensor: string })[] = [];
  for (const { s, d, h } of seen) {
    for (let hour = 0; hour < 24; hour++) {
      if (((h >>> hour) & 1) === 0) continue;
      let end = hour;
      while (end < 24 && ((h >>> end) & 1) === 1) end++;
      const span = { sensor: s, fromUs: Math.max(range.fromUs, d + hour * HOUR_US), toUs: Math.min(range.toUs, d + end * HOUR_US) };
      if (span.toUs > span.fromUs) spans.push(span);
      hour = end;
    }
  }
  return spans.sort((a, b) => a.fromUs - b.fromUs);
}

const inSpans = (spans: readonly (Range & { sensor: string })[]): string => spans.map((span) => `(sensor = ${textLiteral(span.sensor)} AND ${rangeCondition(span)})`).join(' OR ');

/** Rows of the host in a short range, looked for only in the hours and sensors where the rollup has it. */
async function fromRows(store: Asked, viewer: Viewer, isHost: string, range: Range, binUs: number, seen: readonly Seen[]): Promise<Part[]> {
  const spans = spansOf(range, seen);
  if (spans.length === 0) return [];
  return store.select(`SELECT toString(sensor) AS sensor, at_us - at_us % ${numberLiteral(binUs)} AS t, ${PORT_KEY_SQL} AS k, toString(facet) AS facet, sum(packet) AS p, count() - sum(packet) AS r
    FROM observation WHERE ${orgCondition(viewer)} AND ${isHost} AND (${inSpans(spans)}) GROUP BY sensor, t, k, facet`);
}

/** First and last row, and country and AS as the last has them: looked for from both ends, an hour a sensor at a time. */
async function endsOf(store: Asked, viewer: Viewer, isHost: string, range: Range, seen: readonly Seen[]): Promise<{ firstUs: number; lastUs: number; country: string; asn: number }> {
  const hours = spansOf(range, seen).flatMap((span) => {
    const out: (Range & { sensor: string })[] = [];
    for (let at = span.fromUs; at < span.toUs; at = Math.floor(at / HOUR_US + 1) * HOUR_US) out.push({ sensor: span.sensor, fromUs: at, toUs: Math.min(span.toUs, Math.floor(at / HOUR_US + 1) * HOUR_US) });
    return out;
  }).sort((a, b) => a.fromUs - b.fromUs);
  const none = { firstUs: 0, lastUs: 0, country: '', asn: 0 };
  const first = hours[0], last = hours.at(-1);
  if (!first || !last) return none;
  // Hours at the ends of the range may be cut before the host's first packet in them: then the next hours are asked too.
  const ask = (part: typeof hours): Promise<{ n: number; f: number; l: number; country: string; asn: number }[]> => store.select(`SELECT count() AS n, min(at_us) AS f, max(at_us) AS l,
    argMax(toString(country), at_us) AS country, argMax(asn, at_us) AS asn FROM observation WHERE ${orgCondition(viewer)} AND ${isHost} AND (${inSpans(part)})`);
  let head: (Awaited<ReturnType<typeof ask>>)[number] | undefined, tail: typeof head;
  for (let take = 1; ; take *= 8) {
    const early = hours.filter((hour) => hour.fromUs < first.fromUs + take * HOUR_US), late = hours.filter((hour) => hour.toUs > last.toUs - take * HOUR_US);
    if (early.length + late.length >= hours.length) { [head] = await ask(hours); tail = head; break; }
    [[head], [tail]] = await Promise.all([ask(early), ask(late)]);
    if (head && tail && head.n > 0 && tail.n > 0) break;
  }
  return head && tail && head.n > 0 ? { firstUs: head.f, lastUs: tail.l, country: tail.country, asn: tail.asn } : none;
}

async function hostTags(store: Asked, viewer: Viewer, bytes: Uint8Array, range: Range): Promise<HostPage['tags']> {
  return store.select(`SELECT value, toString(field) AS field, by, reason, from_us AS fromUs, to_us AS toUs FROM (${currentTags(viewer, ['label', 'role', 'tag'], range)})
    WHERE src = ${addressLiteral(bytes)} ORDER BY newest_us DESC, value`);
}
