/**
 * Any table of separated values with a header row, by a mapping of its columns.
 *
 * In: comma, semicolon, tab or bar separated text. `mapping` gives `column → field`: `at src dst sport port proto session
 * tool payload role kind` go where they belong, any other name becomes a field of that name, and `-` drops a column.
 * Columns that are not mapped keep their own names; without a mapping, well-known names (`timestamp`, `src_ip`,
 * `source.ip`, `dst_port`, …) are recognised. `payload` is text, or bytes as 0x…; `kind` and `role` must be of their lists.
 * Out: `darknet.flow.seen` unless `kind` is mapped. Times: ISO 8601, naive ones by the sensor's zone, or seconds or
 * milliseconds since 1970.
 * @module
 */
import { ROLES, type Role } from '../../core/vocabulary.ts';
import { KINDS, type Kind, type Observation } from '../../observations/observation.ts';
import type { Importer, ImportOptions } from '../importer.ts';
import { readTable } from './reading/csv-table.ts';
import { splitCells } from './reading/csv-rows.ts';
import { headLines } from './reading/line-reader.ts';
import { epochSeconds } from './reading/naive-time.ts';
import { peekHead } from './reading/peek.ts';
import { address, Fields, hexPayload, observation, protoOf, RecordDefect, textPayload, time, whole } from './reading/record.ts';

/** Names by which columns are recognised when nothing maps them. */
const WELL_KNOWN: Readonly<Record<string, string>> = Object.freeze(Object.fromEntries(Object.entries({
  at: ['at', 'timestamp', '@timestamp', 'time', 'ts', 'datetime', 'date', 'start_time', 'first_seen', 'last_seen', 'event_time'],
  src: ['src', 'src_ip', 'source.ip', 'source_ip', 'srcip', 'saddr', 'client_ip', 'remote_ip', 'ip', 'address', 'ip.src', 'attacker_ip'],
  dst: ['dst', 'dst_ip', 'dest_ip', 'destination.ip', 'destination_ip', 'dstip', 'daddr', 'server_ip', 'local_ip', 'ip.dst'],
  sport: ['sport', 'src_port', 'source.port', 'source_port', 'srcport', 'client_port', 'remote_port'],
  port: ['port', 'dport', 'dst_port', 'dest_port', 'destination.port', 'destination_port', 'dstport', 'server_port', 'local_port'],
  proto: ['proto', 'protocol', 'network.transport', 'transport'],
  session: ['session', 'session_id', 'uid', 'flow_id'],
  payload: ['payload'],
}).flatMap(([field, names]) => names.map((name) => [name, field]))));
/** Fields that a column can be mapped to besides names of one's own. */
const TARGETS = new Set(['at', 'src', 'dst', 'sport', 'port', 'proto', 'session', 'tool', 'payload', 'role', 'kind']);
const SEPARATORS = [',', ';', '\t', '|'] as const;

export const csv = {
  name: 'csv',
  about: 'Any CSV with a header row; map columns by column=field (at src dst sport port proto session tool payload role kind, or a name of your own)',
  detect(head: Uint8Array): number {
    const lines = headLines(head, 4), separator = separatorOf(lines[0] ?? '');
    const columns = splitCells(lines[0] ?? '', separator, true) ?? [];
    const same = lines.length > 1 && lines.slice(1).every((line) => splitCells(line, separator, true)?.length === columns.length);
    const targets = new Set(columns.map((name) => target(name, undefined)));
    return same && columns.length > 1 && targets.has('at') && targets.has('src') ? 0.2 : 0;
  },
  async *read(chunks: AsyncIterable<Uint8Array>, options: ImportOptions) {
    const { head, all } = await peekHead(chunks);
    const mapping = options.mapping ? new Map(Object.entries(options.mapping)) : undefined;
    yield* readTable(all, { separator: separatorOf(headLines(head, 1)[0] ?? ''), quotes: true, needed: mapping ? [...mapping.keys()] : [] },
      (columns, cells, line) => observe(columns, cells, line, options, mapping));
  },
} as const satisfies Importer;

/** The separator that the header holds most of; a comma if none. */
function separatorOf(header: string): string {
  let best: string = ',', most = 0;
  for (const separator of SEPARATORS) {
    const count = header.split(separator).length - 1;
    if (count > most) { best = separator; most = count; }
  }
  return best;
}

function target(column: string, mapping: ReadonlyMap<string, string> | undefined): string {
  const known = mapping?.get(column);
  if (known !== undefined) return known;
  const lowered = column.toLowerCase();
  return !mapping && Object.hasOwn(WELL_KNOWN, lowered) ? WELL_KNOWN[lowered] as string : column;
}

function observe(columns: readonly string[], cells: readonly string[], line: number, options: ImportOptions, mapping: ReadonlyMap<string, string> | undefined): Observation {
  const found = new Map<string, string>();
  const fields = new Fields().add('event.module', 'csv');
  columns.forEach((column, i) => {
    const name = target(column, mapping), cell = cells[i] ?? '';
    if (name === '-' || cell === '') return;
    if (TARGETS.has(name) && (mapping?.has(column) || !mapping)) { if (!found.has(name)) found.set(name, cell); return; }
    const key = name.slice(0, 64) || `column.${i + 1}`;
    fields.add(key === 'event.module' ? 'column.event.module' : key, /^-?\d{1,15}(\.\d{1,9})?$/.test(cell) && !/^-?0\d/.test(cell) ? Number(cell) : cell);
  });
  const kind = found.get('kind') ?? 'darknet.flow.seen', role = found.get('role') ?? 'unknown', payload = found.get('payload') ?? '';
  if (!Object.hasOwn(KINDS, kind)) throw new RecordDefect(`there is no kind '${kind.slice(0, 60)}'`);
  if (!(ROLES as readonly string[]).includes(role)) throw new RecordDefect(`there is no role '${role.slice(0, 40)}'`);
  const proto = found.get('proto') ?? '';
  const slash = /^([a-z0-9-]+)\/(\d{1,5})$/i.exec(found.get('port') ?? '');
  return observation({
    kind: kind as Kind, role: role as Role, atUs: moment(found.get('at'), options), line, src: address(found.get('src'), 'src'), dst: address(found.get('dst'), 'dst'),
    sport: whole(found.get('sport'), 'sport', 65_535), dport: whole(slash ? slash[2] : found.get('port'), 'port', 65_535), proto: protoOf(proto !== '' ? proto : slash?.[1] ?? ''),
    session: found.get('session') ?? '', label: found.get('tool') ?? '', payload: /^0x/i.test(payload) ? hexPayload(payload.slice(2)) : textPayload(payload), fields,
  });
}

function moment(text: string | undefined, options: ImportOptions): number {
  const trimmed = text?.trim() ?? '';
  if (/^\d{13}$/.test(trimmed)) return Number(trimmed) * 1000;
  return epochSeconds(trimmed) ?? time(trimmed === '' ? undefined : trimmed, 'at', options);
}
