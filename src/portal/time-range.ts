/**
 * The time a question covers: what people wrote, or the last hour of live or stored time.
 *
 * Empty `to` is now while something was seen in the last hour, else the end of what is stored; empty `from` is an hour before `to`.
 * Limits: the end of what is stored is remembered for REMEMBER_MS, so that a page asks for it once.
 * @module
 */
import { OperatorError } from '../core/errors.ts';
import { formatTime, HOUR_US, requireTime } from '../core/time.ts';
import type { EventStore, Range, Viewer } from '../observations/contract.ts';
import type { Clock } from '../core/clock.ts';

const REMEMBER_MS = 1_000;
const MOST_REMEMBERED = 100;
const MOST_TIME_TEXT = 64;
type Extent = Awaited<ReturnType<EventStore['extent']>>;

export interface TimeRanges {
  resolve(viewer: Viewer, asked: { from?: string | undefined; to?: string | undefined }): Promise<Range>;
  extent(viewer: Viewer): Promise<Extent>;
}

export function timeRanges(store: EventStore, clock: Clock): TimeRanges {
  const remembered = new Map<string, { atMs: number; extent: Promise<Extent> }>();

  function extent(viewer: Viewer): Promise<Extent> {
    const key = [...viewer.orgs].sort().join(' '), nowMs = clock.steadyMs();
    const known = remembered.get(key);
    if (known && nowMs - known.atMs < REMEMBER_MS) return known.extent;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    const fresh = store.extent(viewer);
    remembered.set(key, { atMs: nowMs, extent: fresh });
    fresh.catch(() => remembered.delete(key));
    return fresh;
  }

  return {
    extent,
    async resolve(viewer, { from = '', to = '' }) {
      const nowUs = clock.nowUs();
      let toUs = to === '' ? nowUs : time(to, nowUs);
      if (to === '') {
        const lastUs = (await extent(viewer)).reduce((most, s) => Math.max(most, s.toUs), 0);
        if (lastUs > 0 && (lastUs < nowUs - HOUR_US || lastUs > nowUs)) toUs = lastUs;
      }
      let fromUs = from === '' ? toUs - HOUR_US : time(from, nowUs);
      // "From yesterday on" of a store that ends before yesterday: the question stands, its end is now.
      if (to === '' && fromUs >= toUs) toUs = nowUs;
      if (fromUs >= toUs) throw new OperatorError('time-order', { from: formatTime(fromUs), to: formatTime(toUs) });
      fromUs = Math.max(0, fromUs);
      return { fromUs, toUs: Math.max(toUs, fromUs + 1) };
    },
  };
}

/** Latest time that a question may name: the end of the year 2200. */
const LATEST_US = Date.UTC(2201, 0, 1) * 1000;
function time(text: string, nowUs: number): number {
  const us = requireTime(text.slice(0, MOST_TIME_TEXT), nowUs);
  if (!(us >= 0 && us < LATEST_US)) throw new OperatorError('time', { text: text.slice(0, MOST_TIME_TEXT) });
  return us;
}
