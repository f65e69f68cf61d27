/**
 * Victims of denial of service, seen by the replies they scatter over unused addresses.
 *
 * In: packets, raw; only backscatter counts. Out: `dos.victim`. The address is a victim and never exported as an attacker.
 * Source: Moore et al., "Inferring Internet Denial-of-Service Activity", ACM TOCS 24(2), 2006, §3; the backscatter filter and the RSDoS
 * thresholds are corsaro's (CAIDA): ≥ 25 packets over ≥ 60 s with ≥ 30 packets in some 60 s sliding by 10 s; flows end after 300 s.
 * How: windows of ten seconds; a victim's partial is its packets, the times of its first KEPT_TIMES packets and a sample of services.
 * ICMP errors are counted for the host that the quoted packet was sent to, since routers answer in its place.
 * Shapes: the sample of services is the SERVICES of smallest hash: exact counts, any order of packets.
 * Cost: O(1) a backscatter packet; about 300 bytes a live victim; beyond VICTIMS every second half is dropped by hash.
 * Limits: UDP victims whose replies carry no trace of the attack are not seen; a scan of the telescope by SYN-ACK looks like a victim.
 * @module
 */
import { BIT, PROTO, TCP, type PacketBatch } from '../core/packet-batch.ts';
import { formatV4, formatV6 } from '../core/address.ts';
import { formatPortKey, portKey } from '../core/ports.ts';
import { SECOND_US } from '../core/time.ts';
import { LABELS, codeOf } from '../core/vocabulary.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { countryList, draft, MOST_POINTS, round } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import { mix3 } from './flow-table.ts';

/** A preset's conditions on one attack. `peak` is packets in 60 s sliding by 10 s. */
export interface DosPreset { readonly name: string; readonly packets: number; readonly durationUs: number; readonly peak: number; readonly timeoutUs: number }
export const RSDOS: DosPreset = Object.freeze({ name: 'RSDoS', packets: 25, durationUs: 60 * SECOND_US, peak: 30, timeoutUs: 300 * SECOND_US });
export const MOORE_2001: DosPreset = Object.freeze({ name: 'Moore 2001', packets: 100, durationUs: 60 * SECOND_US, peak: 0, timeoutUs: 300 * SECOND_US });

const BIN_US = 10 * SECOND_US;
const BINS = 6;
const KEPT_TIMES = 64;
const SERVICES = 8;
/** Most victims of one partial, and of the memory. */
export const VICTIMS = 1 << 16;
const LABEL_OWN = codeOf(LABELS, 'own');
/** ICMP types of the CAIDA backscatter filter: replies and errors. */
const ICMP_REPLIES = new Set([0, 3, 4, 5, 11, 12, 14, 16, 18]);
const ICMP_ERRORS = new Set([3, 4, 5, 11, 12]);
const ICMP6_REPLIES = new Set([1, 2, 3, 4, 129]);

interface Bin { packets: number; firstUs: number; lastUs: number; times: number[]; services: Map<number, number>; sensors: Set<string>; country: number; simulated: boolean }
export interface DosPartial { level: number; victims: Map<string | number, Bin> }

interface Attack {
  packets: number; firstUs: number; lastUs: number; bins: number[]; binAt: number; peak: number; services: Map<number, number>; sensors: Set<string>; country: number;
  firstWindowUs: number; raisedUs: number; presets: string[]; toldUs: number; toldPeak: number; series: { atUs: number; value: number }[];
}
export interface DosMemory { attacks: Map<string | number, Attack> }

/** Whether a packet is backscatter (CAIDA's filter). */
export function isBackscatter(proto: number, flags: number, sport: number): boolean {
  if (proto === PROTO.tcp) return (flags & TCP.rst) !== 0 || (flags & (TCP.syn | TCP.ack)) === (TCP.syn | TCP.ack);
  if (proto === PROTO.icmp) return ICMP_REPLIES.has(sport);
  if (proto === PROTO.icmp6) return ICMP6_REPLIES.has(sport);
  return proto === PROTO.udp && sport === 53;
}

