/**
 * The record store: organisations, sensors, the ledger, findings, people, audit. PGlite in the process, or PostgreSQL by URL.
 *
 * In: a directory (PGlite keeps its files there; the caller holds the lock of DATA, PGlite itself notices no second opener),
 * or a `postgres://` URL, or neither (in memory). Out: a typed kysely over the tables of `tables.ts`, migrated.
 * Cost: the first open of a new directory takes seconds (it initialises a cluster), later ones under a second.
 * Limits: PGlite has one connection. Inside `transaction` use only the `tx` you are handed: asking `db` there waits forever.
 * A commit is in the files when it returns and survives the death of the process; `durable` adds fsync for loss of power.
 * @module
 */
import { mkdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { PGlite, types as pgliteTypes } from '@electric-sql/pglite';
import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import { PGliteDialect } from 'kysely-pglite-dialect';
import pg from 'pg';
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import { migrate } from './migrations/run.ts';
import type { Database } from './tables.ts';
import { openCluster } from './template-store.ts';

export type RecordTransaction = Transaction<Database>;
/** What reading and writing functions take: the store's `db`, or the `tx` of a transaction. */
export type RecordQueries = Kysely<Database>;

export interface RecordStore {
  /** `PGlite` or `PostgreSQL`. */
  readonly engine: string;
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  /** Runs `work` in one transaction; rolled back if it throws. */
  transaction<T>(work: (tx: RecordTransaction) => Promise<T>): Promise<T>;
  /** Copies the files of an embedded store to a new folder while nothing writes; a server has its own tools (throws `usage`). */
  backup(dir: string): Promise<void>;
  close(): Promise<void>;
}

/** bigint and numeric become numbers: every one of ours is a count or microseconds, exact to 2^53. */
const toNumber = (text: string): number => Number(text);
export const PGLITE_PARSERS = { [pgliteTypes.INT8]: toNumber, [pgliteTypes.NUMERIC]: toNumber };

/** Most connections of one process to a PostgreSQL server. */
const POOL_SIZE = 8;

export async function openRecordStore(options: { dir?: string; url?: string; clock: Clock }): Promise<RecordStore> {
  if (options.url !== undefined) return openPostgres(options.url, options.clock);
  if (options.dir !== undefined) {
    try { mkdirSync(options.dir, { recursive: true, mode: 0o700 }); } catch (error) {
      throw new OperatorError('directory', { path: options.dir, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const lite = options.dir === undefined ? await PGlite.create({ parsers: PGLITE_PARSERS }) : await openCluster(options.dir, PGLITE_PARSERS);
  return recordStoreOver(lite, options.clock, options.dir ?? 'memory', () => lite.close(), options.dir);
}

/** A record store over an open PGlite; migrated here. `release` runs when the store is closed. */
export async function recordStoreOver(lite: PGlite, clock: Clock, where: string, release: () => Promise<void>, dir?: string): Promise<RecordStore> {
  const db = new Kysely<Database>({ dialect: new PGliteDialect(lite) });
  try { await migrate(db, clock, where); } catch (error) {
    await release();
    throw error;
  }
  let closed = false;
  return {
    engine: 'PGlite', db, clock,
    transaction: (work) => db.transaction().execute(work),
    async backup(target) {
      if (dir === undefined) throw new OperatorError('usage', { message: 'A record store in memory has nothing to copy.' });
      await lite.exec('CHECKPOINT');
      await lite.runExclusive(() => cp(dir, target, { recursive: true, errorOnExist: true, force: false }));
    },
    async close() {
      if (closed) return;
      closed = true;
      await release();
    },
  };
}

async function openPostgres(url: string, clock: Clock): Promise<RecordStore> {
  const { INT8, NUMERIC } = pg.types.builtins;
  const pool = new pg.Pool({
    connectionString: url, max: POOL_SIZE,
    types: { getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === INT8 || oid === NUMERIC ? toNumber : pg.types.getTypeParser(oid, format as 'text')) as never },
  });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  try { await migrate(db, clock, redactUrl(url)); } catch (error) {
    await db.destroy();
    throw error;
  }
  return { engine: 'PostgreSQL', db, clock, transaction: (work) => db.transaction().execute(work), close: () => db.destroy(),
    backup: () => Promise.reject(new OperatorError('usage', { message: 'Records are on a PostgreSQL server: copy them with pg_dump.' })) };
}

/** Host and database of a URL, without its password. */
function redactUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return parsed ? `${parsed.protocol}//${parsed.host}${parsed.pathname}` : 'the PostgreSQL URL';
}
