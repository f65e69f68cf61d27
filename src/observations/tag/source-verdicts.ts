/**
 * Tools that show only over several packets of one source: constant relations, repeats, pairs, choice of targets. A door of this area.
 *
 * In: annotated batches (packets that one-packet rules have not named). Out: {@link SourceVerdict}s with rule, strength and figures.
 * Partials of any split of the packets merge to the same state: every field is a sum, a minimum, a maximum, a bounded set, or
 * "all equal so far"; bounded samples of targets keep those of smallest hash (Cohen, "Size-Estimation Framework", 1997, bottom-k).
 * Shapes: one entry a source; above {@link MAX_SOURCES} an even share of the sources is followed (`followed-sources.ts`).
 * Cost: one map look-up and a few comparisons a SYN; some 500 bytes a source, at most 64 MB.
 * Limits: a source shared by several machines (NAT) breaks constancies; then nothing is said.
 * @module
 */
import { BIT, PROTO, TCP, type PacketBatch } from '../../core/packet-batch.ts';
import { TOOLS, codeOf, type Tool } from '../../core/vocabulary.ts';
import { formatAddressAt } from '../../core/address.ts';
import { follow, followNone, followedRatio, joinFollowed, mix32, mixWords, type Followed } from './followed-sources.ts';

/** Most sources followed at once. */
export const MAX_SOURCES = 65_536;
/** Targets remembered of a source, for repeats and for pairs. */
const SAMPLE = 16;
/** Longest time from 23/tcp to 10073/tcp of the same destination, microseconds: "seconds later" in the reports; a minute leaves room for retries. */
const PAIR_US = 60_000_000;
/** Shortest time between two probes of a target that is no duplicate made by the network, microseconds. */
const REPEAT_US = 500_000;
/** Verdicts weaker than this chance of coincidence are not given. */
const WEAKEST_LOG2 = -30;

/** A rule over several packets of a source, for the docs. */
export interface SourceRule { readonly id: string; readonly tool: Exclude<Tool, ''>; readonly about: string; readonly source: string; readonly strength: string }

export const SOURCE_RULES: readonly SourceRule[] = [
  { id: 'unicornscan-constant', tool: 'unicornscan', about: 'sequence number XOR destination XOR (port pair) is the same number in every packet of the source; the port pair is destination port over source port or the reverse.', source: 'Unicornscan source, scan_tcp (GPL, read for facts); detection used by Merit ORION and by Ghiëtte et al., "Remote Identification of Port Scan Toolchains", 2016', strength: '2^-32 for each packet after the first' },
  { id: 'nmap-run', tool: 'nmap', about: 'in packets of the Nmap SYN template, the two halves of the sequence number XOR to one number for the whole run; where windows vary (older versions), (window/1024 − 1 − TTL) mod 4 is constant too, since there the window tells the original TTL mod 4 and the path does not change.', source: 'behaviour of Nmap 5–7 (sequence numbers encode the try; TTL and window are drawn together); Ghiëtte et al. 2016', strength: '2^-16 for each packet after the first with another sequence number, 2^-32 with the same one' },
  { id: 'zmap-repeat', tool: 'zmap', about: 'probing a target again repeats sequence number and identification, because ZMap derives both from a keyed function of source, destination and port; systems that retransmit change the identification.', source: 'ZMap source 4.1 and later, validate.c and send.c (Apache-2.0, read for facts)', strength: '2^-16 for each repeated target (the sequence number repeats in retransmissions too)' },
  { id: 'morto-sport', tool: 'morto', about: 'SYNs to 3389/tcp of many destinations from one source port at a time: at least 8 destinations a source port.', source: 'tkiwa signature Morto_scan (YNU, CSS 2014); F-Secure, "Windows Remote Desktop Worm Morto Spreading", August 2011', strength: '2^-14 for each destination after the first of a source port' },
  { id: 'moose-pair', tool: 'moose', about: '23/tcp and, within a minute, 10073/tcp of the same destination, by a source that tries few ports: Moose asks there whether the host is already infected.', source: 'ESET, "Dissecting Linux/Moose", May 2015, section 3.3', strength: '2^-16 for each pair' },
  { id: 'conficker-quarter', tool: 'conficker', about: '445/tcp only of addresses whose second and fourth octets are below 128: its random numbers are 15 bits wide.', source: 'CAIDA, "Conficker/Conflicker/Downadup as seen from the UCSD Network Telescope", 2009', strength: 'the share of watched addresses that fit, to the power of the destinations' },
];