function add(p: DosPartial, batch: PacketBatch, from: number, to: number): void {
  const { proto, flags, sport, ipBits, label } = batch;
  for (let i = from; i < to; i++) {
    const bits = ipBits[i] as number;
    if ((bits & BIT.hasTransport) === 0 || (bits & BIT.laterFragment) !== 0 || label[i] === LABEL_OWN) continue;
    const kind = proto[i] as number;
    if (!isBackscatter(kind, flags[i] as number, sport[i] as number)) continue;
    const victim = victimOf(batch, i), hash = hashOf(victim);
    if (p.level > 0 && hash >>> (32 - p.level) !== 0) continue;
    let bin = p.victims.get(victim);
    if (!bin) {
      bin = { packets: 0, firstUs: Infinity, lastUs: -Infinity, times: [], services: new Map(), sensors: new Set(), country: 0, simulated: false };
      p.victims.set(victim, bin);
      if (p.victims.size > VICTIMS) thin(p);
    }
    const at = batch.atUs[i] as number;
    bin.packets++;
    bin.firstUs = Math.min(bin.firstUs, at); bin.lastUs = Math.max(bin.lastUs, at);
    keepTime(bin.times, at);
    keepService(bin.services, portKey(kind, sport[i] as number), 1);
    bin.sensors.add(batch.sensor);
    bin.country = Math.max(bin.country, batch.country[i] as number);
    if ((bits & BIT.simulated) !== 0) bin.simulated = true;
  }
}

/** The victim of a backscatter packet: its source, or the quoted packet's destination in an ICMP error. */
function victimOf(batch: PacketBatch, i: number): string | number {
  if (batch.family === 6) return formatV6(batch.src, 4 * i);
  const at = batch.innerOff[i] as number, { raw } = batch;
  if (batch.proto[i] === PROTO.icmp && ICMP_ERRORS.has(batch.sport[i] as number) && (batch.innerLen[i] as number) >= 20 && at + 20 <= raw.length && (raw[at] as number) >>> 4 === 4) {
    return (((raw[at + 16] as number) << 24) | ((raw[at + 17] as number) << 16) | ((raw[at + 18] as number) << 8) | (raw[at + 19] as number)) >>> 0;
  }
  return batch.src[i] as number;
}

function hashOf(victim: string | number): number {
  if (typeof victim === 'number') return mix3(victim, 5, 6);
  let h = 7;
  for (let i = 0; i < victim.length; i++) h = mix3(h, victim.charCodeAt(i), i);
  return h;
}

function keepTime(times: number[], at: number): void {
  if (times.length >= KEPT_TIMES && at >= (times[times.length - 1] as number)) return;
  let i = times.length;
  while (i > 0 && (times[i - 1] as number) > at) i--;
  times.splice(i, 0, at);
  if (times.length > KEPT_TIMES) times.pop();
}

function keepService(services: Map<number, number>, key: number, count: number): void {
  const known = services.get(key);
  if (known !== undefined) { services.set(key, known + count); return; }
  if (services.size >= SERVICES) {
    let worst = -1, worstHash = mix3(key, 8, 9);
    for (const other of services.keys()) { const h = mix3(other, 8, 9); if (h > worstHash) { worst = other; worstHash = h; } }
    if (worst < 0) return;
    services.delete(worst);
  }
  services.set(key, count);
}

function thin(p: DosPartial): void {
  p.level++;
  for (const victim of p.victims.keys()) if (hashOf(victim) >>> (32 - p.level) !== 0) p.victims.delete(victim);
}

function merge(into: DosPartial, other: DosPartial): DosPartial {
  while (into.level < other.level) thin(into);
  for (const [victim, bin] of other.victims) {
    if (into.level > 0 && hashOf(victim) >>> (32 - into.level) !== 0) continue;
    const mine = into.victims.get(victim);
    if (!mine) { into.victims.set(victim, { ...bin, times: [...bin.times], services: new Map(bin.services), sensors: new Set(bin.sensors) }); continue; }
    mine.packets += bin.packets;
    mine.firstUs = Math.min(mine.firstUs, bin.firstUs); mine.lastUs = Math.max(mine.lastUs, bin.lastUs);
    for (const at of bin.times) keepTime(mine.times, at);
    for (const [key, count] of bin.services) keepService(mine.services, key, count);
    for (const sensor of bin.sensors) mine.sensors.add(sensor);
    mine.country = Math.max(mine.country, bin.country);
    mine.simulated ||= bin.simulated;
  }
  while (into.victims.size > VICTIMS) thin(into);
  return into;
}

