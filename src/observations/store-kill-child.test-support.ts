/**
 * The process that `store-kill.test.ts` kills: opens both stores, recovers, checks what was acknowledged, ingests on, dies.
 *
 * Arguments: data directory, number of blocks in all, and where to die as JSON: `{ "at": "begun" | "inserting" | "inserted" |
 * "acknowledging" | "acknowledged" | "recovering" | "never", "delayMs": n }`. `…ing` dies the given time after the step was
 * started, so within it; the others between two steps. Death is SIGKILL to itself. Prints one JSON line when it ends alive.
 * @module
 */
import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { orgId, sensorId } from '../core/ids.ts';
import { newPacketBatch, type PacketBatch } from '../core/packet-batch.ts';
import { seededRng } from '../core/rng.ts';
import { recordLedger } from '../records/ledger.ts';
import { openRecordStore } from '../records/store.ts';
import type { Block, Range, Viewer } from './contract.ts';
import { batchRange, openEventStore } from './store.ts';

export interface Death { readonly at: 'begun' | 'inserting' | 'inserted' | 'acknowledging' | 'acknowledged' | 'recovering' | 'never'; readonly delayMs: number }

/** Packets of one block. */
export const ROWS = 400;
const SENSOR = sensorId('killed'), CONTENT = 'capture';
const VIEWER: Viewer = { person: 'test', orgs: [orgId('local')], role: 'administrator' };
/** The last minute of October and the first of November: every fourth block lies in both months, so in two parts. */
const EDGE_US = Date.UTC(2026, 10, 1) * 1000;

export function blockOf(k: number): { block: Block; batch: PacketBatch; range: Range } {
  const rng = seededRng(`block ${k}`), batch = newPacketBatch(4, SENSOR, ROWS);
  batch.n = ROWS;
  const fromUs = k % 4 === 0 ? EDGE_US - 20_000_000 : EDGE_US + (k % 5) * 60_000_000;
  for (let i = 0; i < ROWS; i++) {
    batch.atUs[i] = fromUs + i * 100_000;
    batch.src[i] = 0x0a000000 + rng.below(500);
    batch.proto[i] = 6;
    batch.dport[i] = rng.pick([22, 23, 80]);
    batch.record[i] = k * ROWS + i;
  }
  return { block: { content: CONTENT, sensor: SENSOR, first: k * ROWS, count: ROWS }, batch, range: batchRange([batch]) as Range };
}

async function main(dir: string, blocks: number, death: Death): Promise<void> {
  const die = (): void => { process.kill(process.pid, 'SIGKILL'); };
  const within = (at: Death['at']): void => { if (death.at === at) setTimeout(die, death.delayMs); };
  const between = async (at: Death['at']): Promise<void> => { if (death.at === at) { die(); await new Promise(() => undefined); } };

  const records = await openRecordStore({ dir: join(dir, 'records'), clock: systemClock });
  const store = await openEventStore({ dir: join(dir, 'events'), clock: systemClock });
  const ledger = recordLedger(records);
  const unfinished = await ledger.unfinished();
  within('recovering');
  await store.recover(unfinished);

  const acknowledged = new Set((await ledger.blocksOf(CONTENT, SENSOR)).map((one) => one.first / ROWS));
  const pending = new Set(unfinished.map((one) => one.block.first / ROWS));
  const rows = await store.select<{ k: number; n: number; u: number }>(`SELECT intDiv(record, ${ROWS}) AS k, count() AS n, uniqExact(record) AS u FROM observation GROUP BY k`);
  const stored = new Map(rows.map((row) => [row.k, row]));
  for (const k of acknowledged) assert.deepEqual([stored.get(k)?.n, stored.get(k)?.u], [ROWS, ROWS], `block ${k} was acknowledged`);
  for (const [k, row] of stored) assert.ok(acknowledged.has(k) || pending.has(k), `block ${k} has ${row.n} rows, but the ledger never heard of it`);
  assert.deepEqual(await store.checkRollups({ fromUs: EDGE_US - 86_400_000_000, toUs: EDGE_US + 86_400_000_000 }), [], 'rollups equal recomputation');

  let done = 0;
  for (let k = 0; k < blocks; k++) {
    if (acknowledged.has(k)) continue;
    const { block, batch, range } = blockOf(k);
    await ledger.begin(block, range);
    await between('begun');
    within('inserting');
    const inserted = await store.insertPackets(block, [batch], []);
    await between('inserted');
    within('acknowledging');
    await ledger.acknowledge(block, inserted, range);
    await between('acknowledged');
    // Whoever was to die within a step that was quicker than the delay dies here, at the latest.
    if (death.at !== 'never' && ++done === 2) await new Promise(() => setTimeout(die, 0));
  }
  const [total] = await store.countBy(VIEWER, { expression: '', range: {}, by: [], limit: 1 });
  const differing = await store.checkRollups({ fromUs: EDGE_US - 86_400_000_000, toUs: EDGE_US + 86_400_000_000 });
  const sums = await store.select<{ p: number }>('SELECT sum(packets) AS p FROM by_source');
  process.stdout.write(`${JSON.stringify({ packets: total?.packets, sources: total?.sources, bySource: sums[0]?.p, differing, acknowledged: (await ledger.blocksOf(CONTENT, SENSOR)).length, unfinished: (await ledger.unfinished()).length })}\n`);
  await store.close();
  await records.close();
}

if (process.argv[2] !== undefined && process.argv[1]?.endsWith('store-kill-child.test-support.js')) {
  await main(process.argv[2], Number(process.argv[3]), JSON.parse(process.argv[4] ?? '{"at":"never","delayMs":0}') as Death);
}
