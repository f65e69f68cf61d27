/**
 * Cowrie's text log (`cowrie.log`): Twisted log lines with a bracketed system.
 *
 * In: `2020-02-22T07:57:41.672346Z [cowrie.ssh.factory.CowrieSSHFactory] New connection: 192.0.2.1:4711 (198.51.100.2:22) [session: 0a1b2c3d4e5f]`
 * and, for the rest of that connection, `… [HoneyPotSSHTransport,14,192.0.2.1] login attempt [b'root'/b'admin'] failed`.
 * Out: the same kinds as the JSON log where a line says the same. Other lines of a connection and the daemon's own lines are
 * `honeypot.event.seen`, the latter without a source. A line without a time (a traceback's) is a defect.
 * Source: cowrie/ssh/factory.py, cowrie/core/auth (message formats). Memory: see OpenSessions; connections are known by
 * their number and address, as the log names no session later.
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import type { Kind, Observation } from '../../observations/observation.ts';
import { MAX_LINE_BYTES, type Importer, type ImportOptions } from '../importer.ts';
import { honeypotRole } from './reading/honeypot-role.ts';
import { headLines, readLines } from './reading/line-reader.ts';
import { OpenSessions } from './reading/open-sessions.ts';
import { address, defect, Fields, observation, observed, RecordDefect, time, unwrapPythonBytes, whole } from './reading/record.ts';

const LINE = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?) \[([^\]]{1,300}(?:\][^\]\s][^\]]{0,100})?)\] ([\s\S]*)$/;
const CONNECTION = /^New connection: ([0-9a-fA-F.:]{2,45}):(\d{1,5}) \(([0-9a-fA-F.:]{2,45}):(\d{1,5})\) \[session: ([^\]]{1,64})\]$/;
/** `HoneyPotSSHTransport,14,192.0.2.1` at the end of the system. */
const TRANSPORT = /(?:^|\s)(HoneyPot(?:SSH)?Transport|CowrieTelnetTransport|HoneyPotTelnetTransport),(\d{1,10}),([0-9a-fA-F.:]{2,45})$/;
const MESSAGES: readonly (readonly [Kind, RegExp, readonly string[]])[] = [
  ['honeypot.login.succeeded', /^login attempt \[([\s\S]*?)\/([\s\S]*)\] succeeded$/, ['user.name', 'user.password']],
  ['honeypot.login.failed', /^login attempt \[([\s\S]*?)\/([\s\S]*)\] failed$/, ['user.name', 'user.password']],
  ['honeypot.command.typed', /^CMD: ([\s\S]*)$/, ['process.command_line']],
  ['honeypot.client.named', /^Remote SSH version: ([\s\S]*)$/, ['ssh.client']],
  ['honeypot.client.named', /^SSH client hassh fingerprint: ([0-9a-f]{32})$/, ['ssh.client.hassh']],
  ['honeypot.client.named', /^Terminal Size: (\d{1,6}) (\d{1,6})$/, ['cowrie.terminal.width', 'cowrie.terminal.height']],
  ['honeypot.tunnel.requested', /^direct-tcp connection request to (\S{1,255}):(\d{1,5}) from /, ['tunnel.destination.address', 'tunnel.destination.port']],
  ['honeypot.file.stored', /^Downloaded URL \((?:b')?([\s\S]*?)'?\) with SHA-256 ([0-9a-f]{64}) to /, ['url.original', 'file.hash.sha256']],
  ['honeypot.file.stored', /^(?:SFTP )?Uploaded file "([\s\S]*)" to \S*?([0-9a-f]{64})/, ['file.name', 'file.hash.sha256']],
  ['honeypot.session.closed', /^Connection lost after (\d{1,9}(?:\.\d{1,9})?) seconds$/, ['event.duration']],
];

export const cowrieText = {
  name: 'cowrie-text',
  about: "Cowrie's text log, cowrie.log (cowrie.org)",
  detect(head: Uint8Array): number {
    const lines = headLines(head);
    const cowrie = lines.filter((line) => LINE.test(line) && /cowrie|HoneyPot|CowrieTelnet/.test(line)).length;
    const stamped = lines.filter((line) => LINE.test(line)).length;
    return cowrie === 0 ? 0 : 0.9 * stamped / lines.length;
  },
  async *read(chunks: AsyncIterable<Uint8Array>, options: ImportOptions) {
    const state: State = { sessions: new OpenSessions(), names: new OpenSessions() };
    for await (const lines of readLines(chunks)) {
      for (const line of lines) {
        if (line.tooLong) yield defect(line.number, `the line is longer than ${MAX_LINE_BYTES} bytes`, line.text);
        else if (line.text.trim() !== '') yield observed(line.number, line.text, () => event(line.text, line.number, state, options));
      }
    }
  },
} as const satisfies Importer;

/** `sessions`: endpoints by session; `names`: session (as `protocol`) by transport number and address, and the newest by address. */
interface State { readonly sessions: OpenSessions; readonly names: OpenSessions }

function event(text: string, line: number, state: State, options: ImportOptions): Observation {
  const parts = LINE.exec(text);
  if (!parts) throw new RecordDefect('expected a time and a [system], got another line');
  const [, at, system = '', message = ''] = parts;
  const atUs = time(at, 'time', options);
  const fields = new Fields().add('event.module', 'cowrie').add('event.action', 'log');
  const opened = CONNECTION.exec(message);
  if (opened) {
    const src = address(opened[1], 'source'), protocol = /telnet/i.test(system) ? 'telnet' : 'ssh', id = opened[5] as string;
    const ends = { dst: address(opened[3], 'destination'), sport: whole(opened[2], 'source port', 65_535), dport: whole(opened[4], 'destination port', 65_535), protocol };
    state.sessions.open(id, ends);
    state.names.open(`new ${src}`, { ...ends, protocol: id });
    return observation({ kind: 'honeypot.session.opened', atUs, line, role: 'scanner', src, ...ends, proto: PROTO.tcp, session: id, fields: fields.add('network.protocol', protocol) });
  }
  const transport = TRANSPORT.exec(system);
  if (!transport) return observation({ kind: 'honeypot.event.seen', atUs, line, role: 'unknown', fields: fields.add('log.logger', system).add('message', message) });
  const src = address(transport[3], 'source'), key = `${transport[2]} ${src}`;
  const known = state.names.get(key) ?? state.names.get(`new ${src}`);
  if (known) state.names.open(key, known);
  const id = known?.protocol ?? '', ends = state.sessions.get(id);
  const protocol = ends?.protocol ?? (/telnet/i.test(system) ? 'telnet' : 'ssh');
  fields.add('network.protocol', protocol);
  let kind: Kind = 'honeypot.event.seen', label = '';
  for (const [found, pattern, names] of MESSAGES) {
    const match = pattern.exec(message);
    if (!match) continue;
    kind = found;
    names.forEach((name, i) => {
      const value = unwrapPythonBytes(match[i + 1] ?? '');
      if (name === 'ssh.client') label = value;
      fields.add(name, name === 'event.duration' ? Math.round(Number(value) * 1e9) : /port|width|height/.test(name) ? Number(value) : value);
    });
    break;
  }
  if (kind === 'honeypot.event.seen') fields.add('message', message);
  if (kind === 'honeypot.session.closed') {
    state.sessions.close(id);
    state.names.close(key);
  }
  return observation({ kind, atUs, line, role: honeypotRole(kind), src, dst: ends?.dst ?? '', sport: ends?.sport ?? 0, dport: ends?.dport ?? 0, proto: PROTO.tcp, session: id, label, fields });
}