function conclude(p: DosPartial, m: DosMemory, window: Window): { memory: DosMemory; findings: FindingDraft[] } {
  const findings: FindingDraft[] = [], binAt = Math.round(window.fromUs / BIN_US);
  // Order matters only where the bound on victims may bite; else what is told is put in order at the end.
  const bounded = m.attacks.size + p.victims.size >= VICTIMS;
  const victims = bounded ? [...p.victims].sort((x, y) => (String(x[0]) < String(y[0]) ? -1 : 1)) : p.victims;
  for (const [victim, bin] of victims) {
    const known = m.attacks.get(victim);
    if (window.open && !mayRaise(known, bin)) continue;
    if (!known && bin.packets < 2 && m.attacks.size >= VICTIMS) continue;
    if (!known && m.attacks.size >= 2 * VICTIMS) continue;
    if (window.open) {
      if (known && known.raisedUs !== 0) continue;
      const attack = grow(known, bin, binAt, window);
      if (attack.raisedUs !== 0 && !(known && glanced.get(known) === attack.firstWindowUs)) {
        if (known) glanced.set(known, attack.firstWindowUs);
        findings.push(tell(victim, attack, window, false));
      }
      continue;
    }
    const attack = grow(known, bin, binAt, window);
    m.attacks.set(victim, attack);
    if (attack.raisedUs !== 0 && (attack.toldUs === 0 || window.toUs - attack.toldUs >= 300 * SECOND_US || attack.peak >= 2 * attack.toldPeak)) {
      attack.toldUs = window.toUs; attack.toldPeak = attack.peak;
      findings.push(tell(victim, attack, window, false));
    }
  }
  findings.sort((x, y) => (x.subject < y.subject ? -1 : 1));
  const ended: FindingDraft[] = [];
  if (!window.open) for (const [victim, attack] of m.attacks) {
    if (window.toUs - attack.lastUs <= RSDOS.timeoutUs) continue;
    if (attack.raisedUs !== 0) ended.push(tell(victim, attack, window, true));
    m.attacks.delete(victim);
  }
  ended.sort((x, y) => (x.subject < y.subject ? -1 : 1));
  return { memory: m, findings: [...findings, ...ended] };
}

/** Whether a look at the open window could raise this victim at all: the cheap half of every preset's conditions. */
function mayRaise(known: Attack | undefined, bin: Bin): boolean {
  if (known && known.raisedUs !== 0) return false;
  const packets = (known?.packets ?? 0) + bin.packets, spanUs = Math.max(known?.lastUs ?? -Infinity, bin.lastUs) - Math.min(known?.firstUs ?? Infinity, bin.firstUs);
  return [RSDOS, MOORE_2001].some((preset) => packets >= preset.packets && spanUs >= preset.durationUs);
}

/** Attacks that a look at an open window has told of already. */
const glanced = new WeakMap<Attack, number>();

