/**
 * Distributed attacks on a port: more distinct sources per unit of time than the port's learned distribution allows.
 *
 * In: minute flows, screened. Out: `port.distributed`: onset, size, countries, tools, sensors and the hosts.
 * Source: unique hosts per port as the signal of new malware: Inoue et al., "nicter", WISTDCS 2008, and Ban et al., "Towards early
 * detection of novel attack patterns through the lens of a large-scale darknet", UIC 2016; tail alarms with a false-alarm budget
 * after Siris and Papagalou, Computer Communications 29, 2006. The law is that of `port-model.ts`.
 * How: four statistics a port: sources in 1 and 10 minutes and in the last 60 (a window that slides by ten), and *steady* sources (active in ≥ 4 of the last 10 minutes: a
 * low-rate group on a busy port); and the cumulative sum of the ten-minute counts, for rises too slow for any one block. A statistic alarms when its tail probability is below α = BUDGET ÷ tests a day; it is then examined:
 * one-point floods (> 70 % of hosts and packets at one address) and crowds from one network (half the sources in few /24s) are no
 * early warning. An episode goes on until HOLD minutes pass without alarm: one growing finding.
 * Cost: one table visit a flow and minute; laws only of ports that reach the least count.
 * Limits: no verdict before LEARN minutes; sources of the same /24 beyond a few count once for the least count; a campaign slower
 * than LEAST sources an hour is for other engines.
 * @module
 */
import { formatPortKey } from '../core/ports.ts';
import { MINUTE_US } from '../core/time.ts';
import { TOOLS } from '../core/vocabulary.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { countryList, draft, MOST_POINTS, MOST_SOURCES, portQuery, round } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import { addFlows, emptyFlows, isScreened, isV6, labelOf, mergeFlows, portOf, sensorsOf, sourceText, FLOW_TABLE_BYTES, type FlowTable } from './flow-table.ts';
import { criticalCount } from './negative-binomial.ts';
import { BUDGET, LEARN_MINUTES, scoreOf, STATISTICS, threshold, type Statistic } from './port-budget.ts';
import { burstMargin, emptyModel, lawOf, learn, levelOf, recentCounts, strengthOf, QUIET_MEAN, type PortModel } from './port-model.ts';
import { emptySeen, steadyMinutes, visit, SEEN_BYTES, type SeenSources } from './seen-sources.ts';

/** Minutes without alarm that end an episode. */
const HOLD_MINUTES = 60;
/** So long after its onset an episode does not change what is normal. */
const FREEZE_MINUTES = 1440;
/** From this mean on a port's own visitors hide who is new. */
const CROWDED = 20;
/** A source is steady when active in so many of the last ten minutes. */
const STEADY_MINUTES = 4;
/** Counts stronger than this (a chance of one in a hundred) teach only a little more than the mean: a lasting change is learned, but slowly. */
const CLIP = 2;
const CLIPPED = 0.5;
/** One-point rule (Dark-TRACER's port level): more than this share of hosts and of packets at one destination. */
const ONE_POINT = 0.7;

interface Running {
  model: PortModel; block: number; covered: number; counts: Map<number, number>; level: number;
  /** Of the sliding hour: port → sources by the ten-minute block of their last visit, at block mod 6. */
  slots: Map<number, Int32Array>; slot: number;
}

export interface Episode {
  firstWindowUs: number; firstRaisedUs: number; fromMinute: number; lastAlarmMinute: number;
  statistic: string; strength: number; count: number; mean: number; peak: number;
  /** Only steady sources belong to it: they make up what is too much. */
  steadyOnly: boolean;
  /** Until this minute the hosts of a busy port are collected but not named: who is steady shows only after ten minutes. */
  undecided: number;
  sources: Set<number | string>; told: number; toldMinute: number; toldSeverity: number;
  countries: Set<number>; tools: number; sensors: Set<string>;
  series: { atUs: number; value: number; low: number; high: number }[];
}

