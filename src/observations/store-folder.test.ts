/**
 * The embedded store's folder: kept between openings, refused when newer, copied while open.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import { orgId, sensorId } from '../core/ids.ts';
import { seededRng } from '../core/rng.ts';
import type { Viewer } from './contract.ts';
import { openChdb } from './chdb-connection.ts';
import { openEventStore } from './store.ts';
import { closeTemporaryEngine } from './store-temporary.ts';
import { EXAMPLE_REGIONS, exampleBatch, exampleBlock } from './store-example.test-support.ts';

const NOW_US = Date.UTC(2026, 10, 22) * 1000, SENSOR = sensorId('a');
const VIEWER: Viewer = { person: 'p', orgs: [orgId('local')], role: 'viewer' };

test('a store is there again when opened again, and its copy holds the same and knows the blocks it has', async () => {
  await closeTemporaryEngine();
  const dir = mkdtempSync(join(tmpdir(), 'noroshi-folder-')), clock = manualClock(NOW_US);
  const block = exampleBlock(SENSOR, 'kept', 0, 300), batch = exampleBatch(seededRng('kept'), SENSOR, 4, 300, NOW_US - 3_600_000_000, 1_000_000_000);
  const total = { expression: '', range: {}, by: [], limit: 1 };
  try {
    const first = await openEventStore({ dir: join(dir, 'events'), clock, durable: true });
    await first.insertPackets(block, [batch], EXAMPLE_REGIONS);
    const expected = await first.countBy(VIEWER, total);
    await first.backup(join(dir, 'copy'));
    await assert.rejects(first.backup(join(dir, 'copy')), (error) => error instanceof OperatorError && error.code === 'directory');
    await first.close();
    for (const folder of ['events', 'copy']) {
      const store = await openEventStore({ dir: join(dir, folder), clock });
      assert.deepEqual(await store.countBy(VIEWER, total), expected, folder);
      await store.insertPackets(block, [batch], EXAMPLE_REGIONS);
      assert.deepEqual(await store.countBy(VIEWER, total), expected, `${folder}, the block sent again`);
      assert.deepEqual(await store.checkRollups({ fromUs: NOW_US - 86_400_000_000, toUs: NOW_US }), []);
      await store.close();
    }
    const engine = await openChdb(join(dir, 'events'));
    await engine.command("INSERT INTO migration SELECT 99, 'from the future', 0");
    await engine.close();
    await assert.rejects(openEventStore({ dir: join(dir, 'events'), clock }), (error) => error instanceof OperatorError && error.code === 'data-newer');
  } finally { rmSync(dir, { recursive: true, force: true }); }
});
