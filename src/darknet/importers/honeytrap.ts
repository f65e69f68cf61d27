/**
 * Honeytrap, which listens on whatever TCP or UDP port is tried: its JSON events, `{"attacks":[…]}` or one a line.
 *
 * Out: `honeypot.session.seen` with the first bytes of the payload. Virtual attacks carry time 1970 and port 0: they have
 * neither time nor source and are defects.
 * Source: github.com/armedpot/honeytrap, plugin log_attacker_data / ihandler JSON.
 * @module
 */
import type { Importer } from '../importer.ts';
import { firstObject, readJsonArray } from './reading/json-array-reader.ts';
import { parseObject, type ReadRecord } from './reading/json-lines.ts';
import { addressOf, Fields, hexPayload, isObject, objectOf, observation, own, portOf, protoOf, RecordDefect, textOf, timeOf, wholeOf } from './reading/record.ts';

export const honeytrap = {
  name: 'honeytrap',
  about: 'Honeytrap attack records, {"attacks":[…]} or JSON lines (github.com/armedpot/honeytrap)',
  detect(head: Uint8Array): number {
    const record = parseObject(firstObject(head) ?? '');
    return record && isObject(record['attack_connection']) && 'start_time' in record ? 1 : 0;
  },
  read: (chunks, options) => readJsonArray(chunks, attack, options),
} as const satisfies Importer;

const attack: ReadRecord = (record, line, options) => {
  if (!isObject(own(record, 'attack_connection'))) throw new RecordDefect("expected 'attack_connection', got none");
  const connection = objectOf(record, 'attack_connection'), payload = objectOf(connection, 'payload');
  const start = timeOf(record, own(record, 'start_time') === undefined ? '@timestamp' : 'start_time', options), length = wholeOf(payload, 'length', Number.MAX_SAFE_INTEGER);
  const fields = new Fields().add('event.module', 'honeytrap').add('event.action', 'attack').add('event.end', textOf(record, 'end_time')).add('source.bytes', length)
    .add('honeytrap.operation_mode', textOf(record, 'operation_mode')).add('honeytrap.download_count', wholeOf(record, 'download_count', Number.MAX_SAFE_INTEGER));
  if (length > 0) fields.add('payload.hash.md5', textOf(payload, 'md5_hash')).add('payload.hash.sha512', textOf(payload, 'sha512_hash'));
  return observation({
    kind: 'honeypot.session.seen', atUs: start, line, role: length > 0 ? 'attacker' : 'scanner', src: addressOf(connection, 'remote_ip'), dst: addressOf(connection, 'local_ip'),
    sport: portOf(connection, 'remote_port'), dport: portOf(connection, 'local_port'), proto: protoOf(textOf(connection, 'protocol')),
    payload: hexPayload(textOf(payload, 'data_hex')), fields,
  });
};
