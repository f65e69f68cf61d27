/**
 * Progress bars: on a terminal's stderr, at most ten times a second, with rate and time left.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import type { Progress } from './command.ts';

const BAR_CELLS = 24;
const REDRAW_MS = 100;

/** `1.23 M` style. */
export function short(n: number): string {
  for (const [unit, size] of [['G', 1e9], ['M', 1e6], ['k', 1e3]] as const) if (n >= size) return `${(n / size).toFixed(n >= 10 * size ? 1 : 2)} ${unit}`;
  return String(Math.round(n));
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  const s = Math.round(seconds);
  return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** A bar that calls `write` with terminal text; `total` null shows a count without an end. */
export function progressBar(clock: Clock, write: (text: string) => void, label: string, total: number | null, unit: string): Progress {
  const startMs = clock.steadyMs();
  let lastMs = -Infinity, done = 0, words = '';
  const draw = (final: boolean) => {
    const seconds = Math.max(0.001, (clock.steadyMs() - startMs) / 1000);
    const rate = done / seconds;
    const parts = [label];
    if (total !== null && total > 0) {
      const share = Math.min(1, done / total);
      const filled = Math.round(share * BAR_CELLS);
      parts.push(`${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`);
      if (!final) parts.push(`${duration((total - done) / Math.max(rate, 1e-9))} left`);
    } else parts.push(`${short(done)} ${unit}`);
    parts.push(`${short(rate)} ${unit}/s`);
    if (words) parts.push(words);
    write(`\r\u001b[2K${parts.join('  ')}${final ? '\n' : ''}`);
  };
  return {
    set(value, more) {
      done = value;
      if (more !== undefined) words = more;
      const nowMs = clock.steadyMs();
      if (nowMs - lastMs >= REDRAW_MS) { lastMs = nowMs; draw(false); }
    },
    end() { draw(true); },
  };
}

export const silentProgress: Progress = { set() {}, end() {} };
