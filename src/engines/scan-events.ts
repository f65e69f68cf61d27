/**
 * Scan events and aggressive hitters: one source, one port, many dark addresses; one source, everything.
 *
 * In: minute flows, screened. Out: `scan.horizontal` (an event of the chosen preset) and `scan.source` (aggressive hitter by definition
 * 1, 2 or 3). Sources and definitions: `scan-presets.ts`. A finding names its preset.
 * How: an event joins a source's flows to one port until the preset's pause; its distinct destinations are a bitmap (exact on a /24,
 * linear counting beyond); its rate is estimated from the addresses of the sensors that saw it. Hitters: (1) an event on ≥ 10 % of the
 * dark addresses; (2) packets, (3) ports of a source and day in the upper 10⁻⁴ of that day's sources so far, above stated floors.
 * Cost: one map access a flow and minute; 200 bytes an event, 400 with several destinations; at EVENTS rows every second half of the
 * sources is dropped by hash. Limits: addresses of a sensor that are not known count as one /24.
 * @module
 */
import { formatPortKey } from '../core/ports.ts';
import { DAY_US, MINUTE_US, SECOND_US } from '../core/time.ts';
import { TOOLS } from '../core/vocabulary.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { countryList, draft, round } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import {
  addFlows, destinations, destinationsOf, DESTINATION_WORDS, emptyFlows, FLOW_TABLE_BYTES, isScreened, isV6, labelOf, markDestination, mergeFlows, mix3, orDestinations, portOf, sourceText, type FlowTable,
} from './flow-table.ts';
import { AGGRESSIVE, globalRatePps, SCAN_PRESETS, type ScanPreset } from './scan-presets.ts';

/** Most events, and most sources of a day, that are kept. */
export const EVENTS = 1 << 17;
const DARK_OF_UNKNOWN = 256;

interface ScanEvent {
  a: number; b: number; v6: boolean; port: number; firstUs: number; lastUs: number; packets: number; bitmap: Uint32Array | null; dst: number; destinations: number;
  sensors: Set<string>; tools: number; country: number; firstWindowUs: number; raisedUs: number; hitterUs: number; told: number;
}
interface DaySource { a: number; b: number; v6: boolean; packets: number; ports: number; bitmap: Uint32Array | null; port: number; country: number; sensors: Set<string>; told: boolean }
export interface ScanMemory { level: number; events: Map<number | string, ScanEvent>; day: number; sources: Map<number | string, DaySource>; limits: { packets: number; ports: number } }

/** Key of a source, or of a source and port: exact integers for IPv4 over TCP, UDP and ICMP, text otherwise. */
function sourceKey(a: number, b: number, v6: boolean): number | string { return v6 ? `${a}:${b}` : b; }
function eventKey(a: number, b: number, v6: boolean, port: number): number | string {
  const proto = Math.floor(port / 65_536), code = proto === 6 ? 0 : proto === 17 ? 1 : proto === 1 ? 2 : -1;
  return v6 || code < 0 ? `${a}:${b}:${port}` : b * 262_144 + code * 65_536 + (port & 0xffff);
}

function darkOf(window: Window, sensors: ReadonlySet<string> | readonly string[]): number {
  let sum = 0;
  for (const sensor of sensors) sum += window.addresses[sensor] || DARK_OF_UNKNOWN;
  return sum || DARK_OF_UNKNOWN;
}

