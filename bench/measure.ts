/**
 * How benches measure: fixed seeded work, ours and the peer interleaved in one run, medians, one JSON line.
 *
 * Machines are noisy, so the ratio is the result; times are whole-process or whole-call wall time.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { resourceUsage } from 'node:process';

export interface Measured { readonly seconds: number; readonly peakMiB: number }

/** Runs each contender `rounds` times in turn; returns the median seconds of each, in order. */
export async function interleaved(rounds: number, contenders: readonly (() => Promise<number> | number)[]): Promise<number[]> {
  const times: number[][] = contenders.map(() => []);
  for (let r = 0; r < rounds; r++) {
    for (let c = 0; c < contenders.length; c++) {
      const order = (c + r) % contenders.length; // rotate, so that nobody always comes first
      times[order]?.push(await (contenders[order] as () => Promise<number> | number)());
    }
  }
  return times.map(median);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const mid = sorted.length >> 1;
  return sorted.length === 0 ? NaN : sorted.length % 2 === 1 ? sorted[mid] ?? NaN : ((sorted[mid - 1] ?? NaN) + (sorted[mid] ?? NaN)) / 2;
}

/** Share `q` (0–1) of sorted values lies at or below the result (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? NaN;
}

/** Seconds that `work` takes. */
export async function seconds(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Peak resident memory of this process, MiB. */
export function peakMiB(): number {
  return Math.round(resourceUsage().maxRSS / 1024);
}

/** Prints the bench's one line. `ours` and `peer` are in the unit that `unit` names; `ratio` says how many times better ours is. */
export function result(line: { name: string; n: number; unit: string; ours: number; peer?: { name: string; value: number }; ratio?: number; [more: string]: unknown }): void {
  let commit = 'unknown';
  try { commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(); } catch { commit = 'no git'; }
  process.stdout.write(`${JSON.stringify({ ...line, peakMiB: peakMiB(), commit })}\n`);
}
