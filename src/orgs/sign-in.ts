/**
 * Signing in: one-time links, names with passwords, and the sessions that both begin.
 *
 * In: a token or a password, and where it came from. Out: a session secret for a cookie, of which the store keeps only the hash.
 * A link works once, for an hour; the administrator's only from this machine (loopback). A session ends after `session.idle-hours`
 * without a request, and after `session.most-days` in any case (OWASP Session Management: both bounds).
 * Source addresses are those of the socket: the caller decides whether a proxy's word counts.
 * @module
 */
import { parseAddress } from '../core/address.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import type { OrgId } from '../core/ids.ts';
import { DAY_US, HOUR_US, MINUTE_US } from '../core/time.ts';
import type { RecordStore, RecordTransaction } from '../records/store.ts';
import { isRoleName, type Principal, type RoleName } from './access.ts';
import { Attempts } from './attempts.ts';
import { appendAudit } from './audit.ts';
import { ensureOrg, listOrgs, OPERATOR, rolesOf } from './organisations.ts';
import { checkPassword } from './passwords.ts';
import { hashSecret, newSecret } from './secrets.ts';
import { SETTINGS, type SettingKey } from './settings.catalogue.ts';
import { settingNumber } from './settings.ts';

const LINK_US = HOUR_US;
/** `seen_us` is written at most this often. */
const SEEN_STEP_US = MINUTE_US;
/** Open sessions of one person; the oldest goes. */
const MOST_SESSIONS = 50;

export interface Session { readonly secret: string; readonly principal: Principal; readonly expiresUs: number }

