/**
 * Runs a scenario: populations → packets of each sensor in time order, and the truth about them.
 *
 * For every /24 and minute each population draws from chance that belongs to (seed, population, /24, minute) alone. So a
 * large telescope is exactly the sum of its /24s, sensors never disturb each other, and any cut in slices gives the same
 * packets. Memory: the packets of one minute of one sensor, whatever the duration.
 * In: scenario name and options. Out: {@link Simulation}.
 * Cost: 1–2 µs a packet with truth and batch (`bench/simulator-stream.bench.ts`).
 * Limits: IPv4 only; sources answer to nothing (a telescope is silent).
 * @module
 */
import { parseCidr } from '../core/address.ts';
import { OperatorError } from '../core/errors.ts';
import { MINUTE_US } from '../core/time.ts';
import { seededRng } from '../core/rng.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import { keyOf, mix3, unit } from './chance.ts';
import type { Fault, Play, Scenario, SimulatedSensor, SimulateOptions, Simulation, Slice, Stage } from './contract.ts';
import { scenarios } from './registry.ts';
import { Shots, fillBatch } from './shots.ts';
import { TruthRecorder } from './truth-recorder.ts';

/** 2026-06-01T00:00:00Z, a Monday: where scenarios start unless told otherwise. */
export const DEFAULT_START_US = 1_780_272_000_000_000;
/** Most /24s of one sensor: a /8. */
const MOST_BLOCKS = 65_536;
/** Largest batch that a slice gives (BATCH_CAPACITY). */
const LARGEST_BATCH = 65_536;

/** The scenario by name; throws the operator's error `unknown-scenario`. */
export function requireScenario(name: string): Scenario {
  const found = (scenarios as Readonly<Record<string, Scenario>>)[name];
  if (!found || !Object.hasOwn(scenarios, name)) throw new OperatorError('unknown-scenario', { name, known: Object.keys(scenarios).join(', ') });
  return found;
}

/** Prepares a run; nothing is generated before a stream is asked for. */
export function simulate(scenarioName: string, options: SimulateOptions): Simulation {
  const scenario = requireScenario(scenarioName);
  const startUs = Math.floor((options.startUs ?? DEFAULT_START_US) / MINUTE_US) * MINUTE_US;
  const endUs = startUs + Math.max(1, Math.ceil((options.durationUs ?? scenario.durationUs) / MINUTE_US)) * MINUTE_US;
  const plain = options.sensors ?? scenario.sensors;
  const intensity = options.intensity ?? scenario.intensity;
  const { seed } = options;
  const blocks = plain.map((sensor) => blocksOf(sensor));
  const stage: Stage = {
    seed, startUs, endUs, durationUs: endUs - startUs, intensity, sensors: plain,
    blocksOf: (k) => new Set(blocks[k]?.map((b) => b.first) ?? []), rng: seededRng(`stage/${scenarioName}/${seed}`),
  };
  const play = scenario.play(stage);
  const sensors = plain.map((sensor, k): SimulatedSensor => {
    const faults = [...sensor.faults ?? [], ...(play.faults ?? []).filter((f) => f.sensor === k).map((f) => f.fault)];
    return faults.length === 0 ? sensor : { ...sensor, faults };
  });
  const head = { scenario: scenarioName, seed, startUs, endUs, intensity };
  let recorder = new TruthRecorder(play, sensors, head);
  const slices = () => {
    recorder = new TruthRecorder(play, sensors, head);
    return run({ play, sensors, blocks, startUs, endUs, seed, sliceUs: sliceLength(options.sliceUs), recorder });
  };
  function* batchesNow(): Generator<PacketBatch> {
    const records = new Map<string, number>();
    for (const slice of slices()) {
      for (let from = slice.from; from < slice.to; from += LARGEST_BATCH) {
        const to = Math.min(slice.to, from + LARGEST_BATCH), first = records.get(slice.sensor) ?? 0;
        yield fillBatch(slice.shots, slice.order, from, to, slice.sensor, first);
        records.set(slice.sensor, first + to - from);
      }
    }
  }
  return {
    scenario: scenarioName, seed, startUs, endUs, sensors, warmUpUs: scenario.warmUpUs, slices, batchesNow,
    async *batches() { yield* batchesNow(); },
    truth: () => recorder.truth(),
  };
}

/** Slices divide a minute. */
function sliceLength(asked: number | undefined): number {
  if (asked === undefined || asked >= MINUTE_US) return MINUTE_US;
  return MINUTE_US / Math.ceil(MINUTE_US / Math.max(1000, asked));
}

/** A /24 that a sensor touches; `keeps` tells which of its addresses are the sensor's, if not all. */
interface Block { readonly first: number; readonly keeps: ((dst: number) => boolean) | null }

function blocksOf(sensor: SimulatedSensor): Block[] {
  const blocks: Block[] = [];
  for (const text of sensor.regions) {
    const region = parseCidr(text);
    if (!region || region.family !== 4) throw new OperatorError('cidr', { text });
    const base = region.words[0] ?? 0;
    if (region.prefix > 24) {
      const mask = (0xffffffff << (32 - region.prefix)) >>> 0;
      blocks.push({ first: (base & 0xffffff00) >>> 0, keeps: (dst) => ((dst & mask) >>> 0) === base });
      continue;
    }
    const count = 2 ** (24 - region.prefix);
    if (blocks.length + count > MOST_BLOCKS) throw new OperatorError('usage', { message: `${sensor.id} watches more than a /8, which the simulator does not do.` });
    for (let k = 0; k < count; k++) blocks.push({ first: (base + 256 * k) >>> 0, keeps: null });
  }
  return blocks;
}

