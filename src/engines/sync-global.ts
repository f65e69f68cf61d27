/**
 * Global synchronisation: the same port rises at several sensors within a tolerance.
 *
 * In: minute flows, screened. Out: `sync.global` with the order in which sensors saw the rise, and the lead time that late ones gain.
 * Source: increase ratio of hosts against a past period at k sensors in common, as in nicter's and Dark-TRACER's multi-sensor alerts
 * (Han et al., "Dark-TRACER", IEEE Access 2022, §II); the second form uses distributed-attack alarms in place of the ratio.
 * How: a sensor rises on a port when its hosts of the last ten minutes are > RATIO × what its own past (`port-model.ts`, a day's
 * half-life) expects and improbable (strength ≥ SUPPORT), or when they alarm by themselves (strength ≥ `threshold`). When ≥ k = max(2,
 * half of the observing sensors) have risen within TOLERANCE minutes and the rises together are rarer than the budget, it is raised.
 * Each sensor has its own level, so the growth of one telescope is not a rise. The sources of all sensors together must be ≥ LEAST
 * from ≥ LEAST / 2 networks and not all at one address of each sensor.
 * Cost: one table visit a flow, sensor and minute. Limits: at most 127 sensors an organisation; times are minutes.
 * @module
 */
import { formatPortKey } from '../core/ports.ts';
import { MINUTE_US } from '../core/time.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { countryList, draft, MOST_SOURCES, portQuery, round } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import { addFlows, emptyFlows, FLOW_TABLE_BYTES, isScreened, isV6, labelOf, mergeFlows, portOf, sourceText, type FlowTable } from './flow-table.ts';
import { BUDGET, LEARN_MINUTES, scoreOf, threshold } from './port-budget.ts';
import { burstMargin, emptyModel, lawOf, learn, levelOf, QUIET_MEAN, strengthOf, type PortModel } from './port-model.ts';
import { emptySeen, SEEN_BYTES, visit, type SeenSources } from './seen-sources.ts';

/** Hosts now ÷ hosts expected from the past (detection.md, section 6). */
export const RATIO = 3;
/** A ratio counts only with at least so many hosts at the sensor, and with this strength (−log₁₀ of its chance). */
const HOSTS_HERE = 4;
const SUPPORT = 3;
/** The second form, by alarm: on crowded ports a smaller rise cannot be told apart from its visitors. */
const ALARM_RATIO = 2;
/** Rises of different sensors belong together within so many minutes. */
export const TOLERANCE_MINUTES = 60;
/** Sources of all sensors together. */
const LEAST = 10;
const HOLD_MINUTES = 60;
const MOST_SENSORS = 127;
/** Most rows of the table of seen sources. */
const SEEN_ROWS = 1 << 19;

interface SensorState { name: string; model: PortModel; counts: Map<number, number>; slots: Map<number, Int32Array>; level: number; observed: number; covered: number; screened: number; packets: number }
interface Rise { minute: number; strength: number; ratio: number; count: number; mean: number }
interface Episode {
  firstWindowUs: number; firstRaisedUs: number; fromMinute: number; lastMinute: number; rises: Map<number, Rise>; sources: Set<number | string>;
  countries: Set<number>; told: number; toldMinute: number; toldSensors: number; strength: number; observing: number;
  series: { atUs: number; value: number; low: number; high: number }[];
}
export interface SyncMemory { seen: SeenSources; sensors: SensorState[]; minute: number; rises: Map<number, Map<number, Rise>>; episodes: Map<number, Episode> }

function memory(): SyncMemory { return { seen: emptySeen(SEEN_ROWS), sensors: [], minute: -1, rises: new Map(), episodes: new Map() }; }

function sensorOf(m: SyncMemory, name: string): number {
  const at = m.sensors.findIndex((s) => s.name === name);
  if (at >= 0 || m.sensors.length >= MOST_SENSORS) return at;
  m.sensors.push({ name, model: emptyModel(10), counts: new Map(), slots: new Map(), level: 1, observed: 0, covered: 0, screened: 0, packets: 0 });
  return m.sensors.length - 1;
}

