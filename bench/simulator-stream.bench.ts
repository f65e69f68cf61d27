/**
 * The simulator's speed: packets of a calm hour at the level of 2024 as batches, and as captures with checksums.
 *
 * In: three /24s, one hour, fixed seed. Out: one JSON line; no peer exists (no public, seeded, labelled telescope).
 * Memory is the packets of one minute, whatever the duration: `heapGrowthMb` compares an hour with the first ten minutes.
 * @module
 */
import { systemClock } from '../src/core/clock.ts';
import { HOUR_US, MINUTE_US } from '../src/core/time.ts';
import { writeCaptures } from '../src/simulator/capture.ts';
import { simulate } from '../src/simulator/simulation.ts';
import { median, result } from './measure.ts';

const options = { seed: 1, durationUs: HOUR_US, intensity: 1 };
const ROUNDS = 3;
const batches: number[] = [], captures: number[] = [];
let packets = 0, bytes = 0, early = 0, late = 0;
for (let round = 0; round < ROUNDS; round++) {
  const simulation = simulate('calm-day', options);
  const start = systemClock.steadyMs();
  packets = 0;
  for (const batch of simulation.batchesNow()) {
    packets += batch.n;
    if (round === 0 && batch.atUs[0] === undefined) throw new RangeError('an empty batch');
    if (round === ROUNDS - 1) {
      const used = process.memoryUsage().heapUsed;
      if ((batch.atUs[0] as number) < simulation.startUs + 10 * MINUTE_US) early = Math.max(early, used); else late = Math.max(late, used);
    }
  }
  batches.push(packets / (systemClock.steadyMs() - start) * 1000);
  const second = systemClock.steadyMs();
  bytes = 0;
  await writeCaptures(simulate('calm-day', options), () => ({ write: (chunk) => { bytes += chunk.length; }, close: () => Promise.resolve() }));
  captures.push(packets / (systemClock.steadyMs() - second) * 1000);
}
result({ name: 'simulator-stream', n: packets, unit: 'packets/s', ours: Math.round(median(batches)), asCaptures: Math.round(median(captures)), captureBytes: bytes, heapGrowthMb: Math.round((late - early) / 1e6) });