interface Run {
  readonly play: Play;
  readonly sensors: readonly SimulatedSensor[];
  readonly blocks: readonly (readonly Block[])[];
  readonly startUs: number;
  readonly endUs: number;
  readonly seed: number;
  readonly sliceUs: number;
  readonly recorder: TruthRecorder;
}

/** Packets of one sensor that wait for their minute. */
interface Lane { now: Shots; later: Shots; order: Uint32Array; keys: Float64Array; ready: number }

function* run(r: Run): Generator<Slice> {
  const lanes: Lane[] = r.sensors.map(() => ({ now: new Shots(), later: new Shots(), order: new Uint32Array(0), keys: new Float64Array(0), ready: 0 }));
  const faults = r.sensors.map((sensor) => faultTest(sensor, r.seed));
  for (let minuteUs = r.startUs; minuteUs < r.endUs; minuteUs += MINUTE_US) {
    const untilUs = minuteUs + MINUTE_US;
    for (let k = 0; k < lanes.length; k++) fillLane(lanes[k] as Lane, r, k, minuteUs, untilUs, faults[k] as FaultTest);
    const cursors = lanes.map(() => 0);
    for (let fromUs = minuteUs; fromUs < untilUs; fromUs += r.sliceUs) {
      const toUs = fromUs + r.sliceUs >= untilUs - 0.5 ? untilUs : fromUs + r.sliceUs;
      for (let k = 0; k < lanes.length; k++) {
        const lane = lanes[k] as Lane, from = cursors[k] as number;
        let to = from;
        while (to < lane.ready && (lane.now.atUs[lane.order[to] as number] as number) < toUs) to++;
        cursors[k] = to;
        if (to > from) yield { sensor: (r.sensors[k] as SimulatedSensor).id, fromUs, toUs, shots: lane.now, order: lane.order, from, to };
      }
    }
  }
}

/** Makes a sensor's minute: what was left over from before, then every population at every /24; faults; order by time. */
function fillLane(lane: Lane, r: Run, k: number, fromUs: number, toUs: number, keeps: FaultTest): void {
  [lane.now, lane.later] = [lane.later, lane.now];
  const shots = lane.now;
  lane.later.clear();
  for (const block of r.blocks[k] as readonly Block[]) {
    const first = shots.n;
    for (let p = 0; p < r.play.populations.length; p++) {
      const population = r.play.populations[p] as Play['populations'][number];
      shots.population = p;
      population.emit({ block: block.first, fromUs, toUs, rng: seededRng(`${r.seed}/${population.name}/${block.first}/${fromUs}`) }, shots);
    }
    if (block.keeps) dropOthers(shots, first, block.keeps);
  }
  // Order by time: one sort of numbers that hold (offset in µs, row). Both stay below 2^26.
  const n = shots.n;
  if (n >= 2 ** 26) throw new RangeError(`${n} packets in one minute of one sensor are more than the simulator holds`);
  if (lane.keys.length < n) { lane.keys = new Float64Array(n * 2); lane.order = new Uint32Array(n * 2); }
  let due = 0;
  for (let i = 0; i < n; i++) {
    const atUs = shots.atUs[i] as number;
    if (atUs >= toUs) { if (atUs < r.endUs) lane.later.take(shots, i); continue; }
    if (!keeps(shots, i)) { r.recorder.lost(k); continue; }
    lane.keys[due++] = (atUs - fromUs) * 2 ** 26 + i;
  }
  const keys = lane.keys.subarray(0, due).sort();
  for (let j = 0; j < due; j++) {
    const i = (keys[j] as number) % 2 ** 26;
    lane.order[j] = i;
    r.recorder.saw(k, shots, i);
  }
  lane.ready = due;
}

/** Removes rows from `first` on whose destination the sensor does not watch. */
function dropOthers(shots: Shots, first: number, keeps: (dst: number) => boolean): void {
  const kept = new Shots();
  for (let i = first; i < shots.n; i++) if (keeps(shots.dst[i] as number)) kept.take(shots, i);
  shots.n = first;
  shots.options.length = first;
  shots.payload.length = first;
  for (let i = 0; i < kept.n; i++) shots.take(kept, i);
}

type FaultTest = (shots: Shots, i: number) => boolean;

/** Whether a packet is recorded despite the sensor's faults. Loss is by hash of the packet, so that slices do not matter. */
function faultTest(sensor: SimulatedSensor, seed: number): FaultTest {
  const faults: readonly Fault[] = sensor.faults ?? [];
  if (faults.length === 0) return () => true;
  const key = keyOf(`${sensor.id}/${seed}`);
  const grown = faults.map((f) => (f.kind === 'growth' ? parseCidr(f.region) : null));
  return (shots, i) => {
    const atUs = shots.atUs[i] as number;
    for (let f = 0; f < faults.length; f++) {
      const fault = faults[f] as Fault;
      if (fault.kind === 'growth') {
        const region = grown[f];
        if (region && atUs < fault.fromUs && (((shots.dst[i] as number) ^ (region.words[0] ?? 0)) >>> (32 - region.prefix)) === 0) return false;
      } else if (atUs >= fault.fromUs && atUs < fault.toUs) {
        if (fault.kind === 'gap') return false;
        if (unit(mix3(key ^ (shots.src[i] as number), shots.dst[i] as number, atUs % 4_294_967_291)) < fault.ratio) return false;
      }
    }
    return true;
  };
}
