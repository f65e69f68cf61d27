/**
 * The portal over real sockets: event stream, static files, TLS, proxies.
 * @module
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { OperatorError } from '../../../src/core/errors.ts';
import { orgId } from '../../../src/core/ids.ts';
import { createPortal, type Portal } from '../../../src/portal/server.ts';
import { needs } from '../../needs.ts';
import { openFixture, type Fixture } from './fixture.ts';

interface Got { status: number; headers: IncomingHttpHeaders; body: Buffer }
/** One request over a real socket; a certificate of our own making is accepted. */
function get(url: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    };
    const ask = { method: options.method ?? 'GET', headers: { connection: 'close', ...options.headers } };
    const request = url.startsWith('https') ? httpsRequest(url, { ...ask, rejectUnauthorized: false }, take) : httpRequest(url, ask, take);
    request.on('error', reject);
    request.end(options.body);
  });
}

/** An open event stream: what has come, and a promise of the next text that matches. */
function stream(url: string, headers: Record<string, string>): Promise<{ status: number; until(text: string): Promise<string>; ended: Promise<void>; close(): void }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers }, (response) => {
      let text = '', wake = (): void => undefined, over = false;
      const ended = new Promise<void>((done) => { response.on('close', () => { over = true; wake(); done(); }); });
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => { text += chunk.toString(); wake(); });
      resolve({
        status: response.statusCode ?? 0, ended, close: () => request.destroy(),
        async until(wanted) {
          while (!text.includes(wanted)) {
            if (over) throw new Error(`the stream ended without '${wanted}': ${text}`);
            await new Promise<void>((next) => { wake = next; });
          }
          return text;
        },
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => { if (error.code !== 'ECONNRESET') reject(error); });
    request.end();
  });
}