/** What was concluded of one source. */
export interface SourceVerdict {
  readonly src: string;
  readonly tool: Exclude<Tool, ''>;
  readonly rule: string;
  /** log2 of the chance that independent random values would agree so. */
  readonly strengthLog2: number;
  readonly packets: number;
  readonly figures: Readonly<Record<string, number>>;
}

/** A number that has been the same in all packets so far. */
interface Constant { n: number; value: number; same: boolean }
/** A target seen again and again. */
interface Target { seq: number; ipid: number; same: boolean; n: number; firstUs: number; lastUs: number }

interface Entry {
  syns: number;
  /** Smallest and largest of destination XOR ports: equal while the source has sent one packet over and over. */
  mixLow: number; mixHigh: number;
  readonly straight: Constant; readonly swapped: Constant;
  readonly nmapHops: Constant; readonly nmapWindows: Constant; readonly nmapHalves: Constant;
  nmapSeqLow: number; nmapSeqHigh: number;
  /** Distinct destination ports, at most SAMPLE; then `manyPorts`. */
  ports: number[]; manyPorts: boolean;
  /** 3389/tcp: distinct source ports (likewise bounded) and smallest-hash destinations. */
  rdpPorts: number[]; rdpManyPorts: boolean; rdpPackets: number; rdpTargets: Map<number, number> | null;
  smbPackets: number; smbInQuarter: number; smbTargets: Map<number, number> | null;
  repeats: Map<number, Target> | null;
  /** Destination hash → earliest time, of 23/tcp and of 10073/tcp. */
  telnet: Map<number, number> | null; moose: Map<number, number> | null;
}

export interface SourceVerdictState {
  readonly followed: Followed<Entry>;
  /** SYNs to 445/tcp over all sources: those to addresses in Conficker's quarter, and all. */
  smbInQuarter: number; smbAll: number;
}

const NMAP = codeOf(TOOLS, 'nmap');
const CONTROL = TCP.syn | TCP.ack | TCP.rst | TCP.fin;

function empty(): SourceVerdictState {
  return { followed: followNone(), smbInQuarter: 0, smbAll: 0 };
}

/** Adds packets [from, to) of an annotated batch; keeps no reference to it. */
function add(state: SourceVerdictState, batch: PacketBatch, from = 0, to = batch.n): void {
  const { proto, flags, ipBits, tool, family } = batch;
  for (let i = from; i < to; i++) {
    if (proto[i] !== PROTO.tcp || ((flags[i] as number) & CONTROL) !== TCP.syn || ((ipBits[i] as number) & BIT.hasTransport) === 0) continue;
    const named = tool[i] as number;
    if (named !== 0 && named !== NMAP) continue;
    const entry = follow(state.followed, batch, i, MAX_SOURCES, newEntry);
    if (entry) addSyn(state, entry, batch, i, family === 4 ? batch.dst[i] as number : mixWords(batch.dst, 4 * i), named === NMAP || looksLikeNmap(batch, i));
  }
}

function newEntry(): Entry {
  const constant = (): Constant => ({ n: 0, value: 0, same: true });
  return {
    syns: 0, mixLow: 0xffffffff, mixHigh: 0, straight: constant(), swapped: constant(), nmapHops: constant(), nmapWindows: constant(), nmapHalves: constant(),
    nmapSeqLow: 0xffffffff, nmapSeqHigh: 0, ports: [], manyPorts: false,
    rdpPorts: [], rdpManyPorts: false, rdpPackets: 0, rdpTargets: null,
    smbPackets: 0, smbInQuarter: 0, smbTargets: null, repeats: null, telnet: null, moose: null,
  };
}

