/**
 * Cowrie, an SSH and Telnet honeypot: JSON lines of old and new versions.
 *
 * Old ones write `version` as a Python bytes literal and durations as numbers, new ones plain text and durations as text.
 * Only `cowrie.session.connect` names destination, ports and protocol; later records of the session get them from it. The
 * destination of `cowrie.direct-tcpip.*` is where the client wants to be forwarded: it is kept as `tunnel.destination.*`.
 * `command.success` and `command.failed` repeat a `command.input`, so only the latter counts as a typed command.
 * Source: Cowrie documentation, "Output event code reference".
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import type { Kind } from '../../observations/observation.ts';
import { honeypotRole } from './reading/honeypot-role.ts';
import { jsonLinesImporter } from './reading/json-lines.ts';
import { OpenSessions } from './reading/open-sessions.ts';
import { addressOf, Fields, observation, own, portOf, RecordDefect, textOf, timeOf, unwrapPythonBytes } from './reading/record.ts';

const KIND: Readonly<Record<string, Kind>> = Object.freeze({
  'cowrie.session.connect': 'honeypot.session.opened', 'cowrie.session.closed': 'honeypot.session.closed',
  'cowrie.client.version': 'honeypot.client.named', 'cowrie.client.kex': 'honeypot.client.named', 'cowrie.client.size': 'honeypot.client.named',
  'cowrie.client.var': 'honeypot.client.named', 'cowrie.client.fingerprint': 'honeypot.client.named',
  'cowrie.login.success': 'honeypot.login.succeeded', 'cowrie.login.failed': 'honeypot.login.failed', 'cowrie.command.input': 'honeypot.command.typed',
  'cowrie.session.file_download': 'honeypot.file.stored', 'cowrie.session.file_upload': 'honeypot.file.stored', 'cowrie.direct-tcpip.request': 'honeypot.tunnel.requested',
});
/** Members of a record → ECS where it has a name. */
const ECS: readonly (readonly [string, string])[] = [
  ['username', 'user.name'], ['password', 'user.password'], ['input', 'process.command_line'], ['url', 'url.original'], ['shasum', 'file.hash.sha256'],
  ['filename', 'file.name'], ['destfile', 'file.target_path'], ['outfile', 'file.path'], ['size', 'file.size'], ['ttylog', 'cowrie.ttylog'], ['hassh', 'ssh.client.hassh'],
  ['hasshAlgorithms', 'ssh.client.hassh_algorithms'], ['arch', 'host.architecture'], ['width', 'cowrie.terminal.width'], ['height', 'cowrie.terminal.height'],
  ['name', 'cowrie.variable.name'], ['value', 'cowrie.variable.value'], ['fingerprint', 'ssh.client.key_fingerprint'], ['realm', 'cowrie.realm'], ['sensor', 'observer.name'],
];

export const cowrie = jsonLinesImporter({
  name: 'cowrie',
  about: 'Cowrie, SSH and Telnet honeypot, JSON lines (cowrie.org)',
  score: (record) => (textOf(record, 'eventid').startsWith('cowrie.') ? 1 : 0),
  reader: () => {
    const sessions = new OpenSessions();
    return (record, line, options) => {
      const event = textOf(record, 'eventid'), session = textOf(record, 'session');
      if (!event.startsWith('cowrie.')) throw new RecordDefect(`expected 'eventid' to begin with cowrie., got '${event.slice(0, 40)}'`);
      const kind = Object.hasOwn(KIND, event) ? KIND[event] as Kind : 'honeypot.event.seen';
      const forwarded = event.startsWith('cowrie.direct-tcpip.');
      const opened = {
        dst: forwarded ? '' : addressOf(record, 'dst_ip'), sport: forwarded ? 0 : portOf(record, 'src_port'), dport: forwarded ? 0 : portOf(record, 'dst_port'),
        protocol: textOf(record, 'protocol'),
      };
      if (kind === 'honeypot.session.opened') sessions.open(session, opened);
      const ends = sessions.get(session) ?? opened;
      if (kind === 'honeypot.session.closed') sessions.close(session);
      const version = unwrapPythonBytes(textOf(record, 'version'));
      const fields = new Fields().add('event.module', 'cowrie').add('event.action', event).add('network.protocol', ends.protocol).add('ssh.client', version);
      for (const [member, name] of ECS) fields.add(name, own(record, member));
      const duration = textOf(record, 'duration');
      if (duration !== '' && Number(duration) >= 0) fields.add('event.duration', Math.round(Number(duration) * 1e9));
      let payload: Uint8Array | null = null;
      if (forwarded) {
        // What the client asked for: SSH lets it name any 32-bit port (RFC 4254, section 7.2), so nothing is checked.
        fields.add('tunnel.destination.address', own(record, 'dst_ip')).add('tunnel.destination.port', own(record, 'dst_port'));
        const data = textOf(record, 'data');
        // Latin-1: the literal's escapes are bytes.
        if (data !== '') payload = Uint8Array.from(Buffer.from(unwrapPythonBytes(data).slice(0, 256), 'latin1'));
      }
      if (!Object.hasOwn(KIND, event)) fields.add('message', textOf(record, 'message'));
      return observation({
        kind, atUs: timeOf(record, 'timestamp', options), line, role: honeypotRole(kind), src: addressOf(record, 'src_ip'), dst: ends.dst, sport: ends.sport,
        dport: ends.dport, proto: PROTO.tcp, session, label: version, payload, fields,
      });
    };
  },
});
