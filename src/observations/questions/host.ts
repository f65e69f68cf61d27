/**
 * One host: all that was seen of it, by every sensor, over time.
 *
 * Whole days come from the rollup of sources (exact sums), the cut days at both ends from the rows, within the hours in which the
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
import { LABEL_SQL, PORT_SQL } from '../sql/migrations/001-observations.ts';
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

interface Part { sensor: string; t: number; k: number; kind: string; tool: string; label: string; role: string; p: number; r: number; f: number; l: number }

/** Null when the text is not an address. */
export async function askHost(store: Asked, viewer: Viewer, src: string, range: Range): Promise<HostPage | null> {
  const address = parseAddress(src);
  if (!address) return null;
  const bytes = addressBytes(address), key = hostKey(bytes);
  const isHost = `host = ${key} AND src = ${addressLiteral(bytes)}`;
  const short = range.toUs - range.fromUs <= SHORT_US;
  const binUs = short ? slotFor(range, MOST_BINS) : Math.max(DAY_US, slotFor(range, MOST_BINS));
  const days: Range = { fromUs: Math.floor(range.fromUs / DAY_US) * DAY_US, toUs: range.toUs };
  const [seen, tags] = await Promise.all([
    store.select<{ s: string; d: number; h: number }>(`SELECT toString(sensor) AS s, day_us AS d, groupBitOr(hours) AS h FROM by_source
      WHERE ${orgCondition(viewer)} AND ${isHost} AND ${rangeCondition(days, 'day_us')} GROUP BY s, d`),
    hostTags(store, viewer, bytes, range),
  ]);
  const whole: Range = short ? { fromUs: 0, toUs: 0 } : { fromUs: Math.ceil(range.fromUs / DAY_US) * DAY_US, toUs: Math.floor(range.toUs / DAY_US) * DAY_US };
  const edges: Range[] = short ? [range] : [{ fromUs: range.fromUs, toUs: whole.fromUs }, { fromUs: whole.toUs, toUs: range.toUs }].filter((edge) => edge.toUs > edge.fromUs);
  const parts = (await Promise.all([
    ...(short || whole.toUs <= whole.fromUs ? [] : [store.select<Part>(`SELECT toString(sensor) AS sensor, day_us AS t, toUInt32(proto) * 65536 + port AS k, toString(kind) AS kind, toString(tool) AS tool,
      toString(own_label) AS label, toString(role) AS role, sum(packets) AS p, sum(records) AS r, min(first_us) AS f, max(last_us) AS l FROM by_source
      WHERE ${orgCondition(viewer)} AND ${isHost} AND ${rangeCondition(whole, 'day_us')} GROUP BY sensor, t, k, kind, tool, label, role`)]),
    ...edges.map((edge) => fromRows(store, viewer, isHost, edge, binUs, seen)),
  ])).flat();
  const slots = slotsOf(range, binUs);
  const total = <T>(pick: (part: Part) => T, value: (part: Part) => number): Map<T, number> => {
    const out = new Map<T, number>();
    for (const part of parts) out.set(pick(part), (out.get(pick(part)) ?? 0) + value(part));
    return out;
  };
  const words = (pick: (part: Part) => string): string[] => [...total(pick, (part) => part.p + part.r)].filter(([word]) => word !== '').sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([word]) => word);
  const packets = parts.reduce((sum, part) => sum + part.p, 0), records = parts.reduce((sum, part) => sum + part.r, 0);
  const lastPart = parts.reduce<Part | null>((latest, part) => (latest === null || part.l > latest.l ? part : latest), null);
  const firstUs = parts.reduce((least, part) => Math.min(least, part.f), Infinity);
  const recordsByPort = total((part) => part.k, (part) => part.r);
  const ports = [...total((part) => part.k, (part) => part.p)].map(([k, p]) => ({ k, packets: p, records: recordsByPort.get(k) ?? 0 }))
    .sort((a, b) => b.packets - a.packets || b.records - a.records || a.k - b.k).slice(0, MOST_PORTS);
  const tagged = (field: HostTag['field']): string[] => tags.filter((tag) => tag.field === field).map((tag) => tag.value);
  return {
    ...range, src: formatAddress(address), ...(await placeOf(store, isHost, lastPart)),
    roles: [...new Set([...tagged('role'), ...words((part) => part.role)])],
    labels: [...new Set([...tagged('label'), ...words((part) => (part.p > 0 ? part.label : ''))])],
    tools: words((part) => part.tool),
    packets, records, firstUs: Number.isFinite(firstUs) ? firstUs : 0, lastUs: lastPart?.l ?? 0,
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
    kinds: [...total((part) => part.kind, (part) => part.r)].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]).map(([kind, count]) => ({ kind, records: count })),
    tags,
  };
}

/** The column `host` of an address: see migration 1. */
function hostKey(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const v4 = view.getUint32(0) === 0 && view.getUint32(4) === 0 && view.getUint32(8) === 0xffff;
  return `toUInt64('${view.getBigUint64(v4 ? 8 : 0)}')`;
}

/** Rows of the host in a short range, looked for only in the hours and sensors where the rollup has it. */
async function fromRows(store: Asked, viewer: Viewer, isHost: string, range: Range, binUs: number, seen: readonly { s: string; d: number; h: number }[]): Promise<Part[]> {
  const spans: string[] = [];
  for (const { s, d, h } of seen) {
    for (let hour = 0; hour < 24; hour++) {
      if (((h >>> hour) & 1) === 0) continue;
      let end = hour;
      while (end < 24 && ((h >>> end) & 1) === 1) end++;
      const span = { fromUs: Math.max(range.fromUs, d + hour * HOUR_US), toUs: Math.min(range.toUs, d + end * HOUR_US) };
      if (span.toUs > span.fromUs) spans.push(`(sensor = ${textLiteral(s)} AND ${rangeCondition(span)})`);
      hour = end;
    }
  }
  if (spans.length === 0) return [];
  return store.select(`SELECT toString(sensor) AS sensor, at_us - at_us % ${numberLiteral(binUs)} AS t, toUInt32(proto) * 65536 + ${PORT_SQL} AS k, toString(kind) AS kind, toString(tool) AS tool,
    toString(${LABEL_SQL}) AS label, toString(role) AS role, sum(packet) AS p, count() - sum(packet) AS r, min(at_us) AS f, max(at_us) AS l FROM observation
    WHERE ${orgCondition(viewer)} AND ${isHost} AND (${spans.join(' OR ')}) GROUP BY sensor, t, k, kind, tool, label, role`);
}

/** Country and AS as its newest row has them. */
async function placeOf(store: Asked, isHost: string, last: Part | null): Promise<{ country: string; asn: number }> {
  if (!last) return { country: '', asn: 0 };
  const rows = await store.select<{ country: string; asn: number }>(`SELECT toString(country) AS country, asn FROM observation
    WHERE sensor = ${textLiteral(last.sensor)} AND ${rangeCondition({ fromUs: last.l, toUs: last.l + 1 })} AND ${isHost} LIMIT 1`);
  return rows[0] ?? { country: '', asn: 0 };
}

async function hostTags(store: Asked, viewer: Viewer, bytes: Uint8Array, range: Range): Promise<HostPage['tags']> {
  return store.select(`SELECT value, toString(field) AS field, by, reason, from_us AS fromUs, to_us AS toUs FROM (${currentTags(viewer, ['label', 'role', 'tag'], range)})
    WHERE src = ${addressLiteral(bytes)} ORDER BY newest_us DESC, value`);
}
