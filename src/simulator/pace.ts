/**
 * Simulated time on a real clock: a batch is handed on when its last packet is due.
 *
 * In: time-ordered batches, a clock, a speed (1 = real time, 60 = an hour a minute). Out: the same batches, later.
 * The first `warmUpUs` come at once: they are history. When the consumer is slower than the pace, nothing is skipped: time
 * slips, and `lagMs` says by how much.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import type { Simulation } from './contract.ts';

export interface PaceOptions {
  readonly clock: Clock;
  /** Simulated seconds a real second, > 0. */
  readonly speed: number;
  /** Ends the waiting; the stream then simply ends. */
  readonly signal?: AbortSignal;
  /** Hears how late the stream is, real milliseconds, before each batch. */
  readonly onLag?: (lagMs: number) => void;
}

/** The longest slice for a speed, so that something moves four times a real second: give it to `simulate` as `sliceUs`. */
export function sliceForSpeed(speed: number): number {
  return Math.min(60_000_000, Math.max(250_000, speed * 250_000));
}

/** The simulation's batches at a pace. */
export async function* paced(simulation: Simulation, options: PaceOptions): AsyncGenerator<PacketBatch> {
  const { clock, speed, signal } = options;
  if (!(speed > 0)) throw new RangeError(`speed must be above 0, got ${speed}`);
  const stopped = () => signal?.aborted ?? false;
  const historyUs = simulation.startUs + simulation.warmUpUs;
  let startMs = NaN;
  for (const batch of simulation.batchesNow()) {
    if (stopped()) return;
    const lastUs = batch.atUs[batch.n - 1] as number;
    if (lastUs < historyUs) { yield batch; continue; }
    if (Number.isNaN(startMs)) startMs = clock.steadyMs();
    const dueMs = startMs + (lastUs - historyUs) / 1000 / speed;
    const earlyMs = dueMs - clock.steadyMs();
    options.onLag?.(Math.max(0, -earlyMs));
    if (earlyMs > 0) await waited(clock, earlyMs, signal);
    if (stopped()) return;
    yield batch;
  }
}

function waited(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => { signal?.removeEventListener('abort', stop); resolve(); });
    const stop = () => { cancel(); resolve(); };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
