/**
 * What the simulator promises: seeded telescope traffic with the truth about it.
 *
 * Populations of hosts live in the whole IPv4 space; a telescope only thins them, so sensors of any size and of several
 * organisations see one consistent world. The same options give the same bytes on every machine.
 * Doors of this area: this file, `simulation.ts` (simulate), `registry.ts` (scenarios), `capture.ts` (pcap and truth file),
 * `pace.ts` (real or accelerated time), `score.ts` and `scoreboard.ts` (engines against truth).
 * @module
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import type { Shots } from './shots.ts';
import type { Rng } from '../core/rng.ts';

/** Something that goes wrong at a sensor; times are absolute microseconds. */
export type Fault =
  /** Nothing is recorded. */
  | { readonly kind: 'gap'; readonly fromUs: number; readonly toUs: number }
  /** Each packet is lost with this chance, 0–1. */
  | { readonly kind: 'loss'; readonly fromUs: number; readonly toUs: number; readonly ratio: number }
  /** This network (one of the sensor's regions) is watched only from `fromUs` on. */
  | { readonly kind: 'growth'; readonly fromUs: number; readonly region: string };

/** A simulated telescope. */
export interface SimulatedSensor {
  /** `org/sensor`. */
  readonly id: string;
  /** IPv4 networks of any size, disjoint. */
  readonly regions: readonly string[];
  /** ISO 3166 two letters. */
  readonly country: string;
  /** IANA time zone. */
  readonly zone: string;
  readonly faults?: readonly Fault[];
}

export interface SimulateOptions {
  readonly seed: number;
  /** First moment, integer microseconds; default 2026-06-01T00:00:00Z. Cut down to a whole minute. */
  readonly startUs?: number;
  /** Default: the scenario's own. Rounded up to whole minutes. */
  readonly durationUs?: number;
  /** Default: the scenario's own (three /24s in 198.18.0.0/15). */
  readonly sensors?: readonly SimulatedSensor[];
  /** Background level; 1 = one packet per address in 13 s (NICTER 2024), 0.217 = 2017. Default: the scenario's own. */
  readonly intensity?: number;
  /** Longest span of one batch, microseconds; default 60 s. Only cuts batches, never changes packets. */
  readonly sliceUs?: number;
}

/** A running or finished simulation. */
export interface Simulation {
  readonly scenario: string;
  readonly seed: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly sensors: readonly SimulatedSensor[];
  /** How much of the start belongs before the story: replay it at full speed, then pace. Microseconds. */
  readonly warmUpUs: number;
  /** Time-ordered batches; sensors interleave slice by slice. Each call starts anew. BIT.simulated is set on every packet. */
  batches(): AsyncIterable<PacketBatch>;
  /** The same without promises. */
  batchesNow(): Iterable<PacketBatch>;
  /** The packets before they are batches, slice by slice, in time order (for captures and tests). */
  slices(): Iterable<Slice>;
  /** The truth about what the newest of those calls has given so far; complete once it ended. */
  truth(): Truth;
}

/** Packets of one sensor in [fromUs, toUs): `order[from … to)` are positions in `shots`. Valid until the next slice. */
export interface Slice {
  readonly sensor: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly shots: Shots;
  readonly order: Uint32Array;
  readonly from: number;
  readonly to: number;
}

/** What a population is, in the truth. `burst` must not alert; `campaign` must. */
export const TRUTH_CLASSES = ['background', 'research', 'backscatter', 'misconfiguration', 'burst', 'campaign'] as const;
export type TruthClass = (typeof TRUTH_CLASSES)[number];

/** One /24 (by its first address) for one minute, and the chance that belongs to it alone. */
export interface Cell {
  readonly block: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly rng: Rng;
}

/** Hosts with one behaviour. `emit` adds what they send to a block in a minute; packets may lie later, never earlier. */
export interface Population {
  readonly name: string;
  readonly kind: TruthClass;
  /** Name of the campaign it belongs to, '' for none. */
  readonly campaign: string;
  emit(cell: Cell, shots: Shots): void;
}