export interface PortDistributedMemory {
  seen: SeenSources;
  running: Running[];
  episodes: Map<number, Episode>;
  drifts: Map<number, Drift>;
  /** Minutes observed so far, and the newest one concluded. */
  observed: number; lastMinute: number;
  /** Forgotten mean of addresses watched and of screened packets a minute. */
  addresses: number; packets: number;
}

/** The cumulative sum: slack and limit in deviations (a normal series alarms once in e^(2 · slack · limit) blocks), steps cut at `most`, busy ports only. */
export const DRIFT = Object.freeze({ slack: 0.75, limit: 9, most: 3, leastMean: 5 });
const DRIFT_STATISTIC: Statistic = Object.freeze({ name: 'drift', minutes: 10, steady: false, least: 8 });

/** Index of the sliding hour in STATISTICS. */
const HOUR = 2;

/** What a look at an open window has already done: derived from the partial, never stored. */
interface Glance { partial: FlowTable; epoch: number; cursor: number; raised: Map<number, number> }
const glances = new WeakMap<PortDistributedMemory, Glance>();

function memory(): PortDistributedMemory {
  return {
    seen: emptySeen(), running: STATISTICS.map((s) => ({ model: emptyModel(s.minutes, s.steady || s.minutes > 10 ? 10 : s.minutes), block: -1, covered: 0, counts: new Map(), level: 1, slots: new Map(), slot: -1 })),
    episodes: new Map(), drifts: new Map(), observed: 0, lastMinute: -1, addresses: 0, packets: 0,
  };
}

/** Counts the flows that came since the last look. Doing it twice changes nothing. */
function take(m: PortDistributedMemory, t: FlowTable, minute: number): Glance {
  let glance = glances.get(m);
  if (!glance || glance.partial !== t || glance.epoch !== t.epoch) {
    glance = { partial: t, epoch: t.epoch, cursor: 0, raised: glance?.partial === t ? glance.raised : new Map() };
    glances.set(m, glance);
  }
  for (let s = 0; s < STATISTICS.length; s++) {
    const r = m.running[s] as Running, block = Math.floor(minute / (STATISTICS[s] as Statistic).minutes);
    if (r.block === block) continue;
    r.block = block;
    if (s !== HOUR) { r.covered = 0; r.counts = new Map(); }
  }
  const one = (m.running[0] as Running).counts, ten = (m.running[1] as Running).counts, hour = (m.running[2] as Running).counts, steady = (m.running[3] as Running).counts;
  const tenStart = minute - (minute % 10), hourStart = tenStart - 50, scaleUp = 2 ** t.level, hourly = m.running[HOUR] as Running;
  slide(hourly, tenStart / 10);
  for (let row = glance.cursor; row < t.n; row++) {
    const meta = t.meta[row] as number;
    if (!isScreened(labelOf(meta))) continue;
    const port = portOf(meta), seen = visit(m.seen, t.a[row] as number, t.b[row] as number, meta & 0x1ffffff, minute, t.country[row] as number, t.dst[row] as number);
    if (!seen) continue;
    if (seen.before >= minute) continue;
    const scale = Math.max(scaleUp, 2 ** m.seen.level);
    one.set(port, (one.get(port) ?? 0) + scale);
    if (seen.before < tenStart) ten.set(port, (ten.get(port) ?? 0) + scale);
    if (seen.before < tenStart) {
      let slots = hourly.slots.get(port);
      if (!slots) { slots = new Int32Array(6); hourly.slots.set(port, slots); }
      slots[(tenStart / 10) % 6] = (slots[(tenStart / 10) % 6] as number) + scale;
      if (seen.before < hourStart) hour.set(port, (hour.get(port) ?? 0) + scale);
      else slots[Math.floor(seen.before / 10) % 6] = (slots[Math.floor(seen.before / 10) % 6] as number) - scale;
    }
    if (seen.before >= minute - 9 && steadyMinutes(m.seen, seen.row, minute) >= STEADY_MINUTES) steady.set(port, (steady.get(port) ?? 0) + scale);
  }
  glance.cursor = t.n;
  return glance;
}