function addSyn(state: SourceVerdictState, entry: Entry, batch: PacketBatch, i: number, dst: number, isNmap: boolean): void {
  const sport = batch.sport[i] as number, dport = batch.dport[i] as number, seq = batch.seq[i] as number, atUs = batch.atUs[i] as number;
  entry.syns++;
  if (isNmap) {
    const step = ((batch.window[i] as number) >>> 10) - 1;
    agree(entry.nmapHops, (step - (batch.ttl[i] as number)) & 3);
    agree(entry.nmapWindows, step);
    agree(entry.nmapHalves, (seq >>> 16) ^ (seq & 0xffff));
    entry.nmapSeqLow = Math.min(entry.nmapSeqLow, seq);
    entry.nmapSeqHigh = Math.max(entry.nmapSeqHigh, seq);
    return;
  }
  const ports = ((dport << 16) | sport) >>> 0;
  const mixed = (dst ^ ports) >>> 0;
  entry.mixLow = Math.min(entry.mixLow, mixed);
  entry.mixHigh = Math.max(entry.mixHigh, mixed);
  agree(entry.straight, (seq ^ mixed) >>> 0);
  agree(entry.swapped, (seq ^ dst ^ ((sport << 16) | dport)) >>> 0);
  if (!entry.manyPorts) entry.manyPorts = !include(entry.ports, dport);
  switch (dport) {
    case 3389:
      entry.rdpPackets++;
      if (!entry.rdpManyPorts) entry.rdpManyPorts = !include(entry.rdpPorts, sport);
      smallest(entry.rdpTargets ??= new Map(), mix32(dst), 4 * SAMPLE, atUs);
      break;
    case 445: {
      const quarter = batch.family === 4 && (dst & 0x00800080) === 0 ? 1 : 0;
      entry.smbPackets++; entry.smbInQuarter += quarter;
      smallest(entry.smbTargets ??= new Map(), mix32(dst), 4 * SAMPLE, atUs);
      state.smbAll++; state.smbInQuarter += quarter;
      break;
    }
    case 23: smallest(entry.telnet ??= new Map(), mix32(dst), SAMPLE, atUs); break;
    case 10_073: smallest(entry.moose ??= new Map(), mix32(dst), SAMPLE, atUs); break;
    default:
  }
  // The one thing that all ZMap probes since 4.1 share: window 65535 without the fragmentation flag.
  if (batch.window[i] === 65_535 && ((batch.ipBits[i] as number) & BIT.dontFragment) === 0) {
    addTarget(entry.repeats ??= new Map(), mix32((dst ^ Math.imul(dport + 1, 0x9e3779b1)) >>> 0), { seq, ipid: batch.ipid[i] as number, same: true, n: 1, firstUs: atUs, lastUs: atUs });
  }
}

/** The template of Nmap at any distance, which one packet alone does not prove: window 1024·k, four bytes of options, no fragmentation flag. */
function looksLikeNmap(batch: PacketBatch, i: number): boolean {
  const window = batch.window[i] as number;
  return window >= 1024 && window <= 4096 && (window & 1023) === 0 && batch.optLen[i] === 4 && ((batch.ipBits[i] as number) & BIT.dontFragment) === 0 && (batch.ttl[i] as number) <= 59;
}

function agree(constant: Constant, value: number): void {
  if (constant.n++ === 0) constant.value = value;
  else if (constant.value !== value) constant.same = false;
}

function agreeAll(into: Constant, other: Constant): void {
  if (other.n === 0) return;
  if (into.n === 0) { into.value = other.value; into.same = other.same; }
  else if (into.value !== other.value || !other.same) into.same = false;
  into.n += other.n;
}