describe('the portal over real sockets', () => {
  let f: Fixture, url = '', web = '';
  const others: Portal[] = [];
  const portalWith = (options: Parameters<typeof createPortal>[1] = {}): Portal => {
    const portal = createPortal(f.services, { checkAnswers: true, ...options });
    others.push(portal);
    return portal;
  };

  before(async () => {
    f = await openFixture();
    url = (await f.portal.listen({ port: 0, host: '127.0.0.1' })).url;
    web = mkdtempSync(join(tmpdir(), 'noroshi-web-'));
    mkdirSync(join(web, 'assets'));
    writeFileSync(join(web, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(web, 'assets', 'main-0a1b2c.js'), 'const long = 1;\n'.repeat(200));
  });
  after(async () => {
    for (const portal of others) await portal.close();
    await f.close();
    rmSync(web, { recursive: true, force: true });
  });
  const live = (key: string) => stream(`${url}/api/v1/live`, { authorization: `Bearer ${key}` });

  test("the event stream tells of findings, jobs and changes of the viewer's organisation at once, and of no other's", async () => {
    const mine = await live(f.keys.viewer), theirs = await live(f.keys.stranger);
    assert.equal(mine.status, 200);
    await mine.until('event: counters');
    await theirs.until('event: counters');
    await f.tellFinding(orgId('local'));
    const text = await mine.until('event: finding');
    assert.ok(text.includes(f.ids.local.finding));
    await get(`${url}/api/v1/views`, { method: 'POST', headers: { authorization: `Bearer ${f.keys.viewer}`, 'content-type': 'application/json' }, body: JSON.stringify({ name: 'v', query: '', from: '', to: '', kind: 'view' }) });
    await mine.until('event: changed\ndata: {"what":"views"}');
    await get(`${url}/api/v1/sources/replay`, { method: 'POST', headers: { authorization: `Bearer ${f.keys.analyst}`, 'content-type': 'application/json' }, body: '{}' });
    await mine.until('event: job');
    await f.tellFinding(orgId('canary'));
    const other = await theirs.until('event: finding');
    assert.ok(other.includes(f.ids.canary.finding) && !other.includes(f.ids.local.finding) && !other.includes('event: job') && !other.includes('event: changed'));
    assert.ok(!(await mine.until('event: job')).includes(f.ids.canary.finding));
    mine.close();
    theirs.close();
  });

  test('counters come once a second, a heartbeat every quarter of a minute', async () => {
    const mine = await live(f.keys.viewer);
    await mine.until('event: counters');
    for (let s = 0; s < 15; s++) f.clock.advance(1000);
    const text = await mine.until(': still here');
    assert.equal(text.match(/event: counters/g)?.length, 16);
    mine.close();
  });

  test('a stream ends when its key is revoked', async () => {
    const { id, key } = await f.services.orgs.keys.create(f.administrator, { role: 'viewer' });
    const mine = await live(key);
    await mine.until('event: counters');
    await f.services.orgs.keys.revoke(f.administrator, id);
    f.clock.advance(15_000);
    await mine.ended;
    assert.equal((await live(key)).status, 401);
  });

  test('one viewer cannot hold more streams than the bound, and closing them makes room', async () => {
    const { key } = await f.services.orgs.keys.create(f.administrator, { role: 'viewer' });
    const open = [];
    for (let i = 0; i < 32; i++) open.push(await live(key));
    assert.ok(open.every((s) => s.status === 200));
    assert.equal((await live(key)).status, 429);
    for (const s of open) s.close();
    await Promise.all(open.map((s) => s.ended));
    let status = 0;
    // The server learns of a closed socket a moment after the client.
    for (let i = 0; i < 1000 && status !== 200; i++) { const again = await live(key); status = again.status; again.close(); }
    assert.equal(status, 200);
  });

  test('files of the web are served from memory with their type, hash and gzip; page paths get the page', async () => {
    const { url: site } = await portalWith({ webDir: web }).listen({ port: 0, host: '127.0.0.1' });
    const asset = await get(`${site}/assets/main-0a1b2c.js`, { headers: { 'accept-encoding': 'gzip' } });
    assert.deepEqual([asset.status, asset.headers['content-encoding'], asset.headers['cache-control']], [200, 'gzip', 'public, max-age=31536000, immutable']);
    assert.equal(gunzipSync(asset.body).toString(), 'const long = 1;\n'.repeat(200));
    const again = await get(`${site}/assets/main-0a1b2c.js`, { headers: { 'if-none-match': String(asset.headers.etag) } });
    assert.deepEqual([again.status, again.body.length], [304, 0]);
    for (const page of ['/', '/now', '/hosts/192.0.2.1', '/ports/tcp-23', '/hosts/2001:db8::1', '/findings/abc?x=1']) {
      const answer = await get(`${site}${page}`);
      assert.deepEqual([answer.status, answer.headers['content-type'], answer.body.toString()], [200, 'text/html; charset=utf-8', '<!doctype html><title>page</title>'], page);
    }
    for (const path of ['/assets/none.js', '/assets/..%2f..%2fpackage.json', '/api/none', '/api/v1/none']) assert.equal((await get(`${site}${path}`)).status, 404, path);
    const escaped = await get(`${site}/..%2f..%2f..%2fetc%2fpasswd`);
    assert.ok(!escaped.body.toString().includes('root:'));
    const head = await get(`${site}/now`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.body.length], [200, 0]);
  });

  test('without a built web the API still answers', async () => {
    const { url: site } = await portalWith({ webDir: join(web, 'nothing') }).listen({ port: 0, host: '127.0.0.1' });
    assert.equal((await get(`${site}/now`)).status, 503);
    assert.equal((await get(`${site}/healthz`)).status, 200);
  });

  test('a taken port and an open host without TLS are refused with a remedy', async () => {
    const refused = (code: string) => (error: unknown) => error instanceof OperatorError && error.code === code;
    const { port } = await portalWith().listen({ port: 0, host: '127.0.0.1' });
    await assert.rejects(portalWith().listen({ port, host: '127.0.0.1' }), refused('port-busy'));
    await assert.rejects(portalWith().listen({ port: 0, host: '0.0.0.0' }), refused('host-needs-tls'));
  });

  test("behind a proxy its word counts for the address, and the administrator's link is not for who comes through it", async () => {
    const { url: site } = await portalWith().listen({ port: 0, host: '127.0.0.1', behindProxy: true });
    const enter = async (headers: Record<string, string>): Promise<Got> => get(`${site}/api/v1/session/link`, {
      method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ token: await f.services.orgs.signIn.administratorLink() }),
    });
    assert.equal((await enter({ 'x-forwarded-for': '192.0.2.50' })).status, 401);
    assert.equal((await enter({ 'x-forwarded-for': '127.0.0.1, 192.0.2.50' })).status, 401, 'what the client wrote in front of it does not count');
    const direct = await enter({});
    assert.equal(direct.status, 200);
    assert.match(String(direct.headers['set-cookie']), /^__Host-noroshi=[^;]+;.*; Secure/);
  });

  test('without a proxy its header is a stranger\'s word', async () => {
    const answer = await get(`${url}/api/v1/session/link`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.50' }, body: JSON.stringify({ token: await f.services.orgs.signIn.administratorLink() }) });
    assert.equal(answer.status, 200);
    assert.match(String(answer.headers['set-cookie']), /^noroshi-\d+=/);
  });

  test('over TLS cookies are Secure and browsers are told to stay', needs('openssl'), async () => {
    const dir = mkdtempSync(join(tmpdir(), 'noroshi-tls-'));
    try {
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')], { stdio: 'ignore' });
      const { url: site } = await portalWith().listen({ port: 0, host: '127.0.0.1', tls: { cert: readFileSync(join(dir, 'cert.pem'), 'utf8'), key: readFileSync(join(dir, 'key.pem'), 'utf8') } });
      assert.match(site, /^https:/);
      const answer = await get(`${site}/api/v1/session/link`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: await f.services.orgs.signIn.administratorLink() }) });
      assert.match(String(answer.headers['set-cookie']), /^__Host-noroshi=[^;]+;.*; Secure/);
      assert.match(String(answer.headers['strict-transport-security']), /max-age/);
    } finally { rmSync(dir, { recursive: true, force: true }); }
  });
});