/** Lets the ten-minute blocks before the last six drop out of the hour. */
function slide(r: Running, block: number): void {
  if (r.slot === block) return;
  const gone = r.slot < 0 ? 0 : Math.min(6, block - r.slot);
  for (const [port, slots] of r.slots) {
    let left = 0;
    for (let k = 0; k < gone; k++) slots[(block - k) % 6] = 0;
    for (const count of slots) left += count;
    if (left > 0) r.counts.set(port, left); else { r.counts.delete(port); r.slots.delete(port); }
  }
  r.slot = block;
}

function conclude(t: FlowTable, m: PortDistributedMemory, window: Window): { memory: PortDistributedMemory; findings: FindingDraft[] } {
  const minute = Math.round(window.fromUs / MINUTE_US);
  if (window.open && t.n === 0) return { memory: m, findings: [] };
  const glance = take(m, t, minute);
  let screened = 0, addresses = 0;
  for (const count of t.sensorScreened) screened += count;
  for (const sensor of window.sensors) addresses += window.addresses[sensor] ?? 0;
  const grown = m.addresses > 0 && addresses > 0 ? addresses / m.addresses : 1;
  const findings: FindingDraft[] = [];
  if (!window.open && minute % 10 === 9 && m.observed >= LEARN_MINUTES && (m.running[1] as Running).covered >= 0.5) updateDrift(m, minute, grown);
  const alarms = m.observed >= LEARN_MINUTES ? alarmsOf(m, window, Math.max(1, grown), minute) : new Map<number, Alarm>();
  for (const [port, alarm] of alarms) {
    const running = m.episodes.get(port);
    if (window.open) {
      const before = glance.raised.get(port);
      if (running || (before !== undefined && alarm.count < 2 * before)) continue;
      glance.raised.set(port, alarm.count);
    }
    if (running) { noteAlarm(running, alarm, minute); continue; }
    const episode = open(t, m, window, port, alarm, minute);
    if (!episode) continue;
    if (window.open) findings.push(tell(episode, port, window, minute));
    else m.episodes.set(port, episode);
  }
  if (window.open) return { memory: m, findings };

  followEpisodes(t, m, window, minute, findings);
  // A minute in which the sensors were as good as mute teaches nothing: a gap is not silence.
  const mute = window.sensors.length === 0 || (m.packets >= 10 && screened < 0.1 * m.packets);
  if (!mute) {
    m.observed++;
    const rate = 1 / Math.min(m.observed, 1440);
    m.packets += (screened - m.packets) * rate;
    m.addresses += (addresses - m.addresses) * rate;
  }
  finishBlocks(m, window, minute, mute, grown);
  m.lastMinute = minute;
  return { memory: m, findings };
}

interface Alarm { readonly statistic: Statistic; readonly strength: number; readonly threshold: number; readonly count: number; readonly mean: number; readonly critical: number; readonly level: number; readonly sinceMinute?: number }