/** What is planted, known before anything runs. */
export interface CampaignPlan {
  readonly name: string;
  /** Family: the scenario's kind of threat, such as `mirai`. */
  readonly family: string;
  /** `tcp/23`. */
  readonly ports: readonly string[];
  readonly onsetUs: number;
  readonly endUs: number;
  /** Hosts at its peak in the whole address space. */
  readonly hosts: number;
  /** Published parameters it uses, in words and figures. */
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Months or weeks were pressed into the run by this factor; 1 = real time. */
  readonly timeCompression: number;
  /** Where it is aimed; '' = everywhere. */
  readonly aim: string;
}

/** What a scenario is handed. */
export interface Stage {
  readonly seed: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly durationUs: number;
  readonly intensity: number;
  readonly sensors: readonly SimulatedSensor[];
  /** First addresses of the /24s that a sensor touches. */
  blocksOf(sensor: number): ReadonlySet<number>;
  readonly rng: Rng;
}

/** What a scenario makes of it. */
export interface Play {
  readonly populations: readonly Population[];
  readonly campaigns: readonly CampaignPlan[];
  readonly research: readonly ResearchBlock[];
  /** Bursts that must not alert, for the truth. */
  readonly bursts: readonly { readonly name: string; readonly fromUs: number; readonly toUs: number; readonly about: string }[];
  /** Faults added to the sensors' own, by index. */
  readonly faults?: readonly { readonly sensor: number; readonly fault: Fault }[];
}

/** Addresses of a simulated research scanner. `listed`: whether an operator's list would name it. */
export interface ResearchBlock { readonly name: string; readonly cidr: string; readonly listed: boolean }

export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  /** Where its parameters were published. */
  readonly source: string;
  readonly durationUs: number;
  readonly intensity: number;
  readonly sensors: readonly SimulatedSensor[];
  /** 0 unless the story starts later; see {@link Simulation}. */
  readonly warmUpUs: number;
  /** Whether `score` runs it unless told otherwise. */
  readonly scored: boolean;
  /** Never used for tuning (detection.md, section 6). */
  readonly heldOut: boolean;
  play(stage: Stage): Play;
}

/** A campaign as it showed. */
export interface CampaignTruth extends CampaignPlan {
  readonly packets: number;
  /** Sources seen at any sensor, with the time they first were. At most MAX_TRUTH_SOURCES, by first time. */
  readonly sources: readonly { readonly src: string; readonly firstUs: number; readonly lastUs: number; readonly packets: number; readonly sensors: readonly string[]; readonly ports: readonly string[] }[];
  /** Times at which the k-th source became visible anywhere, for k = 1, 5, 20, 100, 1000; null if it never did. */
  readonly visibleUs: Readonly<Record<string, number | null>>;
  /** First packet at each sensor; null if none. */
  readonly firstUs: Readonly<Record<string, number | null>>;
  /** First packet from any source, null if it stayed invisible. */
  readonly onsetVisibleUs: number | null;
  readonly lastUs: number | null;
}

/** Most sources of one campaign that the truth lists. */
export const MAX_TRUTH_SOURCES = 100_000;

/** What `truth.json` holds. */
export interface Truth {
  readonly format: 'noroshi-truth/1';
  readonly simulated: true;
  readonly scenario: string;
  readonly seed: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly intensity: number;
  readonly sensors: readonly (SimulatedSensor & { readonly packets: number; readonly lost: number })[];
  readonly campaigns: readonly CampaignTruth[];
  readonly bursts: Play['bursts'];
  readonly research: readonly ResearchBlock[];
  /** Packets by class in intervals of ten minutes: `counts[sensor][class][k]`. */
  readonly intervals: { readonly fromUs: number; readonly intervalUs: number; readonly counts: Readonly<Record<string, Readonly<Record<TruthClass, readonly number[]>>>> };
  /** Packets by population over the whole run. */
  readonly populations: Readonly<Record<string, { readonly kind: TruthClass; readonly packets: number }>>;
}
