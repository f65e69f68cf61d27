/**
 * Dionaea, a malware-catching honeypot: its JSON records, one a line or in a list (with the stray commas of its writer).
 *
 * Out: `honeypot.session.seen`. Credentials and FTP commands are lists in parallel; the first pair is `user.name`, all are
 * `auth.attempts`. A stray comma is a defect of its line. Times are naive: the sensor's zone.
 * Source: dionaea's log_json ihandler (github.com/DinoTools/dionaea).
 * @module
 */
import type { Importer } from '../importer.ts';
import { firstObject, readJsonArray } from './reading/json-array-reader.ts';
import { parseObject, type ReadRecord } from './reading/json-lines.ts';
import { addressOf, Fields, isObject, objectOf, observation, own, portOf, protoOf, RecordDefect, textOf, timeOf, type JsonObject } from './reading/record.ts';

export const dionaea = {
  name: 'dionaea',
  about: "Dionaea's JSON log, lines or one list (github.com/DinoTools/dionaea)",
  detect(head: Uint8Array): number {
    const record = parseObject(firstObject(head) ?? '');
    return record && isObject(record['connection']) && 'transport' in record['connection'] && 'src_ip' in record && 'dst_port' in record ? 1 : 0;
  },
  read: (chunks, options) => readJsonArray(chunks, session, options),
} as const satisfies Importer;

const session: ReadRecord = (record, line, options) => {
  const connection = objectOf(record, 'connection');
  if (textOf(connection, 'protocol') === '') throw new RecordDefect("expected 'connection.protocol', got nothing");
  const users = texts(objectOf(record, 'credentials'), 'username'), passwords = texts(objectOf(record, 'credentials'), 'password');
  const ftp = objectOf(objectOf(record, 'ftp'), 'commands'), commands = texts(ftp, 'command'), given = texts(ftp, 'arguments');
  const fields = new Fields().add('event.module', 'dionaea').add('event.action', textOf(connection, 'type')).add('network.protocol', textOf(connection, 'protocol'))
    .add('source.domain', textOf(record, 'src_hostname')).add('user.name', users[0]).add('user.password', passwords[0]);
  if (users.length > 1) fields.add('auth.attempts', JSON.stringify(users.slice(0, 100).map((user, i) => [user, passwords[i] ?? ''])));
  if (commands.length > 0) fields.add('ftp.commands', commands.slice(0, 200).map((command, i) => `${command} ${given[i] ?? ''}`.trim()).join('\n'));
  for (const key of Object.keys(record)) if (!KNOWN.has(key)) fields.addNested(`dionaea.${key.slice(0, 64)}`, own(record, key), 3);
  return observation({
    kind: 'honeypot.session.seen', atUs: timeOf(record, 'timestamp', options), line, role: users.length > 0 || commands.length > 0 ? 'attacker' : 'scanner',
    src: addressOf(record, 'src_ip'), dst: addressOf(record, 'dst_ip'), sport: portOf(record, 'src_port'), dport: portOf(record, 'dst_port'),
    proto: protoOf(textOf(connection, 'transport')), fields,
  });
};

const KNOWN = new Set(['connection', 'credentials', 'ftp', 'src_ip', 'dst_ip', 'src_port', 'dst_port', 'src_hostname', 'timestamp']);

function texts(record: JsonObject, key: string): string[] {
  const list = own(record, key);
  return Array.isArray(list) ? list.map((one) => (typeof one === 'string' ? one : '')) : [];
}
