/**
 * Medpot, an HL7/FHIR honeypot (2575/tcp by default): JSON lines with what the peer sent in base64.
 *
 * The log names no destination. A remote-desktop cookie in the data (`Cookie: mstshash=…`) gives `user.name`.
 * Source: github.com/schmalle/medpot; cookie: Microsoft [MS-RDPBCGR] §2.2.1.1.
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import { jsonLinesImporter } from './reading/json-lines.ts';
import { addressOf, base64Payload, Fields, observation, portOf, RecordDefect, textOf, timeOf } from './reading/record.ts';

export const medpot = jsonLinesImporter({
  name: 'medpot',
  about: 'Medpot, HL7 honeypot, JSON lines (github.com/schmalle/medpot)',
  score: (record) => ('level' in record && 'message' in record && 'src_port' in record && 'src_ip' in record && 'data' in record ? 0.9 : 0),
  reader: () => (record, line, options) => {
    const src = addressOf(record, 'src_ip');
    if (src === '') throw new RecordDefect("expected 'src_ip', got nothing");
    const payload = base64Payload(textOf(record, 'data'));
    const cookie = payload ? /Cookie: mstshash=([^\r\n]{1,64})/.exec(Buffer.from(payload).toString('latin1'))?.[1] : undefined;
    return observation({
      kind: payload ? 'honeypot.request.seen' : 'honeypot.session.opened', atUs: timeOf(record, 'timestamp', options), line, role: cookie === undefined ? 'scanner' : 'attacker',
      src, sport: portOf(record, 'src_port'), proto: PROTO.tcp, payload,
      fields: new Fields().add('event.module', 'medpot').add('event.action', textOf(record, 'message')).add('network.protocol', cookie === undefined ? 'hl7' : 'rdp').add('user.name', cookie),
    });
  },
});
