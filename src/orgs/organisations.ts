/**
 * Organisations: made on first use, never removed. Whoever runs the installation (the person `operator`) administers each of them.
 * @module
 */
import { DEFAULT_ORG, orgId, type OrgId } from '../core/ids.ts';
import type { Clock } from '../core/clock.ts';
import type { RecordQueries } from '../records/store.ts';
import { isRoleName, type RoleName } from './access.ts';

/** Id of the person who is signed in by the administrator link: who can make one can open the stores anyway. */
export const OPERATOR = 'operator';

/** Makes the organisation if there is none of that key; returns its key. */
export async function ensureOrg(q: RecordQueries, clock: Clock, key: string = DEFAULT_ORG): Promise<OrgId> {
  const id = orgId(key);
  const made = await q.insertInto('org').values({ id, name: id, created_us: clock.nowUs() }).onConflict((c) => c.doNothing()).executeTakeFirst();
  if ((made.numInsertedOrUpdatedRows ?? 0n) > 0n) {
    const operator = await q.selectFrom('person').select('id').where('id', '=', OPERATOR).executeTakeFirst();
    if (operator) await q.insertInto('role_of').values({ person: OPERATOR, org: id, role: 'administrator', created_us: clock.nowUs() }).onConflict((c) => c.doNothing()).execute();
  }
  return id;
}

/** Every organisation's key, ascending. */
export async function listOrgs(q: RecordQueries): Promise<OrgId[]> {
  return (await q.selectFrom('org').select('id').orderBy('id').execute()).map((row) => row.id as OrgId);
}

/** Roles of a person by organisation. */
export async function rolesOf(q: RecordQueries, person: string): Promise<Map<OrgId, RoleName>> {
  const rows = await q.selectFrom('role_of').select(['org', 'role']).where('person', '=', person).orderBy('org').execute();
  return new Map(rows.flatMap((r): [OrgId, RoleName][] => (isRoleName(r.role) ? [[r.org as OrgId, r.role]] : [])));
}
