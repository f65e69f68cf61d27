/**
 * Rows of an expression, in time order, page by page.
 *
 * Newest first by default. The range is read in windows that grow (half a million rows, then double), so that the first
 * page of a common expression touches little and a rare one is not asked for a thousand times; a window's pages continue
 * after the last row by (time, sensor, source, record), which no two rows share.
 * @module
 */
import { addressFromBytes, formatAddress } from '../core/address.ts';
import { splitSensorId } from '../core/ids.ts';
import { BIT } from '../core/packet-batch.ts';
import { formatPortKey, portKey, protoName } from '../core/ports.ts';
import { formatTime } from '../core/time.ts';
import type { ObservationRow, Range, Viewer } from './contract.ts';
import type { EventEngine } from './dialect.ts';
import type { Expr } from './query/ast.ts';
import { flagText } from './query/print.ts';
import { conditionOf, rangeCondition } from './sql/compile.ts';
import { DST_HEX, showBytes, SRC_HEX } from './sql/count-by.ts';
import type { TaggedSource } from './sql/host-tags.ts';
import { numberLiteral, textLiteral } from './sql/literal.ts';
import { cut, minutesOf, windowsOf } from './store-plan.ts';

/** Rows of the first window; each further one doubles, to the largest. */
const FIRST_WINDOW_ROWS = 500_000, LARGEST_WINDOW_ROWS = 64_000_000;
/** Rows a statement returns at most. */
const PAGE_ROWS = 10_000;

interface Raw {
  at_us: number; org: string; sensor: string; region: string; kind: string; packet: number; s: string; d: string; proto: number; sport: number; dport: number;
  ttl: number; ipid: number; ip_bits: number; flags: number; seq: number; window: number; ip_len: number; payload_len: number; p: string;
  tool: string; l: string; r: string; country: string; asn: number; ses: string; f: string; t: string[]; source: string; record: number;
}

const fromHex = (hex: string): string => Buffer.from(hex, 'hex').toString('utf8');
const address = (hex: string): string => (hex === '' ? '' : formatAddress(addressFromBytes(Buffer.from(hex, 'hex'))));

function fieldsOf(hex: string): Record<string, string | number> | undefined {
  return hex === '' ? undefined : JSON.parse(fromHex(hex)) as Record<string, string | number>;
}

function rowOf(raw: Raw): ObservationRow {
  const ip = (raw.ip_bits & BIT.notIp) === 0, packet = raw.packet === 1, tcp = packet && raw.proto === 6;
  const icmp = raw.proto === 1 || raw.proto === 58;
  const fields = fieldsOf(raw.f);
  return {
    at: formatTime(raw.at_us), atUs: raw.at_us, org: raw.org, sensor: splitSensorId(raw.sensor).name, region: raw.region, kind: raw.kind,
    src: address(raw.s), dst: address(raw.d), sport: raw.sport, port: formatPortKey(portKey(raw.proto, icmp ? raw.sport : raw.dport)), proto: protoName(raw.proto),
    ...(packet && ip ? { ttl: raw.ttl, ipid: raw.ipid, length: raw.ip_len } : packet ? {} : { length: raw.payload_len }),
    ...(tcp ? { window: raw.window, flags: flagText(raw.flags), seq: raw.seq } : {}),
    ...(raw.p === '' ? {} : { payload: showBytes(raw.p) }),
    tool: raw.tool, label: raw.l, role: raw.r, country: raw.country, asn: raw.asn,
    ...(raw.ses === '' ? {} : { session: fromHex(raw.ses) }),
    ...(fields === undefined ? {} : { fields }),
    tags: raw.t,
  };
}

export async function* readRows(engine: EventEngine, viewer: Viewer, expr: Expr, range: Partial<Range>, limit: number, ascending: boolean, tagged: TaggedSource): AsyncGenerator<ObservationRow> {
  if (!(limit > 0)) return;
  const minutes = await minutesOf(engine, viewer, range);
  if (!ascending) minutes.reverse();
  const windows = windowsOf(minutes, (minute) => minute.rows, (k) => Math.min(FIRST_WINDOW_ROWS * 2 ** k, LARGEST_WINDOW_ROWS));
  const order = ascending ? 'ASC' : 'DESC', beyond = ascending ? '>' : '<';
  let left = limit;
  for (const window of windows) {
    const within = cut(window, range);
    let after = '';
    for (;;) {
      const most = Math.min(PAGE_ROWS, left);
      const where = `${conditionOf(viewer, within, expr, tagged.fields)}${after}`;
      // The engine finds the page by these few columns first and reads the wide ones for the page only.
      const page = await engine.select<Raw>(`SELECT at_us, toString(observation.org) AS org, toString(sensor) AS sensor, toString(region) AS region, toString(kind) AS kind, packet,
        ${SRC_HEX.replace('hex(src)', 'hex(observation.src)')} AS s, ${DST_HEX} AS d, proto, sport, dport, ttl, ipid, ip_bits, flags, seq, window, ip_len, payload_len, hex(payload) AS p,
        toString(tool) AS tool, toString(${tagged.fields.label}) AS l, toString(${tagged.fields.role}) AS r, toString(country) AS country, asn, hex(session) AS ses, hex(fields) AS f, ${tagged.fields.tags} AS t,
        toString(source) AS source, record FROM ${tagged.from} WHERE ${where}
        ORDER BY at_us ${order}, sensor ${order}, source ${order}, record ${order} LIMIT ${numberLiteral(most)}`);
      for (const raw of page) yield rowOf(raw);
      left -= page.length;
      if (left <= 0) return;
      const last = page.at(-1);
      if (page.length < most || !last) break;
      after = ` AND ${rangeCondition(ascending ? { fromUs: last.at_us } : { toUs: last.at_us + 1 })}
        AND (at_us, sensor, source, record) ${beyond} (${numberLiteral(last.at_us)}, ${textLiteral(last.sensor)}, ${textLiteral(last.source)}, ${numberLiteral(last.record)})`;
    }
  }
}
