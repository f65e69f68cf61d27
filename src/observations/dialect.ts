/**
 * What differs between chDB in the process and a ClickHouse server: how a statement is run, how bytes get in, table engines.
 *
 * Everything else (all SQL, all encoding) is the same code on both.
 * @module
 */

/** Parts of SQL that depend on where it runs. */
export interface Dialect {
  readonly name: 'chdb' | 'clickhouse';
  /** Name of the MergeTree setting that keeps tokens of blocks. */
  readonly deduplicationSetting: string;
  /** Engine clause of a table: `MergeTree()`, `ReplacingMergeTree(version)`. */
  engineOf(engine: 'MergeTree' | 'ReplacingMergeTree' | 'SummingMergeTree' | 'AggregatingMergeTree', argument?: string): string;
}

export const plainDialect = (name: Dialect['name']): Dialect => ({
  name,
  deduplicationSetting: 'non_replicated_deduplication_window',
  engineOf: (engine, argument = '') => `${engine}(${argument})`,
});

/** Rows of text lines (JSON, one object a line) as they come. */
export interface EventEngine {
  /** Name and version, such as `chDB 26.7.2.1`. */
  readonly name: string;
  readonly dialect: Dialect;
  command(sql: string): Promise<void>;
  /** Runs a SELECT and parses its rows; 64-bit integers come as numbers (all of ours are below 2^53). */
  select<T>(sql: string): Promise<T[]>;
  /** Runs a SELECT and gives its rows in ClickHouse's Native format. */
  selectNative(sql: string): Promise<Uint8Array>;
  /** Runs a SELECT and gives rows as they come; leaving the loop ends the query. */
  stream<T>(sql: string): AsyncIterable<T>;
  /** Inserts blocks in Native format under a deduplication token. The buffers must not change until it settles. */
  insertNative(table: string, columns: readonly string[], chunks: readonly Uint8Array[], token: string): Promise<void>;
  /** Folder of an embedded store, null for a server. */
  readonly folder: string | null;
  close(): Promise<void>;
}

/** Limits of every statement. */
export interface EngineLimits {
  /** Threads of one statement; default 2. */
  readonly maxThreads: number;
  /** Memory of one statement, bytes; default 1 GB. Sorting and grouping beyond half of it go to disk. */
  readonly maxMemoryBytes: number;
}

export const DEFAULT_LIMITS: EngineLimits = { maxThreads: 2, maxMemoryBytes: 1_000_000_000 };

/** Settings by which both engines agree on results. */
export function sessionSettings(limits: EngineLimits): Record<string, number | string> {
  return {
    max_threads: limits.maxThreads, max_memory_usage: limits.maxMemoryBytes,
    max_bytes_before_external_group_by: Math.floor(limits.maxMemoryBytes / 2), max_bytes_before_external_sort: Math.floor(limits.maxMemoryBytes / 2),
    output_format_json_quote_64bit_integers: 0, join_use_nulls: 0, async_insert: 0,
  };
}

/** Settings of every insert: one part a partition and block, deduplicated in the table and behind its views. */
export const INSERT_SETTINGS = Object.freeze({
  max_insert_threads: 1, insert_deduplicate: 1, deduplicate_blocks_in_dependent_materialized_views: 1, async_insert: 0,
  max_partitions_per_insert_block: 100, min_insert_block_size_rows: 4_194_304, min_insert_block_size_bytes: 1_073_741_824,
});
