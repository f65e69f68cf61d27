/**
 * Time and timers are handed in; this is the one door to the machine's clock.
 *
 * Unit: integer microseconds since 1970 (`Us`), except timer delays in milliseconds (`Ms`).
 * @module
 */

export interface Clock {
  /** Wall-clock time, integer microseconds. */
  nowUs(): number;
  /** Steady time for measuring durations, milliseconds. */
  steadyMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels. Never keeps the process alive by itself if `unref`. */
  after(delayMs: number, task: () => void, unref?: boolean): () => void;
  /** Runs `task` every `periodMs`; the returned function cancels. */
  every(periodMs: number, task: () => void, unref?: boolean): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowUs: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
  steadyMs: () => performance.now(),
  after(delayMs, task, unref = false) {
    const timer = setTimeout(task, delayMs);
    if (unref) timer.unref();
    return () => clearTimeout(timer);
  },
  every(periodMs, task, unref = false) {
    const timer = setInterval(task, periodMs);
    if (unref) timer.unref();
    return () => clearInterval(timer);
  },
};

/** A clock that moves only when told: for tests and for simulated time. */
export interface ManualClock extends Clock {
  /** Moves time forward and runs what falls due, in order. */
  advance(ms: number): void;
}

export function manualClock(startUs = 0): ManualClock {
  interface Due { atMs: number; periodMs: number; task: () => void; live: boolean }
  let ms = 0;
  const due: Due[] = [];
  const add = (delayMs: number, periodMs: number, task: () => void) => {
    const entry: Due = { atMs: ms + delayMs, periodMs, task, live: true };
    due.push(entry);
    return () => { entry.live = false; };
  };
  return {
    nowUs: () => startUs + Math.floor(ms * 1000),
    steadyMs: () => ms,
    after: (delayMs, task) => add(delayMs, 0, task),
    every: (periodMs, task) => add(periodMs, periodMs, task),
    advance(byMs) {
      const end = ms + byMs;
      for (;;) {
        const next = due.filter((d) => d.live && d.atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
        if (!next) break;
        ms = next.atMs;
        if (next.periodMs > 0) next.atMs += next.periodMs;
        else next.live = false;
        next.task();
      }
      ms = end;
      for (let i = due.length - 1; i >= 0; i--) if (!due[i]?.live) due.splice(i, 1);
    },
  };
}
