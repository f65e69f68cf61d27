/**
 * Settings: the catalogue's defaults, what was changed, and by whom and when. Each change is a row of history and an audit entry.
 * @module
 */
import { OperatorError } from '../core/errors.ts';
import { DEFAULT_ORG, type OrgId } from '../core/ids.ts';
import { json } from '../records/tables.ts';
import type { RecordQueries, RecordStore } from '../records/store.ts';
import type { AccessViewer } from './access.ts';
import { appendAudit } from './audit.ts';
import { SETTINGS, type SettingEntry, type SettingKey } from './settings.catalogue.ts';

export type SettingValue = string | number | boolean;
export interface SettingRow {
  readonly key: SettingKey; readonly value: SettingValue; readonly default: SettingValue; readonly about: string; readonly kind: SettingEntry['kind'];
  readonly changedUs: number | null; readonly changedBy: string;
}

export interface Settings {
  /** Value in force for an organisation. */
  get(key: SettingKey, org?: OrgId): Promise<SettingValue>;
  list(org: OrgId): Promise<SettingRow[]>;
  /** Throws `unknown-setting`, `setting-value` or `forbidden`. */
  set(viewer: AccessViewer, key: string, value: SettingValue): Promise<void>;
  history(org: OrgId, key: SettingKey): Promise<{ value: SettingValue; changedUs: number; changedBy: string }[]>;
}

const entryOf = (key: SettingKey): SettingEntry => SETTINGS[key];
function isSettingKey(text: string): text is SettingKey { return Object.hasOwn(SETTINGS, text); }
/** Organisation column of a setting: '' for the whole installation. */
const scopeOf = (key: SettingKey, org: OrgId): string => (entryOf(key).scope === 'installation' ? '' : org);

/** A number setting of the installation, also within a transaction. */
export async function settingNumber(q: RecordQueries, key: SettingKey): Promise<number> {
  const row = await q.selectFrom('setting').select('value').where('org', '=', '').where('key', '=', key).executeTakeFirst();
  return Number(row?.value ?? entryOf(key).default);
}

export function settings(records: RecordStore): Settings {
  const { db, clock } = records;
  return {
    async get(key, org = DEFAULT_ORG) {
      const row = await db.selectFrom('setting').select('value').where('org', '=', scopeOf(key, org)).where('key', '=', key).executeTakeFirst();
      return row?.value ?? entryOf(key).default;
    },

    async list(org) {
      const rows = await db.selectFrom('setting').selectAll().where('org', 'in', ['', org]).execute();
      const changed = new Map(rows.map((r) => [`${r.org} ${r.key}`, r]));
      return (Object.keys(SETTINGS) as SettingKey[]).map((key) => {
        const { kind, about, default: fallback } = entryOf(key), row = changed.get(`${scopeOf(key, org)} ${key}`);
        return { key, kind, about, default: fallback, value: row?.value ?? fallback, changedUs: row?.changed_us ?? null, changedBy: row?.changed_by ?? '' };
      });
    },

    async set(viewer, key, value) {
      if (!isSettingKey(key)) throw new OperatorError('unknown-setting', { key: key.slice(0, 64) });
      checkValue(key, value);
      const org = viewer.orgs[0];
      if (org === undefined || (entryOf(key).scope === 'installation' && !viewer.orgs.includes(DEFAULT_ORG))) {
        throw new OperatorError('forbidden', { needs: 'administrator', where: ` in the organisation '${DEFAULT_ORG}'` });
      }
      const row = { org: scopeOf(key, org), key, value: json(value), changed_us: clock.nowUs(), changed_by: viewer.person };
      await records.transaction(async (tx) => {
        await tx.insertInto('setting').values(row).onConflict((c) => c.columns(['org', 'key']).doUpdateSet({ value: row.value, changed_us: row.changed_us, changed_by: row.changed_by })).execute();
        await tx.insertInto('setting_history').values(row).execute();
        await appendAudit(tx, clock, { org: row.org === '' ? DEFAULT_ORG : org, person: viewer.person, action: 'setting.change', subject: key, detail: JSON.stringify(value) });
      });
    },

    async history(org, key) {
      const rows = await db.selectFrom('setting_history').selectAll().where('org', '=', scopeOf(key, org)).where('key', '=', key).orderBy('id', 'desc').limit(500).execute();
      return rows.map((r) => ({ value: r.value, changedUs: r.changed_us, changedBy: r.changed_by }));
    },
  };
}

function checkValue(key: SettingKey, value: SettingValue): void {
  const { kind, least, most, choices } = entryOf(key);
  const refuse = (reason: string): never => { throw new OperatorError('setting-value', { key, value: JSON.stringify(value).slice(0, 80), reason }); };
  const wanted = kind === 'text' ? 'string' : kind;
  if (typeof value !== wanted) refuse(`it is a ${kind}`);
  if (typeof value === 'number' && !(value >= (least ?? -Infinity) && value <= (most ?? Infinity))) refuse(`it is from ${least} to ${most}`);
  if (typeof value === 'string' && choices && !choices.includes(value)) refuse(`it is one of ${choices.join(', ')}`);
}
