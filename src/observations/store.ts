/**
 * The event store: every observation of every sensor, on chDB in the process or on a ClickHouse server.
 *
 * In: blocks of packets and records, once each however often they are sent. Out: rows, exact counts, packets as batches.
 * A door: this file and those it opens are the only ones that reach an event database.
 * Limits: one process owns a directory (the caller holds DATA's lock); rebuilding and writing exclude each other.
 * @module
 */
import { addressBytes, parseAddress } from '../core/address.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import type { SensorId } from '../core/ids.ts';
import { MINUTE_US } from '../core/time.ts';
import { copyChdb } from './chdb-backup.ts';
import { openChdb } from './chdb-connection.ts';
import { openClickhouse } from './clickhouse-connection.ts';
import { blockToken, type Block, type CountRow, type EventStore, type HostTag, type QueryField, type Range, type Viewer } from './contract.ts';
import { DEFAULT_LIMITS, type EngineLimits, type EventEngine } from './dialect.ts';
import { parseQuery } from './query/parser.ts';
import type { Expr } from './query/ast.ts';
import { retain, storedBytes } from './retention.ts';
import { conditionOf, orgCondition } from './sql/compile.ts';
import { groupingOf } from './sql/count-by.ts';
import { currentTags, taggedFieldsOf, taggedSource, UNTAGGED, type TaggedSource } from './sql/host-tags.ts';
import { addressLiteral, numberLiteral, textLiteral, timeLiteral } from './sql/literal.ts';
import { migrate } from './sql/migrations/run.ts';
import { differingBuckets, finishRebuilds, rebuild } from './store-rollups.ts';
import { readRows } from './store-rows.ts';
import { scanPackets } from './store-scan.ts';
import { writeObservations, writePackets } from './store-write.ts';

export interface StoreOptions {
  /** Directory of an embedded store; or `url` of a server (its path names the database). */
  readonly dir?: string;
  readonly url?: string;
  /** Ingestion times, quarantine, `now` in expressions. */
  readonly clock: Clock;
  /** Country and AS of the source of a record (packets bring their own). */
  readonly locate?: (src: string) => { country: string; asn: number };
  /** fsync of every part before a block is acknowledged: survives loss of power, not only of the process. */
  readonly durable?: boolean;
  /** Memory of one statement; default {@link DEFAULT_LIMITS}. */
  readonly memoryMiB?: number;
}

/** Slice of {@link EventStore.scan} unless another is asked for. */
export const DEFAULT_SLICE_US = MINUTE_US;

