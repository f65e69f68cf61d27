/**
 * Signing in by link and password, cookies, requests from other sites, keys.
 * @module
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { InjectOptions } from 'fastify';
import { openFixture, type Fixture } from './fixture.ts';

describe('signing in and staying in', () => {
  let f: Fixture;
  before(async () => { f = await openFixture(); });
  after(() => f.close());

  const HOST = 'noroshi.example:8787', ORIGIN = `http://${HOST}`;
  interface Seen { status: number; body: { error?: { code: string }; [key: string]: unknown }; cookie: string; setCookie: string }

  async function ask(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options: { body?: object; cookie?: string; headers?: Record<string, string>; from?: string } = {}): Promise<Seen> {
    const request: InjectOptions = {
      method, url: `/api/v1${path}`, remoteAddress: options.from ?? '127.0.0.1', headers: { host: HOST, ...(options.cookie ? { cookie: options.cookie } : {}), ...(options.headers ?? { origin: ORIGIN }) },
      ...(options.body ? { payload: options.body } : {}),
    };
    const answer = await f.portal.inject(request);
    const setCookie = String(answer.headers['set-cookie'] ?? '');
    return { status: answer.statusCode, body: answer.body === '' ? {} : JSON.parse(answer.body) as Seen['body'], setCookie, cookie: setCookie.split(';')[0] ?? '' };
  }
  async function signedIn(): Promise<string> {
    const { cookie, status } = await ask('POST', '/session/link', { body: { token: await f.services.orgs.signIn.administratorLink() } });
    assert.equal(status, 200);
    return cookie;
  }

  test("the administrator's link works once, from this machine, and gives a cookie that scripts and other sites cannot use", async () => {
    const token = await f.services.orgs.signIn.administratorLink();
    assert.equal((await ask('POST', '/session/link', { body: { token }, from: '192.0.2.9' })).body.error?.code, 'sign-in');
    const first = await ask('POST', '/session/link', { body: { token } });
    assert.deepEqual([first.status, first.body['role'], first.body['person'], first.body['hasPassword']], [200, 'administrator', 'operator', false]);
    for (const flag of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=']) assert.ok(first.setCookie.includes(flag), flag);
    assert.ok(!first.setCookie.includes('Secure'), 'plain HTTP on loopback has no Secure cookies');
    const second = await ask('POST', '/session/link', { body: { token } });
    assert.deepEqual([second.status, second.body.error?.code, second.setCookie], [401, 'sign-in', '']);
    const late = await f.services.orgs.signIn.administratorLink();
    f.clock.advance(3_600_000);
    assert.equal((await ask('POST', '/session/link', { body: { token: late } })).body.error?.code, 'sign-in');
  });

  test('signing out ends the session, not only its cookie', async () => {
    const cookie = await signedIn();
    assert.equal((await ask('GET', '/me', { cookie })).status, 200);
    const out = await ask('DELETE', '/session', { cookie });
    assert.match(out.setCookie, /Max-Age=0/);
    assert.equal((await ask('GET', '/me', { cookie })).status, 401);
  });

  test("a changing request with a cookie is believed only from the portal's own pages", async () => {
    const cookie = await signedIn(), body = { language: 'en' };
    const refused: Record<string, string>[] = [
      { origin: 'https://evil.example' }, { origin: 'null' }, { origin: `http://${HOST}.evil.example` }, { origin: 'http://noroshi.example' }, { origin: 'not a url' },
      { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' }, {},
    ];
    for (const headers of refused) assert.equal((await ask('PATCH', '/me', { cookie, body, headers })).body.error?.code, 'wrong-origin', JSON.stringify(headers));
    for (const headers of [{ origin: ORIGIN }, { 'sec-fetch-site': 'same-origin' }]) assert.equal((await ask('PATCH', '/me', { cookie, body, headers })).status, 200, JSON.stringify(headers));
    assert.equal((await ask('POST', '/views', { headers: { authorization: `Bearer ${f.keys.viewer}` }, body: { name: 'v', query: '', from: '', to: '', kind: 'view' } })).status, 200, 'a key needs no origin');
    assert.equal((await ask('POST', '/session', { body: { name: 'a', password: 'b' }, headers: { origin: 'https://evil.example' } })).body.error?.code, 'wrong-origin', "nor may another site sign somebody in");
  });

  test('a bearer that is wrong is not made good by a cookie', async () => {
    const cookie = await signedIn();
    assert.equal((await ask('GET', '/me', { cookie, headers: { authorization: 'Bearer nro_wrong' } })).status, 401);
  });

  test('an invited person signs in from anywhere, chooses name and password, and comes back with them', async () => {
    const admin = await signedIn();
    const invited = await ask('POST', '/people', { cookie: admin, body: { name: 'Kenji', role: 'analyst' } });
    const token = String(invited.body['link']).split('token=')[1] ?? '';
    const entered = await ask('POST', '/session/link', { body: { token }, from: '198.51.100.23' });
    assert.deepEqual([entered.status, entered.body['role']], [200, 'analyst']);
    for (const password of ['short', 'eleven char']) assert.equal((await ask('PUT', '/me/password', { cookie: entered.cookie, body: { name: 'Kenji', password } })).status, 400);
    assert.equal((await ask('PUT', '/me/password', { cookie: entered.cookie, body: { name: 'Kenji', password: 'mountain beacon fire' } })).status, 204);
    assert.equal((await ask('GET', '/me', { cookie: entered.cookie })).body['hasPassword'], true, 'this session goes on');
    const back = await ask('POST', '/session', { body: { name: 'kenji', password: 'mountain beacon fire' }, from: '198.51.100.23' });
    assert.deepEqual([back.status, back.body['name']], [200, 'Kenji']);
    assert.equal((await ask('GET', '/people', { cookie: back.cookie })).status, 403, 'an analyst does not administer people');
    assert.equal((await ask('DELETE', `/people/${String(invited.body['id'])}`, { cookie: admin })).status, 204);
    assert.equal((await ask('GET', '/me', { cookie: back.cookie })).status, 401, 'who is removed is out at once');
  });

  test('guessing passwords ends in 429', async () => {
    const codes: string[] = [];
    for (let i = 0; i < 12; i++) codes.push((await ask('POST', '/session', { body: { name: 'operator', password: `guess ${i}` }, from: '203.0.113.5' })).body.error?.code ?? '');
    assert.deepEqual([...new Set(codes)], ['sign-in-password', 'too-many-attempts']);
  });

  test('a revoked key is out at once', async () => {
    const created = await ask('POST', '/keys', { headers: { authorization: `Bearer ${f.keys.administrator}` }, body: { role: 'analyst' } });
    const bearer = { authorization: `Bearer ${String(created.body['key'])}` };
    assert.deepEqual((await ask('GET', '/me', { headers: bearer })).body['role'], 'analyst');
    assert.equal((await ask('DELETE', `/keys/${String(created.body['id'])}`, { headers: { authorization: `Bearer ${f.keys.administrator}` } })).status, 204);
    assert.equal((await ask('GET', '/me', { headers: bearer })).status, 401);
  });

  test('every answer forbids framing, sniffing and scripts from elsewhere', async () => {
    for (const url of ['/', '/api/v1/me', '/healthz', '/api/v1/openapi.json', '/nothing', '/api/v1/nothing', '/%zz']) {
      const { headers } = await f.portal.inject({ url });
      const policy = String(headers['content-security-policy']);
      assert.ok(policy.includes("frame-ancestors 'none'") && policy.includes("script-src 'self'") && !policy.includes('unsafe'), `${url}: ${policy}`);
      assert.equal(headers['x-content-type-options'], 'nosniff', url);
    }
  });
});
