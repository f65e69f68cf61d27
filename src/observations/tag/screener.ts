/**
 * Research scanners by behaviour: many ports, all of the watched addresses, at a steady rate. A door of this area.
 *
 * In: annotated batches of one sensor (or of several that are watched together). Out: per source the figures, and whether they make
 * it a research scanner, with reasons. Nothing is deleted; the caller tags the host (`label` research, `role` research).
 * Definition (all four must hold over a window of at least {@link LEAST_WINDOW_US}):
 *   breadth     at least {@link LEAST_PORTS} destination ports
 *   sweep       at least {@link LEAST_COVERED_RATIO} of the watched addresses
 *   steadiness  active in at least half of the window's hours, hourly counts within {@link MOST_DISPERSION} of Poisson's variance
 *   manners     no packet named as malware, at most {@link MOST_REPEATS} packets a (address, port) on average
 * Source: the choice and number of ports tells survey scanners (NICT, survey-scanner lists 2023–2026; IPSJ report 2026); continuous
 * full sweeps: Durumeric et al., USENIX Security 2014, section 4; numbers below are stated where they stand.
 * Shapes: bitmaps of 2,048 bits for ports, 4,096 for addresses and 8,192 for pairs, counted linearly (Whang et al., TODS 15(2),
 * 1990); counts of 24 hour slots. All join by OR and by sum, so any split of the packets gives the same.
 * Cost: one look-up and three bits a packet; about 2 KiB a source, at most {@link MAX_SOURCES} (otherwise an even share, told).
 * @module
 */
import { BIT, PROTO, type PacketBatch } from '../../core/packet-batch.ts';
import { LABELS, TOOLS, codeOf } from '../../core/vocabulary.ts';
import { formatAddressAt } from '../../core/address.ts';
import type { Range } from '../contract.ts';
import { follow, followNone, followedRatio, joinFollowed, mix32, mixWords, type Followed } from './followed-sources.ts';

export const MAX_SOURCES = 32_768;
/** Fewest ports: NICT's organisations with a few ports are known by lists only; from about a hundred on breadth tells. */
export const LEAST_PORTS = 100;
/** A sweep sees all addresses in time; half of them allows for windows that cut one. */
export const LEAST_COVERED_RATIO = 0.5;
/** Variance over mean of hourly counts; 1 for a thinned steady rate, 10 and more for bursts. */
export const MOST_DISPERSION = 4;
/** Average packets for one (address, port); retransmitting systems send 3 and more. */
export const MOST_REPEATS = 1.5;
/** Shortest window: half a day, so that steadiness means something. */
export const LEAST_WINDOW_US = 12 * 3_600_000_000;

const PORT_BITS = 2_048, ADDRESS_BITS = 4_096, PAIR_BITS = 8_192, SLOTS = 24;
const HOUR_US = 3_600_000_000;

interface Entry { packets: number; malware: number; firstUs: number; lastUs: number; readonly ports: Uint32Array; readonly addresses: Uint32Array; readonly pairs: Uint32Array; readonly hours: Uint32Array }

export interface ScreenerState { readonly followed: Followed<Entry> }

/** What one source did, and what it makes of it. */
export interface Behaviour {
  readonly src: string;
  readonly research: boolean;
  readonly reasons: readonly string[];
  readonly packets: number;
  readonly ports: number;
  readonly addresses: number;
  readonly coveredRatio: number;
  readonly activeHours: number;
  readonly dispersion: number;
  readonly repeats: number;
}

const BACKSCATTER = codeOf(LABELS, 'backscatter'), MISCONFIGURATION = codeOf(LABELS, 'misconfiguration'), OWN = codeOf(LABELS, 'own'), MALWARE = codeOf(LABELS, 'known-malware');
const AMPLIFICATION = codeOf(TOOLS, 'amplification');

function empty(): ScreenerState {
  return { followed: followNone() };
}

/** Adds packets [from, to) of an annotated batch. Replies, misconfiguration, own packets and requests to amplifiers tell nothing of a scanner. */
function add(state: ScreenerState, batch: PacketBatch, from = 0, to = batch.n): void {
  const { proto, ipBits, label, tool, dport, dst, atUs, family } = batch;
  for (let i = from; i < to; i++) {
    if (((ipBits[i] as number) & BIT.hasTransport) === 0 || (proto[i] !== PROTO.tcp && proto[i] !== PROTO.udp)) continue;
    const given = label[i] as number;
    if (given === BACKSCATTER || given === MISCONFIGURATION || given === OWN || tool[i] === AMPLIFICATION) continue;
    const entry = follow(state.followed, batch, i, MAX_SOURCES, newEntry);
    if (!entry) continue;
    const at = atUs[i] as number;
    entry.packets++;
    if (given === MALWARE) entry.malware++;
    if (at < entry.firstUs) entry.firstUs = at;
    if (at > entry.lastUs) entry.lastUs = at;
    const address = family === 4 ? mix32(dst[i] as number) : mixWords(dst, 4 * i), port = mix32(((proto[i] as number) << 16) | (dport[i] as number));
    mark(entry.ports, port, PORT_BITS);
    mark(entry.addresses, address, ADDRESS_BITS);
    mark(entry.pairs, mix32((address ^ Math.imul(port, 0x9e3779b1)) >>> 0), PAIR_BITS);
    const slot = Math.floor(at / HOUR_US) % SLOTS;
    entry.hours[slot] = (entry.hours[slot] as number) + 1;
  }
}

