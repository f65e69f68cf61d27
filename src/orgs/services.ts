/**
 * The door of this area: everything about organisations, people and access over one record store.
 * @module
 */
import { DEFAULT_ORG, orgId, type OrgId } from '../core/ids.ts';
import { OperatorError } from '../core/errors.ts';
import type { RecordStore } from '../records/store.ts';
import type { AccessViewer, Principal } from './access.ts';
import { apiKeys, type ApiKeys } from './api-keys.ts';
import { auditLog, type AuditLog } from './audit.ts';
import { ensureOrg, listOrgs } from './organisations.ts';
import { people, type People } from './people.ts';
import { sensors, type Sensors } from './sensors.ts';
import { settings, type Settings } from './settings.ts';
import { signIn, type SignIn } from './sign-in.ts';
import { views, type Views } from './views.ts';

export interface OrgServices {
  readonly people: People;
  readonly signIn: SignIn;
  readonly keys: ApiKeys;
  readonly audit: AuditLog;
  readonly sensors: Sensors;
  readonly settings: Settings;
  readonly views: Views;
  /** Makes an organisation if it is new. */
  ensureOrg(key?: string): Promise<OrgId>;
  orgs(): Promise<OrgId[]>;
  /**
   * The viewer of the command line: administrator of these organisations (default: all, `local` first). Throws `unknown-org`.
   * Whoever reaches DATA or its socket is the operator.
   */
  operator(orgs?: readonly string[]): Promise<AccessViewer>;
  /** Who sends this cookie or this bearer key; null if nobody known. */
  recognise(credentials: { cookie?: string | undefined; bearer?: string | undefined }): Promise<(Principal & { readonly session?: string }) | null>;
}

export function orgServices(records: RecordStore): OrgServices {
  const { db, clock } = records;
  const keys = apiKeys(records), access = signIn(records);
  return {
    keys, signIn: access, people: people(records), audit: auditLog(records), sensors: sensors(records), settings: settings(records), views: views(records),
    ensureOrg: (key) => records.transaction((tx) => ensureOrg(tx, clock, key)),
    orgs: () => listOrgs(db),
    async operator(wanted) {
      const all = await listOrgs(db);
      const orgs = wanted?.map(orgId) ?? [DEFAULT_ORG, ...all.filter((org) => org !== DEFAULT_ORG)];
      for (const org of orgs) if (org !== DEFAULT_ORG && !all.includes(org)) throw new OperatorError('unknown-org', { name: org });
      return { person: 'operator', orgs, role: 'administrator' };
    },
    async recognise({ cookie, bearer }) {
      if (bearer !== undefined) return keys.recognise(bearer);
      return cookie === undefined ? null : access.recognise(cookie);
    },
  };
}
