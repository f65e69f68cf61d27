/**
 * Runs engines over annotated packet batches: cuts event time into windows, closes them on a watermark, looks at the open ones
 * every second, keeps each organisation's memory.
 *
 * In: {@link EngineRunner.feed} batches in any interleaving of sensors, {@link EngineRunner.advance} with the event time that all
 * sources have reached, {@link EngineRunner.flush} at the end of a source. Out: FindingDrafts, late packets as observations.
 * Source: watermarks after Akidau et al., "The Dataflow Model", VLDB 2015.
 * How: a window [from, to) is concluded when `advance` reaches to + lateness; packets that come for it afterwards are counted in
 * `darknet.packet.late`, once each. Engines whose `add` is the same function and whose windows are equally long share one partial
 * (and must not change it in `conclude`). Windows in which no sensor observes and no packet came are skipped, so a hole of a year
 * between two captures costs nothing and teaches nothing.
 * Cost: one `add` a batch, group and window; memory bounded by the engines' bounds and MAX_OPEN_WINDOWS partials a group.
 * Limits: one thread; several runners' partials can be joined by `merge`, which the contract suite checks.
 * @module
 */
import { deserialize, serialize } from 'node:v8';
import type { PacketBatch } from '../core/packet-batch.ts';
import { splitSensorId, type OrgId } from '../core/ids.ts';
import { seededRng, type Rng } from '../core/rng.ts';
import { HOUR_US, SECOND_US } from '../core/time.ts';
import { addressesWatched, observedRatio, type Sensor } from '../observations/sensor.ts';
import type { Observation } from '../observations/observation.ts';
import type { FindingDraft } from '../findings/finding.ts';
import type { Engine, Window } from './engine.ts';
import { isScreened } from './flow-table.ts';

/** Default lateness of live sources, microseconds (architecture, section 6). */
export const LATENESS_US = 2 * SECOND_US;
/** Open windows look this often in event time, microseconds. */
export const PREVIEW_US = SECOND_US;
/** Most windows of one group that may be open at a time; the oldest is concluded when there would be more. */
export const MAX_OPEN_WINDOWS = 64;
/** A sensor that has sent nothing for so long no longer counts as observing, microseconds. */
export const GIVEN_UP_US = 6 * HOUR_US;
/** Most runs of one sensor that are remembered. */
const MOST_RUNS = 256;
/** Format number of {@link EngineRunner.snapshot}. */
const SNAPSHOT_FORMAT = 1;

export interface RunnerOptions {
  readonly engines: readonly Engine[];
  readonly emit: (draft: FindingDraft) => void;
  /** Receives `darknet.packet.late` observations with the sensor they are about. */
  readonly observe?: (sensor: string, observation: Observation) => void;
  /** What is known of an organisation's sensors: regions and gaps. A sensor that is not listed counts from its first packet on. */
  readonly sensors?: (org: OrgId) => readonly Sensor[];
  /** Told when an engine threw: it is switched off for that organisation, the others go on. Without it the error is thrown. */
  readonly fault?: (engine: string, org: string, error: unknown) => void;
  readonly latenessUs?: number;
  /** 0 = never look at open windows (stored data: the conclusions are the same, only later). */
  readonly previewUs?: number;
  readonly seed?: number | string;
}

/** How an engine is doing, for Health. */
export interface EngineStatus {
  readonly name: string; readonly about: string; readonly source: string; readonly windowUs: number;
  /** End of the newest window concluded; null before the first. */
  readonly lastUs: number | null;
  /** Windows concluded. */
  readonly windows: number;
  readonly findings: number;
  readonly faults: number;
}

interface Group { readonly engines: readonly Engine[]; readonly windowUs: number; readonly filtered: boolean }
interface OpenGroup { windows: Map<number, unknown>; nextUs: number }
/** When a sensor sent packets: runs with no pause longer than GIVEN_UP_US, oldest first. */
interface SensorSpan { runs: { firstUs: number; lastUs: number }[]; stopped: boolean }
interface OrgState {
  readonly groups: OpenGroup[];
  readonly memories: Map<string, unknown>;
  readonly spans: Map<string, SensorSpan>;
  readonly off: Set<string>;
  previewedUs: number;
  simulated: boolean;
}

