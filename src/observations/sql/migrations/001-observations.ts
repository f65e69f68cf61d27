/**
 * Migration 1: the one table of observations, its quarantine, tags of hosts, and the three rollups with their views.
 *
 * `observation` is ordered by (sensor, at_us) and partitioned by month (UTC). Rollups are summed or merged in the background
 * and always read with `sum` and `…Merge`. Every table keeps the tokens of its last blocks, so that a block sent again
 * after a crash changes neither the rows nor the rollups (the views' tables deduplicate by the same token).
 * `host` is the key by which sources are counted: the last eight bytes of a v4-mapped address, the first eight of an IPv6
 * one (its /64), 0 when there is no source. `port` is the destination port, or the type of ICMP.
 * `facet` is kind, tool, label (packets only) and role in one word, so that the rollup of sources keeps them at the price of one column;
 * that rollup has no `org`: a sensor's id begins with it. It costs a packet least when it is narrow (measured: 0.5 µs, 1.5 µs with all).
 * A sketch may weigh 100 KB: tables of sketches have small granules, so that an hour's minutes are not read with a week's.
 * Sketches are `uniqCombined` (HyperLogLog with 2^17 cells; exact up to some thousands).
 * @module
 */
import type { Dialect } from '../../dialect.ts';

/** Tokens of blocks that each table remembers. A resend after a crash concerns the newest few. */
export const DEDUPLICATION_WINDOW = 10_000;

const MONTH = (us: string) => `toYYYYMM(toDateTime(intDiv(${us}, 1000000), 'UTC'))`;

/** Columns of `observation` and of `quarantine`: name and type with codec, in the order in which inserts write them. */
export const OBSERVATION_COLUMNS: readonly (readonly [name: string, type: string, codec?: string])[] = [
  ['at_us', 'Int64', 'Delta(8), ZSTD(1)'],
  ['org', 'LowCardinality(String)'], ['sensor', 'LowCardinality(String)'], ['region', 'LowCardinality(String)'],
  ['region_index', 'UInt16'], ['kind', 'LowCardinality(String)'], ['packet', 'UInt8'], ['family', 'UInt8'],
  ['src', 'FixedString(16)'], ['dst', 'FixedString(16)'], ['host', 'UInt64'],
  ['proto', 'UInt8'], ['sport', 'UInt16'], ['dport', 'UInt16'], ['ttl', 'UInt8'], ['ipid', 'UInt32'], ['ip_bits', 'UInt16'],
  ['flags', 'UInt16'], ['seq', 'UInt32'], ['ack', 'UInt32'], ['window', 'UInt16'], ['options_key', 'UInt32'],
  ['ip_len', 'UInt32'], ['payload_len', 'UInt32'], ['payload', 'String'], ['options', 'String'], ['inner', 'String'],
  ['tool', 'LowCardinality(String)'], ['label', 'LowCardinality(String)'], ['role', 'LowCardinality(String)'],
  ['facet', 'LowCardinality(String)'], ['country', 'LowCardinality(String)'], ['asn', 'UInt32'],
  ['session', 'String'], ['fields', 'String', 'ZSTD(1)'], ['tags', 'Array(String)'],
  ['source', 'LowCardinality(String)'], ['record', 'UInt64', 'Delta(8), ZSTD(1)'], ['ingested_us', 'Int64', 'Delta(8), ZSTD(1)'],
];

const COLUMNS_SQL = OBSERVATION_COLUMNS.map(([name, type, codec]) => `${name} ${type}${codec ? ` CODEC(${codec})` : ''}`).join(',\n  ');

/** `port` and the minute of a row, as the rollups compute them. */
export const PORT_SQL = 'if(proto IN (1, 58), sport, dport)';
/** proto × 65,536 + port, as `core/ports.ts` has it. */
export const PORT_KEY_SQL = `toUInt32(proto) * 65536 + ${PORT_SQL}`;
export const MINUTE_SQL = 'at_us - at_us % 60000000';
/** Screening label of a packet; records name a product there, which no rollup keeps. */
export const LABEL_SQL = "if(packet = 1, label, '')";
export const DAY_SQL = 'at_us - at_us % 86400000000';

