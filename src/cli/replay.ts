/**
 * Replaying a simulated scenario into the running platform, always marked as simulated.
 *
 * The scenario's history (its warm-up) goes in at full speed, so that the picture has something to compare with; the rest is
 * paced: `speed` seconds of event time a second. Event time starts one duration before now and catches up.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import { HOUR_US, MINUTE_US, SECOND_US, formatTime } from '../core/time.ts';
import { simulate } from '../simulator/simulation.ts';
import type { EventStore, Viewer } from '../observations/contract.ts';
import { paced, sliceForSpeed } from '../simulator/pace.ts';
import { requireCidr } from '../core/address.ts';
import { sensorId } from '../core/ids.ts';
import type { OrgServices } from '../orgs/services.ts';
import type { JobReport } from './jobs.ts';
import type { LivePlatform } from './live-platform.ts';

/** Batches after which waiting requests get their turn during the history, which comes at full speed. */
const BREATH_BATCHES = 16;

export interface ReplayRequest { readonly scenario: string; readonly seed: number; readonly speed: number }

export async function replayScenario({ platform, orgs, store, viewer, clock, request, report, signal }: {
  readonly platform: LivePlatform; readonly orgs: OrgServices; readonly store: EventStore; readonly viewer: Viewer; readonly clock: Clock;
  readonly request: ReplayRequest; readonly report: JobReport; readonly signal: AbortSignal;
}): Promise<string> {
  // Asking first for the plan gives its sensors and length; the run itself starts at the chosen time.
  const plan = simulate(request.scenario, { seed: request.seed });
  const durationUs = plan.endUs - plan.startUs;
  const ids = new Set(plan.sensors.map((s) => s.id));
  const before = (await store.extent(viewer)).filter((e) => ids.has(e.sensor)).reduce((latest, e) => Math.max(latest, e.toUs), 0);
  const startUs = Math.max(Math.floor((clock.nowUs() - durationUs) / HOUR_US) * HOUR_US, Math.ceil(before / MINUTE_US) * MINUTE_US);
  const simulation = simulate(request.scenario, { seed: request.seed, startUs, sliceUs: sliceForSpeed(request.speed) });

  const opened = new Map<string, ReturnType<LivePlatform['openSource']>>();
  const made = new Map<string, Awaited<ReturnType<OrgServices['sensors']['ensure']>>>();
  for (const planned of simulation.sensors) {
    made.set(planned.id, await orgs.sensors.ensure(sensorId(planned.id), { regions: planned.regions.map(requireCidr), simulated: true, country: planned.country, zone: planned.zone }));
  }
  // One look at the open windows a real second, however fast event time runs.
  const run = await platform.newRun({ previewUs: Math.max(SECOND_US, Math.round(request.speed * SECOND_US)) });
  for (const [id, sensor] of made) opened.set(id, platform.openSource(sensor, run));
  let packets = 0, batches = 0, reachedUs = startUs;
  for await (const batch of paced(simulation, { clock, speed: request.speed, signal })) {
    const fromUs = batch.atUs[0] ?? reachedUs, second = Math.floor(fromUs / SECOND_US) * SECOND_US;
    if (second > reachedUs) { reachedUs = second; run.advance(reachedUs); }
    const target = opened.get(batch.sensor);
    if (!target) continue;
    target.annotator.annotate(batch);
    await target.source.feed([batch]);
    packets += batch.n;
    report.progress(fromUs - startUs, durationUs, formatTime(second));
    if (++batches % BREATH_BATCHES === 0) await new Promise<void>((resolve) => clock.after(0, resolve));
  }
  for (const target of opened.values()) await target.ended();
  await run.end();
  return `${packets.toLocaleString('en-US')} simulated packets`;
}