export class EngineRunner {
  readonly #options: RunnerOptions;
  readonly #groups: readonly Group[];
  readonly #orgs = new Map<OrgId, OrgState>();
  readonly #rng: Rng;
  readonly #status = new Map<string, { lastUs: number | null; windows: number; findings: number; faults: number }>();
  readonly #late = new Map<string, { count: number; firstUs: number; lastUs: number }>();
  #latePackets = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#rng = seededRng(options.seed ?? 'engines');
    const groups: { engines: Engine[]; windowUs: number; filtered: boolean }[] = [];
    for (const engine of options.engines) {
      const group = groups.find((g) => g.windowUs === engine.windowUs && g.engines[0]?.add === engine.add);
      if (group) group.engines.push(engine);
      else groups.push({ engines: [engine], windowUs: engine.windowUs, filtered: false });
      this.#status.set(engine.name, { lastUs: null, windows: 0, findings: 0, faults: 0 });
    }
    for (const group of groups) group.filtered = group.engines.every((e) => e.input === 'screened');
    this.#groups = groups;
  }

  /** Packets that came after their window was concluded, so far. */
  get latePackets(): number { return this.#latePackets; }

  /** Adds a batch of one sensor, annotated. Keeps no reference to it. */
  feed(batch: PacketBatch): void {
    if (batch.n === 0) return;
    const { org } = splitSensorId(batch.sensor);
    const state = this.#org(org);
    const { atUs, n } = batch;
    let low = Infinity, high = -Infinity;
    for (let i = 0; i < n; i++) {
      const at = atUs[i] as number;
      if (at < low) low = at;
      if (at > high) high = at;
    }
    const span = state.spans.get(batch.sensor);
    if (span) { noteRun(span.runs, low, high); span.stopped = false; }
    else state.spans.set(batch.sensor, { runs: [{ firstUs: low, lastUs: high }], stopped: false });
    let closedUs = -Infinity;
    for (const open of state.groups) if (open.nextUs > closedUs && open.nextUs < Infinity) closedUs = open.nextUs;
    if (low < closedUs) this.#countLate(batch, closedUs);
    for (let g = 0; g < this.#groups.length; g++) this.#feedGroup(org, state, g, batch, low, high);
  }

  #feedGroup(org: OrgId, state: OrgState, g: number, batch: PacketBatch, low: number, high: number): void {
    const group = this.#groups[g] as Group, open = state.groups[g] as OpenGroup, { windowUs } = group;
    const add = (group.engines[0] as Engine).add, { atUs, label, n } = batch;
    const first = Math.floor(low / windowUs) * windowUs;
    if (open.nextUs === Infinity) open.nextUs = first;
    const whole = first === Math.floor(high / windowUs) * windowUs;
    if (whole && !group.filtered) {
      if (first >= open.nextUs) add(this.#partial(org, state, g, first), batch, 0, n);
      return;
    }
    for (let i = 0; i < n;) {
      const start = whole ? first : Math.floor((atUs[i] as number) / windowUs) * windowUs, end = start + windowUs;
      const wanted = !group.filtered || isScreened(label[i] as number);
      let j = i + 1;
      while (j < n && (whole || ((atUs[j] as number) >= start && (atUs[j] as number) < end))
        && (!group.filtered || isScreened(label[j] as number) === wanted)) j++;
      if (wanted && start >= open.nextUs) add(this.#partial(org, state, g, start), batch, i, j);
      i = j;
    }
  }

  #partial(org: OrgId, state: OrgState, g: number, start: number): unknown {
    const open = state.groups[g] as OpenGroup;
    let partial = open.windows.get(start);
    if (partial === undefined) {
      partial = ((this.#groups[g] as Group).engines[0] as Engine).empty();
      open.windows.set(start, partial);
      if (open.windows.size > MAX_OPEN_WINDOWS) {
        const oldest = Math.min(...open.windows.keys());
        if (oldest !== start) this.#concludeThrough(org, state, oldest + (this.#groups[g] as Group).windowUs);
      }
    }
    return partial;
  }

  #countLate(batch: PacketBatch, closedUs: number): void {
    let count = 0, firstUs = Infinity, lastUs = -Infinity;
    for (let i = 0; i < batch.n; i++) {
      const at = batch.atUs[i] as number;
      if (at >= closedUs) continue;
      count++;
      if (at < firstUs) firstUs = at;
      if (at > lastUs) lastUs = at;
    }
    this.#latePackets += count;
    const sum = this.#late.get(batch.sensor) ?? { count: 0, firstUs: Infinity, lastUs: -Infinity };
    this.#late.set(batch.sensor, { count: sum.count + count, firstUs: Math.min(sum.firstUs, firstUs), lastUs: Math.max(sum.lastUs, lastUs) });
  }

  /** Says that every source has reached event time `nowUs`: concludes what is due, and looks at what is open at most once a second. */
  advance(nowUs: number): void {
    const dueUs = nowUs - (this.#options.latenessUs ?? LATENESS_US);
    const previewUs = this.#options.previewUs ?? PREVIEW_US;
    for (const [org, state] of this.#orgs) {
      this.#concludeThrough(org, state, dueUs);
      if (previewUs > 0 && nowUs >= state.previewedUs + previewUs) {
        state.previewedUs = Math.floor(nowUs / previewUs) * previewUs;
        for (let g = 0; g < this.#groups.length; g++) {
          const starts = [...(state.groups[g] as OpenGroup).windows.keys()].sort((x, y) => x - y);
          for (const start of starts) this.#run(org, state, g, start, true);
        }
      }
    }
    this.#tellLate();
  }

  /** The sources have ended: concludes every window that holds a packet. The sensors no longer count as observing afterwards. */
  flush(): void {
    for (const [org, state] of this.#orgs) {
      let end = -Infinity;
      for (let g = 0; g < this.#groups.length; g++) {
        for (const start of (state.groups[g] as OpenGroup).windows.keys()) end = Math.max(end, start + (this.#groups[g] as Group).windowUs);
      }
      if (end > -Infinity) this.#concludeThrough(org, state, end);
      for (const span of state.spans.values()) span.stopped = true;
    }
    this.#tellLate();
  }

  /** A live source of this sensor was stopped by its operator: its silence is no outage. */
  stopped(sensor: string): void {
    const span = this.#orgs.get(splitSensorId(sensor).org)?.spans.get(sensor);
    if (span) span.stopped = true;
  }

  /** Concludes all windows that end at or before `dueUs`, in order of their ends. */
  #concludeThrough(org: OrgId, state: OrgState, dueUs: number): void {
    for (;;) {
      let best = -1, bestEnd = Infinity;
      for (let g = 0; g < this.#groups.length; g++) {
        const open = state.groups[g] as OpenGroup, end = open.nextUs + (this.#groups[g] as Group).windowUs;
        if (end < bestEnd) { best = g; bestEnd = end; }
      }
      if (best < 0 || bestEnd > dueUs) return;
      const open = state.groups[best] as OpenGroup, start = open.nextUs, { windowUs } = this.#groups[best] as Group;
      if (!open.windows.has(start) && this.#observing(org, state, start, start + windowUs).sensors.length === 0) {
        // Nobody observed: go on at the next window that holds packets or that a sensor may observe.
        let next = Infinity;
        for (const at of open.windows.keys()) if (at > start && at < next) next = at;
        open.nextUs = next === Infinity ? Math.max(start + windowUs, Math.floor(dueUs / windowUs) * windowUs) : next;
        continue;
      }
      this.#run(org, state, best, start, false);
      open.windows.delete(start);
      open.nextUs = start + windowUs;
    }
  }

  #run(org: OrgId, state: OrgState, g: number, start: number, preview: boolean): void {
    const group = this.#groups[g] as Group, open = state.groups[g] as OpenGroup, toUs = start + group.windowUs;
    const partial = open.windows.get(start) ?? (group.engines[0] as Engine).empty();
    const observing = this.#observing(org, state, start, toUs);
    for (const engine of group.engines) {
      if (state.off.has(engine.name)) continue;
      const window: Window = { fromUs: start, toUs, org, ...observing, open: preview, rng: this.#rng.fork(`${engine.name}/${org}/${start}`) };
      const status = this.#status.get(engine.name) as { lastUs: number | null; windows: number; findings: number; faults: number };
      try {
        const outcome = engine.conclude(partial, state.memories.get(engine.name) ?? engine.memory(), window);
        if (!preview) { state.memories.set(engine.name, outcome.memory); status.lastUs = toUs; status.windows++; }
        else if (!state.memories.has(engine.name)) state.memories.set(engine.name, outcome.memory);
        for (const draft of outcome.findings) { if (!preview) status.findings++; this.#options.emit(draft); }
      } catch (error) {
        if (!this.#options.fault) throw error;
        status.faults++;
        state.off.add(engine.name);
        this.#options.fault(engine.name, org, error);
      }
    }
  }

  #observing(org: OrgId, state: OrgState, fromUs: number, toUs: number): { sensors: string[]; addresses: Record<string, number>; simulated: boolean } {
    const known = this.#options.sensors?.(org) ?? [];
    const sensors: string[] = [], addresses: Record<string, number> = {};
    let simulated = false;
    for (const [id, span] of state.spans) {
      const sensor = known.find((s) => s.id === id);
      if (sensor?.simulated) simulated = true;
      const last = span.runs.length - 1;
      if (!span.runs.some((run, k) => run.firstUs < toUs && fromUs <= run.lastUs + (span.stopped && k === last ? 0 : GIVEN_UP_US))) continue;
      if (sensor && observedRatio(sensor.gaps, { fromUs, toUs }) < 0.8) continue;
      sensors.push(id);
      addresses[id] = sensor ? addressesWatched(sensor) : 0;
    }
    return { sensors: sensors.sort(), addresses, simulated };
  }

  #tellLate(): void {
    if (this.#late.size === 0) return;
    for (const [sensor, late] of this.#late) {
      this.#options.observe?.(sensor, {
        kind: 'darknet.packet.late', atUs: late.lastUs, src: '', dst: '', sport: 0, dport: 0, proto: 0, role: 'unknown', session: '', label: '',
        payload: null, fields: { 'noroshi.packets': late.count, 'noroshi.first_us': late.firstUs, 'noroshi.last_us': late.lastUs }, line: 0,
      });
    }
    this.#late.clear();
  }

  #org(org: OrgId): OrgState {
    let state = this.#orgs.get(org);
    if (!state) {
      state = { groups: this.#groups.map(() => ({ windows: new Map(), nextUs: Infinity })), memories: new Map(), spans: new Map(), off: new Set(), previewedUs: -Infinity, simulated: false };
      this.#orgs.set(org, state);
    }
    return state;
  }

  /** One engine's memory of one organisation; undefined before its first window. Read only. */
  memoryOf(org: OrgId, engine: string): unknown { return this.#orgs.get(org)?.memories.get(engine); }

  organisations(): readonly OrgId[] { return [...this.#orgs.keys()]; }

  status(): EngineStatus[] {
    return this.#options.engines.map((e) => ({ name: e.name, about: e.about, source: e.source, windowUs: e.windowUs, ...(this.#status.get(e.name) as { lastUs: number | null; windows: number; findings: number; faults: number }) }));
  }

  /** Everything learned and everything open, as bytes: restoring them and going on equals never having stopped. */
  snapshot(): Uint8Array {
    return serialize({
      format: SNAPSHOT_FORMAT, engines: this.#options.engines.map((e) => [e.name, e.version]), groups: this.#groups.map(groupKey),
      orgs: [...this.#orgs].map(([org, s]) => ({
        org, spans: s.spans, memories: s.memories, previewedUs: s.previewedUs, simulated: s.simulated, off: s.off,
        groups: s.groups.map((g) => ({ nextUs: g.nextUs, windows: g.windows })),
      })),
    });
  }

  /**
   * Restores a snapshot of this program. Engines that are new or of another version start fresh; open windows come back where the
   * grouping is the same. Returns names of the engines whose memory was taken over. A snapshot that cannot be read throws RangeError.
   */
  restore(bytes: Uint8Array): string[] {
    let saved: Saved;
    try { saved = deserialize(bytes) as Saved; } catch (error) { throw new RangeError(`the engines' snapshot cannot be read: ${String(error)}`); }
    if (saved?.format !== SNAPSHOT_FORMAT || !Array.isArray(saved.orgs)) throw new RangeError('the engines\' snapshot has another format');
    const versions = new Map(saved.engines);
    const same = this.#options.engines.filter((e) => versions.get(e.name) === e.version).map((e) => e.name);
    this.#orgs.clear();
    for (const org of saved.orgs) {
      const state = this.#org(org.org as OrgId);
      for (const name of same) if (org.memories.has(name)) state.memories.set(name, org.memories.get(name));
      for (const [sensor, span] of org.spans) state.spans.set(sensor, span);
      for (const name of org.off) state.off.add(name);
      state.previewedUs = org.previewedUs;
      state.simulated = org.simulated;
      let latestUs = Infinity;
      for (const old of org.groups) if (old.nextUs < Infinity) latestUs = latestUs === Infinity ? old.nextUs : Math.max(latestUs, old.nextUs);
      this.#groups.forEach((group, g) => {
        const at = saved.groups.indexOf(groupKey(group));
        const target = state.groups[g] as OpenGroup, old = org.groups[at];
        if (old) { target.nextUs = old.nextUs; target.windows = old.windows; }
        else if (latestUs < Infinity) target.nextUs = Math.ceil(latestUs / group.windowUs) * group.windowUs;
      });
    }
    return same;
  }
}

/** Joins [low, high] to the runs: neighbours within GIVEN_UP_US are one; at most MOST_RUNS are kept, the oldest go. */
function noteRun(runs: { firstUs: number; lastUs: number }[], low: number, high: number): void {
  const last = runs[runs.length - 1] as { firstUs: number; lastUs: number };
  if (low <= last.lastUs + GIVEN_UP_US && high >= last.firstUs - GIVEN_UP_US) { last.firstUs = Math.min(last.firstUs, low); last.lastUs = Math.max(last.lastUs, high); return; }
  runs.push({ firstUs: low, lastUs: high });
  runs.sort((a, b) => a.firstUs - b.firstUs);
  if (runs.length > MOST_RUNS) runs.shift();
}

interface Saved {
  format: number; engines: [string, string][]; groups: string[];
  orgs: { org: string; spans: Map<string, SensorSpan>; memories: Map<string, unknown>; previewedUs: number; simulated: boolean; off: Set<string>;
    groups: { nextUs: number; windows: Map<number, unknown> }[] }[];
}

const groupKey = (group: Group): string => `${group.windowUs}/${group.filtered}/${group.engines.map((e) => `${e.name}@${e.version}`).join(',')}`;
