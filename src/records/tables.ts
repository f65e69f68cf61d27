/**
 * The record store's tables as types, one interface a table, named as in `migrations/`.
 *
 * Times are integer microseconds (`…_us`, bigint read as a number: exact to 2^53). JSON columns are read parsed and
 * written as text made with {@link json}, because the two drivers disagree on arrays. Bytes are Uint8Array.
 * @module
 */
import type { ColumnType, Generated } from 'kysely';

/** JSON column: reads a T, takes the text that {@link json} made of a T. */
export type Json<T> = ColumnType<T, JsonText<T>, JsonText<T>>;
declare const of: unique symbol;
/** JSON text of a T. */
export type JsonText<T> = string & { readonly [of]?: T };
/** Text of a JSON column. */
export function json<T>(value: T): JsonText<T> {
  return JSON.stringify(value) as JsonText<T>;
}

export interface OrgTable { id: string; name: string; created_us: number }

/** `id` is `org/name`. */
export interface SensorTable { id: string; org: string; name: string; country: string; zone: string; simulated: boolean; created_us: number }
/** `region` is a CIDR; `position` is its index in the sensor's list (what PacketBatch.region points at). */
export interface SensorRegionTable { sensor: string; region: string; position: number }
export interface SensorGapTable { id: Generated<number>; sensor: string; from_us: number; to_us: number; reason: string; created_us: number; created_by: string }

/** One file or stream, by the SHA-256 of its decompressed content; `finished_us` null until read to its end. */
export interface SourceTable {
  content: string; sensor: string; path: string; format: string; packets: number; records: number; defects: number;
  finished_us: number | null; first_us: number | null; last_us: number | null;
}
/** The ledger: a block begun, and acknowledged once it is safe in the event store. */
export interface BlockTable {
  content: string; sensor: string; first: number; count: number; packets: number; records: number; quarantined: number;
  from_us: number | null; to_us: number | null; begun_us: number; acknowledged_us: number | null;
}
export interface DefectTable { content: string; sensor: string; line: number; reason: string; quote: string }

type Figures = Readonly<Record<string, number | string>>;
/** `src/findings/finding.ts` as columns; `state` and `snoozed_until_us` are the outcome of its events. */
export interface FindingTable {
  id: string; org: string; name: string; engine: string; version: string; subject: string;
  first_window_us: number; from_us: number; to_us: number; first_raised_us: number;
  ports: Json<readonly string[]>; sensors: Json<readonly string[]>; sources: number; countries: Json<readonly string[]>;
  source_role: string; score: number; severity: number; facts: Json<Figures>;
  evidence: Json<{ readonly query: string; readonly fromUs: number; readonly toUs: number; readonly figures: Figures; readonly series: readonly { readonly atUs: number; readonly value: number; readonly low: number; readonly high: number }[] }>;
  marking: string; ended: boolean; simulated: boolean; why: string;
  state: string; snoozed_until_us: number | null; created_us: number; updated_us: number;
}
export interface FindingSourceTable { finding: string; src: string; packets: number | null }
/** Never updated or deleted (a trigger refuses). `kind`: raised, grown, ended, outcome, undo; `undoes` is the event an undo takes back. */
export interface FindingEventTable {
  id: Generated<number>; finding: string; at_us: number; person: string; kind: string; from_state: string; to_state: string;
  reason: string; until_us: number | null; undoes: number | null; detail: Json<Figures>;
}
/** Queue of alerts: one row a finding, sink and occasion (`raised`, `grown`, …); `state`: waiting, sent, failed. */
export interface AlertTable {
  id: Generated<number>; finding: string; org: string; sink: string; occasion: string; state: string; attempts: number; next_us: number;
  last_error: string; created_us: number; sent_us: number | null;
}
/** Learned state of an engine; `scope` separates runs that must not share it ('' = live). */
export interface EngineMemoryTable { org: string; engine: string; scope: string; version: string; window_us: number; bytes: Uint8Array; updated_us: number }

/** `password` is the scrypt text, null without one; `language` en or ja. */
export interface PersonTable { id: string; name: string; email: string; language: string; password: string | null; created_us: number; last_seen_us: number | null }
export interface RoleOfTable { person: string; org: string; role: string; created_us: number }
/** `hash` is SHA-256 of the cookie's value, which is kept nowhere. */
export interface SessionTable { hash: string; person: string; org: string; created_us: number; seen_us: number; expires_us: number }
export interface SignInLinkTable { hash: string; person: string; org: string; loopback_only: boolean; created_us: number; expires_us: number; used_us: number | null }
export interface ApiKeyTable { id: string; hash: string; org: string; role: string; created_us: number; created_by: string; last_used_us: number | null; revoked_us: number | null }
/** Hash chain: `hash` covers the entry and `previous`. Never updated or deleted (a trigger refuses). */
export interface AuditTable { seq: number; at_us: number; org: string; person: string; action: string; subject: string; detail: string; previous: string; hash: string }

/** `org` '' is the whole installation. */
export interface SettingTable { org: string; key: string; value: Json<string | number | boolean>; changed_us: number; changed_by: string }
export interface SettingHistoryTable { id: Generated<number>; org: string; key: string; value: Json<string | number | boolean>; changed_us: number; changed_by: string }
/** A saved question; `kind`: view, alert, hunt. `from_text` and `to_text` as people write times. */
export interface ViewTable { id: string; org: string; person: string; name: string; query: string; from_text: string; to_text: string; kind: string; created_us: number }
export interface JobTable {
  id: string; org: string; person: string; kind: string; label: string; state: string; done: number; total: number | null; message: string;
  started_us: number; finished_us: number | null;
}
export interface MetaTable { key: string; value: string }

export interface Database {
  org: OrgTable; sensor: SensorTable; sensor_region: SensorRegionTable; sensor_gap: SensorGapTable;
  source: SourceTable; block: BlockTable; defect: DefectTable;
  finding: FindingTable; finding_source: FindingSourceTable; finding_event: FindingEventTable; alert: AlertTable; engine_memory: EngineMemoryTable;
  person: PersonTable; role_of: RoleOfTable; session: SessionTable; sign_in_link: SignInLinkTable; api_key: ApiKeyTable; audit: AuditTable;
  setting: SettingTable; setting_history: SettingHistoryTable; view: ViewTable; job: JobTable; meta: MetaTable;
}