/** The engine for one preset; `scanEvents` below is the default. */
export function scanEventsBy(preset: ScanPreset) {
  const engine = {
    name: 'scan-events', version: `scan-events/1 ${preset.name}`,
    source: 'Durumeric et al. 2014; Moore et al. 2004; Merit darknet events; Anwar et al. 2023',
    about: 'Raises scans of one port over many dark addresses, and aggressive hitters.',
    windowUs: MINUTE_US, input: 'screened', memoryBytes: 2 * FLOW_TABLE_BYTES + EVENTS * 1_200,
    empty: () => emptyFlows(), add: addFlows, merge: mergeFlows,
    memory: (): ScanMemory => ({ level: 0, events: new Map(), day: -1, sources: new Map(), limits: { packets: AGGRESSIVE.leastPackets, ports: AGGRESSIVE.leastPorts } }),
    conclude: (t: FlowTable, m: ScanMemory, window: Window) => conclude(t, m, window),
  } as const satisfies Engine<FlowTable, ScanMemory>;

  function conclude(t: FlowTable, m: ScanMemory, window: Window): { memory: ScanMemory; findings: FindingDraft[] } {
    const findings: FindingDraft[] = [];
    if (window.open) { glance(t, m, window, findings); return { memory: m, findings }; }
    const day = Math.floor(window.fromUs / DAY_US);
    if (day !== m.day) { m.sources.clear(); m.day = day; }
    for (let row = 0; row < t.n; row++) {
      if (!isScreened(labelOf(t.meta[row] as number))) continue;
      if (m.level > 0 && mix3(t.a[row] as number, t.b[row] as number, 11) >>> (32 - m.level) !== 0) continue;
      const e = eventOf(t, row, m, window, false);
      absorb(t, row, e, window);
      judge(e, t, row, window);
      if (e.raisedUs !== 0 && (e.told === 0 || e.destinations >= 2 * e.told)) { e.told = e.destinations; findings.push(horizontal(e, window, false)); }
      if (e.hitterUs !== 0 && e.hitterUs >= window.fromUs) findings.push(hitter(e, sourceOf(t, row, m), window));
      countDay(t, row, m, window, findings);
    }
    if (m.events.size > EVENTS || m.sources.size > EVENTS) thin(m);
    for (const [key, e] of m.events) {
      if (window.toUs - e.lastUs <= preset.timeoutUs(darkOf(window, e.sensors))) continue;
      if (e.raisedUs !== 0) findings.push(horizontal(e, window, true));
      m.events.delete(key);
    }
    if (Math.round(window.toUs / MINUTE_US) % 60 === 0) learnLimits(m);
    findings.sort((x, y) => x.firstRaisedUs - y.firstRaisedUs || (x.subject < y.subject ? -1 : x.subject > y.subject ? 1 : 0));
    return { memory: m, findings };
  }

  /** Looks at flows touched since the last look, on copies of their events. */
  function glance(t: FlowTable, m: ScanMemory, window: Window, findings: FindingDraft[]): void {
    const state = looks.get(t) ?? { rel: 0, raised: new Set<number | string>() };
    looks.set(t, state);
    let newest = state.rel;
    for (let row = 0; row < t.n; row++) {
      const last = t.lastRel[row] as number;
      if (last < state.rel || !isScreened(labelOf(t.meta[row] as number))) continue;
      if (last > newest) newest = last;
      const meta = t.meta[row] as number, key = eventKey(t.a[row] as number, t.b[row] as number, isV6(meta), portOf(meta));
      if (state.raised.has(key)) continue;
      // Without the flow's own spread no preset can be reached in this minute: cheap test before any copy.
      const known = m.events.get(key), spread = destinations(t, row, false) + (known?.destinations ?? 0);
      if (spread < preset.addresses || (known !== undefined && known.raisedUs !== 0)) continue;
      const e = eventOf(t, row, m, window, true);
      absorb(t, row, e, window);
      judge(e, t, row, window);
      if (e.raisedUs !== 0) { state.raised.add(key); findings.push(horizontal(e, window, false)); }
    }
    // A packet may share its microsecond with the newest one seen: look at that moment again.
    state.rel = newest;
  }

  function eventOf(t: FlowTable, row: number, m: ScanMemory, window: Window, copy: boolean): ScanEvent {
    const meta = t.meta[row] as number, a = t.a[row] as number, b = t.b[row] as number, v6 = isV6(meta), port = portOf(meta), key = eventKey(a, b, v6, port);
    const known = m.events.get(key), startUs = Math.floor(t.baseUs + (t.firstRel[row] as number));
    if (known && startUs - known.lastUs <= preset.timeoutUs(darkOf(window, known.sensors))) {
      return copy ? { ...known, bitmap: known.bitmap?.slice() ?? null, sensors: new Set(known.sensors) } : known;
    }
    const e: ScanEvent = {
      a, b, v6, port, firstUs: startUs, lastUs: startUs, packets: 0, bitmap: null, dst: t.dst[row] as number, destinations: 0, sensors: new Set(), tools: 0,
      country: t.country[row] as number, firstWindowUs: window.fromUs, raisedUs: 0, hitterUs: 0, told: 0,
    };
    if (!copy) m.events.set(key, e);
    return e;
  }

  function absorb(t: FlowTable, row: number, e: ScanEvent, window: Window): void {
    e.packets += t.packets[row] as number;
    e.firstUs = Math.min(e.firstUs, Math.floor(t.baseUs + (t.firstRel[row] as number)));
    e.lastUs = Math.max(e.lastUs, Math.floor(t.baseUs + (t.lastRel[row] as number)));
    e.tools |= t.tools[row] as number;
    addSensors(t, row, e.sensors);
    if (e.bitmap === null) {
      if (e.destinations === 0 && (t.slot[row] as number) < 0) { e.destinations = 1; return; }
      if ((t.slot[row] as number) < 0 && t.dst[row] === e.dst) return;
      e.bitmap = new Uint32Array(DESTINATION_WORDS);
      if (e.destinations > 0) markDestination(e.bitmap, 0, e.dst);
    }
    orDestinations(t, row, e.bitmap, 0);
    e.destinations = Math.max(2, destinationsOf(e.bitmap, 0, exact(e.v6, e.sensors, window)));
  }

  function judge(e: ScanEvent, t: FlowTable, row: number, window: Window): void {
    const dark = darkOf(window, e.sensors), durationUs = e.lastUs - e.firstUs;
    if (e.raisedUs === 0 && e.destinations >= preset.addresses && globalRatePps(e.packets, dark, durationUs) >= preset.ratePps) {
      e.raisedUs = crossing(t, row, e);
    }
    // A share of the dark addresses can be said only where their number is known.
    const known = [...e.sensors].every((sensor) => (window.addresses[sensor] ?? 0) > 0);
    if (known && e.hitterUs === 0 && e.destinations >= Math.max(AGGRESSIVE.share * dark, 25)) e.hitterUs = Math.max(window.fromUs, crossing(t, row, e));
  }

  /** The packet that reached the threshold lies between the flow's first and last packet: evenly spread packets place it. */
  function crossing(t: FlowTable, row: number, e: ScanEvent): number {
    const first = t.baseUs + (t.firstRel[row] as number), last = t.baseUs + (t.lastRel[row] as number), here = destinations(t, row, false);
    const before = Math.max(0, e.destinations - here), share = here === 0 ? 1 : Math.min(1, Math.max(0, (preset.addresses - before) / here));
    return Math.floor(first + share * (last - first));
  }

  function horizontal(e: ScanEvent, window: Window, ended: boolean): FindingDraft {
    const source = sourceText(e.a, e.b, e.v6), port = formatPortKey(e.port), dark = darkOf(window, e.sensors), rate = globalRatePps(e.packets, dark, e.lastUs - e.firstUs);
    const tools = TOOLS.filter((name, code) => name !== '' && ((e.tools >>> code) & 1) === 1).join(' ');
    return draft(engine, window, {
      name: 'scan.horizontal', subject: `${source} ${port}`, firstWindowUs: e.firstWindowUs, fromUs: e.firstUs, toUs: e.lastUs + 1, firstRaisedUs: e.raisedUs, ended,
      ports: [port], sensors: [...e.sensors].sort(), sources: 1, sourceList: [source], countries: countryList([e.country]), sourceRole: 'scanner', score: 0.98, severity: 1,
      facts: { source, port, destinations: e.destinations, packets: e.packets, rate: round(rate, 2), preset: preset.name, tools },
      evidence: {
        query: `src == ${source} && port == ${port}`, fromUs: e.firstUs, toUs: e.lastUs + 1,
        figures: { distinctDestinations: e.destinations, packets: e.packets, durationSeconds: Math.round((e.lastUs - e.firstUs) / SECOND_US), estimatedRatePps: round(rate), darkAddresses: dark, preset: preset.name }, series: [],
      },
    });
  }

  function hitter(e: ScanEvent, day: DaySource | undefined, window: Window): FindingDraft {
    return aggressive(e.a, e.b, e.v6, 'aggressive hitter, definition 1', window, e.hitterUs, {
      packets: Math.max(e.packets, day?.packets ?? 0), destinations: e.destinations, ports: Math.max(1, day?.ports ?? 1), port: e.port, country: e.country, sensors: e.sensors, fromUs: e.firstUs, toUs: e.lastUs + 1,
    });
  }

  function aggressive(a: number, b: number, v6: boolean, rule: string, window: Window, raisedUs: number,
    f: { packets: number; destinations: number; ports: number; port: number; country: number; sensors: ReadonlySet<string>; fromUs: number; toUs: number }): FindingDraft {
    const source = sourceText(a, b, v6), dayUs = Math.floor(window.fromUs / DAY_US) * DAY_US;
    return draft(engine, window, {
      name: 'scan.source', subject: source, firstWindowUs: dayUs, fromUs: f.fromUs, toUs: f.toUs, firstRaisedUs: raisedUs,
      ports: [formatPortKey(f.port)], sensors: [...f.sensors].sort(), sources: 1, sourceList: [source], countries: countryList([f.country]), sourceRole: 'scanner', score: 0.95, severity: 1,
      facts: { source, packets: f.packets, destinations: f.destinations, ports: f.ports, preset: rule },
      evidence: { query: `src == ${source}`, fromUs: f.fromUs, toUs: f.toUs, figures: { packets: f.packets, distinctDestinations: f.destinations, distinctPorts: f.ports, rule }, series: [] },
    });
  }

  function sourceOf(t: FlowTable, row: number, m: ScanMemory): DaySource | undefined {
    return m.sources.get(sourceKey(t.a[row] as number, t.b[row] as number, isV6(t.meta[row] as number)));
  }

  function countDay(t: FlowTable, row: number, m: ScanMemory, window: Window, findings: FindingDraft[]): void {
    const meta = t.meta[row] as number, v6 = isV6(meta), a = t.a[row] as number, b = t.b[row] as number, key = sourceKey(a, b, v6), port = portOf(meta);
    let s = m.sources.get(key);
    if (!s) { s = { a, b, v6, packets: 0, ports: 0, bitmap: null, port, country: t.country[row] as number, sensors: new Set(), told: false }; m.sources.set(key, s); }
    s.packets += t.packets[row] as number;
    addSensors(t, row, s.sensors);
    if (s.ports === 0) s.ports = 1;
    else if (port !== s.port || s.bitmap) {
      if (!s.bitmap) { s.bitmap = new Uint32Array(DESTINATION_WORDS); markDestination(s.bitmap, 0, mix3(s.port, 12, 13)); }
      markDestination(s.bitmap, 0, mix3(port, 12, 13));
      s.ports = Math.max(2, destinationsOf(s.bitmap, 0, false));
    }
    if (s.told || (s.packets < m.limits.packets && s.ports < m.limits.ports)) return;
    s.told = true;
    const rule = s.packets >= m.limits.packets ? 'aggressive hitter, definition 2' : 'aggressive hitter, definition 3';
    findings.push(aggressive(a, b, v6, rule, window, window.toUs - 1, { packets: s.packets, destinations: destinations(t, row, false), ports: s.ports, port, country: s.country, sensors: s.sensors, fromUs: Math.floor(window.fromUs / DAY_US) * DAY_US, toUs: window.toUs }));
  }

  return engine;
}