/** Ports whose statistic has left its law, with the strongest statistic of each. */
function alarmsOf(m: PortDistributedMemory, window: Window, grown: number, minute: number): Map<number, Alarm> {
  const alarms = new Map<number, Alarm>();
  for (let s = 0; s < STATISTICS.length; s++) {
    const statistic = STATISTICS[s] as Statistic, r = m.running[s] as Running;
    if (r.model.blocks * r.model.stepMinutes < LEARN_MINUTES - 60) continue;
    const limit = threshold(r.model.ports.size, statistic.minutes, window.sensors.length);
    const budget = (BUDGET * Math.max(1, window.sensors.length)) / STATISTICS.length;
    let level = -1;
    for (const [port, count] of r.counts) {
      if (count < statistic.least) continue;
      const plain = lawOf(r.model, port, 1);
      if (count <= plain.mean || strengthOf(plain, count) < limit) continue;
      if (plain.mean < QUIET_MEAN && burstMargin(r.model, count, budget) < 0) continue;
      if (level < 0) level = statistic.steady ? 1 : Math.max(1, levelOf(r.model, r.counts, grown));
      const law = level === 1 ? plain : lawOf(r.model, port, level);
      const strength = strengthOf(law, count);
      if (strength < limit) continue;
      const before = alarms.get(port);
      if (before && before.strength - before.threshold >= strength - limit) continue;
      let critical = criticalCount(limit, law.mean, law.shape, statistic.least);
      if (plain.mean < QUIET_MEAN) while (critical < count && burstMargin(r.model, critical, budget) < 0) critical++;
      alarms.set(port, { statistic, strength, threshold: limit, count, mean: law.mean, critical, level });
    }
  }
  if (!window.open && minute % 10 === 9) for (const [port, drift] of m.drifts) {
    if (drift.sum < DRIFT.limit || alarms.has(port)) continue;
    const limit = threshold((m.running[1] as Running).model.ports.size, 10, window.sensors.length);
    alarms.set(port, { statistic: DRIFT_STATISTIC, strength: limit + drift.sum - DRIFT.limit, threshold: limit, count: drift.count, mean: drift.mean, critical: drift.count, level: 1, sinceMinute: drift.sinceMinute });
  }
  return alarms;
}

function noteAlarm(e: Episode, alarm: Alarm, minute: number): void {
  e.lastAlarmMinute = minute;
  if (alarm.count > e.peak) e.peak = alarm.count;
  if (alarm.strength > e.strength) { e.strength = alarm.strength; e.statistic = alarm.statistic.name; e.count = alarm.count; e.mean = alarm.mean; }
}

/** Examines an alarm; null when it is a one-point flood or a crowd from one network. */
function open(t: FlowTable, m: PortDistributedMemory, window: Window, port: number, alarm: Alarm, minute: number): Episode | null {
  const span = alarm.statistic.steady ? 10 : alarm.statistic.minutes, blockStart = span === 60 ? minute - (minute % 10) - 50 : minute - (minute % span);
  const since = alarm.sinceMinute !== undefined ? Math.max(alarm.sinceMinute, minute - 240) : alarm.statistic.steady ? minute - 9 : blockStart;
  const nets = new Set<number>(), points = new Map<number, number>(), everywhere = new Set<number>();
  const chosen: number[] = [], steady: number[] = [], seen = m.seen;
  let hosts = 0;
  for (let row = 0; row < seen.n; row++) {
    if ((seen.last[row] as number) < since) continue;
    if (everywhere.size < 3) everywhere.add(seen.dst[row] as number);
    if (((seen.port[row] as number) & 0xffffff) !== port) continue;
    if (alarm.statistic.steady && steadyMinutes(seen, row, minute) < STEADY_MINUTES) continue;
    hosts++;
    if (steadyMinutes(seen, row, minute) >= STEADY_MINUTES - 1) steady.push(row);
    const v6 = isV6(seen.port[row] as number);
    nets.add(v6 ? (seen.a[row] as number) : (seen.b[row] as number) >>> 8);
    const dst = seen.dst[row] as number;
    points.set(dst, (points.get(dst) ?? 0) + 1);
    // Who came to this port long before the block began is a regular visitor, not part of what is new.
    if ((seen.first[row] as number) >= since - (alarm.sinceMinute === undefined ? 60 : 0) || alarm.mean < 1) chosen.push(row);
  }
  // When steady sources make up what is too much, and are not usual here, the others are the port's ordinary visitors.
  const steadyOnly = alarm.statistic.steady || (alarm.mean >= 5 && steadyExplain(m, port, steady.length, alarm.count - alarm.mean));
  if (hosts === 0 || nets.size * 2 < alarm.statistic.least) return null;
  const point = [...points].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0] as [number, number]);
  if (everywhere.size > 2 && point[1] > ONE_POINT * hosts && packetsTo(t, port, point[0]) > ONE_POINT) return null;

  const episode: Episode = {
    firstWindowUs: window.fromUs, firstRaisedUs: crossing(t, m, port, alarm) ?? window.fromUs, fromMinute: since, lastAlarmMinute: minute,
    statistic: alarm.statistic.name, strength: alarm.strength, count: alarm.count, mean: alarm.mean, peak: alarm.count, steadyOnly, undecided: !steadyOnly && alarm.mean >= CROWDED ? minute + 10 : 0,
    sources: new Set(), told: 0, toldMinute: minute, toldSeverity: 0, countries: new Set(), tools: 0, sensors: new Set(), series: [],
  };
  for (const row of steadyOnly ? steady : chosen) {
    if (episode.sources.size >= MOST_SOURCES) break;
    episode.sources.add(isV6(seen.port[row] as number) ? sourceText(seen.a[row] as number, seen.b[row] as number, true) : (seen.b[row] as number));
    episode.countries.add(seen.country[row] as number);
  }
  addFlowsTo(t, m, new Map([[port, episode]]), minute);
  const ten = m.running[1] as Running;
  for (const { block, count } of recentCounts(ten.model, port, ten.block)) pushPoint(episode, ten, port, block, count);
  return episode;
}

