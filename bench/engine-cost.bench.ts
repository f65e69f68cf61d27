/**
 * What the engines cost: packets a second through all default engines in one thread, and the exponent of time against size.
 *
 * Fixed, seeded work: telescope-like batches (Zipf sources, a few busy ports, a long tail) at 50,000 packets a second of event time.
 * Prints one JSON line: n, packets a second, exponent fitted over five sizes by least squares (goal ≤ 1.1), peak memory.
 * @module
 */
import { BIT, newPacketBatch, TCP, type PacketBatch } from '../src/core/packet-batch.ts';
import { systemClock } from '../src/core/clock.ts';
import { seededRng } from '../src/core/rng.ts';
import { DEFAULT_ENGINES } from '../src/engines/registry.ts';
import { EngineRunner } from '../src/engines/runner.ts';

const START_US = 1_780_272_000_000_000;
const RATE_PPS = 50_000;
const SIZES = [250_000, 500_000, 1_000_000, 2_000_000, 4_000_000];
const PORTS = [23, 22, 445, 80, 3389, 8080, 443, 2323, 5555, 37215];

/** A batch of 50,000 packets: one second of event time. */
function second(k: number): PacketBatch {
  const rng = seededRng(`engine-cost/${k}`), batch = newPacketBatch(4, 'local/bench', RATE_PPS);
  for (let i = 0; i < RATE_PPS; i++) {
    const rank = Math.floor(60_000 ** rng.float());
    batch.atUs[i] = START_US + k * 1_000_000 + Math.floor((i * 1_000_000) / RATE_PPS);
    batch.src[i] = (Math.imul(rank, 0x9e3779b1) >>> 0) | 0x01000000; batch.dst[i] = 0xc6120000 + rng.below(32_768);
    batch.proto[i] = 6; batch.sport[i] = 1024 + rng.below(60_000);
    batch.dport[i] = rng.below(10) < 7 ? (PORTS[rng.below(PORTS.length)] as number) : 1 + rng.below(65_000);
    batch.flags[i] = TCP.syn; batch.ipBits[i] = BIT.hasTransport; batch.country[i] = 0x4a50;
  }
  batch.n = RATE_PPS;
  return batch;
}

// Batches are made once and moved in time, so that only the engines are measured.
const pool = Array.from({ length: 8 }, (_, k) => second(k));
function timed(packets: number): number {
  const runner = new EngineRunner({ engines: DEFAULT_ENGINES, emit: () => undefined });
  let ms = 0;
  for (let k = 0; k * RATE_PPS < packets; k++) {
    const batch = pool[k % pool.length] as PacketBatch, shift = START_US + k * 1_000_000 - Math.floor((batch.atUs[0] as number) / 1_000_000) * 1_000_000;
    for (let i = 0; i < batch.n; i++) batch.atUs[i] = (batch.atUs[i] as number) + shift;
    const began = systemClock.steadyMs();
    runner.feed(batch);
    runner.advance(START_US + (k + 1) * 1_000_000);
    ms += systemClock.steadyMs() - began;
  }
  const began = systemClock.steadyMs();
  runner.flush();
  return ms + systemClock.steadyMs() - began;
}

timed(250_000);
const points = SIZES.map((n) => ({ n, ms: timed(n) }));
const xs = points.map((p) => Math.log(p.n)), ys = points.map((p) => Math.log(p.ms)), mean = (list: number[]): number => list.reduce((s, v) => s + v, 0) / list.length;
const mx = mean(xs), my = mean(ys);
const exponent = xs.reduce((s, x, i) => s + (x - mx) * ((ys[i] as number) - my), 0) / xs.reduce((s, x) => s + (x - mx) ** 2, 0);
const last = points[points.length - 1] as { n: number; ms: number };
console.log(JSON.stringify({
  name: 'engine-cost', n: last.n, engines: DEFAULT_ENGINES.length, packetsPerSecond: Math.round((last.n / last.ms) * 1000), exponent: Number(exponent.toFixed(3)), goal: 1.1,
  sizes: points.map((p) => [p.n, Math.round(p.ms)]), peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
}));
