/**
 * One good request for every route; the type demands that none is missing.
 * @module
 */
import type { RouteKey } from '../../../src/portal/handlers.ts';
import type { Fixture } from './fixture.ts';

export interface Sample {
  readonly path: string;
  readonly body?: unknown;
  /** Raw body (uploads). */
  readonly bytes?: Buffer;
  /** The route goes on answering: not asked by `inject`. */
  readonly endless?: true;
  /** Only a person in a session may: a key gets 404. */
  readonly personal?: true;
}

/** Requests about the things of one organisation. */
export function samplesOf(ids: Fixture['ids']['local'], org: 'local' | 'canary' = 'local'): Record<RouteKey, Sample> {
  const sensor = org === 'local' ? 'local/tokyo' : 'canary/canary-sensor', src = org === 'local' ? '192.0.2.1' : '203.0.113.77', port = org === 'local' ? 'tcp-23' : 'tcp-31337';
  return {
    'GET /me': { path: '/me' },
    'POST /session/link': { path: '/session/link', body: { token: 'x' } },
    'POST /session': { path: '/session', body: { name: 'nobody', password: 'nothing' } },
    'DELETE /session': { path: '/session' },
    'PUT /me/password': { path: '/me/password', body: { name: 'New name', password: 'a long enough one' }, personal: true },
    'PATCH /me': { path: '/me', body: { language: 'ja' }, personal: true },
    'GET /now': { path: '/now' },
    'GET /observations': { path: '/observations?query=&limit=1000' },
    'GET /observations/count': { path: '/observations/count?by=src,sensor,port,tag,label,country' },
    'GET /observations/histogram': { path: '/observations/histogram?bins=20' },
    'GET /observations/complete': { path: '/observations/complete?text=sensor+%3D%3D+&at=10' },
    'GET /observations/export': { path: '/observations/export?as=jsonl' },
    'GET /findings': { path: '/findings' },
    'GET /findings/:id': { path: `/findings/${ids.finding}` },
    'POST /findings/:id/outcome': { path: `/findings/${ids.finding}/outcome`, body: { outcome: 'benign', reason: 'a test' } },
    'POST /findings/:id/undo': { path: `/findings/${ids.finding}/undo`, body: {} },
    'GET /ports': { path: '/ports' },
    'GET /ports/:port': { path: `/ports/${port}` },
    'GET /hosts/:src': { path: `/hosts/${src}` },
    'POST /hosts/:src/tags': { path: `/hosts/${src}/tags`, body: { value: 'watched', reason: 'a test' } },
    'DELETE /hosts/:src/tags/:value': { path: `/hosts/${src}/tags/watched` },
    'GET /health': { path: '/health' },
    'PATCH /sensors/:org/:name': { path: `/sensors/${sensor}`, body: { country: 'DE' } },
    'POST /sensors/:org/:name/gaps': { path: `/sensors/${sensor}/gaps`, body: { from: 'now-2h', to: 'now-1h', reason: 'a test' } },
    'GET /settings': { path: '/settings' },
    'PUT /settings/:key': { path: '/settings/people.language', body: { value: 'ja' } },
    'GET /sources/interfaces': { path: '/sources/interfaces' },
    'POST /sources/listen': { path: '/sources/listen', body: { interface: 'lo', sensor } },
    'POST /sources/replay': { path: '/sources/replay', body: {} },
    'POST /sources/upload': { path: `/sources/upload?sensor=${sensor}&name=a.pcap`, bytes: Buffer.from('not a capture') },
    'DELETE /sources/jobs/:id': { path: `/sources/jobs/${ids.job}` },
    'GET /keys': { path: '/keys' },
    'POST /keys': { path: '/keys', body: { role: 'viewer', org } },
    'DELETE /keys/:id': { path: `/keys/${ids.key}` },
    'GET /people': { path: '/people' },
    'POST /people': { path: '/people', body: { name: `Somebody of ${org}`, role: 'viewer' } },
    'DELETE /people/:id': { path: `/people/${ids.person}` },
    'GET /audit': { path: '/audit' },
    'GET /views': { path: '/views' },
    'POST /views': { path: '/views', body: { name: 'Mine', query: 'port == 23', from: '', to: '', kind: 'view' } },
    'DELETE /views/:id': { path: `/views/${ids.view}` },
    'GET /live': { path: '/live', endless: true },
  };
}
