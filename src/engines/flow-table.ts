/**
 * Flows of one minute: who asked which port, how often, on which sensors and how widely. The shared partial of most engines.
 *
 * In: packets of one window (any order, any split). Out: one row per (source, port, label), with counts that do not depend
 * on order. Engines whose `add` is {@link addFlows} share one table, so a packet is hashed once for all of them.
 * Source: the idea of the flow tuple is corsaro's (Alcock et al., 2010–); sampling by hash threshold is Wegman's adaptive
 * sampling (Flajolet, "On Adaptive Sampling", Computing 43, 1990); linear counting is Whang et al., ACM TODS 15(2), 1990.
 * Shapes: columns of `n` rows behind an open-addressing index (load ≤ ½); `pool` holds 16 words a flow with ≥ 2 destinations:
 *   words 0–7  one bit a destination: exact for up to 256 addresses that share a /24, linear counting beyond;
 *   words 8–15 the same over one destination in 64, which counts up to some 60,000.
 * Keys: src as two words (IPv4: 0 and the address; IPv6: its /64), `meta` = port key | family 6 bit 24 | label << 25.
 *   ICMP counts under its type; backscatter under its source port, the service that was attacked.
 * Cost: one probe a packet; 61 bytes a flow, 64 more with several destinations; at FLOW_CAPACITY rows every second half of
 *   the (source, port) pairs is dropped by hash (`level` + 1) and counts are scaled by 2^level: unbiased, order-free, bounded.
 * Limits: sensors beyond the 32nd of an organisation share mask bits with earlier ones (bit = index mod 32).
 * @module
 */
import { BIT, PROTO, TCP, type PacketBatch } from '../core/packet-batch.ts';
import { LABELS, codeOf } from '../core/vocabulary.ts';
import { formatV4, formatV6 } from '../core/address.ts';

/** Most rows of one table, flows. */
export const FLOW_CAPACITY = 1 << 19;
/** Bound of one table in memory, bytes: rows, index and destination bitmaps at capacity, doubled while they grow. */
export const FLOW_TABLE_BYTES = FLOW_CAPACITY * (61 + 8 + 64) * 1.5;
/** Bits of `kinds`: probes by their TCP flags, other TCP, UDP towards a service, UDP that looks like a service's answer, the rest. */
export const KIND = Object.freeze({ syn: 1, none: 2, fin: 4, xmas: 8, otherTcp: 16, udp: 32, udpReply: 64, other: 128 });
/** Ports up to here are services: UDP from one of them to a higher port is an answer. */
const SERVICE_PORTS = 1023;
/** Words of one destination bitmap. */
const BITMAP_WORDS = 16;
/** One destination in so many goes into the second bitmap. */
const SAMPLE = 64;

const LABEL_BACKSCATTER = codeOf(LABELS, 'backscatter');
const LABEL_UNEXPLAINED = codeOf(LABELS, 'unexplained');
const LABEL_MALWARE = codeOf(LABELS, 'known-malware');

/** The partial. Plain data, so that it can be copied to a worker; functions below work on it. */
export interface FlowTable {
  /** Start of the window, taken from the first packet: microseconds are kept relative to it. */
  baseUs: number;
  n: number;
  /** Sampling level: rows stand for 2^level flows each. */
  level: number;
  /** Changes whenever rows were moved. */
  epoch: number;
  /** Most rows before the level rises. */
  capacity: number;
  index: Int32Array;
  a: Uint32Array; b: Uint32Array; meta: Uint32Array; hash: Uint32Array;
  packets: Uint32Array; firstRel: Int32Array; lastRel: Int32Array;
  /** One destination of the flow, drawn by hash, and the packets that went to it. */
  dst: Uint32Array; dstHash: Uint32Array; dstPackets: Uint32Array;
  mask: Uint32Array; tools: Uint32Array; asn: Uint32Array; country: Uint16Array;
  /** What the packets were: KIND bits. */
  kinds: Uint8Array;
  slot: Int32Array;
  pool: Uint32Array; poolUsed: number;
  /** Sensor ids in order of appearance; bit i mod 32 of `mask`. */
  sensors: string[];
  /** Per sensor: packets, screened packets, and first and last packet relative to `baseUs`. */
  sensorPackets: number[]; sensorScreened: number[]; sensorFirst: number[]; sensorLast: number[];
  simulated: boolean;
}

