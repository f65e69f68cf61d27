/**
 * The fixture tells the truth about the contract: each of its answers parses with the schema that the real server answers by.
 * @module
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROUTES } from '../../src/portal/api.ts';
import { projectRoot } from '../needs.ts';
import type { Fixture } from './web-browser.ts';

const { startFixture } = (await import(join(projectRoot, 'scripts/web-fixture.mjs'))) as { startFixture: () => Promise<Fixture> };
const BODIES: Readonly<Record<string, object>> = { 'POST /session/link': { token: 'demo' }, 'POST /session': { name: 'a', password: 'correct horse battery' }, 'PATCH /me': { language: 'ja' }, 'POST /findings/:id/outcome': { outcome: 'true' }, 'PUT /settings/:key': { value: 30 }, 'POST /sources/listen': { interface: 'lo', sensor: 'x' }, 'POST /sources/replay': {}, 'POST /keys': { role: 'viewer' }, 'POST /people': { name: 'B', role: 'viewer' }, 'POST /views': { name: 'n', query: '', from: '', to: '', kind: 'view' } };

test('every answer of the fixture parses with the schema of its route', async () => {
  const fixture = await startFixture();
  try {
    const id = fixture.findings()[0]?.id ?? '';
    let checked = 0;
    for (const [route, spec] of Object.entries(ROUTES)) {
      if (!('answer' in spec)) continue;
      const [method = '', path = ''] = route.split(' ');
      const filled = path.replace(':id', id).replace(':port', 'tcp-9530').replace(':src', '198.51.100.7').replace(':key', 'retention.days');
      const response = await fetch(`${fixture.url}/api/v1${filled}${route.endsWith('/upload') ? '?sensor=a&name=b' : ''}`, { method, ...(BODIES[route] ? { body: JSON.stringify(BODIES[route]), headers: { 'content-type': 'application/json' } } : {}) });
      const body: unknown = await response.json();
      assert.equal(response.status, 200, `${route}: ${JSON.stringify(body).slice(0, 200)}`);
      const parsed = spec.answer.safeParse(body);
      assert.ok(parsed.success, `${route}: ${parsed.error?.message}`);
      checked++;
    }
    assert.ok(checked > 20);
  } finally { await fixture.close(); }
});