/** Rollup table → the SELECT over `observation` that fills it: used by its view, by rebuilding and by checking. */
export const ROLLUPS = {
  by_minute: {
    columns: ['org', 'sensor', 'minute_us', 'packets', 'records', 'sources'],
    select: (from: string) => `SELECT org, sensor, ${MINUTE_SQL} AS minute_us, sum(packet) AS packets, count() - sum(packet) AS records,
      uniqCombinedStateIf(host, host != 0) AS sources FROM ${from} GROUP BY org, sensor, minute_us`,
  },
  by_port: {
    columns: ['org', 'sensor', 'proto', 'port', 'minute_us', 'own_label', 'packets', 'records', 'sources'],
    select: (from: string) => `SELECT org, sensor, proto, ${PORT_SQL} AS port, ${MINUTE_SQL} AS minute_us, ${LABEL_SQL} AS own_label, sum(packet) AS packets,
      count() - sum(packet) AS records, uniqCombinedStateIf(host, host != 0) AS sources FROM ${from} GROUP BY org, sensor, proto, port, minute_us, own_label`,
  },
  by_source: {
    columns: ['host', 'day_us', 'sensor', 'port_key', 'facet', 'packets', 'records', 'hours'],
    // Not grouped: most packets of a block are alone in their group, and the table sums on insert what is not.
    select: (from: string) => `SELECT host, ${DAY_SQL} AS day_us, sensor, ${PORT_KEY_SQL} AS port_key, facet, toUInt64(packet) AS packets, toUInt64(1 - packet) AS records,
      toUInt32(bitShiftLeft(toUInt32(1), intDiv(at_us - day_us, 3600000000))) AS hours FROM ${from} WHERE host != 0`,
  },
} as const;
export type Rollup = keyof typeof ROLLUPS;

/** Time column of each rollup and the length of its bucket, microseconds. */
export const ROLLUP_TIME: Readonly<Record<Rollup, { column: string; bucketUs: number }>> = {
  by_minute: { column: 'minute_us', bucketUs: 60_000_000 },
  by_port: { column: 'minute_us', bucketUs: 60_000_000 },
  by_source: { column: 'day_us', bucketUs: 86_400_000_000 },
};

export function observationsMigration(dialect: Dialect): string[] {
  const settings = `SETTINGS ${dialect.deduplicationSetting} = ${DEDUPLICATION_WINDOW}`;
  const view = (name: Rollup) => `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name}_view TO ${name} AS ${ROLLUPS[name].select('observation')}`;
  return [
    `CREATE TABLE IF NOT EXISTS observation (\n  ${COLUMNS_SQL}\n) ENGINE = ${dialect.engineOf('MergeTree')}
      PARTITION BY ${MONTH('at_us')} ORDER BY (sensor, at_us) ${settings}`,
    `CREATE TABLE IF NOT EXISTS quarantine (\n  ${COLUMNS_SQL}\n) ENGINE = ${dialect.engineOf('MergeTree')} ORDER BY (sensor, ingested_us) ${settings}`,
    `CREATE TABLE IF NOT EXISTS host_tag (org LowCardinality(String), src FixedString(16), from_us Int64, to_us Int64, field LowCardinality(String),
      value String, by String, reason String, changed_us Int64, removed UInt8)
      ENGINE = ${dialect.engineOf('ReplacingMergeTree', 'changed_us')} ORDER BY (org, src, field, value, by, from_us)`,
    `CREATE TABLE IF NOT EXISTS by_minute (org LowCardinality(String), sensor LowCardinality(String), minute_us Int64 CODEC(Delta(8), ZSTD(1)),
      packets UInt64, records UInt64, sources AggregateFunction(uniqCombined, UInt64))
      ENGINE = ${dialect.engineOf('SummingMergeTree')} PARTITION BY ${MONTH('minute_us')} ORDER BY (org, sensor, minute_us) ${settings}, index_granularity = 64`,
    `CREATE TABLE IF NOT EXISTS by_port (org LowCardinality(String), sensor LowCardinality(String), proto UInt8, port UInt16,
      minute_us Int64 CODEC(Delta(8), ZSTD(1)), own_label LowCardinality(String), packets UInt64, records UInt64, sources AggregateFunction(uniqCombined, UInt64))
      ENGINE = ${dialect.engineOf('SummingMergeTree')} PARTITION BY ${MONTH('minute_us')} ORDER BY (proto, port, org, sensor, minute_us, own_label) ${settings}, index_granularity = 1024`,
    `CREATE TABLE IF NOT EXISTS by_source (host UInt64, day_us Int64, sensor LowCardinality(String), port_key UInt32, facet LowCardinality(String),
      packets SimpleAggregateFunction(sum, UInt64), records SimpleAggregateFunction(sum, UInt64), hours SimpleAggregateFunction(groupBitOr, UInt32))
      ENGINE = ${dialect.engineOf('AggregatingMergeTree')} PARTITION BY ${MONTH('day_us')} ORDER BY (host, day_us, sensor, port_key, facet) ${settings}`,
    `CREATE TABLE IF NOT EXISTS rebuild (id Int64, from_us Int64, to_us Int64, done UInt8) ENGINE = ${dialect.engineOf('MergeTree')} ORDER BY id`,
    view('by_minute'), view('by_port'), view('by_source'),
  ];
}
