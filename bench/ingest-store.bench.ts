/**
 * Packets into the event store with its three rollups on, block by block as a reader sends them; against the same rows as JSON.
 *
 * Ours: Native blocks from typed arrays under deduplication tokens. Peer: the same engine and table, JSONEachRow text (what a
 * client library sends), text made beforehand. Out: one JSON line, packets a second. Goal of the store alone: ≥ 500,000.
 * `NOROSHI_BENCH_BLOCKS` sets the number of blocks of 262,144 packets (default 24).
 * @module
 */
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BATCH_CAPACITY } from '../src/core/packet-batch.ts';
import { systemClock } from '../src/core/clock.ts';
import { seededRng } from '../src/core/rng.ts';
import type { SensorId } from '../src/core/ids.ts';
import { openEventStore } from '../src/observations/store.ts';
import { peakMiB, result, seconds } from './measure.ts';
import { trafficBatch } from './store-traffic.ts';

const BLOCKS = Number(process.env['NOROSHI_BENCH_BLOCKS'] ?? 24), BATCHES = 4, SENSOR = 'local/bench' as SensorId;
const rng = seededRng('ingest-store');
const startUs = systemClock.nowUs() - 86_400_000_000;
const STEP_US = 2.5; // 400,000 packets a second
const templates = Array.from({ length: 8 }, (_, k) => trafficBatch(rng, SENSOR, k * BATCH_CAPACITY, BATCH_CAPACITY, startUs, STEP_US));

const dir = mkdtempSync(join(tmpdir(), 'noroshi-bench-'));
try {
  const store = await openEventStore({ dir, clock: systemClock });
  const cpuBefore = process.cpuUsage();
  let sent = 0;
  const ours = await seconds(async () => {
    for (let block = 0; block < BLOCKS; block++) {
      const batches = Array.from({ length: BATCHES }, (_, k) => templates[(block * BATCHES + k) % templates.length] as (typeof templates)[number]);
      for (const batch of batches) for (let i = 0; i < batch.n; i++) { batch.atUs[i] = startUs + Math.floor(sent * STEP_US); batch.record[i] = sent++; }
      await store.insertPackets({ content: 'bench', sensor: SENSOR, first: block * BATCHES * BATCH_CAPACITY, count: BATCHES * BATCH_CAPACITY }, batches, ['198.51.0.0/16']);
    }
  });
  const cpu = process.cpuUsage(cpuBefore);
  const [stored] = await store.countBy({ person: 'bench', orgs: ['local' as never], role: 'viewer' }, { expression: '', range: {}, by: [], limit: 1 });
  if (stored?.packets !== sent) throw new Error(`${sent} packets were sent, ${stored?.packets} are stored`);
  const bytes = await store.bytesOnDisk(), peak = peakMiB();

  // The peer: one block as JSON lines into the same table.
  const rows = await store.select<Record<string, unknown>>('SELECT * EXCEPT (src, dst, payload, options, inner) FROM observation LIMIT 200000');
  const text = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
  await store.close();
  const chdb = createRequire(import.meta.url)('chdb') as typeof import('chdb');
  await chdb.drainPending();
  const session = new chdb.Session(join(dir, 'chdb'));
  const peer = await seconds(() => session.insert({ table: 'observation', values: text, format: 'JSONEachRow' }));
  session.close();

  const rate = Math.round(sent / ours), peerRate = Math.round(rows.length / peer);
  result({
    name: 'ingest-store', n: sent, unit: 'packets/s', ours: rate, peer: { name: 'JSONEachRow into the same table', value: peerRate }, ratio: rate / peerRate,
    cpuMicrosecondsAPacket: Number(((cpu.user + cpu.system) / sent).toFixed(2)), bytesAPacket: Number((bytes / sent).toFixed(1)), peakMiBOfOurs: peak,
  });
} finally { rmSync(dir, { recursive: true, force: true }); }