/** The attack with one more bin. The old object is left as it was: a look at an open window must not be remembered. */
function grow(known: Attack | undefined, bin: Bin, binAt: number, window: Window): Attack {
  const a: Attack = known ? { ...known, bins: [...known.bins], services: new Map(known.services), sensors: new Set(known.sensors), presets: [...known.presets], series: known.series } : {
    packets: 0, firstUs: bin.firstUs, lastUs: bin.lastUs, bins: new Array<number>(BINS).fill(0), binAt, peak: 0, services: new Map(), sensors: new Set(), country: 0,
    firstWindowUs: window.fromUs, raisedUs: 0, presets: [], toldUs: 0, toldPeak: 0, series: [],
  };
  for (let b = Math.max(a.binAt + 1, binAt - BINS + 1); b <= binAt; b++) a.bins[b % BINS] = 0;
  a.binAt = binAt;
  let before = 0;
  for (let b = 1; b < BINS; b++) before += a.bins[(binAt - b + 6 * BINS) % BINS] as number;
  const packetsBefore = a.packets, peakBefore = a.peak;
  a.bins[binAt % BINS] = bin.packets;
  a.packets += bin.packets;
  a.firstUs = Math.min(a.firstUs, bin.firstUs); a.lastUs = Math.max(a.lastUs, bin.lastUs);
  a.peak = Math.max(a.peak, before + bin.packets);
  for (const [key, count] of bin.services) keepService(a.services, key, count);
  for (const sensor of bin.sensors) a.sensors.add(sensor);
  a.country = Math.max(a.country, bin.country);
  if (!window.open) a.series = [...a.series.slice(-(MOST_POINTS - 1)), { atUs: window.fromUs, value: bin.packets }];
  for (const preset of [RSDOS, MOORE_2001]) {
    if (a.packets < preset.packets || a.lastUs - a.firstUs < preset.durationUs || a.peak < preset.peak || a.presets.includes(preset.name)) continue;
    a.presets.push(preset.name);
    // The last of the three conditions decides: the packet that completed count, peak and duration.
    const byCount = bin.times[Math.max(0, preset.packets - packetsBefore - 1)] ?? bin.lastUs;
    const byPeak = peakBefore >= preset.peak ? bin.firstUs : bin.times[Math.max(0, preset.peak - before - 1)] ?? bin.lastUs;
    const byTime = bin.times.find((at) => at - a.firstUs >= preset.durationUs) ?? bin.lastUs;
    const at = Math.max(byCount, byPeak, byTime);
    a.raisedUs = a.raisedUs === 0 ? at : Math.min(a.raisedUs, at);
  }
  return a;
}

function tell(victim: string | number, a: Attack, window: Window, ended: boolean): FindingDraft {
  const text = typeof victim === 'number' ? formatV4(victim) : victim;
  const service = [...a.services].sort((x, y) => y[1] - x[1] || x[0] - y[0])[0]?.[0] ?? 0, port = formatPortKey(service);
  const seconds = Math.round((a.lastUs - a.firstUs) / SECOND_US), toUs = a.lastUs + 1;
  const darkAddresses = [...a.sensors].reduce((sum, s) => sum + (window.addresses[s] ?? 0), 0);
  return draft(dosVictim, window, {
    name: 'dos.victim', subject: text, firstWindowUs: a.firstWindowUs, fromUs: a.firstUs, toUs, firstRaisedUs: a.raisedUs, ended,
    ports: [port], sensors: [...a.sensors].sort(), sources: 1, sourceList: [text], countries: countryList([a.country]), sourceRole: 'victim',
    score: a.presets.includes(MOORE_2001.name) ? 0.97 : 0.9, severity: a.peak >= 3_000 ? 3 : 2,
    facts: { victim: text, packets: a.packets, service: port, seconds, peak: a.peak, preset: a.presets.join(' + '), services: a.services.size },
    evidence: {
      query: `src == ${text} && label == backscatter`, fromUs: a.firstUs, toUs,
      figures: {
        packets: a.packets, durationSeconds: seconds, peakPacketsPerMinute: a.peak, preset: a.presets.join(' + '),
        ...(darkAddresses > 0 ? { estimatedAttackPps: round((a.peak / 60) * (2 ** 32 / darkAddresses), 3) } : {}),
      },
      series: a.series.map((s) => ({ ...s, low: 0, high: RSDOS.peak / BINS })),
    },
  });
}

export const dosVictim = {
  name: 'dos-victim', version: 'dos-victim/1 rsdos moore-2001',
  source: 'Moore et al., Inferring Internet Denial-of-Service Activity (ACM TOCS 2006); RSDoS of CAIDA corsaro',
  about: 'Raises victims of denial of service by the backscatter that reaches the telescope.',
  windowUs: BIN_US, input: 'raw', memoryBytes: 3 * VICTIMS * 1_600,
  empty: (): DosPartial => ({ level: 0, victims: new Map() }), add, merge, memory: (): DosMemory => ({ attacks: new Map() }), conclude,
} as const satisfies Engine<DosPartial, DosMemory>;