/** Whether so many steady sources make up most of what is too much, and are not usual on the port. */
function steadyExplain(m: PortDistributedMemory, port: number, steady: number, excess: number): boolean {
  return steady >= Math.max(6, 0.4 * excess) && lawOf((m.running[3] as Running).model, port, 1).mean < 0.3 * steady;
}

/** Names the hosts of a busy port: the steady ones as soon as they explain the excess, at the end everybody who is new. */
function decide(m: PortDistributedMemory, e: Episode, port: number, minute: number): void {
  const { seen } = m, steady = new Set<number | string>(), countries = new Set<number>();
  for (let row = 0; row < seen.n; row++) {
    if (((seen.port[row] as number) & 0xffffff) !== port || steadyMinutes(seen, row, minute) < STEADY_MINUTES) continue;
    steady.add(isV6(seen.port[row] as number) ? sourceText(seen.a[row] as number, seen.b[row] as number, true) : (seen.b[row] as number));
    countries.add(seen.country[row] as number);
  }
  if (!steadyExplain(m, port, steady.size, e.peak - e.mean)) { if (minute >= e.undecided) e.undecided = 0; return; }
  e.undecided = 0; e.steadyOnly = true; e.sources = steady; e.countries = countries;
}

/** Share of this minute's packets of a port that went to one destination; 1 when too few came to tell. */
function packetsTo(t: FlowTable, port: number, dst: number): number {
  let all = 0, there = 0;
  for (let row = 0; row < t.n; row++) {
    if (portOf(t.meta[row] as number) !== port || !isScreened(labelOf(t.meta[row] as number))) continue;
    all += t.packets[row] as number;
    if (t.dst[row] === dst) there += t.dstPackets[row] as number;
  }
  return all < 5 ? 1 : there / all;
}

