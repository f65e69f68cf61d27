/**
 * Heralding, a credential-catching honeypot: session JSON lines, and its CSV logs of sessions and of attempts.
 *
 * Out: `honeypot.session.seen`, one a session, with its attempts (the first as `user.name`, all as `auth.attempts`), or for
 * `log_auth.csv` `honeypot.login.failed`, one an attempt: Heralding accepts nobody. Times are naive: the sensor's zone.
 * Source: github.com/johnnykv/heralding, reporting/file_logger.
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import type { Observation } from '../../observations/observation.ts';
import type { Importer, ImportOptions } from '../importer.ts';
import { byColumn, splitCells } from './reading/csv-rows.ts';
import { readTable } from './reading/csv-table.ts';
import { detectJsonLines, readJsonLines } from './reading/json-lines.ts';
import { headLines, readLines } from './reading/line-reader.ts';
import { peekHead } from './reading/peek.ts';
import { addressOf, Fields, isObject, observation, own, portOf, RecordDefect, textOf, timeOf, type JsonObject } from './reading/record.ts';

const NEEDED = ['timestamp', 'session_id', 'source_ip', 'source_port', 'destination_port', 'protocol'];

export const heralding = {
  name: 'heralding',
  about: 'Heralding, credential honeypot, JSON lines or CSV (github.com/johnnykv/heralding)',
  detect(head: Uint8Array): number {
    if (isTable(head)) return 1;
    return detectJsonLines(head, (record) => ('session_id' in record && 'source_ip' in record && 'auth_attempts' in record ? 1 : 0));
  },
  async *read(chunks: AsyncIterable<Uint8Array>, options: ImportOptions) {
    const { head, all } = await peekHead(chunks);
    if (isTable(head)) {
      yield* readTable(all, { separator: ',', quotes: true, needed: NEEDED }, (columns, cells, line) => session(byColumn(columns, cells), line, options));
    } else yield* readJsonLines(readLines(all), session, options);
  },
} as const satisfies Importer;

function isTable(head: Uint8Array): boolean {
  const columns = splitCells(headLines(head, 1)[0] ?? '', ',', true) ?? [];
  return NEEDED.every((name) => columns.includes(name)) && (columns.includes('auth_id') || columns.includes('num_auth_attempts'));
}

function session(record: JsonObject, line: number, options: ImportOptions): Observation {
  const src = addressOf(record, 'source_ip');
  if (src === '') throw new RecordDefect("expected 'source_ip', got nothing");
  const attempt = 'auth_id' in record;
  const attempts = own(record, 'auth_attempts'), list = Array.isArray(attempts) ? attempts.filter(isObject) : [];
  const tried = attempt || list.length > 0 || Number(textOf(record, 'num_auth_attempts')) > 0;
  const first = list.find((one) => textOf(one, 'username') !== '' || textOf(one, 'password') !== '') ?? (attempt ? record : {});
  const fields = new Fields().add('event.module', 'heralding').add('event.action', attempt ? 'auth' : 'session').add('network.protocol', textOf(record, 'protocol'))
    .add('user.name', textOf(first, 'username')).add('user.password', textOf(first, 'password')).add('user.password_hash', textOf(first, 'password_hash'));
  const duration = textOf(record, 'duration');
  if (duration !== '' && Number(duration) >= 0) fields.add('event.duration', Math.round(Number(duration) * 1e9));
  if (!attempt) fields.add('auth.count', Number(textOf(record, 'num_auth_attempts')) || list.length);
  if (list.length > 1) fields.add('auth.attempts', JSON.stringify(list.slice(0, 100).map((one) => [textOf(one, 'username'), textOf(one, 'password')])));
  const more = own(record, 'auxiliary_data');
  if (isObject(more)) fields.addNested('heralding', more, 2);
  return observation({
    kind: attempt ? 'honeypot.login.failed' : 'honeypot.session.seen', atUs: timeOf(record, 'timestamp', options), line, role: tried ? 'attacker' : 'scanner', src,
    dst: addressOf(record, 'destination_ip'), sport: portOf(record, 'source_port'), dport: portOf(record, 'destination_port'), proto: PROTO.tcp,
    session: textOf(record, 'session_id'), fields,
  });
}
