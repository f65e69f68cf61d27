/**
 * Suricata EVE: JSON lines of alerts, protocol events and flows.
 *
 * Out: `ids.alert.raised`, `darknet.flow.seen` (flow, netflow), `sensor.health.reported` (stats), else `ids.event.seen` with the
 * event type as `event.action`. Source and destination are as Suricata wrote them (the packet's, not the flow's), so the
 * watched host is often the source; the role stays unknown. `payload_printable` is not the bytes and is left out. Ports of ICMP are type and code, as everywhere.
 * Source: Suricata user guide, "EVE JSON Format".
 * @module
 */
import type { Kind } from '../../observations/observation.ts';
import { jsonLinesImporter } from './reading/json-lines.ts';
import { addressOf, base64Payload, Fields, isObject, objectOf, observation, own, portOf, protoOf, RecordDefect, textOf, timeOf, wholeOf, type JsonObject } from './reading/record.ts';

const KIND: Readonly<Record<string, Kind>> = Object.freeze({
  alert: 'ids.alert.raised', flow: 'darknet.flow.seen', netflow: 'darknet.flow.seen', stats: 'sensor.health.reported',
});

/** Members of the event's own object that ECS has names for: `type.path` → ECS. The rest is kept as `suricata.type.path`. */
const ECS: Readonly<Record<string, string>> = Object.freeze({
  'alert.signature': 'rule.name', 'alert.signature_id': 'rule.id', 'alert.category': 'rule.category', 'alert.rev': 'rule.version', 'alert.severity': 'event.severity',
  'dns.rrname': 'dns.question.name', 'dns.rrtype': 'dns.question.type', 'dns.rcode': 'dns.response_code', 'dns.id': 'dns.id', 'dns.type': 'dns.type',
  'http.hostname': 'url.domain', 'http.url': 'url.path', 'http.http_method': 'http.request.method', 'http.http_user_agent': 'user_agent.original',
  'http.status': 'http.response.status_code', 'http.http_refer': 'http.request.referrer', 'http.length': 'http.response.body.bytes',
  'tls.sni': 'tls.client.server_name', 'tls.subject': 'tls.server.subject', 'tls.issuerdn': 'tls.server.issuer', 'tls.version': 'tls.version',
  'tls.ja3.hash': 'tls.client.ja3', 'tls.ja3s.hash': 'tls.server.ja3s', 'tls.fingerprint': 'tls.server.hash.sha1',
  'ssh.client.software_version': 'ssh.client', 'ssh.server.software_version': 'ssh.server', 'ssh.client.hassh.hash': 'ssh.client.hassh',
  'fileinfo.filename': 'file.name', 'fileinfo.md5': 'file.hash.md5', 'fileinfo.sha256': 'file.hash.sha256', 'fileinfo.size': 'file.size',
  'flow.pkts_toserver': 'source.packets', 'flow.pkts_toclient': 'destination.packets', 'flow.bytes_toserver': 'source.bytes', 'flow.bytes_toclient': 'destination.bytes',
});
/** Members that say nothing beyond the others, or are not for keeping. */
const LEFT_OUT = new Set(['tls.certificate', 'tls.chain', 'alert.metadata']);

export const suricataEve = jsonLinesImporter({
  name: 'suricata-eve',
  about: 'Suricata EVE JSON lines (suricata.io)',
  score: (record) => (typeof record['event_type'] !== 'string' ? 0 : 'flow_id' in record || record['event_type'] === 'stats' ? 1 : 'in_iface' in record ? 0.6 : 0.1),
  reader: () => (record, line, options) => {
    const type = textOf(record, 'event_type');
    if (type === '') throw new RecordDefect("expected 'event_type', got nothing");
    const kind = (Object.hasOwn(KIND, type) ? KIND[type] : undefined) ?? 'ids.event.seen';
    const proto = protoOf(textOf(record, 'proto'));
    const icmp = proto === 1 || proto === 58;
    const fields = new Fields().add('event.module', 'suricata').add('event.action', type).add('network.protocol', textOf(record, 'app_proto'));
    addMembers(fields, type, objectOf(record, type));
    for (const other of ['http', 'ssh', 'tls', 'smb', 'smtp', 'dns', 'flow']) if (other !== type && isObject(own(record, other))) addMembers(fields, other, objectOf(record, other));
    const client = objectOf(objectOf(record, 'ssh'), 'client');
    return observation({
      kind, atUs: timeOf(record, 'timestamp', options), line, role: 'unknown', proto, fields,
      src: addressOf(record, 'src_ip'), dst: addressOf(record, 'dest_ip'),
      sport: icmp ? wholeOf(record, 'icmp_type', 255) : portOf(record, 'src_port'), dport: icmp ? wholeOf(record, 'icmp_code', 255) : portOf(record, 'dest_port'),
      session: textOf(record, 'flow_id'), label: textOf(client, 'software_version'),
      payload: base64Payload(textOf(record, 'payload')),
    });
  },
});

function addMembers(fields: Fields, path: string, record: JsonObject): void {
  for (const key of Object.keys(record).slice(0, 200)) {
    const full = `${path}.${key.slice(0, 64)}`, value = own(record, key);
    if (LEFT_OUT.has(full)) continue;
    if (isObject(value) && path.split('.').length < 4) addMembers(fields, full, value);
    else if (Object.hasOwn(ECS, full)) fields.addList(ECS[full] as string, value);
    else fields.addNested(`suricata.${full}`, value, 1);
  }
}
