/**
 * People and their roles, one role an organisation. A person of several organisations is one person.
 *
 * Removing somebody takes away the roles in the remover's organisations; without any role left the person and the sessions go.
 * Limits: the last administrator of an organisation can be neither removed nor lowered.
 * @module
 */
import { OperatorError } from '../core/errors.ts';
import type { OrgId } from '../core/ids.ts';
import type { RecordStore, RecordTransaction } from '../records/store.ts';
import { isRoleName, type AccessViewer, type Principal, type RoleName } from './access.ts';
import { appendAudit } from './audit.ts';
import { hashPassword } from './passwords.ts';
import { newId } from './secrets.ts';
import { addLink } from './sign-in.ts';

export type Language = 'en' | 'ja';
export interface PersonRecord { readonly id: string; readonly name: string; readonly email: string; readonly language: Language; readonly hasPassword: boolean }
export interface PersonListed { readonly id: string; readonly name: string; readonly role: RoleName; readonly org: OrgId; readonly createdUs: number; readonly lastSeenUs: number | null }

export interface People {
  get(id: string): Promise<PersonRecord | null>;
  /** Everybody with a role in the viewer's organisations, once an organisation. */
  list(viewer: AccessViewer): Promise<PersonListed[]>;
  /** Adds a person to the viewer's first organisation; the token of a one-time link is shown once. */
  invite(viewer: AccessViewer, input: { name: string; role: RoleName; language?: Language }): Promise<{ id: string; token: string }>;
  remove(viewer: AccessViewer, id: string): Promise<void>;
  /** Sets one's own name and password; ends one's other sessions. */
  setPassword(principal: Principal, input: { name: string; password: string; keepSession: string | null }): Promise<void>;
  setPreferences(principal: Principal, input: { language?: Language | undefined }): Promise<void>;
}

export function people(records: RecordStore): People {
  const { db, clock } = records;
  return {
    async get(id) {
      const row = await db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? { id: row.id, name: row.name, email: row.email, language: row.language === 'ja' ? 'ja' : 'en', hasPassword: row.password !== null } : null;
    },

    async list(viewer) {
      const rows = await db.selectFrom('role_of').innerJoin('person', 'person.id', 'role_of.person')
        .select(['person.id', 'person.name', 'role_of.role', 'role_of.org', 'role_of.created_us', 'person.last_seen_us'])
        .where('role_of.org', 'in', [...viewer.orgs]).orderBy('person.name').orderBy('role_of.org').execute();
      return rows.map((r) => ({ id: r.id, name: r.name, role: isRoleName(r.role) ? r.role : 'viewer', org: r.org as OrgId, createdUs: r.created_us, lastSeenUs: r.last_seen_us }));
    },

    async invite(viewer, { name, role, language = 'en' }) {
      const org = firstOrg(viewer), id = newId('p');
      return records.transaction(async (tx) => {
        await requireFreeName(tx, name, id);
        await tx.insertInto('person').values({ id, name, email: '', language, password: null, created_us: clock.nowUs(), last_seen_us: null }).execute();
        await tx.insertInto('role_of').values({ person: id, org, role, created_us: clock.nowUs() }).execute();
        await appendAudit(tx, clock, { org, person: viewer.person, action: 'person.add', subject: id, detail: `${name}, ${role}` });
        return { id, token: await addLink(tx, clock, { person: id, org, loopbackOnly: false }) };
      });
    },

    async remove(viewer, id) {
      await records.transaction(async (tx) => {
        const roles = await tx.selectFrom('role_of').innerJoin('person', 'person.id', 'role_of.person').select(['role_of.org', 'role_of.role', 'person.name'])
          .where('role_of.person', '=', id).where('role_of.org', 'in', [...viewer.orgs]).forUpdate().execute();
        if (roles.length === 0) throw new OperatorError('unknown-person', { id: id.slice(0, 64) });
        for (const { org, role, name } of roles) {
          if (role === 'administrator') await requireOtherAdministrator(tx, id, org, name);
          await tx.deleteFrom('role_of').where('person', '=', id).where('org', '=', org).execute();
          await tx.deleteFrom('session').where('person', '=', id).where('org', '=', org).execute();
          await tx.deleteFrom('sign_in_link').where('person', '=', id).where('org', '=', org).execute();
          await appendAudit(tx, clock, { org: org as OrgId, person: viewer.person, action: 'person.remove', subject: id, detail: name });
        }
        const left = await tx.selectFrom('role_of').select('org').where('person', '=', id).executeTakeFirst();
        if (!left) await tx.deleteFrom('person').where('id', '=', id).execute();
      });
    },

    async setPassword(principal, { name, password, keepSession }) {
      const text = await hashPassword(password);
      await records.transaction(async (tx) => {
        await requirePerson(tx, principal.person);
        await requireFreeName(tx, name, principal.person);
        await tx.updateTable('person').set({ name, password: text }).where('id', '=', principal.person).execute();
        await tx.deleteFrom('session').where('person', '=', principal.person).where('hash', '<>', keepSession ?? '').execute();
        await appendAudit(tx, clock, { org: principal.org, person: principal.person, action: 'person.password', subject: principal.person, detail: name });
      });
    },

    async setPreferences(principal, { language }) {
      await records.transaction(async (tx) => {
        await requirePerson(tx, principal.person);
        if (language === undefined) return;
        await tx.updateTable('person').set({ language }).where('id', '=', principal.person).execute();
        await appendAudit(tx, clock, { org: principal.org, person: principal.person, action: 'person.preferences', subject: principal.person, detail: language });
      });
    },
  };
}

function firstOrg(viewer: AccessViewer): OrgId {
  const org = viewer.orgs[0];
  if (org === undefined) throw new OperatorError('forbidden', { needs: 'administrator', where: '' });
  return org;
}

/** A key is nobody: it has no name, language or password to change. */
async function requirePerson(tx: RecordTransaction, id: string): Promise<void> {
  const found = await tx.selectFrom('person').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  if (!found) throw new OperatorError('unknown-person', { id });
}

async function requireFreeName(tx: RecordTransaction, name: string, except: string): Promise<void> {
  const taken = await tx.selectFrom('person').select('id').where((b) => b(b.fn<string>('lower', ['name']), '=', b.fn<string>('lower', [b.val(name)]))).where('id', '<>', except).executeTakeFirst();
  if (taken) throw new OperatorError('name-taken', { name });
}

async function requireOtherAdministrator(tx: RecordTransaction, person: string, org: string, name: string): Promise<void> {
  const other = await tx.selectFrom('role_of').select('person').where('org', '=', org).where('role', '=', 'administrator').where('person', '<>', person).executeTakeFirst();
  if (!other) throw new OperatorError('last-administrator', { name, org });
}
