/**
 * The whole way in: a capture decoded and annotated on a thread, into the event store with its rollups, and past all default engines.
 *
 * What `noroshi listen` does to packets, at the speed at which they can be read. Ours only: no single peer does all of it; the
 * parts are measured against theirs in `decode-fields` and `ingest-store`. Goal: ≥ 400,000 packets/s, peak memory ≤ 1.5 GB.
 * `NOROSHI_BENCH_PACKETS` sets the length (default 5,000,000).
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/core/clock.ts';
import type { OrgId, SensorId } from '../src/core/ids.ts';
import { requireCidr } from '../src/core/address.ts';
import { annotateJobUrl } from '../src/darknet/annotate-job.ts';
import { fileBytes } from '../src/darknet/byte-source.ts';
import { readCaptureInWorkers } from '../src/darknet/decode-pool.ts';
import { DEFAULT_ENGINES } from '../src/engines/registry.ts';
import { EngineRunner } from '../src/engines/runner.ts';
import { openEventStore } from '../src/observations/store.ts';
import type { Sensor } from '../src/observations/sensor.ts';
import { benchCapture } from './decode-capture.ts';
import { peakMiB, result, seconds } from './measure.ts';

const PACKETS = Number(process.env['NOROSHI_BENCH_PACKETS'] ?? 5_000_000);
const sensor: Sensor = { id: 'local/bench' as SensorId, org: 'local' as OrgId, name: 'bench', regions: [requireCidr('198.51.0.0/17')], zone: 'UTC', country: '', simulated: false, gaps: [] };
const path = await benchCapture(PACKETS);
const dir = mkdtempSync(join(tmpdir(), 'noroshi-bench-'));
try {
  const store = await openEventStore({ dir, clock: systemClock });
  let findings = 0, frames = 0;
  const runner = new EngineRunner({ engines: DEFAULT_ENGINES, emit: () => { findings++; }, sensors: () => [sensor] });
  const parts = { store: 0, engines: 0 };
  const took = await seconds(async () => {
    let writing: Promise<unknown> = Promise.resolve();
    for await (const event of readCaptureInWorkers(fileBytes(path), { workers: 1, sensor: sensor.id, job: { module: annotateJobUrl, data: { sensor, listsDir: dir, rulesDir: dir } } })) {
      if (event.kind !== 'slice') continue;
      const start = performance.now();
      for (const batch of event.batches) runner.feed(batch);
      runner.advance(event.toUs);
      parts.engines += performance.now() - start;
      frames += event.count;
      const waiting = performance.now();
      await writing;
      parts.store += performance.now() - waiting;
      writing = store.insertPackets({ content: 'bench', sensor: sensor.id, first: event.first, count: event.count }, event.batches, ['198.51.0.0/17']);
    }
    await writing;
    runner.flush();
  });
  await store.close();
  result({ name: 'ingest-engines', n: frames, unit: 'packets/s', ours: Math.round(frames / took), findings, secondsInEngines: Number((parts.engines / 1000).toFixed(2)), secondsWaitingForStore: Number((parts.store / 1000).toFixed(2)), peakMiBOfOurs: peakMiB() });
} finally { rmSync(dir, { recursive: true, force: true }); }
process.exit();
