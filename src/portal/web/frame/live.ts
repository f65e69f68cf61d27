/**
 * What the server pushes: counters once a second, findings at once, jobs as they go.
 *
 * In: the event stream `/api/v1/live`. Out: a small store that components subscribe to, and invalidated answers, so that a new finding
 * is on the screen within a second. Costs one connection a window. When the stream breaks the browser reconnects by itself; we show it.
 * @module
 */
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { z } from 'zod';
import type { liveEvents } from '../../api.ts';
import type { Answer, FindingRow, NowPicture } from './api-client.ts';

type Events = { [K in keyof typeof liveEvents]: z.infer<(typeof liveEvents)[K]> };
export type Counters = Events['counters'];
export type JobEvent = Events['job'];

export interface LiveState {
  readonly connected: boolean;
  readonly counters: Counters | null;
  readonly jobs: ReadonlyMap<string, JobEvent>;
  /** The newest finding pushed, announced to screen readers. */
  readonly newest: Events['finding'] | null;
}

let state: LiveState = { connected: false, counters: null, jobs: new Map(), newest: null };
const listeners = new Set<() => void>();
function set(change: Partial<LiveState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

export function useLive<T>(pick: (state: LiveState) => T): T {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => pick(state));
}

/** The first refresh comes soon, the next ones not before the spacing. */
const SOON_MS = 200;
const SPACING_MS = 2_000;

const TOUCHED_BY: Record<Events['changed']['what'], readonly string[]> = {
  findings: ['findings', 'finding', 'now', 'ports'], sensors: ['health'], settings: ['settings'], views: ['views'],
};

/** Puts a pushed finding into the live answers at once, whatever the server's load; the refresh that follows puts it in its place. */
function draw(client: QueryClient, finding: FindingRow): void {
  const first = (list: readonly FindingRow[]): FindingRow[] => [finding, ...list.filter((x) => x.id !== finding.id)];
  client.setQueriesData<NowPicture>({ queryKey: ['now'], predicate: ({ queryKey }) => queryKey[2] === '' }, (old) => old && { ...old, changes: first(old.changes) });
  if (finding.state !== 'open') return;
  client.setQueriesData<Answer<'GET /findings'>>({ queryKey: ['findings', 'open', ''], predicate: ({ queryKey }) => queryKey[4] === '' }, (old) => old && { ...old, findings: first(old.findings) });
}

/** Opens the stream; the returned function closes it. */
export function startLive(client: QueryClient): () => void {
  const source = new EventSource('/api/v1/live');
  const waiting = new Set<string>();
  let timer: number | undefined;
  let lastMs = -Infinity;
  // A burst of findings refreshes each answer once, and a question under way is left to finish: asking anew for each finding of a
  // busy minute would mean that none is ever answered.
  const refresh = (keys: readonly string[]): void => {
    for (const key of keys) waiting.add(key);
    timer ??= window.setTimeout(() => {
      timer = undefined;
      lastMs = performance.now();
      for (const key of waiting) void client.invalidateQueries({ queryKey: [key] }, { cancelRefetch: false });
      waiting.clear();
    }, Math.max(SOON_MS, lastMs + SPACING_MS - performance.now()));
  };
  const on = <K extends keyof Events>(name: K, handle: (data: Events[K]) => void): void => {
    source.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data) as Events[K]));
  };
  source.onopen = () => set({ connected: true });
  source.onerror = () => set({ connected: false });
  on('counters', (counters) => set({ counters, connected: true }));
  on('finding', (newest) => { set({ newest }); draw(client, newest); refresh(TOUCHED_BY.findings); });
  on('changed', ({ what }) => refresh(TOUCHED_BY[what]));
  on('job', (job) => {
    const jobs = new Map(state.jobs);
    jobs.set(job.id, job);
    set({ jobs });
    refresh(job.state === 'running' ? ['health'] : ['health', 'me', 'now', 'findings', 'resolved-range', 'overview']);
  });
  return () => { source.close(); window.clearTimeout(timer); set({ connected: false }); };
}
