/**
 * One time range for everything: read from the URL, moved by any chart, live when it has no end.
 *
 * `from` and `to` are sent to the server as they stand in the URL (`now-1h`, ISO 8601). Live means: no `to`. Pausing writes both ends
 * as absolute times, so that a shared link keeps showing what was on the screen.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { call } from './api-client.ts';
import { setParams, usePlace } from './location.ts';

export interface TimeRange { readonly from: string; readonly to: string; readonly live: boolean }
export interface Resolved { readonly fromUs: number; readonly toUs: number }

/** How often a live page asks again; new findings arrive at once over the event stream. */
export const LIVE_REFETCH_MS = 5_000;
export const DEFAULT_SPAN_US = 3_600e6;

export function useTimeRange(): TimeRange {
  const { params } = usePlace();
  const from = params.get('from') ?? '';
  const to = params.get('to') ?? '';
  return { from, to, live: to === '' };
}

/** Query options shared by every question of a page. */
export function liveOptions(range: TimeRange): { refetchInterval: number | false } {
  return { refetchInterval: range.live ? LIVE_REFETCH_MS : false };
}

/** The range as the server understands it (asked once for the whole frame, by its cheapest question). */
export function useResolvedRange(enabled: boolean): Resolved | undefined {
  const range = useTimeRange();
  const { data } = useQuery({
    queryKey: ['resolved-range', range.from, range.to],
    queryFn: ({ signal }) => call('GET /observations/histogram', { query: { from: range.from, to: range.to, bins: 10 }, signal }),
    select: (answer) => ({ fromUs: answer.fromUs, toUs: answer.toUs }),
    ...liveOptions(range), enabled, placeholderData: (previous) => previous,
  });
  return data;
}

/** ISO 8601 to the second, as people read it in the address bar. */
export function isoOf(us: number): string { return new Date(us / 1000).toISOString().replace(/\.\d+Z$/, 'Z'); }

/** Shows exactly this span; the picture stops moving. Spans under a second are taken for a click and ignored. */
export function showSpan(fromUs: number, toUs: number): void {
  if (toUs - fromUs < 1e6) return;
  setParams({ from: isoOf(fromUs), to: isoOf(toUs) });
}

/** Live ⇄ paused. */
export function toggleLive(range: TimeRange, resolved: Resolved | undefined): void {
  if (!range.live) {
    const span = Date.parse(range.to) - Date.parse(range.from);
    const keep = Number.isFinite(span) && Math.abs(span - DEFAULT_SPAN_US / 1000) > 1000 && span > 0 ? `now-${Math.max(1, Math.round(span / 60_000))}m` : null;
    setParams({ from: keep, to: null });
  } else if (resolved) setParams({ from: isoOf(resolved.fromUs), to: isoOf(resolved.toUs) });
}
