/**
 * The Cisco ASA honeypot's web access lines (not a firewall's log): one JSON object a line, at times in one long list.
 *
 * `payload_printable` is an access line (`"GET /path HTTP/1.1" 302 -`) or a message of its HTTP server. The tool quotes what
 * attackers send by hand, so a quote sent by one breaks its line: such a line is a defect and the next is read. An older
 * dialect writes Python's quotes (`{'timestamp': '…', …}`). The log names no port; the honeypot listens on 8443/tcp by default.
 * Source: github.com/Cymmetria/ciscoasa_honeypot. Times are naive.
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import type { Observation } from '../../observations/observation.ts';
import type { Importer, ImportOptions } from '../importer.ts';
import { detectJsonLines, fromLine } from './reading/json-lines.ts';
import { headLines, readLines } from './reading/line-reader.ts';
import { addressOf, Fields, observation, observed, own, RecordDefect, textOf, textPayload, timeOf, type JsonObject } from './reading/record.ts';

/** Three members and no more, so that a quote inside the last is harmless. */
const PYTHON = /^\{'timestamp': '([^']{10,40})', 'src_ip': '([0-9a-fA-F.:]{2,45})', 'payload_printable': (?:'([\s\S]*)'|"([\s\S]*)")\},?$/;
const ACCESS = /^"([A-Z]{1,16}) (\S+)(?: (HTTP\/[\d.]{1,4}))?" (\d{3}) (?:-|\d+)$/;

export const ciscoasaHoneypot = {
  name: 'ciscoasa-honeypot',
  about: 'Cisco ASA web honeypot access lines (github.com/Cymmetria/ciscoasa_honeypot)',
  detect(head: Uint8Array): number {
    const lines = headLines(head);
    const python = lines.filter((line) => PYTHON.test(line)).length / Math.max(1, lines.length);
    return Math.max(python, detectJsonLines(head, (record) => ('payload_printable' in record && 'src_ip' in record && 'timestamp' in record && Object.keys(record).length === 3 ? 0.9 : 0)));
  },
  async *read(chunks: AsyncIterable<Uint8Array>, options: ImportOptions) {
    for await (const lines of readLines(chunks)) {
      for (const line of lines) {
        const python = line.tooLong || line.broken ? null : PYTHON.exec(line.text);
        const found = python
          ? observed(line.number, line.text, () => access({ timestamp: python[1], src_ip: python[2], payload_printable: python[3] ?? python[4] ?? '' }, line.number, options))
          : fromLine(line, access, options);
        if (found) yield found;
      }
    }
  },
} as const satisfies Importer;

function access(record: JsonObject, line: number, options: ImportOptions): Observation {
  const text = own(record, 'payload_printable'), src = addressOf(record, 'src_ip');
  if (typeof text !== 'string' || src === '') throw new RecordDefect("expected 'src_ip' and 'payload_printable', got one or none");
  const request = ACCESS.exec(text);
  const fields = new Fields().add('event.module', 'ciscoasa').add('network.protocol', 'http');
  if (request) fields.add('event.action', 'request').add('http.request.method', request[1]).add('url.original', request[2]).add('http.response.status_code', Number(request[4]));
  else fields.add('event.action', 'message').add('message', textOf(record, 'payload_printable'));
  return observation({
    kind: request ? 'honeypot.request.seen' : 'honeypot.event.seen', atUs: timeOf(record, 'timestamp', options), line, role: 'scanner', src, proto: PROTO.tcp,
    payload: request ? textPayload(`${request[1]} ${request[2]}${request[3] === undefined ? '' : ` ${request[3]}`}`) : null, fields,
  });
}
