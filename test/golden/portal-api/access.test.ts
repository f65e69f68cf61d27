/**
 * Route by role: who may ask what, and that no answer tells of another organisation.
 * @module
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { orgId } from '../../../src/core/ids.ts';
import { atLeast, type RoleName } from '../../../src/orgs/access.ts';
import { ROUTES } from '../../../src/portal/api.ts';
import type { RouteKey } from '../../../src/portal/handlers.ts';
import { CANARIES, openFixture, type Fixture } from './fixture.ts';
import { samplesOf, type Sample } from './samples.ts';

describe('who may ask what', () => {
  let f: Fixture;
  before(async () => { f = await openFixture(); });
  after(() => f.close());

  const KEYS = Object.keys(ROUTES) as RouteKey[];
  /** Reading first, removing last, so that what a route needs is still there. */
  const ORDER = [...KEYS].sort((a, b) => Number(a.startsWith('DELETE')) - Number(b.startsWith('DELETE')));

  async function ask(key: RouteKey, sample: Sample, bearer: string | null): Promise<{ status: number; text: string; type: string }> {
    const answer = await f.portal.inject({
      method: key.split(' ')[0] as 'GET', url: `/api/v1${sample.path}`, remoteAddress: '192.0.2.200',
      headers: { ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }), ...(sample.bytes ? { 'content-type': 'application/octet-stream' } : {}) },
      ...(sample.bytes ? { payload: sample.bytes } : sample.body === undefined ? {} : { payload: sample.body as object }),
    });
    return { status: answer.statusCode, text: answer.body, type: String(answer.headers['content-type'] ?? '') };
  }
  const codeOf = (text: string): string => (JSON.parse(text) as { error: { code: string } }).error.code;

  test('nobody gets in without a key or a session, on any route that is not public', async () => {
    for (const key of KEYS) {
      for (const bearer of [null, 'nro_wrong', '']) {
        const { status, text } = await ask(key, samplesOf(f.ids.local)[key], bearer);
        if (ROUTES[key].needs === 'public') assert.ok(['sign-in', 'sign-in-password'].includes(codeOf(text)), key);
        else assert.deepEqual([status, codeOf(text)], [401, 'not-signed-in'], key);
      }
    }
  });

  for (const role of ['viewer', 'analyst', 'administrator'] as const) {
    test(`a key of role ${role} may do exactly what the contract says`, async () => {
      for (const key of ORDER) {
        const sample = samplesOf(f.ids.local)[key], needs: 'public' | RoleName = ROUTES[key].needs;
        if (needs === 'public' || (sample.endless && atLeast(role, needs))) continue;
        const { status, text } = await ask(key, sample, f.keys[role]);
        if (!atLeast(role, needs)) assert.deepEqual([status, codeOf(text)], [403, 'forbidden'], key);
        else if (sample.personal) assert.equal(status, 404, `${key}: a key is nobody`);
        // A view is removed by its owner or an analyst; what an analyst removed is gone for the administrator.
        else if (key.startsWith('DELETE') && [204, 404].includes(status)) continue;
        else assert.ok(status === 200 || status === 204, `${role}: ${key} gave ${status} ${text.slice(0, 300)}`);
      }
      assert.deepEqual(f.faults, []);
    });
  }

  test('nothing of another organisation appears in any answer, whoever asks', async () => {
    for (const key of ORDER) {
      const sample = samplesOf(f.ids.local)[key];
      if (ROUTES[key].needs === 'public' || sample.endless) continue;
      const { text } = await ask(key, sample, f.keys.administrator);
      for (const canary of CANARIES) assert.ok(!text.includes(canary), `${key} told of '${canary}': ${text.slice(0, 2000)}`);
    }
    const own = await ask('GET /observations', samplesOf(f.ids.canary, 'canary')['GET /observations'], f.keys.stranger);
    for (const canary of ['canary', '203.0.113.77', '31337', 'kanarienvogel']) assert.ok(own.text.includes(canary), `the owner does see '${canary}'`);
  });

  test("naming another organisation's things is as if they did not exist, and changes nothing", async () => {
    const stranger = samplesOf(f.ids.canary, 'canary'), canary = { person: 'c', orgs: [orgId('canary')], role: 'administrator' as const };
    const { services } = f;
    const state = async (): Promise<string> => JSON.stringify([
      (await services.findings.list(canary)).findings, await services.orgs.views.list(canary), await services.orgs.people.list(canary),
      (await services.orgs.keys.list(canary)).map((k) => k.id), await services.orgs.sensors.list(canary), services.jobs.list(canary), await services.orgs.settings.list(orgId('canary')),
      (await services.orgs.audit.list(canary.orgs, { limit: 100 })).entries.length, await services.store.extent(canary),
    ]);
    const before = await state();
    for (const key of ORDER) {
      const named = /:(?:id|org)/.test(key) || key === 'POST /keys' || key === 'POST /sources/listen' || key === 'POST /sources/upload';
      if (!named || stranger[key].endless) continue;
      const { status, text } = await ask(key, stranger[key], f.keys.administrator);
      assert.equal(status, 404, `${key} gave ${status} ${text}`);
    }
    for (const query of ['org == canary', 'sensor == canary/canary-sensor', 'src == 203.0.113.77', 'not port == 23', 'tag == seen-kanarienvogel', 'org == local or org == canary']) {
      const { text } = await ask('GET /observations', { path: `/observations?limit=10000&query=${encodeURIComponent(query)}` }, f.keys.administrator);
      for (const canary of ['"canary"', '203.0.113.77', 'kanarienvogel']) assert.ok(!text.includes(canary), query);
    }
    assert.equal(await state(), before);
  });

  test('an unknown path is 404 with a remedy, for every method', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const) {
      const answer = await f.portal.inject({ method, url: '/api/v1/nothing-here', headers: { authorization: `Bearer ${f.keys.viewer}` } });
      assert.deepEqual([answer.statusCode, codeOf(answer.body)], [404, 'unknown-route']);
    }
  });
});