function newEntry(): Entry {
  return { packets: 0, malware: 0, firstUs: Infinity, lastUs: -Infinity, ports: new Uint32Array(PORT_BITS / 32), addresses: new Uint32Array(ADDRESS_BITS / 32), pairs: new Uint32Array(PAIR_BITS / 32), hours: new Uint32Array(SLOTS) };
}

function mark(bitmap: Uint32Array, hash: number, bits: number): void {
  const bit = hash & (bits - 1), word = bit >>> 5;
  bitmap[word] = (bitmap[word] as number) | (1 << (bit & 31));
}

/** Distinct values behind a bitmap, up to five times its bits; a fuller one counts as six times, which is above every threshold. */
function linearCount(bitmap: Uint32Array): number {
  const bits = bitmap.length * 32;
  let set = 0;
  for (let x of bitmap) for (; x !== 0; x &= x - 1) set++;
  return set >= bits - bits / 256 ? 6 * bits : -bits * Math.log(1 - set / bits);
}

/** Joins `other` into `into` and returns it; `other` must not be used any more. */
function merge(into: ScreenerState, other: ScreenerState): ScreenerState {
  joinFollowed(into.followed, other.followed, MAX_SOURCES, (a, b) => {
    a.packets += b.packets;
    a.malware += b.malware;
    a.firstUs = Math.min(a.firstUs, b.firstUs);
    a.lastUs = Math.max(a.lastUs, b.lastUs);
    for (let w = 0; w < a.ports.length; w++) a.ports[w] = (a.ports[w] as number) | (b.ports[w] as number);
    for (let w = 0; w < a.addresses.length; w++) a.addresses[w] = (a.addresses[w] as number) | (b.addresses[w] as number);
    for (let w = 0; w < a.pairs.length; w++) a.pairs[w] = (a.pairs[w] as number) | (b.pairs[w] as number);
    for (let h = 0; h < SLOTS; h++) a.hours[h] = (a.hours[h] as number) + (b.hours[h] as number);
  });
  return into;
}

/**
 * Behaviours of the followed sources with at least {@link LEAST_PORTS} packets, by address. `addressesWatched` is the sensor's (0 when
 * unknown: then nothing is research by behaviour). Windows longer than a day fold into 24 hour slots.
 */
function conclude(state: ScreenerState, window: Range, addressesWatched: number): { readonly behaviours: readonly Behaviour[]; readonly followedRatio: number } {
  const behaviours: Behaviour[] = [];
  const lengthUs = window.toUs - window.fromUs, slots = Math.min(SLOTS, Math.max(1, Math.round(lengthUs / HOUR_US)));
  for (const { family, words, entry } of state.followed.sources.values()) {
    if (entry.packets < LEAST_PORTS) continue;
    const ports = linearCount(entry.ports), addresses = linearCount(entry.addresses), pairs = linearCount(entry.pairs);
    const coveredRatio = addressesWatched === 0 ? 0 : Math.min(1, addresses / Math.min(addressesWatched, ADDRESS_BITS * 4));
    const activeHours = entry.hours.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0), mean = entry.packets / slots;
    let squares = 0;
    for (let h = 0; h < SLOTS; h++) squares += (entry.hours[h] as number) ** 2;
    const dispersion = Math.max(0, squares / slots - mean * mean) / mean;
    // Pairs cannot be counted beyond what the bitmap holds; then repeats are not known and do not speak against it.
    const repeats = pairs > 4 * PAIR_BITS ? 1 : entry.packets / Math.max(1, pairs);
    const checks: readonly (readonly [boolean, string])[] = [
      [lengthUs >= LEAST_WINDOW_US, `watched for ${Math.round(lengthUs / HOUR_US)} h`],
      [ports >= LEAST_PORTS, `${Math.round(ports)} ports`],
      [coveredRatio >= LEAST_COVERED_RATIO, `${Math.round(coveredRatio * 100)} % of the watched addresses`],
      [activeHours >= slots / 2, `active in ${activeHours} of ${slots} hours`],
      [dispersion <= MOST_DISPERSION + mean / 100, `hourly counts vary ${dispersion.toFixed(1)} times as much as a steady rate`],
      [entry.malware === 0, `${entry.malware} packets of known malware`],
      [repeats <= MOST_REPEATS, `${repeats.toFixed(2)} packets a target`],
    ];
    behaviours.push({
      src: formatAddressAt(family, words, 0), research: checks.every(([holds]) => holds), reasons: checks.map(([holds, words_]) => `${holds ? 'yes' : 'no'}: ${words_}`),
      packets: entry.packets, ports, addresses, coveredRatio, activeHours, dispersion, repeats,
    });
  }
  behaviours.sort((a, b) => (a.src < b.src ? -1 : 1));
  return { behaviours, followedRatio: followedRatio(state.followed) };
}

/** The accumulator: `empty()`, `add(state, batch, from, to)`, `merge(into, other)`, `conclude(state, window, addressesWatched)`. */
export const screener = { empty, add, merge, conclude } as const;