/** Puts a number into an ascending set of at most SAMPLE; false if there is no room. */
function include(set: number[], value: number): boolean {
  if (set.includes(value)) return true;
  if (set.length >= SAMPLE) return false;
  set.push(value);
  set.sort((a, b) => a - b);
  return true;
}

/** Keeps the `most` smallest keys, each with its earliest time. */
function smallest(sample: Map<number, number>, key: number, most: number, atUs: number): void {
  const before = sample.get(key);
  if (before !== undefined && before <= atUs) return;
  sample.set(key, atUs);
  if (sample.size > most) sample.delete(Math.max(...sample.keys()));
}

function addTarget(sample: Map<number, Target>, key: number, target: Target): void {
  const before = sample.get(key);
  if (before) {
    before.same = before.same && target.same && before.seq === target.seq && before.ipid === target.ipid;
    before.n += target.n;
    before.firstUs = Math.min(before.firstUs, target.firstUs);
    before.lastUs = Math.max(before.lastUs, target.lastUs);
    return;
  }
  sample.set(key, target);
  if (sample.size > SAMPLE) sample.delete(Math.max(...sample.keys()));
}

/** Joins `other` into `into` and returns it; `other` must not be used any more. */
function merge(into: SourceVerdictState, other: SourceVerdictState): SourceVerdictState {
  into.smbAll += other.smbAll;
  into.smbInQuarter += other.smbInQuarter;
  joinFollowed(into.followed, other.followed, MAX_SOURCES, joinEntries);
  return into;
}

function joinEntries(a: Entry, b: Entry): void {
  a.syns += b.syns;
  a.mixLow = Math.min(a.mixLow, b.mixLow); a.mixHigh = Math.max(a.mixHigh, b.mixHigh);
  agreeAll(a.straight, b.straight); agreeAll(a.swapped, b.swapped);
  agreeAll(a.nmapHops, b.nmapHops); agreeAll(a.nmapWindows, b.nmapWindows); agreeAll(a.nmapHalves, b.nmapHalves);
  a.nmapSeqLow = Math.min(a.nmapSeqLow, b.nmapSeqLow); a.nmapSeqHigh = Math.max(a.nmapSeqHigh, b.nmapSeqHigh);
  a.manyPorts = a.manyPorts || b.manyPorts || b.ports.some((port) => !include(a.ports, port));
  a.rdpPackets += b.rdpPackets;
  a.rdpManyPorts = a.rdpManyPorts || b.rdpManyPorts || b.rdpPorts.some((port) => !include(a.rdpPorts, port));
  if (b.rdpTargets) for (const [key, atUs] of b.rdpTargets) smallest(a.rdpTargets ??= new Map(), key, 4 * SAMPLE, atUs);
  a.smbPackets += b.smbPackets; a.smbInQuarter += b.smbInQuarter;
  if (b.smbTargets) for (const [key, atUs] of b.smbTargets) smallest(a.smbTargets ??= new Map(), key, 4 * SAMPLE, atUs);
  if (b.telnet) for (const [key, atUs] of b.telnet) smallest(a.telnet ??= new Map(), key, SAMPLE, atUs);
  if (b.moose) for (const [key, atUs] of b.moose) smallest(a.moose ??= new Map(), key, SAMPLE, atUs);
  if (b.repeats) for (const [key, target] of b.repeats) addTarget(a.repeats ??= new Map(), key, target);
}

export interface SourceConclusions { readonly verdicts: readonly SourceVerdict[]; readonly sources: number; readonly followedRatio: number }

/**
 * Verdicts over the merged state, by source address. `quarterRatio` is the share of watched addresses in Conficker's quarter; if
 * unknown (the default), the share among all SYNs to 445/tcp that the state saw stands for it.
 */