export async function openEventStore(options: StoreOptions): Promise<EventStore> {
  const limits: EngineLimits = options.memoryMiB === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, maxMemoryBytes: options.memoryMiB * 2 ** 20 };
  const where = options.url ?? options.dir;
  if (where === undefined) throw new RangeError('an event store needs a directory or a URL');
  const engine = options.url === undefined ? await openChdb(where, limits) : await openClickhouse(options.url, limits);
  try {
    await migrate(engine, where, () => options.clock.nowUs());
    if (options.durable) for (const table of ['observation', 'quarantine', 'by_minute', 'by_port', 'by_source']) {
      await engine.command(`ALTER TABLE ${table} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1`);
    }
    await finishRebuilds(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return storeOver(engine, options);
}

/** The store over an open, migrated engine. */
export function storeOver(engine: EventEngine, options: Pick<StoreOptions, 'clock' | 'locate'>): EventStore {
  const nowUs = (): number => options.clock.nowUs();
  const locate = options.locate ?? (() => ({ country: '', asn: 0 }));
  const parse = (expression: string): Expr => parseQuery(expression, { nowUs: nowUs() });
  /** Blocks whose first insert may have been cut short: rolled up again after they are resent. */
  const suspect = new Map<string, Range | null>();

  let tail: Promise<unknown> = Promise.resolve();
  /** Writes wait for one another, so that rebuilding sees a still table. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const next = tail.then(work, work);
    tail = next.catch(() => undefined);
    return next;
  };
  const written = async (block: Block, range: Range | null): Promise<void> => {
    const token = blockToken(block);
    if (!suspect.has(token)) return;
    const noted = suspect.get(token) ?? null;
    await rebuild(engine, [noted, range].filter((one) => one !== null), nowUs());
    suspect.delete(token);
  };
  const tagsFor = async (viewer: Viewer, expr: Expr, range: Partial<Range>, fields: readonly HostTag['field'][]): Promise<TaggedSource> => {
    if (fields.length === 0) return UNTAGGED;
    const [some] = await engine.select<{ n: number }>(`SELECT count() AS n FROM (${currentTags(viewer, fields, range)} LIMIT 1)`);
    return (some?.n ?? 0) === 0 ? UNTAGGED : taggedSource(viewer, fields, range);
  };

  const store: EventStore = {
    engine: engine.name,
    insertPackets: (block, batches, regions) => alone(async () => {
      const inserted = await writePackets(engine, block, batches, regions, nowUs());
      await written(block, batchRange(batches));
      return inserted;
    }),
    insertObservations: (block, observations) => alone(async () => {
      const inserted = await writeObservations(engine, block, observations, nowUs(), locate);
      await written(block, observations.length === 0 ? null : rangeOf(observations.map((one) => one.atUs)));
      return inserted;
    }),
    addHostTags: (tags) => alone(() => writeTags(engine, tags, nowUs())),
    removeHostTags: (org, src, value, by) => alone(async () => {
      const address = parseAddress(src);
      if (!address) return;
      await engine.command(`INSERT INTO host_tag SELECT org, src, from_us, any(to_us), field, value, by, any(reason), greatest(${timeLiteral(nowUs())}, max(changed_us) + 1), 1 FROM host_tag
        WHERE org = ${textLiteral(org)} AND src = ${addressLiteral(addressBytes(address))} AND value = ${textLiteral(value)} AND by = ${textLiteral(by)}
        GROUP BY org, src, from_us, field, value, by`);
    }),
    async *rows(viewer, { expression, range, limit, ascending }) {
      const expr = parse(expression);
      yield* readRows(engine, viewer, expr, range, limit, ascending === true, await tagsFor(viewer, expr, range, ['label', 'role', 'tag']));
    },
    async countBy(viewer, { expression, range, by, limit }) {
      const expr = parse(expression);
      const tagged = await tagsFor(viewer, expr, range, taggedFieldsOf(expr, by));
      return countRows(engine, viewer, expr, range, by, limit, tagged);
    },
    scan: (viewer, { range, sensors, sliceUs }) => scanPackets(engine, viewer, range, sensors, sliceUs ?? DEFAULT_SLICE_US),
    async extent(viewer) {
      const rows = await engine.select<{ s: string; f: number; t: number; p: number; r: number }>(`SELECT toString(sensor) AS s, min(minute_us) AS f, max(minute_us) AS t,
        sum(packets) AS p, sum(records) AS r FROM by_minute WHERE ${orgCondition(viewer)} GROUP BY s ORDER BY s`);
      if (rows.length === 0) return [];
      // The rollup knows the minutes; the first and last rows are in the first and last of them.
      const ends = await engine.select<{ s: string; f: number; t: number }>(`SELECT toString(sensor) AS s, min(at_us) AS f, max(at_us) AS t FROM observation WHERE ${orgCondition(viewer)} AND (${
        rows.map(({ s, f, t }) => `sensor = ${textLiteral(s)} AND (at_us < ${timeLiteral(f + MINUTE_US)} OR at_us >= ${timeLiteral(t)})`).join(' OR ')}) GROUP BY s`);
      const exact = new Map(ends.map((end) => [end.s, end]));
      return rows.map(({ s, f, t, p, r }) => ({ sensor: s as SensorId, fromUs: exact.get(s)?.f ?? f, toUs: (exact.get(s)?.t ?? t) + 1, packets: p, records: r }));
    },
    rebuildRollups: (ranges) => alone(() => rebuild(engine, ranges, nowUs())),
    checkRollups: (range) => differingBuckets(engine, range),
    recover: (unfinished) => alone(async () => {
      const ranges: Range[] = [];
      for (const { block, range } of unfinished) {
        const known = range ?? await storedRange(engine, block);
        suspect.set(blockToken(block), known);
        if (known) ranges.push(known);
      }
      await rebuild(engine, ranges, nowUs());
    }),
    retain: (policy) => alone(() => retain(engine, policy, nowUs())),
    bytesOnDisk: () => storedBytes(engine),
    async compile(viewer, { expression, range }) {
      const expr = parse(expression);
      const tagged = await tagsFor(viewer, expr, range, taggedFieldsOf(expr));
      return { from: tagged.from, where: conditionOf(viewer, range, expr, tagged.fields) };
    },
    select: (sql) => engine.select(sql),
    backup: (dir) => alone(async () => {
      if (engine.folder === null) throw new OperatorError('clickhouse', { url: engine.name, message: "a server's store is backed up by the server's own tools" });
      await copyChdb(engine, engine.folder, dir);
    }),
    async close() {
      await tail.catch(() => undefined);
      await engine.close();
    },
  };
  return store;
}

/** Time that the rows of a block's source cover, null when there are none. */
async function storedRange(engine: EventEngine, block: Block): Promise<Range | null> {
  const [found] = await engine.select<{ n: number; f: number; t: number }>(`SELECT count() AS n, min(at_us) AS f, max(at_us) AS t FROM observation
    WHERE sensor = ${textLiteral(block.sensor)} AND source = ${textLiteral(block.content)}`);
  return found && found.n > 0 ? { fromUs: found.f, toUs: found.t + 1 } : null;
}

function rangeOf(times: readonly number[]): Range {
  let from = Infinity, to = -Infinity;
  for (const us of times) { if (us < from) from = us; if (us > to) to = us; }
  return { fromUs: from, toUs: to + 1 };
}

/** Time that batches cover, null when they are empty. */
export function batchRange(batches: readonly { readonly atUs: Float64Array; readonly n: number }[]): Range | null {
  let from = Infinity, to = -Infinity;
  for (const batch of batches) for (let i = 0; i < batch.n; i++) {
    const us = batch.atUs[i] as number;
    if (us < from) from = us;
    if (us > to) to = us;
  }
  return to < from ? null : { fromUs: from, toUs: to + 1 };
}

/** Tags of one statement. */
const TAGS_PER_STATEMENT = 2_000;

async function writeTags(engine: EventEngine, tags: readonly HostTag[], nowUs: number): Promise<void> {
  const rows: string[] = [];
  for (const tag of tags) {
    const address = parseAddress(tag.src);
    if (!address) throw new RangeError(`'${tag.src}' is not an address`);
    if (!/^[a-z0-9:._-]{1,64}$/.test(tag.value)) throw new RangeError(`'${tag.value}' is not a tag`);
    rows.push(`(${textLiteral(tag.org)}, ${addressLiteral(addressBytes(address))}, ${timeLiteral(tag.range.fromUs)}, ${timeLiteral(tag.range.toUs)}, ${textLiteral(tag.field)},
      ${textLiteral(tag.value)}, ${textLiteral(tag.by)}, ${textLiteral(tag.reason.slice(0, 500))}, ${timeLiteral(nowUs)}, 0)`);
  }
  for (let from = 0; from < rows.length; from += TAGS_PER_STATEMENT) {
    await engine.command(`INSERT INTO host_tag (org, src, from_us, to_us, field, value, by, reason, changed_us, removed) VALUES ${rows.slice(from, from + TAGS_PER_STATEMENT).join(', ')}`);
  }
}

async function countRows(engine: EventEngine, viewer: Viewer, expr: Expr, range: Partial<Range>, by: readonly QueryField[], limit: number, tagged: TaggedSource): Promise<CountRow[]> {
  const groupings = by.map((field) => groupingOf(field, tagged.fields));
  const keys = groupings.map((_, i) => `k${i}`);
  const raw = await engine.select<Record<string, string | number>>(`SELECT ${groupings.map(({ sql }, i) => `${sql} AS k${i}, `).join('')}sum(packet) AS packets, count() - sum(packet) AS records,
    uniqExactIf(host, host != 0) AS sources FROM ${tagged.from} WHERE ${conditionOf(viewer, range, expr, tagged.fields)}
    ${keys.length === 0 ? '' : `GROUP BY ${keys.join(', ')}`} ORDER BY ${['packets DESC', 'records DESC', ...keys].join(', ')} LIMIT ${numberLiteral(Math.max(0, Math.trunc(limit)))}`);
  const ambiguous = ambiguousNames(raw.map((row) => String(row[keys[by.indexOf('sensor')] ?? ''] ?? '')));
  return raw.map((row) => {
    const out: CountRow = { packets: 0, records: 0, sources: 0 };
    by.forEach((field, i) => {
      const value = (groupings[i] as ReturnType<typeof groupingOf>).show(row[`k${i}`] as string | number);
      out[field] = field === 'sensor' ? sensorText(String(value), ambiguous) : value;
    });
    // Counts last, as the command line prints them.
    const { packets: _p, records: _r, sources: _s, ...fields } = out;
    void _p; void _r; void _s;
    return { ...fields, packets: Number(row['packets']), records: Number(row['records']), sources: Number(row['sources']) } as CountRow;
  });
}

/** Short names that two organisations use. */
function ambiguousNames(ids: readonly string[]): ReadonlySet<string> {
  const owners = new Map<string, string>(), twice = new Set<string>();
  for (const id of ids) {
    const name = id.slice(id.indexOf('/') + 1), known = owners.get(name);
    if (known !== undefined && known !== id) twice.add(name);
    owners.set(name, id);
  }
  return twice;
}

function sensorText(id: string, ambiguous: ReadonlySet<string>): string {
  const name = id.slice(id.indexOf('/') + 1);
  return ambiguous.has(name) ? id : name;
}

