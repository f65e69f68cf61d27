/**
 * Change points in a sensor's packets and hosts per ten minutes: the classical baseline, by the ChangeFinder of `sdar.ts`.
 *
 * In: minute flows, raw (the published series are unscreened). Out: `series.change` (a note; not an early warning by itself).
 * Source: Takeuchi and Yamanishi, IEEE TKDE 18(4), 2006; parameters of Dark-TRACER's baseline (Han et al., IEEE Access 2022). The
 * published alert times of its public series are found exactly (`dark-tracer-2022.test.ts`).
 * Differs: ten-minute blocks that were observed for less than half are skipped, not taken as zero: a gap is not silence.
 * Cost: one set insertion a flow and sensor; 300 bytes a sensor. Limits: at most 128 sensors; sources beyond SET_ROWS are sampled.
 * @module
 */
import { MINUTE_US } from '../core/time.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { draft, MOST_POINTS, round } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import { addFlows, emptyFlows, FLOW_TABLE_BYTES, mergeFlows, type FlowTable } from './flow-table.ts';
import { DARK_TRACER_CHANGEFINDER, newChangeFinder, step, type ChangeFinder } from './sdar.ts';
import { emptySeen, visit, type SeenSources } from './seen-sources.ts';

const SET_ROWS = 1 << 18;
const MOST_SENSORS = 128;
const BLOCK_MINUTES = 10;
/** Minutes without change that end an episode: the second smoothing's five blocks and as many again. */
const HOLD_MINUTES = 100;

interface Episode { firstWindowUs: number; fromUs: number; lastMinute: number; score: number; value: number; series: string }
interface SensorState {
  name: string; packets: number; hosts: number; minutes: number;
  finders: { packets: ChangeFinder; hosts: ChangeFinder };
  recent: { atUs: number; packets: number; hosts: number }[];
  episode: Episode | null;
}
export interface ChangeFinderMemory { seen: SeenSources; sensors: SensorState[] }

function memory(): ChangeFinderMemory { return { seen: emptySeen(SET_ROWS), sensors: [] }; }

function conclude(t: FlowTable, m: ChangeFinderMemory, window: Window): { memory: ChangeFinderMemory; findings: FindingDraft[] } {
  if (window.open) return { memory: m, findings: [] };
  const minute = Math.round(window.fromUs / MINUTE_US), blockStart = minute - (minute % BLOCK_MINUTES), findings: FindingDraft[] = [];
  for (const name of [...t.sensors, ...window.sensors]) {
    if (m.sensors.some((s) => s.name === name) || m.sensors.length >= MOST_SENSORS) continue;
    m.sensors.push({ name, packets: 0, hosts: 0, minutes: 0, finders: { packets: newChangeFinder(), hosts: newChangeFinder() }, recent: [], episode: null });
  }
  t.sensors.forEach((name, s) => {
    const at = m.sensors.findIndex((state) => state.name === name), state = m.sensors[at];
    if (!state) return;
    state.packets += t.sensorPackets[s] as number;
    const bit = 1 << (s & 31), scaleUp = 2 ** t.level;
    for (let row = 0; row < t.n; row++) {
      if (((t.mask[row] as number) & bit) === 0) continue;
      const seen = visit(m.seen, t.a[row] as number, t.b[row] as number, at, minute, 0, 0);
      if (seen && seen.before < blockStart) state.hosts += Math.max(scaleUp, 2 ** m.seen.level) / scaleUp;
    }
  });
  for (const state of m.sensors) {
    if (window.sensors.includes(state.name)) state.minutes++;
    if (minute % BLOCK_MINUTES !== BLOCK_MINUTES - 1) continue;
    if (state.minutes >= BLOCK_MINUTES / 2) close(state, blockStart, window, findings);
    state.packets = 0; state.hosts = 0; state.minutes = 0;
  }
  return { memory: m, findings };
}

function close(state: SensorState, blockStart: number, window: Window, findings: FindingDraft[]): void {
  const atUs = blockStart * MINUTE_US, hosts = Math.round(state.hosts);
  state.recent.push({ atUs, packets: state.packets, hosts });
  if (state.recent.length > 144) state.recent.shift();
  const packets = step(state.finders.packets, state.packets), spread = step(state.finders.hosts, hosts);
  const series = packets.change && (!spread.change || packets.score >= spread.score) ? 'packets' : spread.change ? 'hosts' : '';
  if (series !== '') {
    const score = series === 'packets' ? packets.score : spread.score, value = series === 'packets' ? state.packets : hosts;
    const e = (state.episode ??= { firstWindowUs: atUs, fromUs: atUs, lastMinute: blockStart, score, value, series });
    e.lastMinute = blockStart;
    if (score > e.score) { e.score = score; e.value = value; e.series = series; }
    findings.push(tell(state, e, window, false));
  } else if (state.episode && blockStart - state.episode.lastMinute >= HOLD_MINUTES) {
    findings.push(tell(state, state.episode, window, true));
    state.episode = null;
  }
}

function tell(state: SensorState, e: Episode, window: Window, ended: boolean): FindingDraft {
  const toUs = (e.lastMinute + BLOCK_MINUTES) * MINUTE_US, key = e.series === 'hosts' ? 'hosts' : 'packets';
  return draft(changefinder, window, {
    name: 'series.change', subject: state.name, firstWindowUs: e.firstWindowUs, fromUs: e.fromUs, toUs, firstRaisedUs: e.fromUs + BLOCK_MINUTES * MINUTE_US, ended,
    ports: [], sensors: [state.name], sources: 0, sourceList: [], countries: [], sourceRole: 'unknown', score: 0.5, severity: 1,
    facts: { sensor: state.name, series: e.series, value: e.value, score: round(e.score, 3), threshold: DARK_TRACER_CHANGEFINDER.threshold },
    evidence: {
      query: `sensor == ${state.name}`, fromUs: e.fromUs, toUs,
      figures: { changeScore: round(e.score), threshold: DARK_TRACER_CHANGEFINDER.threshold, value: e.value, series: e.series, granularityMinutes: BLOCK_MINUTES },
      series: state.recent.slice(-MOST_POINTS).map((p) => ({ atUs: p.atUs, value: p[key], low: 0, high: 0 })),
    },
  });
}

export const changefinder = {
  name: 'changefinder', version: 'changefinder/1 dark-tracer-2022',
  source: 'Takeuchi and Yamanishi, A unifying framework for detecting outliers and change points from time series (IEEE TKDE 2006)',
  about: "Notes change points in each sensor's packets and hosts per ten minutes.",
  windowUs: MINUTE_US, input: 'raw', memoryBytes: 2 * FLOW_TABLE_BYTES + SET_ROWS * 42 + MOST_SENSORS * 20_000,
  empty: () => emptyFlows(), add: addFlows, merge: mergeFlows, memory, conclude,
} as const satisfies Engine<FlowTable, ChangeFinderMemory>;
