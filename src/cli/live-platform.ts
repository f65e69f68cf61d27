/**
 * The running platform: live sources, the engines on them, who listens. What the portal is handed as `Jobs` and `Live`.
 *
 * Each time base has its own run of engines: live captures share the machine's clock; a replay has its own. Engines look once a
 * second; drafts are stored in order, and whoever subscribed hears of a finding as soon as it is stored.
 * The memory of the live engines is saved every SAVE_MS and at the end, so that a restart keeps what is normal.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import { shortHash, splitSensorId, type OrgId } from '../core/ids.ts';
import { secretBytes } from '../core/rng.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import type { Engine } from '../engines/engine.ts';
import { EngineRunner } from '../engines/runner.ts';
import type { FindingDraft } from '../findings/finding.ts';
import type { Accepted } from '../findings/store.ts';
import type { EventStore, Ledger, Viewer } from '../observations/contract.ts';
import type { Sensor } from '../observations/sensor.ts';
import type { Annotator } from '../observations/tag/annotate.ts';
import type { OrgServices } from '../orgs/services.ts';
import { engineMemory } from '../records/engine-memory.ts';
import type { RecordStore } from '../records/store.ts';
import { BehaviourScreening } from './host-tagger.ts';
import { JobList, type JobRow } from './jobs.ts';
import { LiveCounters } from './live-counters.ts';
import { LiveSource } from './live-source.ts';

const LOOK_MS = 1000;
const SAVE_MS = 5 * 60_000;

export interface LivePlatformPorts {
  readonly store: EventStore; readonly ledger: Ledger; readonly records: RecordStore; readonly orgs: OrgServices; readonly clock: Clock;
  readonly engines: readonly Engine[];
  readonly accept: (drafts: readonly FindingDraft[]) => Promise<readonly Accepted[]>;
  readonly annotatorFor: (sensor: Sensor) => Annotator;
  readonly note: (text: string) => void;
}

/** What subscribers hear. */
export type LiveEvent =
  | { readonly kind: 'finding'; readonly org: OrgId; readonly accepted: Accepted }
  | { readonly kind: 'job'; readonly org: OrgId; readonly job: JobRow }
  | { readonly kind: 'second' };

/** Engines over one time base. `feed` is for batches of any of its sensors; `advance` says how far its time has come. */
export interface EngineRun {
  readonly runner: EngineRunner;
  feed(batch: PacketBatch): void;
  advance(eventUs: number): void;
  /** The sources ended: concludes what is open and stores it. */
  end(): Promise<void>;
}

interface SensorState { lagMs: number; dropped: number; lastUs: number; live: boolean }

export class LivePlatform {
  readonly jobs: JobList;
  readonly counters = new LiveCounters();
  readonly #ports: LivePlatformPorts;
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  readonly #sensorStates = new Map<string, SensorState>();
  readonly #sources = new Set<LiveSource>();
  readonly #runs = new Set<EngineRun>();
  #liveRun: Promise<EngineRun> | null = null;
  #known: Sensor[] = [];
  #storing: Promise<void> = Promise.resolve();
  readonly #stops: (() => void)[];

