/**
 * What the API answers: content, paging, exports, audit, the OpenAPI document, and hostile requests.
 * @module
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { z } from 'zod';
import { MINUTE_US } from '../../../src/core/time.ts';
import { ROUTES } from '../../../src/portal/api.ts';
import type { RouteKey } from '../../../src/portal/handlers.ts';
import { createPortal } from '../../../src/portal/server.ts';
import { openApiDocument } from '../../../src/portal/openapi.ts';
import { csvCell } from '../../../src/portal/routes/observations.ts';
import { NOW_US, openFixture, type Fixture } from './fixture.ts';
import { samplesOf } from './samples.ts';

describe('what the API answers', () => {
  let f: Fixture;
  before(async () => { f = await openFixture(); });
  after(() => f.close());

  type AnswerOf<K extends RouteKey> = (typeof ROUTES)[K] extends { readonly answer: infer S extends z.ZodType } ? z.infer<S> : never;
  async function ask<K extends RouteKey>(key: K, path: string, body?: object): Promise<AnswerOf<K>> {
    const answer = await f.portal.inject({ method: key.split(' ')[0] as 'GET', url: `/api/v1${path}`, headers: { authorization: `Bearer ${f.keys.administrator}` }, ...(body ? { payload: body } : {}) });
    assert.ok(answer.statusCode < 300, `${key} ${path}: ${answer.statusCode} ${answer.body.slice(0, 400)}`);
    return (answer.body === '' ? undefined : JSON.parse(answer.body)) as AnswerOf<K>;
  }

  test('without times a question covers the last hour of what there is', async () => {
    const { fromUs, toUs, rows } = await ask('GET /observations', '/observations?limit=1000');
    assert.deepEqual([fromUs, toUs, rows.length], [NOW_US - 60 * MINUTE_US, NOW_US, 601]);
    f.clock.advance(30 * 24 * 3_600_000);
    const later = await ask('GET /observations', '/observations?limit=1000');
    assert.ok(later.rows.length === 601 && later.toUs < NOW_US, 'a month later it is the last hour of stored time');
  });

  test('pages by beforeUs give every row once, even where many share a microsecond', async () => {
    const seen: string[] = [];
    let before = '';
    for (let page = 0; page < 20; page++) {
      const { rows, more } = await ask('GET /observations', `/observations?limit=101${before}`);
      seen.push(...rows.map((r) => `${r.atUs} ${r.sport} ${r.kind}`));
      before = `&beforeUs=${rows.at(-1)?.atUs ?? 0}`;
      if (!more) break;
    }
    assert.deepEqual([seen.length, new Set(seen).size], [601, 601]);
  });

  test('Now, the port and the host tell the same story as the counts', async () => {
    const picture = await ask('GET /now', '/now'), port = await ask('GET /ports/:port', '/ports/tcp-23'), slashed = await ask('GET /ports/:port', '/ports/tcp%2F23'), host = await ask('GET /hosts/:src', '/hosts/192.0.2.1');
    const counted = (await ask('GET /observations/count', '/observations/count?by=port&query=kind+%3D%3D+darknet.packet.seen')).rows[0];
    assert.deepEqual([picture.packets, picture.hosts, picture.sensors, counted?.['sources'], port.hosts, port.packets], [600, 20, 1, 20, 20, counted?.['packets']]);
    assert.deepEqual(slashed, port);
    assert.deepEqual([picture.headline?.id, picture.ports[0]?.port, picture.ports[0]?.raised], [f.ids.local.finding, 'tcp/23', true]);
    assert.deepEqual([host.packets, host.records, host.country, host.asName, host.findings[0]?.id, host.tags[0]?.value], [30, 1, 'JP', 'Example AS', f.ids.local.finding, 'seen-ordinary']);
    const risk = (await ask('GET /ports', '/ports')).rows.find((row) => row.port === 'tcp/23');
    assert.deepEqual([risk?.finding, risk?.tail, risk?.median], [f.ids.local.finding, 1e-9, 2]);
  });

  test("a finding's hosts and picture come from its own query", async () => {
    const detail = await ask('GET /findings/:id', `/findings/${f.ids.local.finding}`);
    assert.equal(detail.sourceList.length, 20);
    assert.equal(detail.sourceList.reduce((sum, host) => sum + host.packets, 0), detail.matrix.packets.reduce((sum, n) => sum + n, 0));
    assert.equal(detail.matrix.packets.length, detail.matrix.hosts.length * detail.matrix.slots);
    assert.ok(detail.sourceList.every((host) => host.firstUs >= detail.evidence.fromUs && host.lastUs < detail.evidence.toUs));
    assert.ok(detail.about !== '' && detail.source !== '', 'the engine says what it is and whose idea it was');
  });

  test('outcomes are kept with who and why, undone, and snoozes end', async () => {
    const path = `/findings/${f.ids.local.finding}`;
    assert.equal((await ask('POST /findings/:id/outcome', `${path}/outcome`, { outcome: 'false', reason: 'our own scanner' })).state, 'false');
    assert.equal((await ask('POST /findings/:id/undo', `${path}/undo`, {})).state, 'open');
    assert.equal((await ask('POST /findings/:id/outcome', `${path}/outcome`, { outcome: 'snoozed', reason: '', until: 'now+1h' })).state, 'snoozed');
    f.clock.advance(2 * 3_600_000);
    const detail = await ask('GET /findings/:id', path);
    assert.equal(detail.finding.state, 'open');
    assert.deepEqual(detail.history.filter((h) => h.person !== '').map((h) => [h.action, h.reason]), [['false', 'our own scanner'], ['undo', ''], ['snoozed', '']]);
  });

  test('every change and every export is in the audit log, and the chain holds', async () => {
    const before = (await ask('GET /audit', '/audit')).entries[0]?.seq ?? 0;
    const silent: string[] = [];
    const samples = samplesOf(f.ids.local);
    for (const key of Object.keys(ROUTES) as RouteKey[]) {
      const sample = samples[key], changing = !key.startsWith('GET') || key.endsWith('/export');
      if (!changing || ROUTES[key].needs === 'public' || sample.personal || key === 'DELETE /session') continue;
      const seq = (await f.services.orgs.audit.list(f.administrator.orgs, { limit: 1 })).entries[0]?.seq ?? 0;
      await f.portal.inject({
        method: key.split(' ')[0] as 'GET', url: `/api/v1${sample.path}`, headers: { authorization: `Bearer ${f.keys.administrator}`, ...(sample.bytes ? { 'content-type': 'application/octet-stream' } : {}) },
        ...(sample.bytes ? { payload: sample.bytes } : sample.body ? { payload: sample.body as object } : {}),
      });
      const newest = (await f.services.orgs.audit.list(f.administrator.orgs, { limit: 1 })).entries[0];
      if (!newest || newest.seq === seq || !newest.person.startsWith('key:')) silent.push(key);
    }
    assert.deepEqual(silent, []);
    f.clock.advance(60_000);
    const audit = await ask('GET /audit', '/audit');
    assert.ok(audit.intact && (audit.entries[0]?.seq ?? 0) > before);
    const exported = audit.entries.find((e) => e.action === 'observations.export');
    assert.ok(exported, 'exports are changes too');
  });

  test('an upload reaches its job whole, as the sensor it names', async () => {
    const bytes = Buffer.alloc(700_000, 7);
    const answer = await f.portal.inject({ method: 'POST', url: '/api/v1/sources/upload?sensor=new-one&name=big.pcap', headers: { authorization: `Bearer ${f.keys.analyst}`, 'content-type': 'application/octet-stream' }, payload: bytes });
    assert.equal(answer.statusCode, 200);
    assert.deepEqual(f.uploaded.at(-1), { name: 'big.pcap', sensor: 'local/new-one', bytes: bytes.length });
    const wrong = await f.portal.inject({ method: 'POST', url: '/api/v1/sources/upload?sensor=new-one', headers: { authorization: `Bearer ${f.keys.analyst}` }, payload: { not: 'a file' } });
    assert.equal(wrong.statusCode, 400);
  });

  test('an export streams every row as JSON lines or as CSV without formulas', async () => {
    const bearer = { authorization: `Bearer ${f.keys.analyst}` };
    const lines = await f.portal.inject({ url: '/api/v1/observations/export?as=jsonl', headers: bearer });
    const rows = lines.body.trimEnd().split('\n').map((line) => JSON.parse(line) as { atUs: number });
    assert.equal(rows.length, 601);
    assert.ok(rows.every((row, i) => i === 0 || row.atUs >= (rows[i - 1]?.atUs ?? 0)), 'in order of time');
    const csv = await f.portal.inject({ url: '/api/v1/observations/export?as=csv&limit=5', headers: bearer });
    assert.match(String(csv.headers['content-type']), /^text\/csv/);
    assert.equal(csv.body.trimEnd().split('\r\n').length, 6);
  });

  test('no text becomes a formula in a spreadsheet, and every cell reads back', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const cell = csvCell(text);
      assert.ok(!/^[=+\-@\t\r]/.test(cell.replace(/^"/, '')));
      const back = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      assert.ok(back === text || back === `'${text}`);
    }));
  });

  test('completions know the sensors and point at the mistake', async () => {
    const { items, error } = await ask('GET /observations/complete', `/observations/complete?at=10&text=${encodeURIComponent('sensor == ')}`);
    assert.ok(items.some((item) => item.text.includes('tokyo')));
    assert.ok(error && error.at >= 10);
    const answer = await f.portal.inject({ url: `/api/v1/observations?query=${encodeURIComponent('port == and')}`, headers: { authorization: `Bearer ${f.keys.viewer}` } });
    const body = JSON.parse(answer.body) as { error: { code: string; at: number } };
    assert.deepEqual([answer.statusCode, body.error.code, typeof body.error.at], [400, 'query-syntax', 'number']);
  });

  test('the OpenAPI document has every route with its role, parts and answers, and every reference leads somewhere', async () => {
    const document = JSON.parse((await f.portal.inject({ url: '/api/v1/openapi.json' })).body) as Record<string, never> & { openapi: string; paths: Record<string, Record<string, { operationId: string; 'x-least-role': string; parameters?: { name: string; in: string; required: boolean; schema: object }[]; requestBody?: object; responses: Record<string, object> }>> };
    assert.deepEqual(document, JSON.parse(JSON.stringify(openApiDocument('0.0.0-test'))));
    assert.match(document.openapi, /^3\.1\./);
    const ids = new Set<string>();
    for (const [key, route] of Object.entries(ROUTES) as [RouteKey, { needs: string; query?: z.ZodType; body?: z.ZodType; answer?: z.ZodType }][]) {
      const [method = '', path = ''] = key.split(' ');
      const operation = document.paths[path.replace(/:([A-Za-z]+)/g, '{$1}')]?.[method.toLowerCase()];
      assert.ok(operation, key);
      assert.equal(operation['x-least-role'], route.needs, key);
      ids.add(operation.operationId);
      const placed = (operation.parameters ?? []).filter((p) => p.in === 'path').map((p) => p.name);
      assert.deepEqual(placed, [...path.matchAll(/:([A-Za-z]+)/g)].map((m) => m[1]), key);
      assert.equal(Boolean(route.body) || key === 'POST /sources/upload', operation.requestBody !== undefined, key);
      assert.ok(operation.responses['default'] && (operation.responses['200'] ?? operation.responses['204']), key);
    }
    assert.equal(ids.size, Object.keys(ROUTES).length, 'operation ids are unique');
    assert.equal(Object.values(document.paths).flatMap((p) => Object.keys(p)).length, ids.size, 'and nothing else is in it');
    const walk = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return;
      for (const [key, item] of Object.entries(value)) {
        if (key === '$ref') {
          const found = String(item).replace(/^#\//, '').split('/').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);
          assert.ok(found, String(item));
        } else walk(item);
      }
    };
    walk(document);
  });

  test('whatever is asked, nothing is our fault: no 500, no stack, always a code and a remedy', async () => {
    const odd = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('', '\0', '../../etc/passwd', "'; drop table org; --", '%00', '1e400', '-1', 'NaN', '9'.repeat(400), '{}', '::1', '0/0', 'tcp-99999', 'now-999999w', '2026-13-45', '__proto__', 'constructor', 'port == "\ud800"', '((((((((((', 'src == 1.2.3.4/0', 'at > now-999999w', 'src == "x', 'not '.repeat(100)), fc.webUrl());
    const json = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(fc.constantFrom('name', 'role', 'org', 'value', 'reason', 'outcome', 'until', 'query', 'from', 'to', 'kind', 'zone', 'country', 'regions', 'interface', 'sensor', 'scenario', 'seed', 'speed', 'token', 'password', 'language'), fc.oneof(odd, fc.double(), fc.boolean(), fc.constant(null), fc.array(odd, { maxLength: 3 }))));
    const queries = fc.dictionary(fc.constantFrom('query', 'from', 'to', 'limit', 'by', 'bins', 'text', 'at', 'beforeUs', 'state', 'before', 'as', 'sensor', 'name'), odd);
    const routes = (Object.keys(ROUTES) as RouteKey[]).filter((key) => key !== 'GET /live' && key !== 'DELETE /people/:id');
    await fc.assert(fc.asyncProperty(fc.constantFrom(...routes), odd, queries, json, fc.boolean(), async (key, param, query, body, keep) => {
      const [method = '', path = ''] = key.split(' ');
      const sample = samplesOf(f.ids.local)[key];
      const safe = (text: string): string => { try { return encodeURIComponent(text); } catch { return '%ED%A0%80'; } };
      const target = keep ? sample.path.split('?')[0] : path.replace(/:[A-Za-z]+/g, () => safe(param) || 'x');
      const search = Object.entries(query).map(([name, value]) => `${name}=${safe(value)}`).join('&');
      const answer = await f.portal.inject({
        method: method as 'GET', url: `/api/v1${target}?${search}`, remoteAddress: '192.0.2.77', headers: { authorization: `Bearer ${f.keys.administrator}`, 'content-type': key === 'POST /sources/upload' ? 'application/octet-stream' : 'application/json' },
        ...(method === 'GET' ? {} : { payload: JSON.stringify(body) ?? '' }),
      });
      assert.ok(answer.statusCode < 500, `${key} ${target}?${search} ${JSON.stringify(body)} → ${answer.statusCode}: ${String((f.faults.at(-1) as Error | undefined)?.stack)}`);
      if (answer.statusCode < 400) return;
      const { error } = JSON.parse(answer.body) as { error: { code: string; message: string; remedy: string } };
      assert.ok(error.code !== '' && error.message !== '' && typeof error.remedy === 'string' && !/\n\s+at /.test(answer.body), answer.body);
    }), { numRuns: 400 });
    assert.deepEqual(f.faults, []);
  });

  test('bodies that are no JSON, of another type, or too large are refused', async () => {
    const post = async (payload: string | Buffer, type: string): Promise<number> => (await f.portal.inject({ method: 'POST', url: '/api/v1/views', headers: { authorization: `Bearer ${f.keys.viewer}`, 'content-type': type }, payload })).statusCode;
    assert.equal(await post('{', 'application/json'), 400);
    assert.equal(await post('', 'application/json'), 400);
    assert.equal(await post('name=x', 'application/x-www-form-urlencoded'), 400);
    assert.equal(await post('{"__proto__": {"a": 1}}', 'application/json'), 400);
    assert.equal(await post(JSON.stringify({ name: 'x'.repeat(300_000) }), 'application/json'), 413);
  });

  test('healthz says whether the stores answer, without saying why to strangers', async () => {
    assert.equal((await f.portal.inject({ url: '/healthz' })).statusCode, 200);
    const told: unknown[] = [];
    const broken = createPortal({ ...f.services, store: { ...f.services.store, select: () => Promise.reject(new Error('disk on fire')) } }, { onFault: (error) => { told.push(error); } });
    const answer = await broken.inject({ url: '/healthz' });
    await broken.close();
    assert.deepEqual([answer.statusCode, answer.body.includes('fire'), told.length], [503, false, 1]);
  });

  test('a fault of ours is told to the log with its cause, to the asker without it', async () => {
    const told: unknown[] = [];
    const broken = createPortal({ ...f.services, store: { ...f.services.store, select: () => Promise.reject(new Error('secret place /var/lib')) } }, { onFault: (error) => { told.push(error); } });
    const answer = await broken.inject({ url: '/api/v1/now', headers: { authorization: `Bearer ${f.keys.viewer}` } });
    await broken.close();
    assert.deepEqual([answer.statusCode, (JSON.parse(answer.body) as { error: { code: string } }).error.code, answer.body.includes('secret'), told.length], [500, 'fault', false, 1]);
  });
});