/** Lets minutes before the last ten drop out of every sensor's counts. */
function slide(m: SyncMemory, minute: number): void {
  const gone = m.minute < 0 ? 0 : Math.min(10, minute - m.minute);
  if (gone > 0) for (const s of m.sensors) {
    for (const [port, slots] of s.slots) {
      let left = 0;
      for (let k = 0; k < gone; k++) slots[(minute - k) % 10] = 0;
      for (const count of slots) left += count;
      if (left > 0) s.counts.set(port, left); else { s.counts.delete(port); s.slots.delete(port); }
    }
  }
  m.minute = minute;
}

function take(m: SyncMemory, t: FlowTable, minute: number): Set<number> {
  const touched = new Set<number>(), index = t.sensors.map((name) => sensorOf(m, name)), scaleUp = 2 ** t.level;
  for (let row = 0; row < t.n; row++) {
    const meta = t.meta[row] as number;
    if (!isScreened(labelOf(meta))) continue;
    const port = portOf(meta), mask = t.mask[row] as number;
    for (let s = 0; s < index.length && s < 32; s++) {
      if ((mask & (1 << s)) === 0 || (index[s] as number) < 0) continue;
      const at = index[s] as number, state = m.sensors[at] as SensorState;
      const seen = visit(m.seen, t.a[row] as number, t.b[row] as number, ((meta & 0x1ffffff) | (at << 25)) >>> 0, minute, t.country[row] as number, t.dst[row] as number);
      if (!seen || seen.before >= minute) continue;
      const scale = Math.max(scaleUp, 2 ** m.seen.level);
      let slots = state.slots.get(port);
      if (!slots) { slots = new Int32Array(10); state.slots.set(port, slots); }
      slots[minute % 10] = (slots[minute % 10] as number) + scale;
      if (seen.before > minute - 10) slots[seen.before % 10] = (slots[seen.before % 10] as number) - scale;
      else state.counts.set(port, (state.counts.get(port) ?? 0) + scale);
      touched.add(port);
    }
  }
  return touched;
}

function conclude(t: FlowTable, m: SyncMemory, window: Window): { memory: SyncMemory; findings: FindingDraft[] } {
  if (window.open) return { memory: m, findings: [] };
  const minute = Math.round(window.fromUs / MINUTE_US), findings: FindingDraft[] = [];
  slide(m, minute);
  const touched = take(m, t, minute);
  const observing = window.sensors.map((name) => sensorOf(m, name)).filter((at) => at >= 0);
  t.sensors.forEach((name, i) => { const s = m.sensors[sensorOf(m, name)]; if (s) s.screened = t.sensorScreened[i] as number; });
  const limit = threshold(m.sensors.reduce((sum, s) => sum + s.model.ports.size, 0) / Math.max(1, m.sensors.length), 10, observing.length);
  const need = Math.max(2, Math.ceil(observing.length / 2));

  for (const at of observing) {
    const s = m.sensors[at] as SensorState;
    if (s.observed < LEARN_MINUTES) continue;
    s.level = -1;
    for (const port of touched) noteRise(m, s, at, port, minute, limit, observing.length);
  }
  for (const [port, rises] of m.rises) {
    for (const [at, rise] of rises) if (minute - rise.minute > TOLERANCE_MINUTES) rises.delete(at);
    if (rises.size === 0) { m.rises.delete(port); continue; }
    const episode = m.episodes.get(port);
    if (episode) {
      for (const [at, rise] of rises) if (!episode.rises.has(at)) episode.rises.set(at, rise);
      continue;
    }
    let strength = 0;
    for (const rise of rises.values()) strength += rise.strength;
    if (rises.size < need || strength < limit) continue;
    const opened = open(t, m, window, port, rises, minute, strength, observing.length);
    if (opened) m.episodes.set(port, opened);
  }
  follow(t, m, window, minute, findings);
  teach(m, observing, minute, t, limit);
  return { memory: m, findings };
}