/** Time of the packet with which the count reached its critical value: the (critical − earlier)-th new source of this minute. */
function crossing(t: FlowTable, m: PortDistributedMemory, port: number, alarm: Alarm): number | null {
  const times: number[] = [];
  for (let row = 0; row < t.n; row++) if (portOf(t.meta[row] as number) === port && isScreened(labelOf(t.meta[row] as number))) times.push(t.firstRel[row] as number);
  if (times.length === 0) return null;
  times.sort((x, y) => x - y);
  if (alarm.sinceMinute !== undefined) return Math.floor(t.baseUs + (times.at(-1) as number));
  const r = m.running[STATISTICS.indexOf(alarm.statistic)] as Running;
  const now = (m.running[0] as Running).counts.get(port) ?? times.length, count = r.counts.get(port) ?? now;
  // Sources that came in earlier minutes of the block had already been counted when this minute began.
  const earlier = alarm.statistic.minutes === 1 ? 0 : Math.max(0, count - now);
  const at = Math.min(times.length - 1, Math.max(0, alarm.critical - earlier - 1));
  return Math.floor(t.baseUs + (times[at] as number));
}

function addFlowsTo(t: FlowTable, m: PortDistributedMemory, episodes: ReadonlyMap<number, Episode>, minute: number): void {
  let masks: Map<Episode, number> | null = null;
  for (let row = 0; row < t.n; row++) {
    const meta = t.meta[row] as number, episode = episodes.get(portOf(meta));
    if (!episode || !isScreened(labelOf(meta))) continue;
    masks ??= new Map();
    const seen = visit(m.seen, t.a[row] as number, t.b[row] as number, meta & 0x1ffffff, minute, t.country[row] as number, t.dst[row] as number);
    if (!seen || ((m.seen.first[seen.row] as number) < episode.fromMinute - 60 && episode.mean >= 1)) continue;
    if (episode.steadyOnly && steadyMinutes(m.seen, seen.row, minute) < STEADY_MINUTES) continue;
    episode.tools |= t.tools[row] as number;
    masks.set(episode, ((masks.get(episode) ?? 0) | (t.mask[row] as number)) >>> 0);
    if (episode.sources.size >= MOST_SOURCES) continue;
    episode.sources.add(isV6(meta) ? sourceText(t.a[row] as number, t.b[row] as number, true) : (t.b[row] as number));
    episode.countries.add(t.country[row] as number);
  }
  if (masks) for (const [episode, mask] of masks) for (const name of sensorsOf(t, mask)) episode.sensors.add(name);
}

function pushPoint(e: Episode, r: Running, port: number, block: number, count: number): void {
  const law = lawOf(r.model, port, 1), spread = 2 * Math.sqrt(law.mean + (law.mean * law.mean) / law.shape);
  e.series.push({ atUs: block * r.model.blockMinutes * MINUTE_US, value: count, low: round(Math.max(0, law.mean - spread)), high: round(law.mean + spread) });
  if (e.series.length > MOST_POINTS) e.series.shift();
}

function followEpisodes(t: FlowTable, m: PortDistributedMemory, window: Window, minute: number, findings: FindingDraft[]): void {
  if (m.episodes.size === 0) return;
  addFlowsTo(t, m, m.episodes, minute);
  for (const [port, e] of [...m.episodes].sort((x, y) => x[0] - y[0])) {
    const ten = m.running[1] as Running;
    if (minute % 10 === 9) pushPoint(e, ten, port, ten.block, ten.counts.get(port) ?? 0);
    if (minute - e.lastAlarmMinute >= HOLD_MINUTES) {
      m.episodes.delete(port);
      e.undecided = 0;
      findings.push({ ...tell(e, port, window, minute), ended: true });
      continue;
    }
    if (e.undecided !== 0) decide(m, e, port, minute);
    const grown = e.sources.size >= e.told * 1.1 + 1 || severityOf(e) > e.toldSeverity;
    if ((e.told === 0 && (e.undecided === 0 || e.toldSeverity === 0)) || (grown && e.undecided === 0 && (e.told < 100 || minute - e.toldMinute >= 2)) || minute - e.toldMinute >= 10) findings.push(tell(e, port, window, minute));
  }
}

function severityOf(e: Episode): 1 | 2 | 3 | 4 | 5 {
  const size = e.sources.size;
  return size >= 1000 ? 5 : size >= 100 || e.sensors.size > 1 ? 4 : 3;
}

