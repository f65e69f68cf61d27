/**
 * Retention: rows older than an age (by ingestion), then the oldest months or days until the store is small enough.
 *
 * Rollups go with their rows: a month that is gone is gone everywhere; a part of one is summed again.
 * @module
 */
import { DAY_US } from '../core/time.ts';
import type { Range } from './contract.ts';
import type { EventEngine } from './dialect.ts';
import { numberLiteral, timeLiteral } from './sql/literal.ts';
import { rebuild } from './store-rollups.ts';

/** Bytes of all tables of the store, compressed, as they lie on disk. */
export async function storedBytes(engine: EventEngine): Promise<number> {
  const [row] = await engine.select<{ b: number }>('SELECT sum(bytes_on_disk) AS b FROM system.parts WHERE active AND database = currentDatabase()');
  return row?.b ?? 0;
}

async function rowsIn(engine: EventEngine): Promise<number> {
  const [row] = await engine.select<{ n: number }>('SELECT count() AS n FROM observation');
  return row?.n ?? 0;
}

export async function retain(engine: EventEngine, policy: { keepUs?: number; maxBytes?: number }, nowUs: number): Promise<number> {
  const before = await rowsIn(engine);
  if (policy.keepUs !== undefined) await dropOlder(engine, nowUs - policy.keepUs, nowUs);
  if (policy.maxBytes !== undefined) await dropOldest(engine, policy.maxBytes);
  return before - await rowsIn(engine);
}

/** Whole months whose newest row is old enough go at once; the rest row by row. */
async function dropOlder(engine: EventEngine, oldestUs: number, nowUs: number): Promise<void> {
  const months = await engine.select<{ month: number; newest: number; oldest: number }>(
    'SELECT toYYYYMM(toDateTime(intDiv(at_us, 1000000), \'UTC\')) AS month, max(ingested_us) AS newest, min(ingested_us) AS oldest FROM observation GROUP BY month');
  for (const { month, newest, oldest } of months) {
    if (newest < oldestUs) await dropMonth(engine, month);
    else if (oldest < oldestUs) {
      const days = await engine.select<{ f: number; t: number }>(`SELECT intDiv(at_us, ${numberLiteral(DAY_US)}) * ${numberLiteral(DAY_US)} AS f, f + ${numberLiteral(DAY_US)} AS t FROM observation
        WHERE toYYYYMM(toDateTime(intDiv(at_us, 1000000), 'UTC')) = ${numberLiteral(month)} AND ingested_us < ${timeLiteral(oldestUs)} GROUP BY f`);
      await engine.command(`DELETE FROM observation WHERE toYYYYMM(toDateTime(intDiv(at_us, 1000000), 'UTC')) = ${numberLiteral(month)} AND ingested_us < ${timeLiteral(oldestUs)}`);
      await rebuild(engine, days.map(({ f, t }): Range => ({ fromUs: f, toUs: t })), nowUs);
    }
  }
  await engine.command(`DELETE FROM quarantine WHERE ingested_us < ${timeLiteral(oldestUs)}`);
}

async function dropMonth(engine: EventEngine, month: number): Promise<void> {
  for (const table of ['observation', 'by_minute', 'by_port', 'by_source']) await engine.command(`ALTER TABLE ${table} DROP PARTITION ${numberLiteral(month)}`);
}

/** Drops the oldest month while the store is too large; of the last month, its oldest days. */
async function dropOldest(engine: EventEngine, maxBytes: number): Promise<void> {
  for (;;) {
    if (await storedBytes(engine) <= maxBytes) return;
    const months = await engine.select<{ month: number }>("SELECT DISTINCT toYYYYMM(toDateTime(intDiv(at_us, 1000000), 'UTC')) AS month FROM observation ORDER BY month");
    const [oldest] = months;
    if (!oldest) return;
    if (months.length > 1) { await dropMonth(engine, oldest.month); continue; }
    const days = await engine.select<{ day: number }>(`SELECT DISTINCT intDiv(at_us, ${numberLiteral(DAY_US)}) * ${numberLiteral(DAY_US)} AS day FROM observation ORDER BY day`);
    const [first] = days;
    if (!first || days.length === 1) return;
    const end = timeLiteral(first.day + DAY_US);
    await engine.command(`ALTER TABLE observation DELETE WHERE at_us < ${end} SETTINGS mutations_sync = 2`);
    for (const [table, column] of [['by_minute', 'minute_us'], ['by_port', 'minute_us'], ['by_source', 'day_us']] as const) {
      await engine.command(`ALTER TABLE ${table} DELETE WHERE ${column} < ${end} SETTINGS mutations_sync = 2`);
    }
  }
}
