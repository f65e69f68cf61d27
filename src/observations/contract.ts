/**
 * What the event store promises: blocks in exactly once, questions out within the asker's organisations.
 *
 * The contract suite (`store.contract.test.ts`) runs on chDB, and on a ClickHouse server when NOROSHI_CLICKHOUSE_URL is set.
 * All times are integer microseconds, ranges are [fromUs, toUs).
 * @module
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import type { OrgId, SensorId } from '../core/ids.ts';
import type { Defect, Observation } from './observation.ts';

/** Who asks. Every question is cut to `orgs` by the query compiler; no caller can leave it out. */
export interface Viewer {
  readonly person: string;
  readonly orgs: readonly OrgId[];
  readonly role: 'viewer' | 'analyst' | 'administrator';
}

/** A deterministic slice of one source: the unit of exactly-once. */
export interface Block {
  /** SHA-256 (hex) of the decompressed source, or of the live session's id. */
  readonly content: string;
  readonly sensor: SensorId;
  /** Number of the first record in the source, from 0. */
  readonly first: number;
  /** Records (frames, lines) that the block covers, defects included. */
  readonly count: number;
}

/** Text of a block's id: the insert's deduplication token. */
export function blockToken(block: Block): string {
  return `${block.content}:${block.sensor}:${block.first}:${block.count}`;
}

/** What was inserted and where it went. */
export interface Inserted { readonly packets: number; readonly records: number; readonly quarantined: number }

/** Time range [fromUs, toUs). */
export interface Range { readonly fromUs: number; readonly toUs: number }

/** The ledger of blocks, kept in the record store; wired by the CLI. */
export interface Ledger {
  /** Blocks of a source already acknowledged, ascending by `first`. */
  blocksOf(content: string, sensor: SensorId): Promise<readonly { first: number; count: number }[]>;
  /** Acknowledges: after this returns, `kill -9` loses nothing of the block. */
  acknowledge(block: Block, inserted: Inserted, range: Range | null): Promise<void>;
  /** Notes that a source was read to its end. */
  finish(content: string, sensor: SensorId, facts: { path: string; format: string; defects: number }): Promise<void>;
  /** Keeps quoted defects of a source (replacing earlier ones of the same lines). */
  noteDefects(content: string, sensor: SensorId, defects: readonly Defect[]): Promise<void>;
  /** Whether a source was read to its end, and how many rows it gave. */
  finished(content: string, sensor: SensorId): Promise<{ packets: number; records: number } | null>;
  /** Blocks inserted after the last acknowledgement of a crashed run are resent by the reader; the minutes to rebuild are these. */
  begin(block: Block, range: Range | null): Promise<void>;
  /** Begun and never acknowledged (a crash between the stores). */
  unfinished(): Promise<readonly { block: Block; range: Range | null }[]>;
}

/** Fields that a query can name, filter, and count by. */
export const QUERY_FIELDS = [
  'at', 'org', 'sensor', 'region', 'src', 'dst', 'sport', 'port', 'proto', 'ttl', 'ipid', 'window', 'flags', 'seq',
  'payload', 'tool', 'label', 'role', 'country', 'asn', 'kind', 'tag',
] as const;
export type QueryField = (typeof QUERY_FIELDS)[number];

/** One observation as JSON (packets and records alike). */
export interface ObservationRow {
  at: string; atUs: number; org: string; sensor: string; region: string; kind: string;
  src: string; dst: string; sport: number; port: string; proto: string;
  ttl?: number; ipid?: number; window?: number; flags?: string; seq?: number; length?: number;
  payload?: string; tool: string; label: string; role: string; country: string; asn: number;
  session?: string; fields?: Record<string, string | number>; tags: string[];
}

/** One line of `--by`: the fields asked for, then exact counts. */
export type CountRow = Record<string, string | number> & { packets: number; records: number; sources: number };

/** A tag on a host, by an engine or an operator, for a time range; searchable as `tag == …`, `label == …`, `role == …`. */
export interface HostTag {
  readonly org: OrgId;
  readonly src: string;
  readonly range: Range;
  /** `label`: a screening label; `role`: a role; `tag`: free text `[a-z0-9:._-]{1,64}`. */
  readonly field: 'label' | 'role' | 'tag';
  readonly value: string;
  /** Who says so: `engine:screening`, `person:<id>`. */
  readonly by: string;
  readonly reason: string;
}

/** Per-minute figures of one sensor, protocol and port. */
export interface SeriesPoint { readonly atUs: number; readonly packets: number; readonly sources: number }

export interface EventStore {
  /** Name of the dialect and version of the engine below. */
  readonly engine: string;
  /** Inserts a block of packets (annotated batches of one sensor, both families). Idempotent by the block's token. */
  insertPackets(block: Block, batches: readonly PacketBatch[], regions: readonly string[]): Promise<Inserted>;
  /** Inserts a block of other observations. Idempotent likewise. */
  insertObservations(block: Block, observations: readonly Observation[]): Promise<Inserted>;
  addHostTags(tags: readonly HostTag[]): Promise<void>;
  removeHostTags(org: OrgId, src: string, value: string, by: string): Promise<void>;
  /** Rows matching an expression, newest first unless `ascending`; bounded by `limit`. */
  rows(viewer: Viewer, question: { expression: string; range: Partial<Range>; limit: number; ascending?: boolean }): AsyncIterable<ObservationRow>;
  /** Exact counts by fields, by packets then records descending. `by: []` gives one row of totals. */
  countBy(viewer: Viewer, question: { expression: string; range: Partial<Range>; by: readonly QueryField[]; limit: number }): Promise<CountRow[]>;
  /** Packets in time order as batches of one sensor each, for engines. Sensors interleave by time to within `sliceUs` (default 60 s). */
  scan(viewer: Viewer, question: { range: Partial<Range>; sensors?: readonly SensorId[]; sliceUs?: number }): AsyncIterable<PacketBatch>;
  /** Time covered and totals, per sensor. */
  extent(viewer: Viewer): Promise<{ sensor: SensorId; fromUs: number; toUs: number; packets: number; records: number }[]>;
  /** Rebuilds the rollups of these minutes from the rows. */
  rebuildRollups(ranges: readonly Range[]): Promise<void>;
  /**
   * To be called once after opening, with the ledger's unfinished blocks: rebuilds their minutes, and again after each of
   * them is resent, because a crash may have fallen between the table and its rollups.
   */
  recover(unfinished: readonly { readonly block: Block; readonly range: Range | null }[]): Promise<void>;
  /** Compares rollups with recomputation over a range; returns differing minutes (for tests and `noroshi doctor`). */
  checkRollups(range: Range): Promise<number[]>;
  /** Applies retention: drops whole months or rows older than `keepUs` (by ingestion), then the oldest until under `maxBytes`. Returns rows dropped. */
  retain(policy: { keepUs?: number; maxBytes?: number }): Promise<number>;
  bytesOnDisk(): Promise<number>;
  /** FROM and WHERE of a question over observations, for the files in `observations/questions/`. */
  compile(viewer: Viewer, question: { expression: string; range: Partial<Range> }): Promise<{ from: string; where: string }>;
  /** Runs SQL that a file in `observations/sql/` or `observations/questions/` wrote; internal to this area. */
  select<T>(sql: string): Promise<T[]>;
  /** Copies the store into an empty folder, which is then the folder of a store (embedded stores only). */
  backup(dir: string): Promise<void>;
  close(): Promise<void>;
}