function conclude(state: SourceVerdictState, quarterRatio?: number): SourceConclusions {
  const verdicts: SourceVerdict[] = [];
  const share = quarterRatio ?? (state.smbAll === 0 ? 1 : state.smbInQuarter / state.smbAll);
  for (const { family, words, entry } of state.followed.sources.values()) {
    for (const found of verdictsOf(entry, share)) {
      if (found.strengthLog2 <= WEAKEST_LOG2) verdicts.push({ src: formatAddressAt(family, words, 0), packets: entry.syns, ...found });
    }
  }
  verdicts.sort((a, b) => (a.src < b.src ? -1 : a.src > b.src ? 1 : a.strengthLog2 - b.strengthLog2 || (a.rule < b.rule ? -1 : 1)));
  return { verdicts, sources: state.followed.sources.size, followedRatio: followedRatio(state.followed) };
}

function* verdictsOf(entry: Entry, share: number): Generator<Omit<SourceVerdict, 'src' | 'packets'>> {
  const varied = entry.mixLow !== entry.mixHigh;
  for (const constant of [entry.straight, entry.swapped]) {
    if (varied && constant.n >= 3 && constant.same) {
      yield { tool: 'unicornscan', rule: 'unicornscan-constant', strengthLog2: -32 * (constant.n - 1), figures: { packets: constant.n, key: constant.value } };
      break;
    }
  }
  const { nmapHops, nmapWindows, nmapHalves } = entry;
  if (nmapHalves.n >= 3 && nmapHalves.same && (nmapWindows.same || nmapHops.same)) {
    // With one sequence number throughout, all 32 bits repeat; else the 16 bits of the halves' XOR.
    const oneSeq = entry.nmapSeqLow === entry.nmapSeqHigh, bits = (oneSeq ? 32 : 16) + (nmapWindows.same ? 0 : 2);
    yield { tool: 'nmap', rule: 'nmap-run', strengthLog2: -bits * (nmapHalves.n - 1), figures: { packets: nmapHalves.n, halves: nmapHalves.value, sequenceNumbersDiffer: oneSeq ? 0 : 1 } };
  }
  let repeated = 0, differing = 0;
  for (const target of entry.repeats?.values() ?? []) {
    if (target.n < 2) continue;
    if (!target.same) differing++;
    else if (target.lastUs - target.firstUs >= REPEAT_US) repeated++;
  }
  if (repeated >= 2 && differing === 0) yield { tool: 'zmap', rule: 'zmap-repeat', strengthLog2: -16 * repeated, figures: { repeatedTargets: repeated } };
  const targets = entry.rdpTargets?.size ?? 0, sports = entry.rdpPorts.length;
  if (!entry.rdpManyPorts && sports > 0 && targets >= 8 * sports) {
    yield { tool: 'morto', rule: 'morto-sport', strengthLog2: -14 * (targets - sports), figures: { destinations: targets, sourcePorts: sports, packets: entry.rdpPackets } };
  }
  let pairs = 0;
  if (!entry.manyPorts && entry.ports.length <= 8) {
    for (const [key, atUs] of entry.moose ?? []) {
      const telnetUs = entry.telnet?.get(key);
      if (telnetUs !== undefined && atUs >= telnetUs && atUs - telnetUs <= PAIR_US) pairs++;
    }
  }
  if (pairs >= 2) yield { tool: 'moose', rule: 'moose-pair', strengthLog2: -16 * pairs, figures: { pairs, ports: entry.ports.length } };
  const smbTargets = entry.smbTargets?.size ?? 0;
  if (smbTargets >= 8 && entry.smbInQuarter === entry.smbPackets && share < 1) {
    yield { tool: 'conficker', rule: 'conficker-quarter', strengthLog2: smbTargets * Math.log2(Math.max(share, 2 ** -8)), figures: { destinations: smbTargets, packets: entry.smbPackets, quarterRatio: share } };
  }
}

/** The accumulator: `empty()`, `add(state, batch, from, to)`, `merge(into, other)`, `conclude(state)`. */
export const sourceVerdicts = { empty, add, merge, conclude } as const;