function noteRise(m: SyncMemory, s: SensorState, at: number, port: number, minute: number, limit: number, sensors: number): void {
  const count = s.counts.get(port) ?? 0;
  if (count < HOSTS_HERE) return;
  const plain = lawOf(s.model, port, 1);
  if (count <= plain.mean || strengthOf(plain, count) < SUPPORT) return;
  if (s.level < 0) s.level = Math.max(1, levelOf(s.model, s.counts, 1));
  const law = s.level === 1 ? plain : lawOf(s.model, port, s.level), strength = strengthOf(law, count);
  if (plain.mean < QUIET_MEAN && burstMargin(s.model, count, 24 * Math.max(1, sensors)) < 0) return;
  const byRatio = count > RATIO * Math.max(law.mean, 0.5) && strength >= SUPPORT;
  if (!byRatio && (strength < limit || count < ALARM_RATIO * law.mean)) return;
  const episode = m.episodes.get(port);
  if (episode) episode.lastMinute = minute;
  let rises = m.rises.get(port);
  if (!rises) { rises = new Map(); m.rises.set(port, rises); }
  const before = rises.get(at);
  if (!before) rises.set(at, { minute, strength, ratio: count / Math.max(law.mean, 0.5), count, mean: law.mean });
  else if (strength > before.strength) { before.strength = strength; before.ratio = count / Math.max(law.mean, 0.5); before.count = count; before.mean = law.mean; }
}

function open(t: FlowTable, m: SyncMemory, window: Window, port: number, rises: ReadonlyMap<number, Rise>, minute: number, strength: number, observing: number): Episode | null {
  const since = Math.min(...[...rises.values()].map((r) => r.minute)) - 9, nets = new Set<number>(), points = new Map<number, number>(), seen = m.seen;
  const e: Episode = {
    firstWindowUs: window.fromUs, firstRaisedUs: firstTime(t, port) ?? window.fromUs, fromMinute: since, lastMinute: minute, rises: new Map(rises), sources: new Set(),
    countries: new Set(), told: 0, toldMinute: minute, toldSensors: 0, strength, observing, series: [],
  };
  for (let row = 0; row < seen.n; row++) {
    const key = seen.port[row] as number;
    if ((key & 0xffffff) !== port || (seen.last[row] as number) < since) continue;
    const v6 = isV6(key), b = seen.b[row] as number;
    nets.add(v6 ? (seen.a[row] as number) : b >>> 8);
    points.set(seen.dst[row] as number, (points.get(seen.dst[row] as number) ?? 0) + 1);
    if ((seen.first[row] as number) < since - 60) continue;
    if (e.sources.size < MOST_SOURCES) e.sources.add(v6 ? sourceText(seen.a[row] as number, b, true) : b);
    e.countries.add(seen.country[row] as number);
  }
  // One address of each sensor: a flood or a mistake, not a search.
  if (e.sources.size < LEAST || nets.size < LEAST / 2 || (points.size <= rises.size && t.n > 20)) return null;
  return e;
}

function firstTime(t: FlowTable, port: number): number | null {
  let first = Infinity;
  for (let row = 0; row < t.n; row++) if (portOf(t.meta[row] as number) === port && isScreened(labelOf(t.meta[row] as number))) first = Math.min(first, t.firstRel[row] as number);
  return first === Infinity ? null : Math.floor(t.baseUs + first);
}

function follow(t: FlowTable, m: SyncMemory, window: Window, minute: number, findings: FindingDraft[]): void {
  if (m.episodes.size === 0) return;
  for (let row = 0; row < t.n; row++) {
    const meta = t.meta[row] as number, e = m.episodes.get(portOf(meta));
    if (!e || !isScreened(labelOf(meta)) || e.sources.size >= MOST_SOURCES) continue;
    e.sources.add(isV6(meta) ? sourceText(t.a[row] as number, t.b[row] as number, true) : (t.b[row] as number));
    e.countries.add(t.country[row] as number);
  }
  for (const [port, e] of [...m.episodes].sort((x, y) => x[0] - y[0])) {
    let now = 0;
    for (const s of m.sensors) now += s.counts.get(port) ?? 0;
    if (minute % 10 === 9 && e.series.length < 1440) {
      let mean = 0;
      for (const rise of e.rises.values()) mean += rise.mean;
      e.series.push({ atUs: (minute - 9) * MINUTE_US, value: now, low: 0, high: round(mean * RATIO) });
    }
    if (minute - e.lastMinute >= HOLD_MINUTES) {
      m.episodes.delete(port);
      findings.push({ ...tell(m, e, port, window, minute), ended: true });
    } else if (e.told === 0 || e.rises.size > e.toldSensors || minute - e.toldMinute >= 10) findings.push(tell(m, e, port, window, minute));
  }
}