  constructor(ports: LivePlatformPorts) {
    this.#ports = ports;
    this.jobs = new JobList(ports.clock, (org, job) => this.#tell({ kind: 'job', org, job }));
    this.#stops = [ports.clock.every(LOOK_MS, () => this.#tell({ kind: 'second' }), true)];
  }

  subscribe(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  sensorStates(): ReadonlyMap<string, SensorState> { return this.#sensorStates; }

  /** Status of engines that run now: of the live run if there is one, else of the newest replay, else of none. */
  engineStatus(): ReturnType<EngineRunner['status']> {
    const run = [...this.#runs].at(-1);
    return run ? run.runner.status() : this.#ports.engines.map((e) => ({ name: e.name, about: e.about, source: e.source, windowUs: e.windowUs, lastUs: null, windows: 0, findings: 0, faults: 0 }));
  }

  runners(): EngineRunner[] { return [...this.#runs].map((r) => r.runner); }

  /** Opens a live source of one sensor; its batches go to `run` too. Call `end` on it when the source has ended. */
  openSource(sensor: Sensor, run: EngineRun): { source: LiveSource; annotator: Annotator; ended: () => Promise<void> } {
    const { clock, store, ledger, note } = this.#ports;
    const annotator = this.#ports.annotatorFor(sensor);
    const { org } = splitSensorId(sensor.id);
    const state: SensorState = { lagMs: 0, dropped: 0, lastUs: 0, live: true };
    this.#sensorStates.set(sensor.id, state);
    if (!this.#known.some((s) => s.id === sensor.id)) this.#known.push(sensor);
    const source = new LiveSource({
      store, ledger, clock, sensor, content: shortHash('live', sensor.id, clock.nowUs(), Buffer.from(secretBytes(8)).toString('hex')),
      seen: (batch) => {
        run.feed(batch);
        const nowUs = clock.nowUs();
        this.counters.add(org, batch, nowUs, !sensor.simulated);
        for (let i = 0; i < batch.n; i++) { const at = batch.atUs[i] ?? 0; if (at > state.lastUs) state.lastUs = at; }
        state.lagMs = sensor.simulated ? 0 : Math.max(0, (nowUs - state.lastUs) / 1000); // simulated time has its own clock
      },
      failed: (error) => note(`storing what ${sensor.id} saw: ${error instanceof Error ? error.message : String(error)}`),
    });
    this.#sources.add(source);
    return {
      source, annotator,
      ended: async () => {
        await source.end();
        run.runner.stopped(sensor.id);
        state.live = false;
        this.#sources.delete(source);
      },
    };
  }

  /** Notes packets lost before they reached us. */
  dropped(sensor: Sensor, count: number): void {
    const state = this.#sensorStates.get(sensor.id);
    if (state) state.dropped += count;
  }

  /** The engines on the machine's clock, with the memory of earlier runs. Shared by all live captures. */
  liveRun(): Promise<EngineRun> {
    this.#liveRun ??= (async () => {
      const memory = engineMemory(this.#ports.records);
      const run = await this.newRun();
      const saved = await memory.load('');
      if (saved) {
        try { run.runner.restore(saved); } catch (error) { this.#ports.note(`What is normal is learned anew: ${(error as Error).message}`); }
      }
      const { clock } = this.#ports;
      this.#stops.push(clock.every(LOOK_MS, () => run.advance(clock.nowUs()), true));
      const save = () => memory.save('', run.runner.snapshot()).catch((error: unknown) => this.#ports.note(`saving what engines learned: ${String(error)}`));
      this.#stops.push(clock.every(SAVE_MS, () => { void save(); }, true));
      this.#beforeClose.push(async () => { await save(); });
      return run;
    })();
    return this.#liveRun;
  }
  readonly #beforeClose: (() => Promise<void>)[] = [];

  /** Engines for a time base of its own. */
  async newRun(options: { previewUs?: number } = {}): Promise<EngineRun> {
    this.#known = await this.#ports.orgs.sensors.list(await this.#ports.orgs.operator());
    const runner = new EngineRunner({
      engines: this.#ports.engines, emit: (draft) => this.#keep(draft), sensors: (org) => this.#known.filter((s) => s.org === org), ...options,
      observe: (sensor, observation) => { for (const source of this.#sources) if (source.sensorId === sensor) source.observe(observation); },
      fault: (engine, org, error) => this.#ports.note(`engine ${engine} (${org}) was switched off: ${error instanceof Error ? error.stack ?? error.message : String(error)}`),
    });
    const screening = new BehaviourScreening((org) => this.#known.filter((s) => s.org === org), (tags) => {
      this.#ports.store.addHostTags(tags).catch((error: unknown) => this.#ports.note(`tagging hosts: ${String(error)}`));
    });
    const run: EngineRun = {
      runner,
      feed: (batch) => { runner.feed(batch); screening.feed(batch); },
      advance: (us) => { runner.advance(us); },
      end: async () => { runner.flush(); screening.end(); this.#runs.delete(run); await this.settled(); },
    };
    this.#runs.add(run);
    return run;
  }

  /** Drafts are stored one batch at a time, in the order in which engines made them. */
  #keep(draft: FindingDraft): void {
    this.#drafts.push(draft);
    if (this.#drafts.length > 1) return;
    this.#storing = this.#storing.then(async () => {
      while (this.#drafts.length > 0) {
        const batch = this.#drafts.slice(0, 64);
        const accepted = await this.#ports.accept(batch);
        this.#drafts.splice(0, batch.length);
        for (const one of accepted) if (one.occasion !== 'same') this.#tell({ kind: 'finding', org: one.finding.org, accepted: one });
      }
    }).catch((error: unknown) => { this.#drafts = []; this.#ports.note(`storing findings: ${error instanceof Error ? error.stack ?? error.message : String(error)}`); });
  }
  #drafts: FindingDraft[] = [];

  /** Resolves when every draft so far is stored. */
  settled(): Promise<void> { return this.#storing; }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  counts(viewer: Viewer): { nowUs: number; packetsPerSecond: number; hostsPerMinute: number; lagMs: number; sensorsLive: number; lastUs: number | null } {
    const nowUs = this.#ports.clock.nowUs();
    const sensorsLive = [...this.#sensorStates].filter(([id, s]) => s.live && viewer.orgs.includes(splitSensorId(id).org)).length;
    return { nowUs, ...this.counters.read(viewer.orgs, nowUs), sensorsLive };
  }

  async close(): Promise<void> {
    await this.jobs.stopAll();
    for (const source of this.#sources) await source.end();
    for (const before of this.#beforeClose) await before();
    for (const stop of this.#stops) stop();
    await this.settled();
    this.#listeners.clear();
  }
}
