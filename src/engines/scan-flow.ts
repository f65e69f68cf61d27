/**
 * Scans in ordinary captures: many ports of one host within minutes, or one service of many hosts.
 *
 * In: minute flows, screened. Out: `scan.vertical` (techniques syn, null, fin, xmas, udp) and `scan.horizontal` on ports that malware
 * spreads by. Source: Zeek's `policy/misc/scan`: 15 ports of one host, or 25 hosts of one port, within five minutes; NULL, FIN and XMAS
 * probes as in Fyodor, "The Art of Port Scanning", Phrack 51, 1997.
 * How: only probes count (SYN without ACK, no flags, FIN alone, FIN+PSH+URG, UDP that is no answer of a service): ordinary handshakes,
 * bare ACKs and answers do not. Five minutes slide by one. Differs: flags need not complete a handshake, so that one-way captures work.
 * Cost: one map access a flow whose source asked ≥ 2 ports of the host in the minute, or several hosts on a spreading port; PAIRS and SPREADS bound it.
 * Limits: of a source that asks several hosts on each port only one host a port is looked at (drawn by hash): a block scan may show as
 * several short vertical ones; a source with one port a minute is slower than the definition.
 * @module
 */
import { formatPortKey, portKey } from '../core/ports.ts';
import { formatV4 } from '../core/address.ts';
import { PROTO } from '../core/packet-batch.ts';
import { MINUTE_US, SECOND_US } from '../core/time.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { countryList, draft } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import { addFlows, destinationsOf, DESTINATION_WORDS, emptyFlows, FLOW_TABLE_BYTES, isScreened, isV6, KIND, labelOf, mergeFlows, mix3, orDestinations, portOf, sensorsOf, sourceText, type FlowTable } from './flow-table.ts';

/** Distinct ports of one host, and hosts of one port (Zeek). */
export const PORTS_OF_A_HOST = 15;
export const HOSTS_OF_A_PORT = 25;
const SPAN_MINUTES = 5;
/** A scan that pauses for longer is another one. */
const PAUSE_MINUTES = 15;
const PAIRS = 1 << 16;
const SPREADS = 1 << 16;
/** Flows of an open window beyond which it is not looked at: bounds the cost of a look. */
const MOST_PREVIEWED = 20_000;
/** Services that malware has spread by: RPC, NetBIOS, SMB, MS-SQL, MySQL, RDP, VNC, Redis, telnet, ADB. */
export const SPREADING_PORTS: ReadonlySet<number> = new Set([23, 135, 139, 445, 1433, 2323, 3306, 3389, 5555, 5900, 6379].map((port) => portKey(PROTO.tcp, port)));
const PROBES = KIND.syn | KIND.none | KIND.fin | KIND.xmas | KIND.udp;
const TECHNIQUES: readonly (readonly [number, string])[] = [[KIND.none, 'null'], [KIND.fin, 'fin'], [KIND.xmas, 'xmas'], [KIND.udp, 'udp'], [KIND.syn, 'syn']];

interface Scan { a: number; b: number; v6: boolean; dst: number; firstUs: number; lastUs: number; lastMinute: number; packets: number; kinds: number; country: number; sensors: Set<string>; firstWindowUs: number; raisedUs: number; told: number }
interface Vertical extends Scan { ports: Map<number, number> }
interface Horizontal extends Scan { port: number; minutes: { minute: number; bitmap: Uint32Array }[]; most: number }
export interface ScanFlowMemory { verticals: Map<string, Vertical>; horizontals: Map<string, Horizontal> }

