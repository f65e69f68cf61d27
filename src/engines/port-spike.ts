/**
 * Daily spikes on a port: the spike-to-vulnerability watch.
 *
 * In: minute flows, screened. Out: `port.spike` when a UTC day has ended, and during the day as soon as it exceeds both limits.
 * Source: GreyNoise, "Early Warning Signals" (2025): daily unique sources > median + 2 IQR of all history and > mean + 2 standard
 * deviations of the last 28 days; half of such spikes were followed by a vulnerability of that vendor within three weeks.
 * Differs: at least LEAST_DAYS of history and LEAST sources, so that quiet ports do not spike by two visitors; days that were observed
 * for less than half are left out; a spike day joins the history (as published).
 * Cost: one sketch access a new flow; 1 KiB a busy port, 8 bytes a port and day. Limits: counts above 64 are ≈ (3 %); HISTORY_DAYS days.
 * @module
 */
import { formatPortKey } from '../core/ports.ts';
import { DAY_US, formatTime, MINUTE_US } from '../core/time.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { draft, portQuery, round } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import { addFlows, emptyFlows, FLOW_TABLE_BYTES, isScreened, labelOf, mergeFlows, portOf, type FlowTable } from './flow-table.ts';
import { addSource, newSpread, spreadOf, type Spread } from './spread-sketch.ts';

const HISTORY_DAYS = 400;
const LEAST_DAYS = 7;
const LEAST = 20;
const RECENT_DAYS = 28;
/** Most ports with a history. */
const PORTS = 1 << 16;

interface Today { spread: Spread; raisedUs: number; sensors: Set<string> }
export interface PortSpikeMemory {
  day: number; minutes: number; today: Map<number, Today>;
  /** Observed days, ascending, and per port the days on which somebody came, with counts. */
  days: number[]; history: Map<number, Map<number, number>>;
}

/** The published limits for a history of daily counts (zeros included), oldest first. */
export function spikeLimits(history: readonly number[]): { byMedian: number; byMean: number } {
  const sorted = [...history].sort((a, b) => a - b), at = (q: number) => {
    const x = q * (sorted.length - 1), low = Math.floor(x);
    return (sorted[low] as number) + (x - low) * ((sorted[Math.ceil(x)] as number) - (sorted[low] as number));
  };
  const recent = history.slice(-RECENT_DAYS), mean = recent.reduce((s, v) => s + v, 0) / recent.length;
  const deviation = Math.sqrt(recent.reduce((s, v) => s + (v - mean) ** 2, 0) / Math.max(1, recent.length - 1));
  return { byMedian: at(0.5) + 2 * (at(0.75) - at(0.25)), byMean: mean + 2 * deviation };
}

function conclude(t: FlowTable, m: PortSpikeMemory, window: Window): { memory: PortSpikeMemory; findings: FindingDraft[] } {
  const findings: FindingDraft[] = [];
  if (window.open) return { memory: m, findings };
  const day = Math.floor(window.fromUs / DAY_US);
  if (m.day !== day) { if (m.day >= 0) closeDay(m); m.day = day; }
  if (window.sensors.length > 0) m.minutes++;
  const touched = new Set<number>();
  for (let row = 0; row < t.n; row++) {
    const meta = t.meta[row] as number;
    if (!isScreened(labelOf(meta))) continue;
    const port = portOf(meta);
    let today = m.today.get(port);
    if (!today) {
      if (m.today.size >= PORTS) continue;
      today = { spread: newSpread(), raisedUs: 0, sensors: new Set() };
      m.today.set(port, today);
    }
    addSource(today.spread, t.a[row] as number, t.b[row] as number);
    for (let s = 0; s < t.sensors.length && s < 32; s++) if (((t.mask[row] as number) & (1 << s)) !== 0) today.sensors.add(t.sensors[s] as string);
    touched.add(port);
  }
  if (m.days.length < LEAST_DAYS) return { memory: m, findings };
  const last = Math.round(window.toUs / MINUTE_US) % 1440 === 0;
  for (const port of [...(last ? m.today.keys() : touched)].sort((a, b) => a - b)) {
    const today = m.today.get(port) as Today;
    if (today.raisedUs !== 0 && !last) continue;
    const count = spreadOf(today.spread);
    if (count < LEAST) continue;
    const history = historyOf(m, port), { byMedian, byMean } = spikeLimits(history);
    if (count <= byMedian || count <= byMean) continue;
    if (today.raisedUs === 0) today.raisedUs = window.toUs - 1;
    findings.push(tell(port, count, today, history, byMedian, byMean, m, window, last));
  }
  return { memory: m, findings };
}

function historyOf(m: PortSpikeMemory, port: number): number[] {
  const counts = m.history.get(port);
  return m.days.map((day) => counts?.get(day) ?? 0);
}

function closeDay(m: PortSpikeMemory): void {
  if (m.minutes >= 720) {
    m.days.push(m.day);
    for (const [port, today] of m.today) {
      let counts = m.history.get(port);
      if (!counts) { if (m.history.size >= PORTS) continue; counts = new Map(); m.history.set(port, counts); }
      counts.set(m.day, spreadOf(today.spread));
    }
    while (m.days.length > HISTORY_DAYS) {
      const gone = m.days.shift() as number;
      for (const [port, counts] of m.history) { counts.delete(gone); if (counts.size === 0) m.history.delete(port); }
    }
  }
  m.today.clear();
  m.minutes = 0;
}

function tell(port: number, count: number, today: Today, history: readonly number[], byMedian: number, byMean: number, m: PortSpikeMemory, window: Window, ended: boolean): FindingDraft {
  const text = formatPortKey(port), fromUs = m.day * DAY_US, limit = Math.max(byMedian, byMean);
  return draft(portSpike, window, {
    name: 'port.spike', subject: text, firstWindowUs: fromUs, fromUs, toUs: ended ? fromUs + DAY_US : window.toUs, firstRaisedUs: today.raisedUs, ended,
    ports: [text], sensors: [...today.sensors].sort(), sources: count, sourceList: [], countries: [], sourceRole: 'scanner', score: round(Math.min(0.95, 0.5 + 0.15 * Math.log2(count / Math.max(1, limit) + 1)), 3),
    severity: 2, facts: { port: text, sources: count, day: formatTime(fromUs).slice(0, 10), limit: round(limit), days: history.length },
    evidence: {
      query: portQuery(text), fromUs, toUs: ended ? fromUs + DAY_US : window.toUs,
      figures: { uniqueSources: count, medianPlus2Iqr: round(byMedian), mean28Plus2Deviations: round(byMean), historyDays: history.length },
      series: history.slice(-90).map((value, i) => ({ atUs: (m.days[m.days.length - Math.min(90, history.length) + i] as number) * DAY_US, value, low: 0, high: round(limit) })),
    },
  });
}

export const portSpike = {
  name: 'port-spike', version: 'port-spike/1', source: 'GreyNoise, Early Warning Signals (2025): median + 2 IQR and 28-day mean + 2 sd',
  about: 'Raises ports whose daily sources exceed all their history: half of such spikes precede a vulnerability.',
  windowUs: MINUTE_US, input: 'screened', memoryBytes: 2 * FLOW_TABLE_BYTES + PORTS * (1_200 + HISTORY_DAYS * 40),
  empty: () => emptyFlows(), add: addFlows, merge: mergeFlows,
  memory: (): PortSpikeMemory => ({ day: -1, minutes: 0, today: new Map(), days: [], history: new Map() }), conclude,
} as const satisfies Engine<FlowTable, PortSpikeMemory>;