function tell(e: Episode, port: number, window: Window, minute: number): FindingDraft {
  const text = formatPortKey(port), limit = threshold(1000, 1, window.sensors.length);
  const waiting = e.undecided !== 0, hosts = waiting ? Math.max(1, Math.round(e.count - e.mean)) : e.sources.size;
  const fresh = waiting ? [] : [...e.sources].slice(e.told).map((s) => (typeof s === 'number' ? sourceText(0, s, false) : s));
  e.told = waiting ? 0 : e.sources.size; e.toldMinute = minute; e.toldSeverity = severityOf(e);
  const tools = TOOLS.filter((name, code) => name !== '' && ((e.tools >>> code) & 1) === 1);
  const fromUs = e.fromMinute * MINUTE_US, toUs = (e.lastAlarmMinute + 1) * MINUTE_US;
  return draft(portDistributed, window, {
    name: 'port.distributed', subject: text, firstWindowUs: e.firstWindowUs, fromUs, toUs, firstRaisedUs: e.firstRaisedUs,
    ports: [text], sensors: [...e.sensors].sort(), sources: hosts, sourceList: fresh, countries: countryList(e.countries),
    sourceRole: 'scanner', score: scoreOf(e.strength, limit), severity: severityOf(e),
    facts: { port: text, sources: hosts, count: e.count, mean: round(e.mean), unit: e.statistic, peak: e.peak, countries: e.countries.size, sensors: e.sensors.size, tools: tools.join(' ') },
    evidence: {
      query: portQuery(text), fromUs, toUs,
      figures: { uniqueSources: e.count, expectedSources: round(e.mean), unit: e.statistic, tailStrengthLog10: round(e.strength), peakSources: e.peak, falseAlertsPerSensorDayBudget: BUDGET },
      series: e.series.map((p) => ({ ...p })),
    },
  });
}

function finishBlocks(m: PortDistributedMemory, window: Window, minute: number, mute: boolean, grown: number): void {
  for (let s = 0; s < STATISTICS.length; s++) {
    const statistic = STATISTICS[s] as Statistic, r = m.running[s] as Running, step = r.model.stepMinutes;
    // Coverage of the last block; of the sliding hour a running mean does.
    if (s === HOUR) r.covered += ((mute ? 0 : 1) - r.covered) / Math.min(60, m.observed + 1);
    else if (!mute) r.covered += 1 / statistic.minutes;
    // Steady counts of neighbouring minutes share nine minutes, hours that slide by ten share five sixths: one in ten minutes teaches.
    if ((minute + 1) % step !== 0 || r.covered < 0.5 || (s === HOUR && m.observed < 60)) continue;
    // Steady sources are too few to tell a level from.
    r.level = statistic.steady ? 1 : levelOf(r.model, r.counts, grown);
    learn(r.model, r.counts, r.block, Math.min(1, r.covered), r.level, (port) => {
      const count = r.counts.get(port) ?? 0, episode = m.episodes.get(port);
      // For a day an episode teaches nothing: what is expected stays as it was, so that a plateau is followed to its end.
      if (episode && minute - episode.fromMinute < FREEZE_MINUTES) return Math.min(count, lawOf(r.model, port, 1).mean);
      if (m.observed < LEARN_MINUTES || count < statistic.least / 2) return count;
      const law = lawOf(r.model, port, Math.max(1, r.level));
      if (count <= law.mean || strengthOf(law, count) < CLIP) return count;
      return Math.min(count, law.mean + CLIPPED * Math.sqrt(law.mean) + CLIPPED / 2);
    }, step / statistic.minutes > 1 ? 1 : step / statistic.minutes, onePlacePorts(m.seen, r.counts, minute - (statistic.steady ? 10 : statistic.minutes)));
  }
}

