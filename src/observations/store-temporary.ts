/**
 * An event store in a fresh temporary folder, for tests. The process has one embedded engine, so stores follow one another
 * in one database: each call empties the tables of the last, which is fast, instead of starting the engine again.
 *
 * In: the clock. Out: an empty store; `close()` returns it. Two at a time are refused: the engine knows one directory.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '../core/clock.ts';
import { openChdb } from './chdb-connection.ts';
import type { EventStore } from './contract.ts';
import type { EventEngine } from './dialect.ts';
import { migrate } from './sql/migrations/run.ts';
import { storeOver, type StoreOptions } from './store.ts';

const TABLES = ['observation', 'quarantine', 'host_tag', 'by_minute', 'by_port', 'by_source', 'rebuild'];

/** 2026-11-22T00:00Z. */
const START_US = 1_795_305_600_000_000;

let shared: { engine: EventEngine; dir: string } | null = null;
let inUse: Promise<void> = Promise.resolve();

/** Waits until the store before is closed, then gives an empty one. The clock defaults to one that stands at 2026-11-22T00:00Z. */
export async function temporaryStore(options: Partial<Pick<StoreOptions, 'clock' | 'locate'>> = {}): Promise<EventStore> {
  const before = inUse;
  let release = (): void => undefined;
  inUse = new Promise((resolve) => { release = resolve; });
  await before;
  try {
    const clock = options.clock ?? manualClock(START_US);
    if (shared === null) {
      const dir = mkdtempSync(join(tmpdir(), 'noroshi-events-'));
      shared = { engine: await openChdb(dir), dir };
      await migrate(shared.engine, dir, () => clock.nowUs());
      process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
    } else for (const table of TABLES) await shared.engine.command(`TRUNCATE TABLE ${table}`);
    const store = storeOver(shared.engine, { clock, ...(options.locate ? { locate: options.locate } : {}) });
    return { ...store, close: async () => release() };
  } catch (error) {
    release();
    throw error;
  }
}

/** Closes the shared engine for good, so that a test may open a store of its own directory. The next call starts afresh. */
export async function closeTemporaryEngine(): Promise<void> {
  const before = inUse;
  await before;
  if (shared === null) return;
  const { engine, dir } = shared;
  shared = null;
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
}
