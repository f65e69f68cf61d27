/**
 * Engines over stored packets, in event time, as if they had come live. Doing it twice changes nothing: ids are hashes of what
 * was concluded, and the store joins what it has heard before.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import { MINUTE_US } from '../core/time.ts';
import type { Engine } from '../engines/engine.ts';
import { EngineRunner } from '../engines/runner.ts';
import type { FindingDraft } from '../findings/finding.ts';
import type { Accepted } from '../findings/store.ts';
import type { EventStore, HostTag, Range, Viewer } from '../observations/contract.ts';
import type { Sensor } from '../observations/sensor.ts';
import { BehaviourScreening } from './host-tagger.ts';

/** Drafts that are stored at a time. */
const DRAFTS_AT_A_TIME = 256;

export interface AnalysedEngine { readonly engine: string; readonly windows: number; readonly findings: number; readonly seconds: number }

export async function analyseStored({ store, sensors, viewer, engines, range, accept, clock, signal, onProgress }: {
  readonly store: EventStore; readonly sensors: readonly Sensor[]; readonly viewer: Viewer; readonly engines: readonly Engine[];
  readonly range: Partial<Range>; readonly accept: (drafts: readonly FindingDraft[]) => Promise<readonly Accepted[]>;
  readonly clock: Clock; readonly signal: AbortSignal; readonly onProgress: (done: number, total: number) => void;
}): Promise<AnalysedEngine[]> {
  const startMs = clock.steadyMs();
  const drafts: FindingDraft[] = [];
  const concluded = new Map<string, Set<string>>(engines.map((e) => [e.name, new Set()]));
  const runner = new EngineRunner({ engines, previewUs: 0, emit: (draft) => drafts.push(draft), sensors: (org) => sensors.filter((s) => s.org === org) });
  const tags: HostTag[] = [];
  const screening = new BehaviourScreening((org) => sensors.filter((s) => s.org === org), (found) => { for (const tag of found) tags.push(tag); });
  const total = (await store.extent(viewer)).reduce((sum, e) => sum + e.packets, 0);
  const keep = async (): Promise<void> => {
    for (const { finding } of await accept(drafts.splice(0))) concluded.get(finding.engine)?.add(finding.id);
  };
  let done = 0, reachedUs = -Infinity;
  for await (const batch of store.scan(viewer, { range })) {
    if (signal.aborted) break;
    // Batches of several sensors interleave by slices of a minute: what lies before this one's minute is complete.
    const minuteUs = batch.n > 0 ? Math.floor((batch.atUs[0] ?? 0) / MINUTE_US) * MINUTE_US : reachedUs;
    if (minuteUs > reachedUs) { reachedUs = minuteUs; runner.advance(reachedUs); }
    runner.feed(batch);
    screening.feed(batch);
    done += batch.n;
    onProgress(done, total);
    if (drafts.length >= DRAFTS_AT_A_TIME) await keep();
  }
  runner.flush();
  screening.end();
  await keep();
  if (tags.length > 0) await store.addHostTags(tags);
  const seconds = Math.round(clock.steadyMs() - startMs) / 1000;
  return runner.status().map((s) => ({ engine: s.name, windows: s.windows, findings: concluded.get(s.name)?.size ?? 0, seconds }));
}