function tell(m: SyncMemory, e: Episode, port: number, window: Window, minute: number): FindingDraft {
  const text = formatPortKey(port), order = [...e.rises].sort((x, y) => x[1].minute - y[1].minute || x[0] - y[0]);
  const names = order.map(([at]) => (m.sensors[at] as SensorState).name), short = (name: string) => name.slice(name.indexOf('/') + 1);
  const firstMinute = (order[0] as [number, Rise])[1].minute, lastMinute = (order.at(-1) as [number, Rise])[1].minute;
  const fresh = [...e.sources].slice(e.told).map((s) => (typeof s === 'number' ? sourceText(0, s, false) : s));
  e.told = e.sources.size; e.toldMinute = minute; e.toldSensors = e.rises.size;
  const fromUs = e.fromMinute * MINUTE_US, toUs = (e.lastMinute + 1) * MINUTE_US, ratio = Math.min(...order.map(([, r]) => r.ratio));
  return draft(syncGlobal, window, {
    name: 'sync.global', subject: text, firstWindowUs: e.firstWindowUs, fromUs, toUs, firstRaisedUs: e.firstRaisedUs,
    ports: [text], sensors: [...names].sort(), sources: e.sources.size, sourceList: fresh, countries: countryList(e.countries), sourceRole: 'scanner',
    score: scoreOf(e.strength, threshold(1000, 10, window.sensors.length)), severity: e.sources.size >= 1000 ? 5 : 4,
    facts: {
      port: text, ratio: round(ratio, 2), sensors: e.rises.size, observing: e.observing, toleranceMinutes: TOLERANCE_MINUTES, first: short(names[0] as string),
      leadMinutes: lastMinute - firstMinute, order: order.map(([at, r]) => `${short((m.sensors[at] as SensorState).name)} +${r.minute - firstMinute} min`).join(', '), sources: e.sources.size,
    },
    evidence: {
      query: portQuery(text), fromUs, toUs,
      figures: { sensorsRisen: e.rises.size, sensorsObserving: e.observing, smallestRatio: round(ratio), strengthLog10: round(e.strength), leadMinutes: lastMinute - firstMinute, falseAlertsPerSensorDayBudget: BUDGET },
      series: e.series.map((p) => ({ ...p })),
    },
  });
}

function teach(m: SyncMemory, observing: readonly number[], minute: number, t: FlowTable, limit: number): void {
  for (const at of observing) {
    const s = m.sensors[at] as SensorState, screened = t.sensors.includes(s.name) ? s.screened : 0;
    if (s.packets < 10 || screened >= 0.1 * s.packets) {
      s.observed++; s.covered += 0.1;
      s.packets += (screened - s.packets) / Math.min(s.observed, 1440);
    }
    if (minute % 10 !== 9) continue;
    const covered = Math.min(1, s.covered);
    s.covered = 0;
    if (covered < 0.5) continue;
    learn(s.model, s.counts, Math.floor(minute / 10), covered, levelOf(s.model, s.counts, 1), (port) => {
      const count = s.counts.get(port) ?? 0, law = lawOf(s.model, port, 1);
      if (s.observed < LEARN_MINUTES || count <= law.mean || count < HOSTS_HERE) return count;
      return strengthOf(law, count) < Math.min(SUPPORT, limit) ? count : Math.min(count, law.mean + 1);
    });
  }
}

export const syncGlobal = {
  name: 'sync-global', version: `sync-global/1 ratio=${RATIO} tolerance=${TOLERANCE_MINUTES}`,
  source: 'Increase ratio at k sensors in common; cf. Han et al., Dark-TRACER (IEEE Access 2022)',
  about: 'Raises a port whose hosts rise at half of the sensors or more within an hour, with the order of sensors and the lead time.',
  windowUs: MINUTE_US, input: 'screened', memoryBytes: 2 * FLOW_TABLE_BYTES + SEEN_BYTES / 2 + 128 * 65_536 * 60 + 64_000_000,
  empty: () => emptyFlows(), add: addFlows, merge: mergeFlows, memory, conclude,
} as const satisfies Engine<FlowTable, SyncMemory>;