export interface SignIn {
  /** Token of a link that signs in the operator as administrator of every organisation; only from loopback. */
  administratorLink(): Promise<string>;
  /** A new link for somebody who has a role; for who forgot the password. */
  linkFor(person: string, org: OrgId): Promise<string>;
  /** Throws `sign-in`. */
  useLink(token: string, from: string): Promise<Session>;
  /** Throws `sign-in-password` or `too-many-attempts`. */
  withPassword(name: string, password: string, from: string): Promise<Session>;
  /** Who holds this cookie; null if it is unknown or over. */
  recognise(secret: string): Promise<(Principal & { readonly session: string }) | null>;
  end(secret: string): Promise<void>;
  /** Deletes what is over; call now and then. */
  sweep(): Promise<void>;
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(text: string): boolean {
  const address = parseAddress(text);
  if (!address) return false;
  const { family, words } = address;
  return family === 4 ? (words[0] ?? 0) >>> 24 === 127 : words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === 1;
}

/** Stores a link for a person, within a transaction; returns its token, which is kept nowhere. */
export async function addLink(tx: RecordTransaction, clock: Clock, link: { person: string; org: OrgId; loopbackOnly: boolean }): Promise<string> {
  const token = newSecret(), nowUs = clock.nowUs();
  await tx.insertInto('sign_in_link').values({ hash: hashSecret(token), person: link.person, org: link.org, loopback_only: link.loopbackOnly, created_us: nowUs, expires_us: nowUs + LINK_US, used_us: null }).execute();
  return token;
}

export function signIn(records: RecordStore): SignIn {
  const { db, clock } = records;
  const attempts = new Attempts(clock);

  async function begin(tx: RecordTransaction, person: { id: string; name: string }, preferred: OrgId | null, how: string): Promise<Session | null> {
    const roles = await rolesOf(tx, person.id);
    const org = preferred !== null && roles.has(preferred) ? preferred : [...roles.keys()][0];
    if (org === undefined) return null;
    const secret = newSecret(), nowUs = clock.nowUs();
    const expiresUs = nowUs + Math.round(await settingNumber(tx, 'session.most-days') * DAY_US);
    const older = await tx.selectFrom('session').select('hash').where('person', '=', person.id).orderBy('seen_us', 'desc').offset(MOST_SESSIONS - 1).execute();
    if (older.length > 0) await tx.deleteFrom('session').where('hash', 'in', older.map((s) => s.hash)).execute();
    await tx.insertInto('session').values({ hash: hashSecret(secret), person: person.id, org, created_us: nowUs, seen_us: nowUs, expires_us: expiresUs }).execute();
    await tx.updateTable('person').set({ last_seen_us: nowUs }).where('id', '=', person.id).execute();
    await appendAudit(tx, clock, { org, person: person.id, action: 'session.begin', subject: person.id, detail: how });
    return { secret, expiresUs, principal: { person: person.id, name: person.name, via: 'session', org, roles } };
  }

  return {
    administratorLink() {
      return records.transaction(async (tx) => {
        const home = await ensureOrg(tx, clock);
        const nowUs = clock.nowUs();
        const made = await tx.insertInto('person').values({ id: OPERATOR, name: await freeName(tx), email: '', language: 'en', password: null, created_us: nowUs, last_seen_us: null }).onConflict((c) => c.column('id').doNothing()).executeTakeFirst();
        for (const org of await listOrgs(tx)) {
          await tx.insertInto('role_of').values({ person: OPERATOR, org, role: 'administrator' satisfies RoleName, created_us: nowUs })
            .onConflict((c) => c.columns(['person', 'org']).doUpdateSet({ role: 'administrator' })).execute();
        }
        if ((made.numInsertedOrUpdatedRows ?? 0n) > 0n) await appendAudit(tx, clock, { org: home, person: OPERATOR, action: 'person.add', subject: OPERATOR, detail: 'administrator of the installation' });
        await appendAudit(tx, clock, { org: home, person: OPERATOR, action: 'link.create', subject: OPERATOR });
        return addLink(tx, clock, { person: OPERATOR, org: home, loopbackOnly: true });
      });
    },

    linkFor(person, org) {
      return records.transaction(async (tx) => {
        const role = await tx.selectFrom('role_of').select('role').where('person', '=', person).where('org', '=', org).executeTakeFirst();
        if (!role) throw new OperatorError('unknown-person', { id: person });
        await appendAudit(tx, clock, { org, person: OPERATOR, action: 'link.create', subject: person });
        return addLink(tx, clock, { person, org, loopbackOnly: person === OPERATOR });
      });
    },

    async useLink(token, from) {
      // A token cannot be guessed; the bound keeps a flood from the database.
      if (!attempts.allowed('', from)) throw new OperatorError('too-many-attempts');
      const session = await records.transaction(async (tx) => {
        const nowUs = clock.nowUs();
        const link = await tx.selectFrom('sign_in_link').innerJoin('person', 'person.id', 'sign_in_link.person')
          .select(['sign_in_link.hash', 'sign_in_link.org', 'loopback_only', 'expires_us', 'used_us', 'person.id', 'person.name'])
          .where('sign_in_link.hash', '=', hashSecret(token)).forUpdate('sign_in_link').executeTakeFirst();
        if (!link || link.used_us !== null || link.expires_us <= nowUs || (link.loopback_only && !isLoopback(from))) return null;
        await tx.updateTable('sign_in_link').set({ used_us: nowUs }).where('hash', '=', link.hash).execute();
        return begin(tx, { id: link.id, name: link.name }, link.org as OrgId, 'one-time link');
      });
      if (session) return session;
      attempts.failed('', from);
      throw new OperatorError('sign-in');
    },

    async withPassword(name, password, from) {
      if (!attempts.allowed(name, from)) throw new OperatorError('too-many-attempts');
      // Counted before the slow comparison, so that a burst of guesses at once is bounded too.
      attempts.failed(name, from);
      const person = await db.selectFrom('person').select(['id', 'name', 'password']).where((b) => b(b.fn<string>('lower', ['name']), '=', b.fn<string>('lower', [b.val(name)]))).executeTakeFirst();
      const right = await checkPassword(password, person?.password ?? null);
      const session = right && person ? await records.transaction((tx) => begin(tx, person, null, 'password')) : null;
      if (!session) throw new OperatorError('sign-in-password');
      attempts.succeeded(name, from);
      return session;
    },

    async recognise(secret) {
      if (secret.length > 100) return null;
      const hash = hashSecret(secret), nowUs = clock.nowUs();
      // One statement, a row for each role: every request of the portal asks this.
      const rows = await db.selectFrom('session').innerJoin('person', 'person.id', 'session.person').innerJoin('role_of', 'role_of.person', 'person.id')
        .leftJoin('setting', (join) => join.on('setting.org', '=', '').on('setting.key', '=', 'session.idle-hours' satisfies SettingKey))
        .select(['session.org', 'session.seen_us', 'session.expires_us', 'person.id', 'person.name', 'role_of.org as role_org', 'role_of.role', 'setting.value as idle'])
        .where('session.hash', '=', hash).orderBy('role_of.org').execute();
      const row = rows[0];
      if (!row || row.expires_us <= nowUs || row.seen_us + Number(row.idle ?? SETTINGS['session.idle-hours'].default) * HOUR_US <= nowUs) return null;
      const roles = new Map(rows.flatMap((r): [OrgId, RoleName][] => (isRoleName(r.role) ? [[r.role_org as OrgId, r.role]] : [])));
      const org = roles.has(row.org as OrgId) ? row.org as OrgId : [...roles.keys()][0];
      if (org === undefined) return null;
      if (nowUs - row.seen_us >= SEEN_STEP_US) {
        await db.updateTable('session').set({ seen_us: nowUs }).where('hash', '=', hash).execute();
        await db.updateTable('person').set({ last_seen_us: nowUs }).where('id', '=', row.id).execute();
      }
      return { person: row.id, name: row.name, via: 'session', org, roles, session: hash };
    },

    async end(secret) {
      await records.transaction(async (tx) => {
        const gone = await tx.deleteFrom('session').where('hash', '=', hashSecret(secret)).returning(['person', 'org']).executeTakeFirst();
        if (gone) await appendAudit(tx, clock, { org: gone.org as OrgId, person: gone.person, action: 'session.end', subject: gone.person });
      });
    },

    async sweep() {
      const nowUs = clock.nowUs();
      await db.deleteFrom('session').where('expires_us', '<=', nowUs).execute();
      await db.deleteFrom('sign_in_link').where('expires_us', '<=', nowUs - DAY_US).execute();
    },
  };
}

/** The operator's first name: the word, unless somebody has it. */
async function freeName(tx: RecordTransaction): Promise<string> {
  const taken = await tx.selectFrom('person').select('id').where((b) => b(b.fn<string>('lower', ['name']), '=', 'administrator')).executeTakeFirst();
  return taken && taken.id !== OPERATOR ? newSecret('administrator-').slice(0, 22) : 'Administrator';
}
