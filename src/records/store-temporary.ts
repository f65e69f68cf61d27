/**
 * Record stores for tests: in memory, empty, migrated, and cheap after the first.
 *
 * Starting PGlite costs seconds, so instances are kept: `close` empties one and the next `openTemporaryRecords` takes it.
 * Two stores open at the same time are two instances (the second starts in under a second: its code is compiled already).
 * @module
 */
import { PGlite } from '@electric-sql/pglite';
import { manualClock, type Clock } from '../core/clock.ts';
import { PGLITE_PARSERS, recordStoreOver, type RecordStore } from './store.ts';

const idle: PGlite[] = [];
/** One start at a time: the first compiles the WebAssembly that the later ones share. */
let starting: Promise<unknown> = Promise.resolve();

/** An empty record store. The default clock stands at 2026-11-22T00:00Z. */
export async function openTemporaryRecords(clock: Clock = manualClock(1_795_305_600_000_000)): Promise<RecordStore> {
  let lite = idle.pop();
  if (!lite) {
    const mine = starting.then(() => PGlite.create({ parsers: PGLITE_PARSERS }));
    starting = mine.catch(() => undefined);
    lite = await mine;
  }
  const instance = lite;
  return recordStoreOver(instance, clock, 'memory', async () => {
    await empty(instance);
    idle.push(instance);
  });
}

/** Takes every row of every table of ours away, and restarts their numbers. */
async function empty(lite: PGlite): Promise<void> {
  const { rows } = await lite.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'migration'`);
  await lite.exec('rollback');
  if (rows.length > 0) await lite.exec(`truncate ${rows.map((row) => row.name).join(', ')} restart identity cascade`);
}
