/**
 * Record scanner of pcapng files.
 *
 * In: a stream that begins with a section header block. Out: record positions (`capture-records.ts`), and the drop counters that the
 * capturing tool wrote (interface statistics blocks).
 * Source: draft-ietf-opsawg-pcapng. Read: section header, interface description (`if_tsresol`, `if_tsoffset`), enhanced, simple and
 * obsolete packet blocks, interface statistics. Every other block is stepped over.
 * Choices: a packet block whose data do not fit it is a defect and no row; a packet of an undescribed interface is a row without
 * addresses; a simple packet has no time and gets that of the packet before it (0 if none), each said as a defect.
 * Limits: a block over MAX_BLOCK_BYTES, of impossible length, or whose two lengths differ ends the capture; MAX_INTERFACES a section.
 * @module
 */
import { linkTypeSupported } from '../wire/link-types.ts';
import { LINK_UNKNOWN, MAX_FRAME_BYTES, SLICE_BYTES, quoteBytes, type RecordScanner, type RecordTable } from './capture-records.ts';

/** Longest block that is believed, in bytes (as Wireshark). */
export const MAX_BLOCK_BYTES = 16 << 20;
/** Most interfaces of one section: bounds memory against a file of descriptions. */
export const MAX_INTERFACES = 65_536;

const SECTION = 0x0a0d0d0a, INTERFACE = 1, OLD_PACKET = 2, SIMPLE = 3, STATISTICS = 5, ENHANCED = 6;
const LITTLE = 0x1a2b3c4d, BIG = 0x4d3c2b1a;

interface Interface {
  readonly link: number;
  readonly snapLen: number;
  /** Units a second: a power of ten as its exponent (0–9), otherwise the exact number. */
  readonly decimals: number;
  readonly unitsPerSecond: bigint;
  readonly offsetSeconds: number;
}

/** Whether these first bytes begin a pcapng stream (the type is the same in both endiannesses). */
export function isPcapngHead(head: Uint8Array): boolean {
  if (head.length < 12) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(0, true) === SECTION && (view.getUint32(8, true) === LITTLE || view.getUint32(8, true) === BIG);
}

export function newPcapngScanner(): RecordScanner {
  return new PcapngScanner();
}

class PcapngScanner implements RecordScanner {
  stopped: 'more' | 'full' | 'damaged' = 'more';
  sliceStart = -1;
  readonly defects: RecordScanner['defects'] = [];
  readonly drops: RecordScanner['drops'] = [];
  #little = true;
  #interfaces: Interface[] = [];
  #lastUs = 0;
  /** Link types already said to be unsupported. */
  readonly #said = new Set<number>();

  scan(bytes: Uint8Array, view: DataView, from: number, to: number, table: RecordTable, frames: number): number {
    let at = from;
    this.stopped = 'more';
    while (to - at >= 12) {
      if (table.n === table.capacity) { this.stopped = 'full'; break; }
      const isSection = view.getUint32(at, true) === SECTION;
      let little = this.#little;
      if (isSection) {
        const order = view.getUint32(at + 8, true);
        if (order !== LITTLE && order !== BIG) return this.#damaged(bytes, at, to, frames + table.n, 'a section header has no byte-order mark');
        little = order === LITTLE;
      }
      const length = view.getUint32(at + 4, little);
      if (length < 12 || length % 4 !== 0 || length > MAX_BLOCK_BYTES) return this.#damaged(bytes, at, to, frames + table.n, `a block says it is ${length} bytes long; it must be a multiple of 4 from 12 to ${MAX_BLOCK_BYTES}`);
      if (length > to - at) break;
      if (table.n > 0 && at + length - this.sliceStart > SLICE_BYTES) { this.stopped = 'full'; break; }
      if (view.getUint32(at + length - 4, little) !== length) return this.#damaged(bytes, at, to, frames + table.n, `a block's two lengths differ (${length} and ${view.getUint32(at + length - 4, little)})`);
      const before = table.n;
      const end = at + length - 4;
      if (isSection) {
        this.#little = little;
        this.#interfaces = [];
      } else if (!this.#block(bytes, view, at, end, table, frames)) return at;
      if (before === 0 && table.n === 1) this.sliceStart = at;
      at += length;
    }
    return at;
  }

  #damaged(bytes: Uint8Array, at: number, to: number, record: number, reason: string): number {
    this.stopped = 'damaged';
    this.defects.push({ record, reason, quote: quoteBytes(bytes, at, to) });
    return at;
  }