function addSensors(t: FlowTable, row: number, sensors: Set<string>): void {
  const mask = t.mask[row] as number;
  for (let s = 0; s < t.sensors.length; s++) if ((mask & (1 << (s & 31))) !== 0) sensors.add(t.sensors[s] as string);
}

/** Limits of definitions 2 and 3: the upper tail of the day's sources so far, with floors; kept while there are too few sources. */
function learnLimits(m: ScanMemory): void {
  if (m.sources.size < AGGRESSIVE.leastSources) return;
  const packets: number[] = [], ports: number[] = [];
  for (const s of m.sources.values()) { packets.push(s.packets); ports.push(s.ports); }
  const tail = (list: number[]) => list.sort((x, y) => x - y)[Math.min(list.length - 1, Math.floor(AGGRESSIVE.quantile * list.length))] as number;
  m.limits = { packets: Math.max(AGGRESSIVE.leastPackets, tail(packets)), ports: Math.max(AGGRESSIVE.leastPorts, tail(ports)) };
}

/** Whether a bitmap is exact: all destinations are of one sensor that watches one /24 (of IPv4) or less. */
function exact(v6: boolean, sensors: ReadonlySet<string>, window: Window): boolean {
  if (v6 || sensors.size !== 1) return false;
  for (const sensor of sensors) return (window.addresses[sensor] ?? 0) > 0 && (window.addresses[sensor] as number) <= 256;
  return false;
}

const looks = new WeakMap<FlowTable, { rel: number; raised: Set<number | string> }>();

function thin(m: ScanMemory): void {
  while (m.events.size > EVENTS || m.sources.size > EVENTS) {
    m.level++;
    const gone = (a: number, b: number): boolean => mix3(a, b, 11) >>> (32 - m.level) !== 0;
    for (const [key, e] of m.events) if (gone(e.a, e.b)) m.events.delete(key);
    for (const [key, s] of m.sources) if (gone(s.a, s.b)) m.sources.delete(key);
  }
}

export const scanEvents = scanEventsBy(SCAN_PRESETS['durumeric-2014']);
