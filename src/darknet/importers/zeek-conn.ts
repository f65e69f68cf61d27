/**
 * Zeek conn.log: tab-separated with its `#fields` header, or JSON lines.
 *
 * Out: `darknet.flow.seen`, one a connection, with Zeek's uid as session. Ports of ICMP are type and code, as in Zeek.
 * The role stays unknown: a conn.log holds one's own connections too. Header lines (`#…`) are no records; a log that was
 * concatenated from several may change its columns by a new `#fields`.
 * Source: Zeek documentation, "conn.log" and "Zeek log formats".
 * @module
 */
import type { Observation } from '../../observations/observation.ts';
import { MAX_LINE_BYTES, type Importer, type ImportOptions } from '../importer.ts';
import { splitCells } from './reading/csv-rows.ts';
import { detectJsonLines, fromLine } from './reading/json-lines.ts';
import { headLines, readLines } from './reading/line-reader.ts';
import { epochSeconds } from './reading/naive-time.ts';
import { addressOf, defect, Fields, observation, observed, own, portOf, protoOf, quoted, RecordDefect, textOf, time, type JsonObject } from './reading/record.ts';

/** Columns → ECS. Others of the log are kept as `zeek.NAME`. */
const ECS: Readonly<Record<string, string>> = Object.freeze({
  service: 'network.protocol', conn_state: 'zeek.conn_state', history: 'zeek.history', orig_bytes: 'source.bytes', resp_bytes: 'destination.bytes',
  orig_pkts: 'source.packets', resp_pkts: 'destination.packets', orig_ip_bytes: 'zeek.orig_ip_bytes', resp_ip_bytes: 'zeek.resp_ip_bytes',
  community_id: 'network.community_id', missed_bytes: 'zeek.missed_bytes', vlan: 'network.vlan.id',
});
const CORE = new Set(['ts', 'uid', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'proto', 'duration']);

export const zeekConn = {
  name: 'zeek-conn',
  about: 'Zeek conn.log, tab-separated or JSON lines (zeek.org)',
  detect(head: Uint8Array): number {
    const lines = headLines(head, 16);
    const fields = lines.find((line) => line.startsWith('#fields'));
    if (fields) return fields.includes('id.orig_h') && (lines.some((line) => /^#path\s+conn$/.test(line)) || fields.includes('conn_state')) ? 1 : 0;
    return detectJsonLines(head, (record) => ('ts' in record && 'id.orig_h' in record && 'id.resp_p' in record ? ('conn_state' in record || 'orig_pkts' in record ? 1 : 0.3) : 0));
  },
  async *read(chunks: AsyncIterable<Uint8Array>, options: ImportOptions) {
    let columns: readonly string[] | null = null, separator = '\t', unset = '-', empty = '(empty)';
    for await (const lines of readLines(chunks)) {
      for (const line of lines) {
        if (line.tooLong) { yield defect(line.number, `the line is longer than ${MAX_LINE_BYTES} bytes`, line.text); continue; }
        if (line.text.startsWith('#')) {
          const [name = '', ...values] = line.text.split(line.text.startsWith('#separator') ? ' ' : separator);
          if (name === '#separator') separator = (values[0] ?? '').replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))) || '\t';
          else if (name === '#fields') columns = values;
          else if (name === '#unset_field') unset = values[0] ?? '-';
          else if (name === '#empty_field') empty = values[0] ?? '(empty)';
          continue;
        }
        if (line.text.trimStart().startsWith('{') || line.text.trim() === '') {
          const found = fromLine(line, connection, options);
          if (found) yield found;
          continue;
        }
        const header = columns;
        yield observed(line.number, line.text, () => {
          if (!header) throw new RecordDefect('expected a #fields header before the first record');
          const cells = splitCells(line.text, separator, false) ?? [];
          if (cells.length !== header.length) throw new RecordDefect(`expected ${header.length} columns, got ${cells.length}`);
          const record: Record<string, string> = {};
          header.forEach((name, i) => { const cell = cells[i] as string; if (cell !== unset && cell !== empty && name !== '__proto__') record[name] = cell; });
          return connection(record, line.number, options);
        });
      }
    }
  },
} as const satisfies Importer;

function connection(record: JsonObject, line: number, options: ImportOptions): Observation {
  const ts = own(record, 'ts'), text = typeof ts === 'number' ? ts.toFixed(6) : typeof ts === 'string' ? ts : '';
  const duration = Number(textOf(record, 'duration'));
  const fields = new Fields().add('event.module', 'zeek').add('event.action', 'conn');
  if (textOf(record, 'duration') !== '' && duration >= 0) fields.add('event.duration', Math.round(duration * 1e9));
  for (const key of Object.keys(record).slice(0, 100)) {
    if (CORE.has(key)) continue;
    const value = own(record, key), number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    fields.addNested(Object.hasOwn(ECS, key) ? ECS[key] as string : `zeek.${key.slice(0, 64)}`, number, 1);
  }
  const src = addressOf(record, 'id.orig_h');
  if (src === '') throw new RecordDefect(`expected 'id.orig_h', got ${quoted(JSON.stringify(own(record, 'id.orig_h')) ?? 'nothing')}`);
  return observation({
    kind: 'darknet.flow.seen', atUs: epochSeconds(text) ?? time(ts, 'ts', options), line, role: 'unknown', src, dst: addressOf(record, 'id.resp_h'),
    sport: portOf(record, 'id.orig_p'), dport: portOf(record, 'id.resp_p'), proto: protoOf(textOf(record, 'proto')), session: textOf(record, 'uid'), fields,
  });
}
