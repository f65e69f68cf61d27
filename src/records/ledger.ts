/**
 * The ledger of blocks in the record store: what was begun, what is safe, which sources were read to their end.
 *
 * Order of a write: `begin` → insert into the event store → `acknowledge`. A block begun and never acknowledged may be wholly,
 * partly or not at all in the event store: its reader sends it again, and the store's tokens make it count once.
 * One row a block and source; times are integer microseconds.
 * @module
 */
import { sql, type Selectable } from 'kysely';
import type { SensorId } from '../core/ids.ts';
import type { RecordStore } from './store.ts';
import type { BlockTable } from './tables.ts';

/** Structurally the contracts of `observations/contract.ts`, which this area may not import. */
interface Block { readonly content: string; readonly sensor: SensorId; readonly first: number; readonly count: number }
interface Range { readonly fromUs: number; readonly toUs: number }
interface Defect { readonly line: number; readonly reason: string; readonly quote: string }
interface Inserted { readonly packets: number; readonly records: number; readonly quarantined: number }

export interface RecordLedger {
  blocksOf(content: string, sensor: SensorId): Promise<readonly { first: number; count: number }[]>;
  begin(block: Block, range: Range | null): Promise<void>;
  acknowledge(block: Block, inserted: Inserted, range: Range | null): Promise<void>;
  finish(content: string, sensor: SensorId, facts: { path: string; format: string; defects: number }): Promise<void>;
  noteDefects(content: string, sensor: SensorId, defects: readonly Defect[]): Promise<void>;
  finished(content: string, sensor: SensorId): Promise<{ packets: number; records: number } | null>;
  unfinished(): Promise<readonly { block: Block; range: Range | null }[]>;
}

/** Rows of one INSERT; PostgreSQL takes 65,535 parameters. */
const ROWS_PER_STATEMENT = 1000;
/** PostgreSQL keeps no NUL in text. */
const storable = (text: string): string => text.replaceAll('\0', '\ufffd');

const rangeOf = (row: Pick<Selectable<BlockTable>, 'from_us' | 'to_us'>): Range | null => (
  row.from_us === null || row.to_us === null ? null : { fromUs: row.from_us, toUs: row.to_us });

export function recordLedger(records: RecordStore): RecordLedger {
  const { db, clock } = records;
  return {
    async blocksOf(content, sensor) {
      return db.selectFrom('block').select(['first', 'count']).where('content', '=', content).where('sensor', '=', sensor)
        .where('acknowledged_us', 'is not', null).orderBy('first').execute();
    },
    async begin(block, range) {
      await db.insertInto('block').values({
        content: block.content, sensor: block.sensor, first: block.first, count: block.count, packets: 0, records: 0, quarantined: 0,
        from_us: range?.fromUs ?? null, to_us: range?.toUs ?? null, begun_us: clock.nowUs(), acknowledged_us: null,
      }).onConflict((conflict) => conflict.columns(['content', 'sensor', 'first']).doUpdateSet({
        // A block begun before keeps its row; if it is cut otherwise this time, the new cut and the wider time count.
        count: block.count, begun_us: clock.nowUs(),
        from_us: sql`least(block.from_us, excluded.from_us)`, to_us: sql`greatest(block.to_us, excluded.to_us)`,
      }).where('block.acknowledged_us', 'is', null)).execute();
    },
    async acknowledge(block, inserted, range) {
      await records.transaction(async (tx) => {
        const done = await tx.updateTable('block').set({
          count: block.count, packets: inserted.packets, records: inserted.records, quarantined: inserted.quarantined,
          ...(range === null ? {} : { from_us: range.fromUs, to_us: range.toUs }), acknowledged_us: clock.nowUs(),
        }).where('content', '=', block.content).where('sensor', '=', block.sensor).where('first', '=', block.first)
          .where('acknowledged_us', 'is', null).executeTakeFirst();
        if (done.numUpdatedRows === 0n) return; // acknowledged before, or never begun: its figures are already counted
        await tx.insertInto('source').values({
          content: block.content, sensor: block.sensor, path: '', format: '', packets: inserted.packets, records: inserted.records, defects: 0,
          finished_us: null, first_us: range?.fromUs ?? null, last_us: range?.toUs ?? null,
        }).onConflict((conflict) => conflict.columns(['content', 'sensor']).doUpdateSet({
          packets: sql`source.packets + excluded.packets`, records: sql`source.records + excluded.records`,
          first_us: sql`least(source.first_us, excluded.first_us)`, last_us: sql`greatest(source.last_us, excluded.last_us)`,
        })).execute();
      });
    },
    async finish(content, sensor, facts) {
      await db.insertInto('source').values({
        content, sensor, path: facts.path, format: facts.format, packets: 0, records: 0, defects: facts.defects,
        finished_us: clock.nowUs(), first_us: null, last_us: null,
      }).onConflict((conflict) => conflict.columns(['content', 'sensor']).doUpdateSet({
        path: facts.path, format: facts.format, defects: facts.defects, finished_us: clock.nowUs(),
      })).execute();
    },
    async noteDefects(content, sensor, defects) {
      await records.transaction(async (tx) => {
        const rows = [...new Map(defects.map((defect) => [`${defect.line} ${defect.reason}`, defect])).values()]
          .map(({ line, reason, quote }) => ({ content, sensor, line, reason: storable(reason), quote: storable(quote) }));
        for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
          const part = rows.slice(from, from + ROWS_PER_STATEMENT);
          await tx.deleteFrom('defect').where('content', '=', content).where('sensor', '=', sensor).where('line', 'in', part.map((row) => row.line)).execute();
          await tx.insertInto('defect').values(part).onConflict((conflict) => conflict.doNothing()).execute();
        }
      });
    },
    async finished(content, sensor) {
      const row = await db.selectFrom('source').select(['packets', 'records']).where('content', '=', content).where('sensor', '=', sensor)
        .where('finished_us', 'is not', null).executeTakeFirst();
      return row ? { packets: row.packets, records: row.records } : null;
    },
    async unfinished() {
      const rows = await db.selectFrom('block').select(['content', 'sensor', 'first', 'count', 'from_us', 'to_us'])
        .where('acknowledged_us', 'is', null).orderBy('begun_us').execute();
      return rows.map((row) => ({ block: { content: row.content, sensor: row.sensor as SensorId, first: row.first, count: row.count }, range: rangeOf(row) }));
    },
  };
}
