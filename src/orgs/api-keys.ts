/**
 * API keys: bearer secrets with one role in one organisation, for programs.
 *
 * A key reads `nro_` and 43 characters; only its hash is kept. Revoked keys stay in the table for the audit.
 * @module
 */
import { OperatorError } from '../core/errors.ts';
import type { OrgId } from '../core/ids.ts';
import { MINUTE_US } from '../core/time.ts';
import type { RecordStore } from '../records/store.ts';
import { isRoleName, type AccessViewer, type Principal, type RoleName } from './access.ts';
import { appendAudit } from './audit.ts';
import { hashSecret, newId, newSecret } from './secrets.ts';

export const KEY_PREFIX = 'nro_';
const USED_STEP_US = MINUTE_US;

export interface KeyListed { readonly id: string; readonly role: RoleName; readonly org: OrgId; readonly createdUs: number; readonly lastUsedUs: number | null; readonly by: string }

export interface ApiKeys {
  /** `key` is shown this once. The organisation must be one that the viewer administers. */
  create(viewer: AccessViewer, input: { role: RoleName; org?: OrgId }): Promise<{ id: string; key: string }>;
  list(viewer: AccessViewer): Promise<KeyListed[]>;
  revoke(viewer: AccessViewer, id: string): Promise<void>;
  recognise(key: string): Promise<Principal | null>;
}

export function apiKeys(records: RecordStore): ApiKeys {
  const { db, clock } = records;
  return {
    async create(viewer, { role, org = viewer.orgs[0] }) {
      if (org === undefined || !viewer.orgs.includes(org)) throw new OperatorError('unknown-org', { name: org ?? '' });
      const id = newId('k'), key = newSecret(KEY_PREFIX);
      await records.transaction(async (tx) => {
        await tx.insertInto('api_key').values({ id, hash: hashSecret(key), org, role, created_us: clock.nowUs(), created_by: viewer.person, last_used_us: null, revoked_us: null }).execute();
        await appendAudit(tx, clock, { org, person: viewer.person, action: 'key.create', subject: id, detail: role });
      });
      return { id, key };
    },

    async list(viewer) {
      const rows = await db.selectFrom('api_key').selectAll().where('org', 'in', [...viewer.orgs]).where('revoked_us', 'is', null).orderBy('created_us', 'desc').execute();
      return rows.map((r) => ({ id: r.id, role: isRoleName(r.role) ? r.role : 'viewer', org: r.org as OrgId, createdUs: r.created_us, lastUsedUs: r.last_used_us, by: r.created_by }));
    },

    async revoke(viewer, id) {
      await records.transaction(async (tx) => {
        const gone = await tx.updateTable('api_key').set({ revoked_us: clock.nowUs() }).where('id', '=', id).where('org', 'in', [...viewer.orgs]).where('revoked_us', 'is', null).returning('org').executeTakeFirst();
        if (!gone) throw new OperatorError('unknown-key', { id: id.slice(0, 64) });
        await appendAudit(tx, clock, { org: gone.org as OrgId, person: viewer.person, action: 'key.revoke', subject: id });
      });
    },

    async recognise(key) {
      if (!key.startsWith(KEY_PREFIX) || key.length > 100) return null;
      const row = await db.selectFrom('api_key').selectAll().where('hash', '=', hashSecret(key)).where('revoked_us', 'is', null).executeTakeFirst();
      if (!row || !isRoleName(row.role)) return null;
      const nowUs = clock.nowUs();
      if (row.last_used_us === null || nowUs - row.last_used_us >= USED_STEP_US) await db.updateTable('api_key').set({ last_used_us: nowUs }).where('id', '=', row.id).execute();
      return { person: `key:${row.id}`, name: row.id, via: 'key', org: row.org as OrgId, roles: new Map([[row.org as OrgId, row.role]]) };
    },
  };
}
