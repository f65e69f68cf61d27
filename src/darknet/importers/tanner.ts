/**
 * TANNER, the web honeypot SNARE's analyser: JSON lines, one a request.
 *
 * The verdict (`detection.name`) becomes `rule.name`; anything but index and unknown is an attack. Times are naive.
 * Source: github.com/mushorg/tanner, reporting/log_local.
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';
import { jsonLinesImporter } from './reading/json-lines.ts';
import { addressOf, Fields, isObject, objectOf, observation, own, portOf, RecordDefect, textOf, timeOf } from './reading/record.ts';

const NO_ATTACK = new Set(['', 'index', 'unknown']);

export const tanner = jsonLinesImporter({
  name: 'tanner',
  about: 'SNARE/TANNER web honeypot reports, JSON lines (github.com/mushorg/tanner)',
  score: (record) => (isObject(record['peer']) && typeof record['method'] === 'string' && 'response_msg' in record ? 1 : 0),
  reader: () => (record, line, options) => {
    const peer = objectOf(record, 'peer'), headers = objectOf(record, 'headers');
    if (!isObject(own(record, 'peer'))) throw new RecordDefect("expected 'peer' with ip and port, got none");
    const message = objectOf(objectOf(objectOf(record, 'response_msg'), 'response'), 'message');
    const verdict = textOf(objectOf(message, 'detection'), 'name');
    const fields = new Fields().add('event.module', 'tanner').add('event.action', 'request').add('network.protocol', 'http').add('rule.name', verdict)
      .add('http.request.method', textOf(record, 'method')).add('url.path', textOf(record, 'path')).add('url.domain', textOf(headers, 'host'))
      .add('user_agent.original', textOf(headers, 'user-agent')).add('http.request.referrer', textOf(headers, 'referer'))
      .add('http.response.status_code', own(record, 'status')).add('observer.name', textOf(record, 'uuid'));
    const body = own(record, 'post_data');
    if (isObject(body)) fields.add('http.request.body.content', JSON.stringify(body));
    for (const key of Object.keys(headers).slice(0, 60)) if (!['host', 'user-agent', 'referer'].includes(key)) fields.add(`http.request.headers.${key.slice(0, 64)}`, textOf(headers, key));
    return observation({
      kind: 'honeypot.request.seen', atUs: timeOf(record, 'timestamp', options), line, role: NO_ATTACK.has(verdict) && !isObject(body) ? 'scanner' : 'attacker',
      src: addressOf(peer, 'ip'), sport: portOf(peer, 'port'), proto: PROTO.tcp, session: textOf(message, 'sess_uuid'), fields,
    });
  },
});