/** Ports with two sources or more since `afterMinute` that mostly (ONE_POINT) asked one address or came from one /24. One pass over the table. */
function onePlacePorts(seen: SeenSources, counts: ReadonlyMap<number, number>, afterMinute: number): Set<number> {
  const tallies = new Map<number, { points: Map<number, number>; nets: Map<number, number> }>(), found = new Set<number>();
  for (let row = 0; row < seen.n; row++) {
    if ((seen.last[row] as number) <= afterMinute) continue;
    const port = (seen.port[row] as number) & 0xffffff, count = counts.get(port) ?? 0;
    // Few sources are what is asked about: busy ports would only make this slow.
    if (count < 2 || count > 200) continue;
    let tally = tallies.get(port);
    if (!tally) { tally = { points: new Map(), nets: new Map() }; tallies.set(port, tally); }
    const dst = seen.dst[row] as number, net = isV6(seen.port[row] as number) ? (seen.a[row] as number) : (seen.b[row] as number) >>> 8;
    tally.points.set(dst, (tally.points.get(dst) ?? 0) + 1);
    tally.nets.set(net, (tally.nets.get(net) ?? 0) + 1);
  }
  for (const [port, { points, nets }] of tallies) {
    let all = 0;
    for (const n of points.values()) all += n;
    if (all >= 2 && Math.max(...points.values(), ...nets.values()) > ONE_POINT * all) found.add(port);
  }
  return found;
}

/** Drift of a port: the one-sided cumulative sum of its ten-minute counts in deviations. */
interface Drift { sum: number; sinceMinute: number; count: number; mean: number }

/** Page's cumulative sum, Biometrika 41, 1954: finds rises too slow for any one block. Updated when a ten-minute block ends. */
function updateDrift(m: PortDistributedMemory, minute: number, grown: number): void {
  const r = m.running[1] as Running, level = levelOf(r.model, r.counts, grown);
  for (const port of r.model.ports.keys()) {
    const law = lawOf(r.model, port, level), known = m.drifts.get(port);
    if (law.mean < DRIFT.leastMean) { if (known) m.drifts.delete(port); continue; }
    const count = r.counts.get(port) ?? 0, deviation = Math.sqrt(law.mean + (law.mean * law.mean) / law.shape);
    const step = Math.min(DRIFT.most, Math.max(-DRIFT.most, (count - law.mean) / deviation)) - DRIFT.slack, sum = Math.max(0, (known?.sum ?? 0) + step);
    if (sum === 0) m.drifts.delete(port);
    else m.drifts.set(port, { sum, sinceMinute: known?.sinceMinute ?? minute - 9, count, mean: law.mean });
  }
}

/** The learned state of each busy or raised port, for the portal's Ports at risk: newest ten minutes. */
export function portStates(m: PortDistributedMemory): Map<string, { tail: number; median: number; value: number }> {
  const states = new Map<string, { tail: number; median: number; value: number }>(), r = m.running[1] as Running;
  for (const port of new Set([...r.model.ports.keys(), ...r.counts.keys()])) {
    const law = lawOf(r.model, port, 1), value = r.counts.get(port) ?? 0;
    states.set(formatPortKey(port), { tail: 10 ** -strengthOf(law, value), median: round(law.mean), value });
  }
  return states;
}

export const portDistributed = {
  name: 'port-distributed', version: `port-distributed/1 budget=${BUDGET}`,
  source: 'Inoue et al., nicter (WISTDCS 2008); Ban et al., Towards early detection of novel attack patterns (UIC 2016); gamma-Poisson tails',
  about: 'Raises a port that more distinct sources ask than its learned distribution allows, within a budget of false alerts.',
  windowUs: MINUTE_US, input: 'screened', memoryBytes: 2 * FLOW_TABLE_BYTES + SEEN_BYTES + 65_536 * 4 * 200 + 64_000_000,
  empty: () => emptyFlows(), add: addFlows, merge: mergeFlows, memory, conclude,
} as const satisfies Engine<FlowTable, PortDistributedMemory>;
