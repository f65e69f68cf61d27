/**
 * The record store on a real PostgreSQL server, shared by two processes' worth of connections: what PGlite's one connection cannot show.
 * @module
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/core/clock.ts';
import { orgId, sensorId } from '../../../src/core/ids.ts';
import { orgServices, type OrgServices } from '../../../src/orgs/services.ts';
import { openRecordStore, type RecordStore } from '../../../src/records/store.ts';
import { needs } from '../../needs.ts';

/** The server refuses to run as root: then it runs as the user `postgres`. */
function run(program: string, args: readonly string[]): void {
  const asRoot = process.getuid?.() === 0;
  const [file, all] = asRoot ? ['su', ['postgres', '-s', '/bin/sh', '-c', [program, ...args].map((a) => `'${a}'`).join(' ')]] as const : [program, args] as const;
  execFileSync(file, all, { stdio: 'ignore' });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  await new Promise<void>((resolve) => { server.close(() => resolve()); });
  return typeof address === 'object' && address ? address.port : 0;
}

describe('two hubs on one PostgreSQL server', needs('postgres'), () => {
  let dir = '', stores: RecordStore[] = [], hubs: OrgServices[] = [];

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'noroshi-postgres-'));
    chmodSync(dir, 0o755);
    const data = join(dir, 'data'), port = await freePort();
    if (process.getuid?.() === 0) {
      const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
      chownSync(dir, id('-u'), id('-g'));
    }
    run('initdb', ['-D', data, '-A', 'trust', '-U', 'noroshi']);
    run('pg_ctl', ['-D', data, '-o', `-p ${port} -k ${dir} -c listen_addresses=127.0.0.1`, '-w', '-l', join(dir, 'log'), 'start']);
    assert.ok(statSync(data).isDirectory());
    const url = `postgres://noroshi@127.0.0.1:${port}/postgres`;
    stores = await Promise.all([openRecordStore({ url, clock: systemClock }), openRecordStore({ url, clock: systemClock })]);
    hubs = stores.map(orgServices);
  });
  after(async () => {
    for (const store of stores) await store.close();
    run('pg_ctl', ['-D', join(dir, 'data'), '-m', 'immediate', 'stop']);
    rmSync(dir, { recursive: true, force: true });
  });

  test('opening at the same moment migrates once', async () => {
    const [store] = stores as [RecordStore];
    assert.equal(store.engine, 'PostgreSQL');
    await hubs[0]?.ensureOrg();
    assert.deepEqual(await hubs[1]?.orgs(), ['local']);
  });

  test('a one-time link that both are shown at once lets one in', async () => {
    const [a, b] = hubs as [OrgServices, OrgServices];
    const token = await a.signIn.administratorLink();
    const outcomes = await Promise.allSettled([a, b, a, b, a, b].map((hub) => hub.signIn.useLink(token, '::1')));
    const winners = outcomes.filter((o) => o.status === 'fulfilled');
    assert.equal(winners.length, 1);
    assert.equal((await b.recognise({ cookie: winners[0]?.value.secret }))?.person, 'operator');
  });

  test('audit entries of both form one chain', async () => {
    const [a, b] = hubs as [OrgServices, OrgServices];
    await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? a : b).audit.append({ org: orgId('local'), person: 'p', action: 'test.change', subject: String(i) })));
    const verdict = await a.audit.verify();
    assert.ok(verdict.intact && verdict.entries >= 60, verdict.reason);
  });

  test('a sensor that both make at once is one sensor, and numbers stay numbers', async () => {
    const [a, b] = hubs as [OrgServices, OrgServices];
    await Promise.all([a, b, a, b].map((hub) => hub.sensors.ensure(sensorId('tokyo', orgId('jp')), { country: 'JP' })));
    assert.equal((await b.sensors.list({ orgs: [orgId('jp')] })).length, 1);
    const row = await stores[0]?.db.selectFrom('sensor').select('created_us').executeTakeFirstOrThrow();
    assert.ok(Number.isSafeInteger(row?.created_us));
  });
});
