/**
 * Organisations, people, sessions, keys, sensors, settings, views and the audit log over a real record store and a clock of our own.
 * @module
 */
import { after, beforeEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sql } from 'kysely';
import { requireCidr } from '../core/address.ts';
import { manualClock, type ManualClock } from '../core/clock.ts';
import { OperatorError, type ErrorCode } from '../core/errors.ts';
import { orgId, sensorId, type OrgId } from '../core/ids.ts';
import { openTemporaryRecords } from '../records/store-temporary.ts';
import type { RecordStore } from '../records/store.ts';
import { ROLE_NAMES, atLeast, viewerOf, type AccessViewer, type RoleName } from './access.ts';
import { Attempts } from './attempts.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { orgServices, type OrgServices } from './services.ts';
import { isLoopback } from './sign-in.ts';

describe('organisations and access', () => {
  const HOUR_MS = 3_600_000;
  const LOCAL = orgId('local');
  const PASSWORD = 'correct horse battery staple';
  let clock: ManualClock, records: RecordStore | null = null, orgs: OrgServices;

  beforeEach(async () => {
    await records?.close();
    clock = manualClock(1_795_305_600_000_000);
    records = await openTemporaryRecords(clock);
    orgs = orgServices(records);
  });
  after(() => records?.close());
  const store = (): RecordStore => records as RecordStore;

  const rejects = (work: Promise<unknown>, code: ErrorCode): Promise<void> => assert.rejects(work, (error) => error instanceof OperatorError && error.code === code);
  /** An administrator of an organisation that is made here. */
  async function administrator(org = 'local'): Promise<AccessViewer> {
    return { person: 'operator', orgs: [await orgs.ensureOrg(org)], role: 'administrator' };
  }

  test("the administrator's link signs in once, within the hour, from this machine only", async () => {
    const token = await orgs.signIn.administratorLink();
    for (const from of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '', 'localhost']) await rejects(orgs.signIn.useLink(token, from), 'sign-in');
    const session = await orgs.signIn.useLink(token, '127.0.0.1');
    assert.deepEqual([...session.principal.roles], [['local', 'administrator']]);
    await rejects(orgs.signIn.useLink(token, '127.0.0.1'), 'sign-in');
    const late = await orgs.signIn.administratorLink();
    clock.advance(HOUR_MS);
    await rejects(orgs.signIn.useLink(late, '127.0.0.1'), 'sign-in');
    assert.equal((await store().db.selectFrom('sign_in_link').select('hash').where('hash', '=', token).execute()).length, 0, 'the token itself is kept nowhere');
  });

  test('a link that two use at the same moment lets one in', async () => {
    const token = await orgs.signIn.administratorLink();
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => orgs.signIn.useLink(token, '::1')));
    assert.equal(outcomes.filter((o) => o.status === 'fulfilled').length, 1);
  });

  test('loopback is 127.0.0.0/8 and ::1, however written, and nothing else', () => {
    for (const yes of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(yes), yes);
    for (const no of ['128.0.0.1', '::2', '::', '0.0.0.0', '1::1', '127.0.0.1.example.net', '']) assert.ok(!isLoopback(no), no);
  });

  test('the operator administers organisations that come later too', async () => {
    await orgs.signIn.useLink(await orgs.signIn.administratorLink(), '::1');
    await orgs.ensureOrg('tokyo-u');
    const session = await orgs.signIn.useLink(await orgs.signIn.administratorLink(), '::1');
    assert.deepEqual([...session.principal.roles.keys()].sort(), ['local', 'tokyo-u']);
  });

  test('a session is known by its secret alone, ends idle, at its age, and when told', async () => {
    const { secret } = await orgs.signIn.useLink(await orgs.signIn.administratorLink(), '::1');
    assert.equal((await orgs.recognise({ cookie: secret }))?.person, 'operator');
    assert.equal(await orgs.recognise({ cookie: `${secret}x` }), null);
    const rows = await store().db.selectFrom('session').selectAll().execute();
    assert.ok(rows.length === 1 && rows[0]?.hash !== secret, 'only its hash is kept');
    for (let h = 0; h < 7 * 24 - 1; h += 11) { clock.advance(11 * HOUR_MS); if (h + 11 < 7 * 24) assert.ok(await orgs.recognise({ cookie: secret }), `in use after ${h + 11} h`); }
    clock.advance(11 * HOUR_MS);
    assert.equal(await orgs.recognise({ cookie: secret }), null, 'seven days are the end');
    const idle = await orgs.signIn.useLink(await orgs.signIn.administratorLink(), '::1');
    clock.advance(12 * HOUR_MS);
    assert.equal(await orgs.recognise({ cookie: idle.secret }), null);
    const told = await orgs.signIn.useLink(await orgs.signIn.administratorLink(), '::1');
    await orgs.signIn.end(told.secret);
    assert.equal(await orgs.recognise({ cookie: told.secret }), null);
  });

  test('a password is a scrypt text with its own salt; only it opens it', async () => {
    const [a, b] = [await hashPassword(PASSWORD), await hashPassword(PASSWORD)];
    assert.notEqual(a, b);
    assert.match(a, /^scrypt\$15\$8\$3\$/);
    assert.ok(await checkPassword(PASSWORD, a));
    assert.ok(!await checkPassword(`${PASSWORD} `, a));
    assert.ok(!await checkPassword(PASSWORD, null));
    assert.ok(!await checkPassword('', 'scrypt$15$8$3$$'));
  });

  test('a wrong name and a wrong password get the same answer, and guessing is bounded', async () => {
    const admin = await administrator();
    const { id, token } = await orgs.people.invite(admin, { name: 'Hanako', role: 'analyst' });
    const { principal, secret } = await orgs.signIn.useLink(token, '192.0.2.7');
    await orgs.people.setPassword(principal, { name: 'Hanako', password: PASSWORD, keepSession: null });
    assert.equal(await orgs.recognise({ cookie: secret }), null, 'a new password ends the other sessions');
    assert.equal((await orgs.signIn.withPassword('HANAKO', PASSWORD, '192.0.2.7')).principal.person, id);
    await rejects(orgs.signIn.withPassword('nobody', PASSWORD, '192.0.2.8'), 'sign-in-password');
    for (let i = 0; i < 10; i++) await rejects(orgs.signIn.withPassword('hanako', `guess ${i}`, '192.0.2.9'), 'sign-in-password');
    await rejects(orgs.signIn.withPassword('hanako', PASSWORD, '192.0.2.9'), 'too-many-attempts');
    assert.ok(await orgs.signIn.withPassword('hanako', PASSWORD, '192.0.2.7'), 'who is elsewhere is not locked out');
    clock.advance(HOUR_MS / 4);
    assert.ok(await orgs.signIn.withPassword('hanako', PASSWORD, '192.0.2.9'));
  });

  test('counters of attempts stay bounded whatever names and addresses come', () => {
    const attempts = new Attempts(manualClock());
    for (let i = 0; i < 100; i++) { assert.ok(attempts.allowed('root', `192.0.2.${i}`)); attempts.failed('root', `192.0.2.${i}`); }
    assert.ok(!attempts.allowed('root', '198.51.100.1'), 'a hundred on one name, wherever from');
    for (let i = 0; i < 40; i++) attempts.failed(`name ${i}`, '203.0.113.1');
    assert.ok(!attempts.allowed('another', '203.0.113.1'), 'one address on many names');
  });

  test('a key works with its role in its organisation until revoked, and is kept as a hash', async () => {
    const admin = await administrator();
    const { id, key } = await orgs.keys.create(admin, { role: 'analyst' });
    assert.match(key, /^nro_[A-Za-z0-9_-]{43}$/);
    assert.deepEqual([...(await orgs.recognise({ bearer: key }))?.roles ?? []], [['local', 'analyst']]);
    assert.equal(await orgs.recognise({ bearer: 'nro_wrong' }), null);
    assert.ok(!JSON.stringify(await store().db.selectFrom('api_key').selectAll().execute()).includes(key.slice(4)));
    const stranger = await administrator('other');
    await rejects(orgs.keys.revoke(stranger, id), 'unknown-key');
    await rejects(orgs.keys.create(stranger, { role: 'viewer', org: LOCAL }), 'unknown-org');
    await orgs.keys.revoke(admin, id);
    assert.equal(await orgs.recognise({ bearer: key }), null);
  });

  test('for any roles, a viewer reaches exactly the organisations where the role suffices', () => {
    const roles = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom<RoleName>(...ROLE_NAMES));
    fc.assert(fc.property(roles, fc.constantFrom<RoleName>(...ROLE_NAMES), fc.constantFrom('a', 'b', 'x'), (has, needs, current) => {
      const entries = Object.entries(has) as [OrgId, RoleName][];
      const viewer = viewerOf({ person: 'p', name: '', via: 'session', org: current as OrgId, roles: new Map(entries) }, needs);
      const wanted = entries.filter(([, role]) => atLeast(role, needs)).map(([org]) => org);
      assert.deepEqual([...viewer?.orgs ?? []].sort(), wanted.sort());
      if (viewer) {
        assert.ok(atLeast(viewer.role, needs));
        if (wanted.includes(current as OrgId)) assert.equal(viewer.orgs[0], current);
      }
    }));
  });

  test('the last administrator of an organisation stays; others go with their sessions', async () => {
    const admin = await administrator();
    await orgs.signIn.administratorLink();
    await rejects(orgs.people.remove(admin, 'operator'), 'last-administrator');
    const { id, token } = await orgs.people.invite(admin, { name: 'Second', role: 'administrator' });
    const { secret } = await orgs.signIn.useLink(token, '192.0.2.1');
    await rejects(orgs.people.invite(admin, { name: 'second', role: 'viewer' }), 'name-taken');
    await rejects(orgs.people.remove(await administrator('other'), id), 'unknown-person');
    await orgs.people.remove(admin, id);
    assert.equal(await orgs.recognise({ cookie: secret }), null);
    assert.ok((await orgs.people.list(admin)).every((p) => p.id !== id));
  });

  test('every change leaves an audit entry, and any edit, gap or cut of the log shows', async () => {
    const admin = await administrator();
    for (let i = 0; i < 6; i++) await orgs.audit.append({ org: LOCAL, person: 'p', action: 'test.change', subject: `s${i}`, detail: '日本\0語' });
    assert.deepEqual(await orgs.audit.verify(), { intact: true, entries: 6, firstBroken: null, reason: '' });
    const page = await orgs.audit.list(admin.orgs, { limit: 4 });
    assert.deepEqual([page.entries.map((e) => e.seq), page.more], [[6, 5, 4, 3], true]);
    assert.equal((await orgs.audit.list([orgId('other')], { limit: 4 })).entries.length, 0, 'another organisation sees none of it');
    const meddle = async (statement: string): Promise<void> => {
      await sql.raw('alter table audit disable trigger audit_fixed').execute(store().db);
      await sql.raw(statement).execute(store().db);
    };
    const before = await store().db.selectFrom('audit').selectAll().where('seq', '=', 3).executeTakeFirstOrThrow();
    for (const column of ['at_us', 'person', 'subject', 'detail', 'org', 'action'] as const) {
      await meddle(`update audit set ${column} = ${column === 'at_us' ? '1' : "'changed'"} where seq = 3`);
      assert.equal((await orgs.audit.verify()).firstBroken, 3, column);
      await store().db.updateTable('audit').set({ [column]: before[column] }).where('seq', '=', 3).execute();
    }
    assert.ok((await orgs.audit.verify()).intact);
    await meddle('delete from audit where seq = 6');
    assert.deepEqual(((v) => [v.intact, v.entries])(await orgs.audit.verify()), [false, 5], 'a cut end shows');
    await meddle('delete from audit where seq = 2');
    assert.equal((await orgs.audit.verify()).firstBroken, 2, 'a gap shows');
    await sql.raw('alter table audit enable trigger audit_fixed').execute(store().db);
  });

  test('audit entries written at once form one chain', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => orgs.audit.append({ org: LOCAL, person: 'p', action: 'a', subject: String(i) })));
    assert.deepEqual(((v) => [v.intact, v.entries])(await orgs.audit.verify()), [true, 40]);
  });

  test('a sensor is made on first use with its organisation; reading again adds regions and loses none', async () => {
    const id = sensorId('tokyo', orgId('jp'));
    const made = await orgs.sensors.ensure(id, { regions: [requireCidr('198.51.100.0/24')], country: 'JP', zone: 'Asia/Tokyo' });
    assert.deepEqual([made.org, made.name, made.zone, made.country, made.simulated], ['jp', 'tokyo', 'Asia/Tokyo', 'JP', false]);
    const again = await orgs.sensors.ensure(id, { regions: [requireCidr('2001:db8::/64'), requireCidr('198.51.100.0/24')], simulated: true });
    assert.deepEqual([again.regions.length, again.zone, again.simulated], [2, 'Asia/Tokyo', true]);
    assert.equal(again.regions[0]?.family, 4, 'regions keep their places');
    const viewer: AccessViewer = { person: 'p', orgs: [orgId('jp')], role: 'administrator' };
    assert.equal((await orgs.sensors.get(viewer, 'tokyo')).id, id);
    await rejects(orgs.sensors.get(viewer, 'osaka'), 'unknown-sensor');
    await rejects(orgs.sensors.get({ orgs: [LOCAL] }, 'jp/tokyo'), 'unknown-sensor');
    await rejects(orgs.sensors.update({ ...viewer, orgs: [LOCAL] }, id, { country: 'KR' }), 'unknown-sensor');
    const gap = await orgs.sensors.addGap(viewer, id, { fromUs: 10, toUs: 20, reason: 'moved house' });
    assert.deepEqual(gap.gaps, [{ fromUs: 10, toUs: 20, reason: 'moved house' }]);
    const changed = await orgs.sensors.update(viewer, id, { regions: ['203.0.113.0/25'], zone: 'Asia/Seoul' });
    assert.deepEqual([changed.regions.length, changed.zone], [1, 'Asia/Seoul']);
    await rejects(Promise.resolve().then(() => orgs.sensors.update(viewer, id, { zone: 'Mars/Olympus' })), 'time-zone');
    await rejects(Promise.resolve().then(() => orgs.sensors.update(viewer, id, { country: 'japan' })), 'country');
    assert.deepEqual((await orgs.audit.list([orgId('jp')], { limit: 10 })).entries.map((e) => e.action), ['sensor.update', 'sensor.gap']);
  });

  test('settings have defaults, bounds, a history, and installation-wide ones belong to the default organisation', async () => {
    const admin = await administrator(), other = await administrator('other');
    assert.equal(await orgs.settings.get('session.idle-hours'), 12);
    await orgs.settings.set(admin, 'session.idle-hours', 1);
    clock.advance(1000);
    await orgs.settings.set(admin, 'session.idle-hours', 2);
    assert.equal(await orgs.settings.get('session.idle-hours', orgId('other')), 2);
    assert.deepEqual((await orgs.settings.history(LOCAL, 'session.idle-hours')).map((h) => h.value), [2, 1]);
    assert.equal((await orgs.settings.list(LOCAL)).find((s) => s.key === 'session.idle-hours')?.changedBy, 'operator');
    await rejects(orgs.settings.set(other, 'session.idle-hours', 5), 'forbidden');
    await orgs.settings.set(other, 'people.language', 'ja');
    assert.deepEqual([await orgs.settings.get('people.language'), await orgs.settings.get('people.language', orgId('other'))], ['en', 'ja']);
    for (const value of ['1', true, 0, 1e9, NaN, Infinity]) await rejects(orgs.settings.set(admin, 'session.idle-hours', value), 'setting-value');
    await rejects(orgs.settings.set(admin, 'people.language', 'fr'), 'setting-value');
    for (const key of ['nonsense', '__proto__', 'toString']) await rejects(orgs.settings.set(admin, key, 1), 'unknown-setting');
  });

  test('a saved view is seen in its organisation and removed by its owner or an analyst', async () => {
    const admin = await administrator();
    const [a, b]: AccessViewer[] = [{ ...admin, person: 'a', role: 'viewer' }, { ...admin, person: 'b', role: 'viewer' }] as [AccessViewer, AccessViewer];
    await orgs.views.save(a as AccessViewer, { name: 'Telnet', query: 'port == 23', from: 'now-1d', to: '', kind: 'view' });
    const id = (await orgs.views.list(b as AccessViewer))[0]?.id ?? '';
    assert.equal((await orgs.views.list(await administrator('other'))).length, 0);
    await rejects(orgs.views.remove(b as AccessViewer, id), 'unknown-view');
    await rejects(orgs.views.remove(await administrator('other'), id), 'unknown-view');
    await orgs.views.remove(a as AccessViewer, id);
    assert.equal((await orgs.views.list(admin)).length, 0);
  });
});