function conclude(t: FlowTable, m: ScanFlowMemory, window: Window): { memory: ScanFlowMemory; findings: FindingDraft[] } {
  const findings: FindingDraft[] = [], minute = Math.round(window.fromUs / MINUTE_US);
  if (window.open && t.n > MOST_PREVIEWED) return { memory: m, findings };
  const touched = new Set<string>(), perPair = new Uint8Array(PAIR_CELLS), rows: number[] = [];
  for (let row = 0; row < t.n; row++) {
    if (!isScreened(labelOf(t.meta[row] as number)) || ((t.kinds[row] as number) & PROBES) === 0) continue;
    rows.push(row);
    const cell = pairCell(t, row);
    if ((perPair[cell] as number) < 2) perPair[cell] = (perPair[cell] as number) + 1;
  }
  // A look at an open window works on copies of what it touches.
  const verticals = new Map<string, Vertical>(), horizontals = new Map<string, Horizontal>();
  for (const row of rows) {
    const port = portOf(t.meta[row] as number);
    if ((perPair[pairCell(t, row)] as number) >= 2) {
      const key = `${t.a[row]}:${t.b[row]}>${t.dst[row]}`;
      let s = verticals.get(key);
      if (!s) {
        const known = m.verticals.get(key);
        if (!known && m.verticals.size + verticals.size >= PAIRS) continue;
        s = known ? (window.open ? { ...known, ports: new Map(known.ports), sensors: new Set(known.sensors) } : known) : { ...start(t, row, window), ports: new Map() };
        verticals.set(key, s);
      }
      absorb(t, row, s, minute);
      s.ports.set(port, minute);
      touched.add(key);
    }
    if (SPREADING_PORTS.has(port) && ((t.kinds[row] as number) & KIND.syn) !== 0 && ((t.slot[row] as number) >= 0 || m.horizontals.has(`${t.a[row]}:${t.b[row]}#${port}`))) {
      const key = `${t.a[row]}:${t.b[row]}#${port}`;
      const known = m.horizontals.get(key);
      if (!known && m.horizontals.size + horizontals.size >= SPREADS) continue;
      const s: Horizontal = known ? { ...known, minutes: [...known.minutes], sensors: new Set(known.sensors) } : { ...start(t, row, window), port, minutes: [], most: 0 };
      absorb(t, row, s, minute);
      const bitmap = new Uint32Array(DESTINATION_WORDS);
      orDestinations(t, row, bitmap, 0);
      s.minutes = [...s.minutes.filter((b) => minute - b.minute < SPAN_MINUTES), { minute, bitmap }];
      horizontals.set(key, s);
    }
  }
  for (const [key, s] of verticals) {
    for (const [port, at] of s.ports) if (minute - at >= SPAN_MINUTES && s.raisedUs === 0) s.ports.delete(port);
    if (s.ports.size >= PORTS_OF_A_HOST && s.raisedUs === 0) s.raisedUs = crossing(t, s);
    if (s.raisedUs !== 0 && (s.told === 0 || s.ports.size >= 2 * s.told)) { s.told = s.ports.size; findings.push(vertical(s, window, false)); }
    if (!window.open) m.verticals.set(key, s);
  }
  for (const [key, s] of horizontals) {
    const all = new Uint32Array(DESTINATION_WORDS);
    for (const { bitmap } of s.minutes) for (let w = 0; w < DESTINATION_WORDS; w++) all[w] = ((all[w] as number) | (bitmap[w] as number)) >>> 0;
    s.most = Math.max(s.most, destinationsOf(all, 0, false));
    if (s.most >= HOSTS_OF_A_PORT && s.raisedUs === 0) s.raisedUs = s.lastUs;
    if (s.raisedUs !== 0 && (s.told === 0 || s.most >= 2 * s.told)) { s.told = s.most; findings.push(horizontal(s, window, false)); }
    if (!window.open) m.horizontals.set(key, s);
  }
  if (window.open) {
    const told = looks.get(t) ?? new Set<string>();
    looks.set(t, told);
    return { memory: m, findings: findings.filter((f) => !told.has(f.subject) && told.add(f.subject)) };
  }
  for (const [key, s] of m.verticals) {
    if (minute - s.lastMinute < (s.raisedUs === 0 ? SPAN_MINUTES : PAUSE_MINUTES)) continue;
    if (s.raisedUs !== 0) findings.push(vertical(s, window, true));
    m.verticals.delete(key);
  }
  for (const [key, s] of m.horizontals) {
    if (minute - s.lastMinute < (s.raisedUs === 0 ? SPAN_MINUTES : PAUSE_MINUTES)) continue;
    if (s.raisedUs !== 0) findings.push(horizontal(s, window, true));
    m.horizontals.delete(key);
  }
  findings.sort((x, y) => x.firstRaisedUs - y.firstRaisedUs || (x.subject < y.subject ? -1 : x.subject > y.subject ? 1 : 0));
  return { memory: m, findings };
}

/** Cells that count flows of a (source, host) pair to two: a collision only lets a pair be looked at in vain. */
const PAIR_CELLS = 1 << 20;
function pairCell(t: FlowTable, row: number): number { return mix3(t.a[row] as number, t.b[row] as number, t.dst[row] as number) & (PAIR_CELLS - 1); }

/** Scans that looks at a window have told of. */
const looks = new WeakMap<FlowTable, Set<string>>();

function start(t: FlowTable, row: number, window: Window): Scan {
  return {
    a: t.a[row] as number, b: t.b[row] as number, v6: isV6(t.meta[row] as number), dst: t.dst[row] as number, firstUs: Infinity, lastUs: -Infinity, lastMinute: 0, packets: 0, kinds: 0,
    country: t.country[row] as number, sensors: new Set(), firstWindowUs: window.fromUs, raisedUs: 0, told: 0,
  };
}

