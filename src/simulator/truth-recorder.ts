/**
 * Writes down what really happened while packets go by: the source of `truth.json`.
 *
 * In: each packet that reached a sensor. Out: {@link Truth}.
 * Cost: O(1) a packet; memory grows with the campaigns' visible sources only (at most MAX_TRUTH_SOURCES each).
 * @module
 */
import { formatV4 } from '../core/address.ts';
import { MINUTE_US } from '../core/time.ts';
import { formatPortKey, portKey } from '../core/ports.ts';
import { MAX_TRUTH_SOURCES, TRUTH_CLASSES, type CampaignTruth, type Play, type SimulatedSensor, type Truth, type TruthClass } from './contract.ts';
import type { Shots } from './shots.ts';

/** Intervals of the class counts, microseconds. */
export const TRUTH_INTERVAL_US = 10 * MINUTE_US;
/** The k of "visible from the k-th source on". */
export const VISIBLE_STEPS = [1, 5, 20, 100, 1000] as const;

interface SeenSource { firstUs: number; lastUs: number; packets: number; sensors: Set<number>; ports: Set<number> }
interface SeenCampaign { packets: number; sources: Map<number, SeenSource>; firstUs: (number | null)[]; lastUs: number | null }

/** Collects; `truth()` may be asked at any time. */
export class TruthRecorder {
  readonly #play: Play;
  readonly #sensors: readonly SimulatedSensor[];
  readonly #head: Pick<Truth, 'scenario' | 'seed' | 'startUs' | 'endUs' | 'intensity'>;
  readonly #campaignOf: Int32Array;
  readonly #classOf: Uint8Array;
  readonly #packetsOf: Float64Array;
  readonly #counts: Uint32Array[][];
  readonly #packets: Float64Array;
  readonly #lost: Float64Array;
  readonly #seen: SeenCampaign[];

  constructor(play: Play, sensors: readonly SimulatedSensor[], head: Pick<Truth, 'scenario' | 'seed' | 'startUs' | 'endUs' | 'intensity'>) {
    this.#play = play;
    this.#sensors = sensors;
    this.#head = head;
    const names = play.campaigns.map((c) => c.name);
    this.#campaignOf = Int32Array.from(play.populations, (p) => {
      const at = names.indexOf(p.campaign);
      if (p.campaign !== '' && at < 0) throw new RangeError(`population '${p.name}' belongs to no planned campaign ('${p.campaign}')`);
      return at;
    });
    this.#classOf = Uint8Array.from(play.populations, (p) => TRUTH_CLASSES.indexOf(p.kind));
    this.#packetsOf = new Float64Array(play.populations.length);
    const intervals = Math.ceil((head.endUs - head.startUs) / TRUTH_INTERVAL_US);
    this.#counts = sensors.map(() => TRUTH_CLASSES.map(() => new Uint32Array(intervals)));
    this.#packets = new Float64Array(sensors.length);
    this.#lost = new Float64Array(sensors.length);
    this.#seen = names.map(() => ({ packets: 0, sources: new Map(), firstUs: sensors.map(() => null), lastUs: null }));
  }

  lost(sensor: number): void {
    this.#lost[sensor] = (this.#lost[sensor] ?? 0) + 1;
  }

  saw(sensor: number, shots: Shots, i: number): void {
    const of = shots.of[i] as number, atUs = shots.atUs[i] as number;
    this.#packets[sensor] = (this.#packets[sensor] as number) + 1;
    this.#packetsOf[of] = (this.#packetsOf[of] as number) + 1;
    const series = (this.#counts[sensor] as Uint32Array[])[this.#classOf[of] as number] as Uint32Array;
    const interval = Math.floor((atUs - this.#head.startUs) / TRUTH_INTERVAL_US);
    series[interval] = (series[interval] as number) + 1;
    const campaign = this.#campaignOf[of] as number;
    if (campaign < 0) return;
    const seen = this.#seen[campaign] as SeenCampaign;
    const src = shots.src[i] as number;
    seen.packets++;
    seen.lastUs = Math.max(seen.lastUs ?? -Infinity, atUs);
    seen.firstUs[sensor] = Math.min(seen.firstUs[sensor] ?? Infinity, atUs);
    let source = seen.sources.get(src);
    if (!source) {
      if (seen.sources.size >= MAX_TRUTH_SOURCES) return;
      source = { firstUs: atUs, lastUs: atUs, packets: 0, sensors: new Set(), ports: new Set() };
      seen.sources.set(src, source);
    }
    source.firstUs = Math.min(source.firstUs, atUs);
    source.lastUs = Math.max(source.lastUs, atUs);
    source.packets++;
    source.sensors.add(sensor);
    if (source.ports.size < 64) source.ports.add(portKey(shots.proto[i] as number, shots.dport[i] as number));
  }

  truth(): Truth {
    return {
      format: 'noroshi-truth/1', simulated: true, ...this.#head,
      sensors: this.#sensors.map((s, i) => ({ ...s, packets: this.#packets[i] as number, lost: this.#lost[i] as number })),
      campaigns: this.#play.campaigns.map((plan, c): CampaignTruth => {
        const seen = this.#seen[c] as SeenCampaign;
        const sources = [...seen.sources].sort((a, b) => a[1].firstUs - b[1].firstUs || a[0] - b[0]);
        const visibleUs = Object.fromEntries(VISIBLE_STEPS.map((k) => [String(k), sources[k - 1]?.[1].firstUs ?? null]));
        return {
          ...plan, packets: seen.packets, visibleUs,
          sources: sources.map(([src, s]) => ({
            src: formatV4(src), firstUs: s.firstUs, lastUs: s.lastUs, packets: s.packets,
            sensors: [...s.sensors].sort((a, b) => a - b).map((k) => (this.#sensors[k] as SimulatedSensor).id), ports: [...s.ports].sort((a, b) => a - b).map(formatPortKey),
          })),
          firstUs: Object.fromEntries(this.#sensors.map((s, k) => [s.id, seen.firstUs[k] ?? null])),
          onsetVisibleUs: sources[0]?.[1].firstUs ?? null, lastUs: seen.lastUs,
        };
      }),
      bursts: this.#play.bursts, research: this.#play.research,
      intervals: {
        fromUs: this.#head.startUs, intervalUs: TRUTH_INTERVAL_US,
        counts: Object.fromEntries(this.#sensors.map((s, k) => [s.id, Object.fromEntries(TRUTH_CLASSES.map((name, c) => [name, [...(this.#counts[k] as Uint32Array[])[c] as Uint32Array]])) as Record<TruthClass, number[]>])),
      },
      populations: Object.fromEntries(this.#play.populations.map((p, i) => [p.name, { kind: p.kind, packets: this.#packetsOf[i] as number }])),
    };
  }
}
