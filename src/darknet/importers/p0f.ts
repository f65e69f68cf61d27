/**
 * p0f passive fingerprints: JSON lines (as T-Pot writes them) and p0f's own log format.
 *
 * In: `{"timestamp": "2020/02/22 03:49:56", "mod": "syn", "client_ip": …}` or
 * `[2020/02/22 03:49:56] mod=syn|cli=192.0.2.1/52920|srv=198.51.100.2/80|subj=cli|os=…|raw_sig=…`.
 * Out: `fingerprint.stack.seen` with the client as source; `p0f.subject` says whether the verdict is about client or server.
 * Source: p0f 3 README, "Operating modes and log format". Times are naive: the sensor's zone.
 * Limits: an attacker's header values may hold `|`; text behind it that is no known key is joined to the value before.
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import type { Observation } from '../../observations/observation.ts';
import type { Importer, ImportOptions } from '../importer.ts';
import { detectJsonLines, fromLine } from './reading/json-lines.ts';
import { headLines, readLines } from './reading/line-reader.ts';
import { address, defect, Fields, observation, observed, RecordDefect, textOf, time, whole, type JsonObject } from './reading/record.ts';

const CLASSIC = /^\[(\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2})\] (mod=.*)$/;
/** Keys of the classic format, and their names in the JSON one. */
const CLASSIC_KEYS: Readonly<Record<string, string>> = Object.freeze({
  mod: 'mod', cli: 'cli', srv: 'srv', subj: 'subject', os: 'os', dist: 'dist', params: 'params', raw_sig: 'raw_sig', link: 'link', raw_mtu: 'raw_mtu',
  uptime: 'uptime', raw_freq: 'raw_freq', app: 'app', lang: 'lang', reason: 'reason', raw_hits: 'raw_hits',
});

export const p0f = {
  name: 'p0f',
  about: 'p0f passive fingerprints (lcamtuf.coredump.cx/p0f3): JSON lines or its own log',
  detect(head: Uint8Array): number {
    const lines = headLines(head);
    const classic = lines.filter((line) => CLASSIC.test(line)).length / Math.max(1, lines.length);
    return Math.max(classic, detectJsonLines(head, (record) => (typeof record['mod'] === 'string' && 'client_ip' in record && 'server_ip' in record && 'subject' in record ? 1 : 0)));
  },
  async *read(chunks: AsyncIterable<Uint8Array>, options: ImportOptions) {
    for await (const lines of readLines(chunks)) {
      for (const line of lines) {
        const classic = line.tooLong ? null : CLASSIC.exec(line.text);
        if (classic) yield observed(line.number, line.text, () => fingerprint(classicRecord(classic), line.number, options));
        else if (!line.tooLong && line.text.startsWith('[') && line.text.includes('mod=')) yield defect(line.number, 'expected a p0f log line, got one that is cut or garbled', line.text);
        else {
          const found = fromLine(line, fingerprint, options);
          if (found) yield found;
        }
      }
    }
  },
} as const satisfies Importer;

function classicRecord([, at, rest]: RegExpExecArray): JsonObject {
  const record: Record<string, string> = { timestamp: at ?? '' };
  let last = '';
  for (const part of (rest ?? '').split('|')) {
    const equals = part.indexOf('=');
    const name = equals > 0 && Object.hasOwn(CLASSIC_KEYS, part.slice(0, equals)) ? CLASSIC_KEYS[part.slice(0, equals)] as string : '';
    if (name !== '' && !Object.hasOwn(record, name)) record[last = name] = part.slice(equals + 1);
    else if (last !== '') record[last] += `|${part}`;
  }
  for (const [key, side] of [['cli', 'client'], ['srv', 'server']] as const) {
    const pair = /^([^/]+)\/(\d{1,5})$/.exec(record[key] ?? '');
    if (!pair) throw new RecordDefect(`expected ${key}=address/port, got '${(record[key] ?? 'nothing').slice(0, 60)}'`);
    record[`${side}_ip`] = pair[1] as string;
    record[`${side}_port`] = pair[2] as string;
  }
  return record;
}

const known = (text: string): string => (text === '???' || text === 'none' ? '' : text);

function fingerprint(record: JsonObject, line: number, options: ImportOptions): Observation {
  const mod = textOf(record, 'mod');
  if (mod === '') throw new RecordDefect("expected 'mod' to name a module of p0f, got nothing");
  const os = known(textOf(record, 'os')), app = known(textOf(record, 'app'));
  const fields = new Fields().add('event.module', 'p0f').add('event.action', mod).add('p0f.subject', textOf(record, 'subject'));
  fields.add('host.os.full', os).add('service.name', app);
  for (const key of ['dist', 'params', 'raw_sig', 'link', 'raw_mtu', 'uptime', 'raw_freq', 'lang', 'reason', 'raw_hits']) fields.add(`p0f.${key}`, known(textOf(record, key)));
  const src = address(record['client_ip'], 'client_ip'), dst = address(record['server_ip'], 'server_ip');
  if (src === '') throw new RecordDefect("expected 'client_ip', got nothing");
  return observation({
    kind: 'fingerprint.stack.seen', atUs: time(record['timestamp'], 'timestamp', options), line, role: 'unknown', src, dst, proto: PROTO.tcp,
    sport: whole(plain(record['client_port']), 'client_port', 65_535), dport: whole(plain(record['server_port']), 'server_port', 65_535), label: os || app, fields,
  });
}

function plain(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}
