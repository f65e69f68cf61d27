/**
 * Elasticpot, an Elasticsearch honeypot (9200/tcp): JSON lines of both generations.
 *
 * Older: `{"event_type": "alert", "honeypot": {"name": "Elasticpot", "query": "GET /…", "raw": base64}}` with naive times;
 * newer: `{"eventid": "elasticpot.recon", "url": …, "request": "GET", …}`.
 * Source: github.com/schmalle/ElasticpotPY (older), gitlab.com/bontchev/elasticpot (newer).
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import { jsonLinesImporter } from './reading/json-lines.ts';
import { addressOf, base64Payload, Fields, objectOf, observation, portOf, RecordDefect, textOf, textPayload, timeOf } from './reading/record.ts';

export const elasticpot = jsonLinesImporter({
  name: 'elasticpot',
  about: 'Elasticpot, Elasticsearch honeypot, JSON lines (gitlab.com/bontchev/elasticpot)',
  score: (record) => (textOf(objectOf(record, 'honeypot'), 'name').toLowerCase() === 'elasticpot' || textOf(record, 'eventid').startsWith('elasticpot.') ? 1 : 0),
  reader: () => (record, line, options) => {
    const pot = objectOf(record, 'honeypot'), event = textOf(record, 'eventid') || textOf(record, 'event_type');
    const newer = event.startsWith('elasticpot.');
    if (!newer && textOf(pot, 'name').toLowerCase() !== 'elasticpot') throw new RecordDefect("expected 'honeypot.name' to be Elasticpot or 'eventid' to begin with elasticpot.");
    const query = /^([A-Z]{1,16}) (\S[\s\S]*)$/.exec(textOf(pot, 'query'));
    const body = newer ? textOf(record, 'payload') : textOf(pot, 'postdata');
    const fields = new Fields().add('event.module', 'elasticpot').add('event.action', event).add('network.protocol', 'http')
      .add('http.request.method', newer ? textOf(record, 'request') : query?.[1]).add('url.original', newer ? textOf(record, 'url') : query?.[2] ?? textOf(pot, 'query'))
      .add('http.request.body.content', body).add('user_agent.original', textOf(record, 'user_agent')).add('observer.name', textOf(record, 'sensor') || textOf(pot, 'nodeid')).add('message', textOf(record, 'message'));
    const dport = portOf(record, newer ? 'dst_port' : 'dest_port');
    return observation({
      kind: 'honeypot.request.seen', atUs: timeOf(record, 'timestamp', options), line, role: body === '' ? 'scanner' : 'attacker', src: addressOf(record, 'src_ip'),
      dst: addressOf(record, newer ? 'dst_ip' : 'dest_ip'), sport: portOf(record, 'src_port'), dport, proto: PROTO.tcp, session: textOf(record, 'session'),
      payload: base64Payload(textOf(pot, 'raw')) ?? textPayload(body), fields,
    });
  },
});
