/**
 * Sensors as records: made on first use with their organisation; regions, zone, country and the calendar of known gaps.
 *
 * Out: objects of the shape of the telescope model (`Sensor`). Regions given again are added, never taken away by reading; only
 * `update` replaces them. Limits: MOST_REGIONS a sensor (a region's place is a 16-bit index in PacketBatch), MOST_GAPS listed.
 * @module
 */
import { formatCidr, requireCidr, type Cidr } from '../core/address.ts';

import { OperatorError } from '../core/errors.ts';
import { sensorId, splitSensorId, type OrgId, type SensorId } from '../core/ids.ts';
import type { RecordQueries, RecordStore, RecordTransaction } from '../records/store.ts';
import type { AccessViewer } from './access.ts';
import { appendAudit } from './audit.ts';
import { ensureOrg } from './organisations.ts';

const MOST_REGIONS = 65_535;
const MOST_GAPS = 10_000;
const INSERT_ROWS = 2_000;

export interface SensorGap { readonly fromUs: number; readonly toUs: number; readonly reason: string }
/** Structurally the telescope model's Sensor. */
export interface SensorRecord {
  readonly id: SensorId; readonly org: OrgId; readonly name: string; readonly regions: readonly Cidr[]; readonly zone: string; readonly country: string;
  readonly simulated: boolean; readonly gaps: readonly SensorGap[];
}
export interface SensorChange { readonly zone?: string | undefined; readonly country?: string | undefined; readonly regions?: readonly string[] | undefined }

export interface Sensors {
  /** The sensor, made if it is new. `simulated` once said stays; regions are added; zone and country are set when given. */
  ensure(id: SensorId, facts?: { regions?: readonly Cidr[]; zone?: string; country?: string; simulated?: boolean }): Promise<SensorRecord>;
  /** One of the viewer's sensors by `org/name`, or by name in the viewer's first organisation. Throws `unknown-sensor`. */
  get(viewer: Pick<AccessViewer, 'orgs'>, name: string): Promise<SensorRecord>;
  /** The viewer's sensors, by id. */
  list(viewer: Pick<AccessViewer, 'orgs'>): Promise<SensorRecord[]>;
  update(viewer: AccessViewer, id: SensorId, change: SensorChange): Promise<SensorRecord>;
  addGap(viewer: AccessViewer, id: SensorId, gap: SensorGap): Promise<SensorRecord>;
}

export function sensors(records: RecordStore): Sensors {
  const { db, clock } = records;

  async function changing(viewer: AccessViewer, id: SensorId, action: string, detail: string, work: (tx: RecordTransaction) => Promise<void>): Promise<SensorRecord> {
    const { org } = splitSensorId(id);
    if (!viewer.orgs.includes(org)) throw new OperatorError('unknown-sensor', { name: id });
    return records.transaction(async (tx) => {
      const found = await tx.selectFrom('sensor').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
      if (!found) throw new OperatorError('unknown-sensor', { name: id });
      await work(tx);
      await appendAudit(tx, clock, { org, person: viewer.person, action, subject: id, detail });
      return one(tx, id);
    });
  }

  return {
    ensure(id, facts = {}) {
      const { org, name } = splitSensorId(id);
      const zone = facts.zone === undefined ? undefined : requireZone(facts.zone);
      const country = facts.country === undefined ? undefined : requireCountry(facts.country);
      return records.transaction(async (tx) => {
        await ensureOrg(tx, clock, org);
        await tx.insertInto('sensor').values({ id, org, name, country: country ?? '', zone: zone ?? 'UTC', simulated: facts.simulated ?? false, created_us: clock.nowUs() })
          .onConflict((c) => c.doNothing()).execute();
        const row = await tx.selectFrom('sensor').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
        const change = { ...(zone === undefined ? {} : { zone }), ...(country === undefined ? {} : { country }), ...(facts.simulated === true && !row.simulated ? { simulated: true } : {}) };
        if (Object.keys(change).length > 0) await tx.updateTable('sensor').set(change).where('id', '=', id).execute();
        if (facts.regions && facts.regions.length > 0) {
          const known = await tx.selectFrom('sensor_region').select(['region', 'position']).where('sensor', '=', id).execute();
          const have = new Set(known.map((r) => r.region));
          const fresh = [...new Set(facts.regions.map(formatCidr))].filter((r) => !have.has(r));
          await insertRegions(tx, id, fresh, 1 + Math.max(-1, ...known.map((r) => r.position)));
        }
        return one(tx, id);
      });
    },

    async get(viewer, name) {
      const id = sensorId(name, viewer.orgs[0]);
      const { org } = splitSensorId(id);
      const found = viewer.orgs.includes(org) ? await read(db, [id], 'id') : [];
      if (found[0]) return found[0];
      throw new OperatorError('unknown-sensor', { name });
    },

    list: (viewer) => read(db, viewer.orgs, 'org'),

    update(viewer, id, change) {
      const zone = change.zone === undefined ? undefined : requireZone(change.zone);
      const country = change.country === undefined ? undefined : requireCountry(change.country);
      const regions = change.regions === undefined ? undefined : [...new Set(change.regions.map((r) => formatCidr(requireCidr(r))))];
      return changing(viewer, id, 'sensor.update', JSON.stringify({ zone, country, regions: regions?.length }), async (tx) => {
        const set = { ...(zone === undefined ? {} : { zone }), ...(country === undefined ? {} : { country }) };
        if (Object.keys(set).length > 0) await tx.updateTable('sensor').set(set).where('id', '=', id).execute();
        if (regions) {
          await tx.deleteFrom('sensor_region').where('sensor', '=', id).execute();
          await insertRegions(tx, id, regions, 0);
        }
      });
    },

    addGap(viewer, id, gap) {
      return changing(viewer, id, 'sensor.gap', JSON.stringify(gap), async (tx) => {
        await tx.insertInto('sensor_gap').values({ sensor: id, from_us: gap.fromUs, to_us: gap.toUs, reason: gap.reason, created_us: clock.nowUs(), created_by: viewer.person }).execute();
      });
    },
  };
}