  #defect(bytes: Uint8Array, at: number, end: number, record: number, reason: string): void {
    this.defects.push({ record, reason, quote: quoteBytes(bytes, at, end) });
  }

  /** One block whose body ends at `end`; false if the capture cannot go on. */
  #block(bytes: Uint8Array, view: DataView, at: number, end: number, table: RecordTable, frames: number): boolean {
    const little = this.#little, body = at + 8, record = frames + table.n;
    switch (view.getUint32(at, little)) {
      case ENHANCED: case OLD_PACKET: {
        const old = view.getUint32(at, little) === OLD_PACKET;
        if (end - body < 20) { this.#defect(bytes, at, end, record, 'a packet block is shorter than its header'); return true; }
        const index = old ? view.getUint16(body, little) : view.getUint32(body, little);
        const captured = view.getUint32(body + 12, little);
        if (captured > end - body - 20 || captured > MAX_FRAME_BYTES) { this.#defect(bytes, at, end, record, `a packet of ${captured} bytes does not fit its block`); return true; }
        const source = this.#interfaces[index];
        if (!source) this.#defect(bytes, at, end, record, `interface ${index} was not described; the frame is kept but not decoded`);
        const timeUs = this.#time(view.getUint32(body + 4, little), view.getUint32(body + 8, little), source, bytes, at, end, record);
        add(table, body + 20, captured, view.getUint32(body + 16, little), source ? source.link : LINK_UNKNOWN, timeUs);
        return true;
      }
      case SIMPLE: {
        if (end - body < 4) { this.#defect(bytes, at, end, record, 'a simple packet block is shorter than its header'); return true; }
        const source = this.#interfaces[0];
        const wire = view.getUint32(body, little);
        const captured = Math.min(wire, source && source.snapLen > 0 ? source.snapLen : wire, end - body - 4);
        if (captured > MAX_FRAME_BYTES) { this.#defect(bytes, at, end, record, `a packet of ${captured} bytes is longer than ${MAX_FRAME_BYTES}`); return true; }
        this.#defect(bytes, at, end, record, source ? 'a simple packet has no time; it was given the time of the packet before it' : 'interface 0 was not described; the frame is kept but not decoded');
        add(table, body + 4, captured, wire, source ? source.link : LINK_UNKNOWN, this.#lastUs);
        return true;
      }
      case INTERFACE: return this.#describe(bytes, view, at, end, record);
      case STATISTICS: this.#statistics(view, body, end); return true;
      default: return true;
    }
  }

  #describe(bytes: Uint8Array, view: DataView, at: number, end: number, record: number): boolean {
    const little = this.#little, body = at + 8;
    if (end - body < 8) { this.#damaged(bytes, at, end, record, 'an interface description is shorter than its header'); return false; }
    if (this.#interfaces.length >= MAX_INTERFACES) { this.#damaged(bytes, at, end, record, `a section describes more than ${MAX_INTERFACES} interfaces`); return false; }
    const link = view.getUint16(body, little);
    let resolution = 6, offsetSeconds = 0;
    for (const [code, from, size] of options(view, body + 8, end, little)) {
      if (code === 9 && size >= 1) resolution = bytes[from] as number;
      else if (code === 14 && size >= 8) offsetSeconds = Number(view.getBigInt64(from, little));
    }
    const binary = (resolution & 0x80) !== 0, exponent = resolution & 0x7f;
    this.#interfaces.push({
      link, snapLen: view.getUint32(body + 4, little), offsetSeconds,
      decimals: !binary && exponent <= 9 ? exponent : -1, unitsPerSecond: (binary ? 2n : 10n) ** BigInt(exponent),
    });
    if (!linkTypeSupported(link) && !this.#said.has(link)) {
      this.#said.add(link);
      this.#defect(bytes, at, at, record, `frames of link type ${link} are kept but not decoded`);
    }
    return true;
  }

  #statistics(view: DataView, body: number, end: number): void {
    const little = this.#little;
    if (end - body < 12) return;
    const source = this.#interfaces[view.getUint32(body, little)];
    let received: number | null = null, dropped = -1;
    for (const [code, from, size] of options(view, body + 12, end, little)) {
      if (size !== 8) continue;
      const value = Number(view.getBigUint64(from, little));
      if (code === 4) received = value;
      else if (code === 5 || code === 7) dropped = Math.max(0, dropped) + value; // isb_ifdrop, isb_osdrop
    }
    if (source && dropped >= 0) this.drops.push({ atUs: toUs(view.getUint32(body + 4, little), view.getUint32(body + 8, little), source), received, dropped });
  }

  #time(high: number, low: number, source: Interface | undefined, bytes: Uint8Array, at: number, end: number, record: number): number {
    const us = source ? toUs(high, low, source) : high * 4_294_967_296 + low;
    if (us > Number.MAX_SAFE_INTEGER || us < -Number.MAX_SAFE_INTEGER) {
      this.#defect(bytes, at, end, record, 'the time is beyond the year 2255; it was taken as the end of time');
      return us > 0 ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER;
    }
    this.#lastUs = us;
    return us;
  }
}

/** A 64-bit time stamp in its interface's units as microseconds, rounded down. Beyond ±2^53 it is only known to be beyond. */
function toUs(high: number, low: number, source: Interface): number {
  const offsetUs = source.offsetSeconds * 1_000_000;
  const d = source.decimals;
  if (d < 0) {
    const units = (BigInt(high) << 32n) | BigInt(low);
    return Number(units * 1_000_000n / source.unitsPerSecond) + offsetUs;
  }
  if (d <= 6) return (high * 4_294_967_296 + low) * 10 ** (6 - d) + offsetUs;
  // 2^32 = q · divisor + r, so that every product below stays exact: r · high < 2^42.
  const divisor = 10 ** (d - 6);
  const q = Math.floor(4_294_967_296 / divisor), r = 4_294_967_296 - q * divisor;
  return high * q + Math.floor((high * r + low) / divisor) + offsetUs;
}

function add(table: RecordTable, off: number, captured: number, wire: number, link: number, atUs: number): void {
  const n = table.n++;
  table.off[n] = off;
  table.capLen[n] = captured;
  table.wireLen[n] = wire;
  table.link[n] = link;
  table.atUs[n] = atUs;
}

/** Options of a block as [code, offset of the value, size]; ends at opt_endofopt, or where a length would leave the block. */
function* options(view: DataView, from: number, end: number, little: boolean): Generator<readonly [number, number, number]> {
  for (let at = from; at + 4 <= end;) {
    const code = view.getUint16(at, little), size = view.getUint16(at + 2, little);
    if (code === 0 || at + 4 + size > end) return;
    yield [code, at + 4, size];
    at += 4 + size + ((4 - (size % 4)) % 4);
  }
}
