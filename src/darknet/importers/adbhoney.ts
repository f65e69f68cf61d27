/**
 * ADBHoney, a honeypot of the Android Debug Bridge (5555/tcp): JSON lines.
 *
 * Only `adbhoney.session.connect` names ports; later records of the session get them from it.
 * Source: ADBHoney's output_json (github.com/huuck/ADBHoney).
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import type { Kind } from '../../observations/observation.ts';
import { honeypotRole } from './reading/honeypot-role.ts';
import { jsonLinesImporter } from './reading/json-lines.ts';
import { OpenSessions } from './reading/open-sessions.ts';
import { addressOf, Fields, observation, portOf, RecordDefect, textOf, timeOf } from './reading/record.ts';

const KIND: Readonly<Record<string, Kind>> = Object.freeze({
  'adbhoney.session.connect': 'honeypot.session.opened', 'adbhoney.session.closed': 'honeypot.session.closed',
  'adbhoney.command.input': 'honeypot.command.typed', 'adbhoney.session.file_upload': 'honeypot.file.stored',
});

export const adbhoney = jsonLinesImporter({
  name: 'adbhoney',
  about: 'ADBHoney, Android Debug Bridge honeypot, JSON lines (github.com/huuck/ADBHoney)',
  score: (record) => (textOf(record, 'eventid').startsWith('adbhoney.') ? 1 : 0),
  reader: () => {
    const sessions = new OpenSessions();
    return (record, line, options) => {
      const event = textOf(record, 'eventid'), session = textOf(record, 'session');
      if (!event.startsWith('adbhoney.')) throw new RecordDefect(`expected 'eventid' to begin with adbhoney., got '${event.slice(0, 40)}'`);
      const kind = Object.hasOwn(KIND, event) ? KIND[event] as Kind : 'honeypot.event.seen';
      const opened = { dst: addressOf(record, 'dest_ip'), sport: portOf(record, 'src_port'), dport: portOf(record, 'dest_port'), protocol: 'adb' };
      if (kind === 'honeypot.session.opened') sessions.open(session, opened);
      const ends = sessions.get(session) ?? opened;
      if (kind === 'honeypot.session.closed') sessions.close(session);
      const duration = Number(textOf(record, 'duration'));
      const fields = new Fields().add('event.module', 'adbhoney').add('event.action', event).add('network.protocol', 'adb').add('process.command_line', textOf(record, 'input'))
        .add('file.path', textOf(record, 'filename')).add('file.hash.sha256', textOf(record, 'shasum')).add('observer.name', textOf(record, 'sensor'));
      if (textOf(record, 'duration') !== '' && duration >= 0) fields.add('event.duration', Math.round(duration * 1e9));
      return observation({
        kind, atUs: timeOf(record, 'timestamp', options), line, role: honeypotRole(kind), src: addressOf(record, 'src_ip'), dst: ends.dst, sport: ends.sport,
        dport: ends.dport, proto: PROTO.tcp, session, fields,
      });
    };
  },
});
