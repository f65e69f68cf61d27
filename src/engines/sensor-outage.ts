/**
 * A sensor that should be observing has fallen silent.
 *
 * In: minute flows, raw; only each sensor's packet totals are read. Out: `sensor.outage`, ended when packets come again.
 * How: each sensor's packets a minute are a gamma–Poisson count (mean with a day's forgetting, extra variance by moments). When the
 * chance of nothing over the silent minutes falls below CHANCE, and at least LEAST_MINUTES are silent, it is an outage. Gaps in the
 * calendar are no silence: the sensor is then not among the window's observing sensors.
 * Source: silence as an alarm of telescopes: CAIDA's STARDUST and Merit's outage notes; the law as in `port-model.ts`.
 * Cost: O(sensors) a minute. Limits: a sensor given up by the runner (six hours) stays in outage until it returns.
 * @module
 */
import { MINUTE_US } from '../core/time.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { draft, round } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import { addFlows, emptyFlows, FLOW_TABLE_BYTES, mergeFlows, type FlowTable } from './flow-table.ts';

/** Chance of such a silence at a healthy sensor below which it is an outage: one false in some 2,000 sensor-days. */
const CHANCE_LOG10 = -6;
const LEAST_MINUTES = 5;
/** Minutes of history before anything is expected. */
const LEARN_MINUTES = 30;
const FORGET_MINUTES = 1440;

interface SensorState { name: string; minutes: number; mean: number; square: number; silent: number; chanceLog10: number; sinceUs: number; raised: boolean; firstWindowUs: number; firstRaisedUs: number; toldMinutes: number }
export interface OutageMemory { sensors: SensorState[] }

function conclude(t: FlowTable, m: OutageMemory, window: Window): { memory: OutageMemory; findings: FindingDraft[] } {
  if (window.open) return { memory: m, findings: [] };
  const findings: FindingDraft[] = [];
  t.sensors.forEach((name, i) => {
    const packets = t.sensorPackets[i] as number;
    if (packets === 0) return;
    let s = m.sensors.find((known) => known.name === name);
    if (!s) {
      s = { name, minutes: 0, mean: 0, square: 0, silent: 0, chanceLog10: 0, sinceUs: 0, raised: false, firstWindowUs: 0, firstRaisedUs: 0, toldMinutes: 0 };
      m.sensors.push(s);
    }
    if (s.raised) findings.push(tell(s, window, true));
    s.raised = false; s.silent = 0; s.chanceLog10 = 0;
    learn(s, packets);
  });
  for (const s of m.sensors) {
    const at = t.sensors.indexOf(s.name);
    if ((at >= 0 && (t.sensorPackets[at] as number) > 0) || !window.sensors.includes(s.name)) continue;
    if (s.silent === 0) s.sinceUs = window.fromUs;
    s.silent++;
    const kappa = Math.min(5, Math.max(0.02, (s.square - s.mean * s.mean - s.mean) / Math.max(1e-9, s.mean * s.mean)));
    // ln P(0) of a negative binomial is −ln(1 + κ·mean) / κ.
    s.chanceLog10 -= Math.log1p(kappa * s.mean) / kappa / Math.LN10;
    if (s.minutes < LEARN_MINUTES) continue;
    if (!s.raised && s.silent >= LEAST_MINUTES && s.chanceLog10 <= CHANCE_LOG10) {
      s.raised = true; s.firstWindowUs = s.sinceUs; s.firstRaisedUs = window.toUs; s.toldMinutes = s.silent;
      findings.push(tell(s, window, false));
    } else if (s.raised && s.silent >= 2 * s.toldMinutes) { s.toldMinutes = s.silent; findings.push(tell(s, window, false)); }
    // A short pause at a sparse sensor is part of what is normal; an outage teaches nothing.
    else if (!s.raised && s.chanceLog10 > -2) learn(s, 0);
  }
  return { memory: m, findings };
}

function learn(s: SensorState, packets: number): void {
  s.minutes++;
  const rate = 1 / Math.min(s.minutes, FORGET_MINUTES);
  s.mean += (packets - s.mean) * rate;
  s.square += (packets * packets - s.square) * rate;
}

function tell(s: SensorState, window: Window, ended: boolean): FindingDraft {
  const toUs = ended ? window.fromUs : window.toUs;
  return draft(sensorOutage, window, {
    name: 'sensor.outage', subject: s.name, firstWindowUs: s.firstWindowUs, fromUs: s.sinceUs, toUs, firstRaisedUs: s.firstRaisedUs, ended,
    ports: [], sensors: [s.name], sources: 0, sourceList: [], countries: [], sourceRole: 'unknown', score: 0.99, severity: s.silent >= 60 ? 4 : 3,
    facts: { sensor: s.name, minutes: s.silent, expected: Math.round(s.mean * s.silent) },
    evidence: {
      query: `sensor == ${s.name}`, fromUs: s.sinceUs, toUs,
      figures: { packets: 0, expectedPackets: round(s.mean * s.silent), silentMinutes: s.silent, chanceLog10: round(s.chanceLog10), packetsPerMinute: round(s.mean) }, series: [],
    },
  });
}

export const sensorOutage = {
  name: 'sensor-outage', version: 'sensor-outage/1', source: 'Silence of a gamma-Poisson count; cf. outage notes of STARDUST and ORION',
  about: 'Raises a sensor that is silent inside its calendar although packets are expected.',
  windowUs: MINUTE_US, input: 'raw', memoryBytes: 2 * FLOW_TABLE_BYTES + 1_000_000,
  empty: () => emptyFlows(), add: addFlows, merge: mergeFlows, memory: (): OutageMemory => ({ sensors: [] }), conclude,
} as const satisfies Engine<FlowTable, OutageMemory>;