async function one(q: RecordQueries, id: SensorId): Promise<SensorRecord> {
  const found = (await read(q, [id], 'id'))[0];
  if (!found) throw new OperatorError('unknown-sensor', { name: id });
  return found;
}

async function insertRegions(tx: RecordTransaction, id: SensorId, regions: readonly string[], from: number): Promise<void> {
  if (from + regions.length > MOST_REGIONS) throw new OperatorError('usage', { message: `A sensor has at most ${MOST_REGIONS} regions.` });
  for (let at = 0; at < regions.length; at += INSERT_ROWS) {
    await tx.insertInto('sensor_region').values(regions.slice(at, at + INSERT_ROWS).map((region, i) => ({ sensor: id, region, position: from + at + i }))).execute();
  }
}

async function read(q: RecordQueries, keys: readonly string[], by: 'id' | 'org'): Promise<SensorRecord[]> {
  if (keys.length === 0) return [];
  const rows = await q.selectFrom('sensor').selectAll().where(by, 'in', [...keys]).orderBy('id').execute();
  if (rows.length === 0) return [];
  const ids = rows.map((r) => r.id);
  const regions = await q.selectFrom('sensor_region').selectAll().where('sensor', 'in', ids).orderBy('position').execute();
  const gaps = await q.selectFrom('sensor_gap').select(['sensor', 'from_us', 'to_us', 'reason']).where('sensor', 'in', ids).orderBy('from_us', 'desc').limit(MOST_GAPS).execute();
  const regionsOf = groupBy(regions, (r) => r.sensor);
  const gapsOf = groupBy(gaps.reverse(), (g) => g.sensor);
  return rows.map((r) => ({
    id: r.id as SensorId, org: r.org as OrgId, name: r.name, zone: r.zone, country: r.country, simulated: r.simulated,
    regions: (regionsOf.get(r.id) ?? []).map((x) => requireCidr(x.region)),
    gaps: (gapsOf.get(r.id) ?? []).map((g) => ({ fromUs: g.from_us, toUs: g.to_us, reason: g.reason })),
  }));
}

function groupBy<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const group = groups.get(key(item));
    if (group) group.push(item); else groups.set(key(item), [item]);
  }
  return groups;
}

/** An IANA zone that this machine knows. */
function requireZone(text: string): string {
  try { return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone; } catch { throw new OperatorError('time-zone', { text: text.slice(0, 64) }); }
}

function requireCountry(text: string): string {
  if (!/^(?:[A-Z]{2})?$/.test(text)) throw new OperatorError('country', { text: text.slice(0, 16) });
  return text;
}
