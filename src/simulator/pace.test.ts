/** Pacing: history at once, the rest when due, nothing lost, and an end when asked. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { manualClock } from '../core/clock.ts';
import { MINUTE_US, SECOND_US } from '../core/time.ts';
import { paced, sliceForSpeed } from './pace.ts';
import { simulate } from './simulation.ts';
import type { Simulation } from './contract.ts';

const options = { seed: 1, durationUs: 10 * MINUTE_US, intensity: 0.1 };

/** Drives a paced stream on a clock that we move: gives the clock's time at which each batch came. */
async function drive(simulation: Simulation, speed: number, stepMs: number, stopAfterMs = Infinity): Promise<{ atMs: number[]; lastUs: number[]; packets: number; ended: boolean }> {
  const clock = manualClock(), control = new AbortController();
  const atMs: number[] = [], lastUs: number[] = [];
  let packets = 0, ended = false;
  const run = (async () => {
    for await (const batch of paced(simulation, { clock, speed, signal: control.signal })) {
      atMs.push(clock.steadyMs());
      lastUs.push(batch.atUs[batch.n - 1] as number);
      packets += batch.n;
    }
    ended = true;
  })();
  for (let ms = 0; ms < 3_600_000 && !ended; ms += stepMs) {
    for (let k = 0; k < 2_000 && !ended; k++) await Promise.resolve();
    if (ms >= stopAfterMs) control.abort();
    clock.advance(stepMs);
  }
  await run;
  return { atMs, lastUs, packets, ended };
}

test('at 60× a batch comes when a sixtieth of its time has passed, never before', async () => {
  const simulation = simulate('worm-3389', { ...options, sliceUs: sliceForSpeed(60) });
  const { atMs, lastUs, packets } = await drive(simulation, 60, 20);
  atMs.forEach((at, k) => {
    const dueMs = ((lastUs[k] as number) - simulation.startUs) / 1000 / 60;
    assert.ok(at >= dueMs - 0.001 && at <= dueMs + 40, `batch ${k} is due at ${dueMs} ms and came at ${at} ms`);
  });
  assert.equal(packets, simulation.truth().sensors.reduce((sum, s) => sum + s.packets, 0));
});

test('the warm-up is history and comes at once', async () => {
  const plain = simulate('worm-3389', options), simulation: Simulation = { ...plain, warmUpUs: 5 * MINUTE_US };
  const { atMs, lastUs } = await drive(simulation, 60, 20);
  const historyUs = plain.startUs + 5 * MINUTE_US;
  atMs.forEach((at, k) => { if ((lastUs[k] as number) < historyUs) assert.equal(at, 0); });
  assert.ok((atMs.at(-1) ?? 0) > 4_000 && (atMs.at(-1) ?? 0) < 5_100);
});

test('an abort ends the stream without another batch', async () => {
  const { atMs } = await drive(simulate('worm-3389', { ...options, sliceUs: SECOND_US }), 1, 500, 20_000);
  assert.ok(atMs.length > 10 && Math.max(...atMs) <= 21_000);
});

test('slices for a speed are short enough to move four times a second and never above a minute', () => {
  for (const speed of [1, 10, 60, 240, 10_000]) assert.ok(sliceForSpeed(speed) <= Math.max(250_000, speed * 250_000) && sliceForSpeed(speed) <= MINUTE_US);
});

test('a speed of zero is refused', async () => {
  await assert.rejects(paced(simulate('worm-3389', options), { clock: manualClock(), speed: 0 }).next(), RangeError);
});