function absorb(t: FlowTable, row: number, s: Scan, minute: number): void {
  s.firstUs = Math.min(s.firstUs, Math.floor(t.baseUs + (t.firstRel[row] as number)));
  s.lastUs = Math.max(s.lastUs, Math.floor(t.baseUs + (t.lastRel[row] as number)));
  s.lastMinute = minute;
  s.packets += t.packets[row] as number;
  s.kinds |= (t.kinds[row] as number) & PROBES;
  for (const sensor of sensorsOf(t, t.mask[row] as number)) s.sensors.add(sensor);
}

/** Time of the packet to the fifteenth port, counted back from all ports of this minute. */
function crossing(t: FlowTable, s: Vertical): number {
  const times: number[] = [];
  for (let row = 0; row < t.n; row++) if (t.b[row] === s.b && t.a[row] === s.a && t.dst[row] === s.dst && ((t.kinds[row] as number) & PROBES) !== 0) times.push(t.firstRel[row] as number);
  times.sort((x, y) => x - y);
  const at = Math.min(times.length - 1, Math.max(0, PORTS_OF_A_HOST - (s.ports.size - times.length) - 1));
  return Math.floor(t.baseUs + (times[at] ?? 0));
}

function vertical(s: Vertical, window: Window, ended: boolean): FindingDraft {
  const source = sourceText(s.a, s.b, s.v6), destination = s.v6 ? 'an IPv6 host' : formatV4(s.dst), technique = TECHNIQUES.filter(([bit]) => (s.kinds & bit) !== 0).map(([, name]) => name).join('+');
  const seconds = Math.max(1, Math.round((s.lastUs - s.firstUs) / SECOND_US)), ports = [...s.ports.keys()].sort((x, y) => x - y).map(formatPortKey);
  return draft(scanFlow, window, {
    name: 'scan.vertical', subject: `${source} ${destination}`, firstWindowUs: s.firstWindowUs, fromUs: s.firstUs, toUs: s.lastUs + 1, firstRaisedUs: s.raisedUs, ended,
    ports: ports.slice(0, 1_000), sensors: [...s.sensors].sort(), sources: 1, sourceList: [source], countries: countryList([s.country]), sourceRole: 'scanner', score: 0.95, severity: 1,
    facts: { source, destination, ports: ports.length, what: 'ports', seconds, technique },
    evidence: { query: s.v6 ? `src == ${source}` : `src == ${source} && dst == ${destination}`, fromUs: s.firstUs, toUs: s.lastUs + 1, figures: { distinctPorts: ports.length, packets: s.packets, threshold: PORTS_OF_A_HOST, spanMinutes: SPAN_MINUTES, technique }, series: [] },
  });
}

function horizontal(s: Horizontal, window: Window, ended: boolean): FindingDraft {
  const source = sourceText(s.a, s.b, s.v6), port = formatPortKey(s.port);
  return draft(scanFlow, window, {
    name: 'scan.horizontal', subject: `${source} ${port} spreading`, firstWindowUs: s.firstWindowUs, fromUs: s.firstUs, toUs: s.lastUs + 1, firstRaisedUs: s.raisedUs, ended,
    ports: [port], sensors: [...s.sensors].sort(), sources: 1, sourceList: [source], countries: countryList([s.country]), sourceRole: 'scanner', score: 0.9, severity: 1,
    facts: { source, port, destinations: s.most, packets: s.packets, rate: 'an unknown number of', preset: 'spreading port, 25 hosts in 5 minutes' },
    evidence: { query: `src == ${source} && port == ${port}`, fromUs: s.firstUs, toUs: s.lastUs + 1, figures: { distinctDestinations: s.most, packets: s.packets, threshold: HOSTS_OF_A_PORT, spanMinutes: SPAN_MINUTES }, series: [] },
  });
}

export const scanFlow = {
  name: 'scan-flow', version: `scan-flow/1 ports=${PORTS_OF_A_HOST} hosts=${HOSTS_OF_A_PORT}`, source: 'Zeek policy/misc/scan; Fyodor, The Art of Port Scanning (Phrack 51, 1997)',
  about: 'Raises scans of many ports of one host, and of one spreading service at many hosts, within five minutes.',
  windowUs: MINUTE_US, input: 'screened', memoryBytes: 2 * FLOW_TABLE_BYTES + PAIRS * 1_500 + SPREADS * 900,
  empty: () => emptyFlows(), add: addFlows, merge: mergeFlows, memory: (): ScanFlowMemory => ({ verticals: new Map(), horizontals: new Map() }), conclude,
} as const satisfies Engine<FlowTable, ScanFlowMemory>;
