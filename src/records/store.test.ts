/**
 * The record store's promises: exact numbers, JSON, transactions, migrations forward only, history that nobody edits.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { manualClock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import { MIGRATIONS, migrate } from './migrations/run.ts';
import { openTemporaryRecords } from './store-temporary.ts';
import { json } from './tables.ts';

const AT_US = 1_795_305_600_000_001;

test('bigint columns come back as numbers, exact in microseconds', async () => {
  const store = await openTemporaryRecords();
  try {
    await store.db.insertInto('org').values({ id: 'local', name: 'Local', created_us: AT_US }).execute();
    const row = await store.db.selectFrom('org').select((b) => ['created_us', b.fn.countAll<number>().as('n'), b.fn.sum<number>('created_us').as('sum')]).groupBy('created_us').executeTakeFirstOrThrow();
    assert.deepEqual(row, { created_us: AT_US, n: 1, sum: AT_US });
  } finally { await store.close(); }
});

test('JSON columns take text and give values, arrays and scalars alike', async () => {
  const store = await openTemporaryRecords();
  try {
    for (const [key, value] of [['a', 'quoted "text"'], ['b', 3], ['c', false]] as const) {
      await store.db.insertInto('setting').values({ org: '', key, value: json<string | number | boolean>(value), changed_us: 1, changed_by: '' }).execute();
    }
    assert.deepEqual((await store.db.selectFrom('setting').select('value').orderBy('key').execute()).map((row) => row.value), ['quoted "text"', 3, false]);
  } finally { await store.close(); }
});

test('a transaction that throws leaves nothing', async () => {
  const store = await openTemporaryRecords();
  try {
    await assert.rejects(store.transaction(async (tx) => {
      await tx.insertInto('org').values({ id: 'gone', name: '', created_us: 0 }).execute();
      throw new Error('changed my mind');
    }), /changed my mind/);
    assert.equal((await store.db.selectFrom('org').selectAll().execute()).length, 0);
  } finally { await store.close(); }
});

test('migrations run once; a store of a newer program is refused untouched', async () => {
  const store = await openTemporaryRecords();
  try {
    assert.deepEqual(MIGRATIONS.map((m) => m.number), MIGRATIONS.map((_, i) => i + 1), 'numbered without gaps');
    assert.deepEqual(await migrate(store.db, store.clock, 'memory'), []);
    const more = [...MIGRATIONS, { number: MIGRATIONS.length + 1, name: 'next', statements: ['create table next_thing (a integer)', 'insert into next_thing values (7)'] }];
    assert.deepEqual(await migrate(store.db, manualClock(5), 'memory', more), [MIGRATIONS.length + 1]);
    await assert.rejects(migrate(store.db, store.clock, 'memory'), (error) => error instanceof OperatorError && error.code === 'data-newer');
    await sql`drop table next_thing`.execute(store.db);
    await sql`delete from migration where name = 'next'`.execute(store.db);
  } finally { await store.close(); }
});

test('a failing migration is taken back whole', async () => {
  const store = await openTemporaryRecords();
  try {
    const broken = [...MIGRATIONS, { number: MIGRATIONS.length + 1, name: 'broken', statements: ['create table half_done (a integer)', 'select nonsense from nowhere'] }];
    await assert.rejects(migrate(store.db, store.clock, 'memory', broken));
    const left = await sql<{ n: number }>`select count(*) as n from information_schema.tables where table_name = 'half_done'`.execute(store.db);
    assert.equal(left.rows[0]?.n, 0);
  } finally { await store.close(); }
});

test('audit entries and finding events can be neither edited nor deleted', async () => {
  const store = await openTemporaryRecords();
  try {
    await store.db.insertInto('audit').values({ seq: 1, at_us: 0, org: 'local', person: '', action: 'a', subject: '', detail: '', previous: '', hash: 'h' }).execute();
    await assert.rejects(store.db.updateTable('audit').set({ action: 'b' }).execute(), /never changed/);
    await assert.rejects(store.db.deleteFrom('audit').execute(), /never changed/);
  } finally { await store.close(); }
});

test('a closed temporary store hands the next one nothing', async () => {
  const first = await openTemporaryRecords();
  await first.db.insertInto('org').values({ id: 'canary', name: '', created_us: 0 }).execute();
  await first.close();
  const second = await openTemporaryRecords();
  const third = await openTemporaryRecords();
  try {
    assert.equal((await second.db.selectFrom('org').selectAll().execute()).length, 0);
    await second.db.insertInto('org').values({ id: 'mine', name: '', created_us: 0 }).execute();
    assert.equal((await third.db.selectFrom('org').selectAll().execute()).length, 0, 'two open stores share nothing');
  } finally { await second.close(); await third.close(); }
});