const START = 256;

export function emptyFlows(capacity = FLOW_CAPACITY): FlowTable {
  return {
    baseUs: NaN, n: 0, level: 0, epoch: 0, capacity, index: new Int32Array(2 * START).fill(-1),
    a: new Uint32Array(START), b: new Uint32Array(START), meta: new Uint32Array(START), hash: new Uint32Array(START),
    packets: new Uint32Array(START), firstRel: new Int32Array(START), lastRel: new Int32Array(START),
    dst: new Uint32Array(START), dstHash: new Uint32Array(START), dstPackets: new Uint32Array(START),
    mask: new Uint32Array(START), tools: new Uint32Array(START), asn: new Uint32Array(START), country: new Uint16Array(START), kinds: new Uint8Array(START),
    slot: new Int32Array(START), pool: new Uint32Array(0), poolUsed: 0,
    sensors: [], sensorPackets: [], sensorScreened: [], sensorFirst: [], sensorLast: [], simulated: false,
  };
}

/** Mixes three words to 32 bits (the finaliser of MurmurHash3 over a multiplicative combination). */
export function mix3(a: number, b: number, c: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b ^ (b >>> 15), 0xc2b2ae35) ^ Math.imul(c + 0x165667b1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Port key of row `meta`. */
export const portOf = (meta: number): number => meta & 0xffffff;
/** Label code of row `meta`. */
export const labelOf = (meta: number): number => meta >>> 25;
/** Whether row `meta` is IPv6. */
export const isV6 = (meta: number): boolean => (meta & 0x1000000) !== 0;
/** Whether a label passes screening: what early-warning engines look at. */
export const isScreened = (label: number): boolean => label === LABEL_UNEXPLAINED || label === LABEL_MALWARE;

/** Text of a source: dotted quad, or the /64 of an IPv6 host. */
export function sourceText(a: number, b: number, v6: boolean): string {
  return v6 ? `${formatV6([a, b, 0, 0])}/64` : formatV4(b);
}

/** Adds packets [from, to) of a batch. The engines' shared `add`. */
export function addFlows(table: FlowTable, batch: PacketBatch, from: number, to: number): void {
  if (to <= from) return;
  if (Number.isNaN(table.baseUs)) table.baseUs = Math.floor((batch.atUs[from] as number) / 60_000_000) * 60_000_000;
  const sensor = sensorIndex(table, batch.sensor);
  const bit = (1 << (sensor & 31)) >>> 0;
  const { atUs, src, dst, proto, sport, dport, flags, ipBits, label, tool, country, asn } = batch;
  const v6 = batch.family === 6, base = table.baseUs;
  let screened = 0, counted = 0, first = table.sensorFirst[sensor] as number, last = table.sensorLast[sensor] as number;
  for (let i = from; i < to; i++) {
    const bits = ipBits[i] as number;
    if ((bits & BIT.notIp) !== 0) continue;
    if ((bits & BIT.simulated) !== 0) table.simulated = true;
    counted++;
    const rel = (atUs[i] as number) - base;
    if (rel < first) first = rel;
    if (rel > last) last = rel;
    const l = label[i] as number, p = proto[i] as number;
    if (l === LABEL_UNEXPLAINED || l === LABEL_MALWARE) screened++;
    let port = dport[i] as number, a = 0, b: number, d: number;
    if (l === LABEL_BACKSCATTER || p === PROTO.icmp || p === PROTO.icmp6) port = sport[i] as number;
    if (v6) {
      a = src[4 * i] as number; b = src[4 * i + 1] as number;
      d = mix3(dst[4 * i + 1] as number, dst[4 * i + 2] as number, dst[4 * i + 3] as number);
    } else { b = src[i] as number; d = dst[i] as number; }
    const meta = (p * 65_536 + port) | (v6 ? 0x1000000 : 0) | (l << 25);
    const h = mix3(a, b, meta);
    if (table.level > 0 && h >>> (32 - table.level) !== 0) continue;
    const row = findOrAdd(table, a, b, meta, h);
    if (row < 0) continue;
    const t = tool[i] as number;
    touch(table, row, 1, rel, rel, d, mix3(d, h, 7), 1, bit, t === 0 ? 0 : (1 << (t & 31)) >>> 0, country[i] as number, asn[i] as number);
    table.kinds[row] = (table.kinds[row] as number) | (p === PROTO.tcp ? tcpKind(flags[i] as number) : p === PROTO.udp ? ((sport[i] as number) <= SERVICE_PORTS && port > SERVICE_PORTS ? KIND.udpReply : KIND.udp) : KIND.other);
  }
  table.sensorPackets[sensor] = (table.sensorPackets[sensor] as number) + counted;
  table.sensorScreened[sensor] = (table.sensorScreened[sensor] as number) + screened;
  table.sensorFirst[sensor] = first;
  table.sensorLast[sensor] = last;
}

function tcpKind(flags: number): number {
  const f = flags & 0x3f;
  if ((f & (TCP.syn | TCP.ack | TCP.rst | TCP.fin)) === TCP.syn) return KIND.syn;
  if (f === 0) return KIND.none;
  if (f === TCP.fin) return KIND.fin;
  return f === (TCP.fin | TCP.psh | TCP.urg) ? KIND.xmas : KIND.otherTcp;
}

/** Joins `other` into `into`; both are of the same window. */
export function mergeFlows(into: FlowTable, other: FlowTable): FlowTable {
  if (other.sensors.length === 0) return into;
  if (Number.isNaN(into.baseUs)) into.baseUs = other.baseUs;
  if (other.simulated) into.simulated = true;
  const shift = other.baseUs - into.baseUs;
  const bits = other.sensors.map((name, i) => {
    const at = sensorIndex(into, name);
    into.sensorPackets[at] = (into.sensorPackets[at] as number) + (other.sensorPackets[i] as number);
    into.sensorScreened[at] = (into.sensorScreened[at] as number) + (other.sensorScreened[i] as number);
    into.sensorFirst[at] = Math.min(into.sensorFirst[at] as number, (other.sensorFirst[i] as number) + shift);
    into.sensorLast[at] = Math.max(into.sensorLast[at] as number, (other.sensorLast[i] as number) + shift);
    return (1 << (at & 31)) >>> 0;
  });
  while (into.level < other.level) raiseLevel(into);
  for (let r = 0; r < other.n; r++) {
    const h = other.hash[r] as number;
    if (into.level > 0 && h >>> (32 - into.level) !== 0) continue;
    const row = findOrAdd(into, other.a[r] as number, other.b[r] as number, other.meta[r] as number, h);
    if (row < 0) continue;
    let mask = 0;
    for (let s = 0; s < bits.length && s < 32; s++) if (((other.mask[r] as number) & (1 << s)) !== 0) mask |= bits[s] as number;
    const mine = into.slot[row] as number, theirs = other.slot[r] as number;
    if (theirs >= 0 && mine < 0) openBitmap(into, row);
    touch(into, row, other.packets[r] as number, (other.firstRel[r] as number) + shift, (other.lastRel[r] as number) + shift,
      other.dst[r] as number, other.dstHash[r] as number, other.dstPackets[r] as number, mask >>> 0,
      other.tools[r] as number, other.country[r] as number, other.asn[r] as number);
    into.kinds[row] = (into.kinds[row] as number) | (other.kinds[r] as number);
    if (theirs >= 0) {
      const at = (into.slot[row] as number) * BITMAP_WORDS, from = theirs * BITMAP_WORDS;
      for (let w = 0; w < BITMAP_WORDS; w++) into.pool[at + w] = ((into.pool[at + w] as number) | (other.pool[from + w] as number)) >>> 0;
    }
  }
  return into;
}

function sensorIndex(table: FlowTable, name: string): number {
  const known = table.sensors.indexOf(name);
  if (known >= 0) return known;
  table.sensors.push(name);
  table.sensorPackets.push(0); table.sensorScreened.push(0); table.sensorFirst.push(Infinity); table.sensorLast.push(-Infinity);
  return table.sensors.length - 1;
}

function touch(t: FlowTable, row: number, packets: number, first: number, last: number, d: number, dHash: number, dPackets: number,
  bit: number, tools: number, country: number, asn: number): void {
  const had = t.packets[row] as number;
  t.packets[row] = had + packets;
  t.mask[row] = ((t.mask[row] as number) | bit) >>> 0;
  if (tools !== 0) t.tools[row] = ((t.tools[row] as number) | tools) >>> 0;
  if (had === 0) {
    t.firstRel[row] = first; t.lastRel[row] = last; t.dst[row] = d; t.dstHash[row] = dHash; t.dstPackets[row] = dPackets;
    t.country[row] = country; t.asn[row] = asn;
    if ((t.slot[row] as number) >= 0) setDestination(t, row, d);
    return;
  }
  if (first < (t.firstRel[row] as number)) t.firstRel[row] = first;
  if (last > (t.lastRel[row] as number)) t.lastRel[row] = last;
  if (country > (t.country[row] as number)) t.country[row] = country;
  if (asn > (t.asn[row] as number)) t.asn[row] = asn;
  if (d === t.dst[row]) { t.dstPackets[row] = (t.dstPackets[row] as number) + dPackets; if ((t.slot[row] as number) >= 0) setDestination(t, row, d); return; }
  if ((t.slot[row] as number) < 0) openBitmap(t, row);
  setDestination(t, row, d);
  // The destination kept is the one with the smallest hash: it wins from its first packet on, so its count is exact.
  if (dHash < (t.dstHash[row] as number)) { t.dst[row] = d; t.dstHash[row] = dHash; t.dstPackets[row] = dPackets; }
}

function openBitmap(t: FlowTable, row: number): void {
  if ((t.poolUsed + 1) * BITMAP_WORDS > t.pool.length) {
    const grown = new Uint32Array(Math.max(64 * BITMAP_WORDS, t.pool.length * 2));
    grown.set(t.pool);
    t.pool = grown;
  }
  t.slot[row] = t.poolUsed++;
  if ((t.packets[row] as number) > 0) setDestination(t, row, t.dst[row] as number);
}

function setDestination(t: FlowTable, row: number, d: number): void {
  markDestination(t.pool, (t.slot[row] as number) * BITMAP_WORDS, d);
}

/** Sets destination (or any other 32-bit word) `d` in the 16 bitmap words at `at`. */
export function markDestination(words: Uint32Array, at: number, d: number): void {
  const one = (d ^ mix3(d >>> 8, 1, 2)) & 255;
  words[at + (one >>> 5)] = ((words[at + (one >>> 5)] as number) | (1 << (one & 31))) >>> 0;
  const h = mix3(d, 3, 4);
  if (h % SAMPLE === 0) {
    const two = (h >>> 8) & 255;
    words[at + 8 + (two >>> 5)] = ((words[at + 8 + (two >>> 5)] as number) | (1 << (two & 31))) >>> 0;
  }
}

/** Distinct destinations from 16 bitmap words at `at`: exact when all share a /24, else estimated. */
export function destinationsOf(pool: Uint32Array, at: number, oneNet: boolean): number {
  const ones = popcount(pool, at, 8);
  if (oneNet || ones <= 1) return ones;
  // Linear counting is good to about four times its bits' logarithm; beyond 85 % full the sampled bitmap is better.
  if (ones < 218) return Math.round(-256 * Math.log(1 - ones / 256));
  const sampled = Math.min(popcount(pool, at + 8, 8), 255);
  return Math.round(-256 * Math.log(1 - sampled / 256) * SAMPLE);
}

/** Distinct destinations of row `row`. */
export function destinations(t: FlowTable, row: number, oneNet: boolean): number {
  const slot = t.slot[row] as number;
  return slot < 0 ? 1 : Math.max(2, destinationsOf(t.pool, slot * BITMAP_WORDS, oneNet));
}

/** ORs the bitmap of row `row` into 16 words of `target` at `at`; a flow with one destination sets its bit. */
export function orDestinations(t: FlowTable, row: number, target: Uint32Array, at: number): void {
  const slot = t.slot[row] as number;
  if (slot >= 0) {
    for (let w = 0; w < BITMAP_WORDS; w++) target[at + w] = ((target[at + w] as number) | (t.pool[slot * BITMAP_WORDS + w] as number)) >>> 0;
    return;
  }
  markDestination(target, at, t.dst[row] as number);
}
export const DESTINATION_WORDS = BITMAP_WORDS;

function popcount(words: Uint32Array, at: number, count: number): number {
  let ones = 0;
  for (let w = 0; w < count; w++) {
    let v = words[at + w] as number;
    v -= (v >>> 1) & 0x55555555;
    v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
    ones += Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return ones;
}

/** Row of a key, adding it when new; −1 when sampling has just excluded it. */
function findOrAdd(t: FlowTable, a: number, b: number, meta: number, h: number): number {
  for (;;) {
    const mask = t.index.length - 1;
    let at = h & mask;
    for (;;) {
      const row = t.index[at] as number;
      if (row < 0) break;
      if (t.hash[row] === h && t.b[row] === b && t.meta[row] === meta && t.a[row] === a) return row;
      at = (at + 1) & mask;
    }
    if (t.n >= t.capacity) {
      raiseLevel(t);
      if (h >>> (32 - t.level) !== 0) return -1;
      continue;
    }
    if (t.n === t.a.length) { growRows(t); continue; }
    const row = t.n++;
    t.index[at] = row;
    t.a[row] = a; t.b[row] = b; t.meta[row] = meta; t.hash[row] = h;
    t.packets[row] = 0; t.mask[row] = 0; t.tools[row] = 0; t.kinds[row] = 0; t.slot[row] = -1;
    return row;
  }
}

const COLUMNS = ['a', 'b', 'meta', 'hash', 'packets', 'firstRel', 'lastRel', 'dst', 'dstHash', 'dstPackets', 'mask', 'tools', 'asn', 'country', 'kinds', 'slot'] as const;

function growRows(t: FlowTable): void {
  const size = t.a.length * 2;
  for (const column of COLUMNS) {
    const old = t[column];
    const grown = new (old.constructor as new (n: number) => typeof old)(size);
    (grown as Uint32Array).set(old as Uint32Array);
    (t as unknown as Record<string, unknown>)[column] = grown;
  }
  rebuildIndex(t, size * 2);
}

function rebuildIndex(t: FlowTable, size: number): void {
  t.index = new Int32Array(size).fill(-1);
  const mask = size - 1;
  for (let row = 0; row < t.n; row++) {
    let at = (t.hash[row] as number) & mask;
    while ((t.index[at] as number) >= 0) at = (at + 1) & mask;
    t.index[at] = row;
  }
}

/** Keeps every second half of the hash space: rows whose hash has `level` leading zero bits. */
function raiseLevel(t: FlowTable): void {
  t.level++;
  t.epoch++;
  const shift = 32 - t.level;
  let kept = 0, slots = 0;
  const pool = new Uint32Array(t.pool.length);
  for (let row = 0; row < t.n; row++) {
    if ((t.hash[row] as number) >>> shift !== 0) continue;
    for (const column of COLUMNS) (t[column] as Uint32Array)[kept] = (t[column] as Uint32Array)[row] as number;
    const slot = t.slot[row] as number;
    if (slot >= 0) {
      pool.set(t.pool.subarray(slot * BITMAP_WORDS, (slot + 1) * BITMAP_WORDS), slots * BITMAP_WORDS);
      t.slot[kept] = slots++;
    }
    kept++;
  }
  t.n = kept;
  t.pool = pool;
  t.poolUsed = slots;
  rebuildIndex(t, t.index.length);
}

/** Names of the sensors in a mask, sorted. */
export function sensorsOf(t: FlowTable, mask: number): string[] {
  const names: string[] = [];
  for (let s = 0; s < t.sensors.length; s++) if ((mask & (1 << (s & 31))) !== 0) names.push(t.sensors[s] as string);
  return names.sort();
}
