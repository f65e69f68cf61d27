/**
 * `kill -9` at seeded points of ingestion: between ledger and store, within inserts (rows and rollups), within acknowledging and
 * within recovery. Each next process checks what the killed ones left, before it goes on and is killed itself.
 *
 * Cost: one start of both stores a point (about 1 s of processor time each).
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRng } from '../core/rng.ts';
import type { Death } from './store-kill-child.test-support.ts';

const CHILD = fileURLToPath(new URL('./store-kill-child.test-support.js', import.meta.url));
/** PGlite is compiled anew in each process: the baseline compiler alone halves the cost of a start. */
const FLAGS = ['--liftoff-only', '--no-wasm-dynamic-tiering'];
const POINTS = Number(process.env['NOROSHI_KILL_POINTS'] ?? 52), BLOCKS = 3 * POINTS, ROWS = 400;

test(`${POINTS} kills at seeded points of ingestion lose no acknowledged block, double none, and leave true rollups`, () => {
  const rng = seededRng('kill -9'), dir = mkdtempSync(join(tmpdir(), 'noroshi-kill-'));
  try {
    const run = (death: Death): ReturnType<typeof spawnSync> => spawnSync(process.execPath, [...FLAGS, CHILD, dir, String(BLOCKS), JSON.stringify(death)], { encoding: 'utf8', timeout: 120_000 });
    const kinds: Death['at'][] = [];
    for (let k = 0; k < POINTS; k++) {
      const at = rng.pick<Death['at']>(['inserting', 'inserting', 'inserting', 'begun', 'inserted', 'acknowledging', 'acknowledged', 'recovering']);
      // An insert of these blocks takes tens of milliseconds here, acknowledging a few: delays are spread over both and beyond.
      const delayMs = at === 'inserting' ? rng.float() * 40 : at === 'recovering' ? rng.float() * 60 : rng.float() * 6;
      kinds.push(at);
      const { signal, stderr } = run({ at, delayMs });
      assert.equal(signal, 'SIGKILL', `point ${k} (${at} + ${delayMs.toFixed(1)} ms): ${String(stderr)}`);
    }
    assert.ok(new Set(kinds).size === 6, 'every kind of point came up');
    const { status, stdout, stderr } = run({ at: 'never', delayMs: 0 });
    assert.equal(status, 0, String(stderr));
    assert.deepEqual(JSON.parse(String(stdout)), { packets: BLOCKS * ROWS, sources: 500, bySource: BLOCKS * ROWS, differing: [], acknowledged: BLOCKS, unfinished: 0 });
  } finally { rmSync(dir, { recursive: true, force: true }); }
});
