/**
 * Captures, written: the classic pcap format as a stream of chunks.
 *
 * In: packets with their times. Out: bytes, handed to a sink in chunks of about 64 KiB, so that memory stays constant.
 * Source: draft-ietf-opsawg-pcap; magic 0xa1b2c3d4 (microseconds), little endian.
 * Cost: one copy a packet; nothing else is allocated but the chunk.
 * Limits: microseconds only (what PacketBatch keeps); times from 1970 to 2106 (an unsigned 32-bit second).
 * @module
 */

/** Link types that are written (https://www.tcpdump.org/linktypes.html). `raw` is IPv4 or IPv6 by its first four bits. */
export const LINK_TYPE = Object.freeze({ ethernet: 1, raw: 101 });

/** Takes a chunk over (it is not touched afterwards); a promise asks the writer to wait. */
export type ByteSink = (chunk: Uint8Array) => void | Promise<void>;

const CHUNK_BYTES = 65_536;
const HEADER_BYTES = 24;
const RECORD_BYTES = 16;

/** The 24 bytes that open a capture. */
export function pcapHeader(linkType: number, snapLength = 262_144): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, snapLength, true);
  view.setUint32(20, linkType, true);
  return new Uint8Array(view.buffer);
}

/** The 16 bytes before a packet of `keptBytes` captured of `wireBytes`. `atUs` is an integer. */
export function pcapRecord(atUs: number, keptBytes: number, wireBytes: number): Uint8Array {
  const out = new Uint8Array(RECORD_BYTES);
  putRecord(new DataView(out.buffer), 0, atUs, keptBytes, wireBytes);
  return out;
}

/** A whole capture in memory, for tests and small golden cases. */
export function pcapFile(linkType: number, packets: readonly { readonly atUs: number; readonly bytes: Uint8Array; readonly wireBytes?: number }[]): Uint8Array {
  const out = new Uint8Array(packets.reduce((total, p) => total + RECORD_BYTES + p.bytes.length, HEADER_BYTES));
  const view = new DataView(out.buffer);
  out.set(pcapHeader(linkType));
  let at = HEADER_BYTES;
  for (const { atUs, bytes, wireBytes } of packets) {
    putRecord(view, at, atUs, bytes.length, wireBytes ?? bytes.length);
    out.set(bytes, at + RECORD_BYTES);
    at += RECORD_BYTES + bytes.length;
  }
  return out;
}

/** Writes a capture to a sink. `add` returns a promise only when the sink asked to wait. `end` flushes. */
export class PcapWriter {
  readonly #sink: ByteSink;
  #chunk: Uint8Array;
  #view: DataView;
  #used = 0;
  #packets = 0;
  #bytes = 0;

  constructor(sink: ByteSink, linkType: number = LINK_TYPE.ethernet) {
    this.#sink = sink;
    this.#chunk = new Uint8Array(CHUNK_BYTES);
    this.#view = new DataView(this.#chunk.buffer);
    this.#chunk.set(pcapHeader(linkType));
    this.#used = HEADER_BYTES;
  }

  /** Packets written so far. */
  get packets(): number { return this.#packets; }
  /** Bytes handed over or waiting in the chunk. */
  get bytes(): number { return this.#bytes + this.#used; }

  add(atUs: number, packet: Uint8Array, wireBytes: number = packet.length): void | Promise<void> {
    const need = RECORD_BYTES + packet.length;
    const wait = this.#used + need > this.#chunk.length ? this.#flush(need) : undefined;
    putRecord(this.#view, this.#used, atUs, packet.length, wireBytes);
    this.#chunk.set(packet, this.#used + RECORD_BYTES);
    this.#used += need;
    this.#packets++;
    return wait;
  }

  async end(): Promise<void> {
    await this.#flush(0);
  }

  #flush(need: number): void | Promise<void> {
    const full = this.#chunk.subarray(0, this.#used);
    this.#bytes += this.#used;
    this.#used = 0;
    this.#chunk = new Uint8Array(Math.max(CHUNK_BYTES, need));
    this.#view = new DataView(this.#chunk.buffer);
    return full.length > 0 ? this.#sink(full) : undefined;
  }
}

function putRecord(view: DataView, at: number, atUs: number, keptBytes: number, wireBytes: number): void {
  const seconds = Math.floor(atUs / 1_000_000);
  if (!(seconds >= 0 && seconds <= 0xffffffff)) throw new RangeError(`pcap keeps times from 1970 to 2106, got ${atUs} µs`);
  view.setUint32(at, seconds, true);
  view.setUint32(at + 4, atUs - seconds * 1_000_000, true);
  view.setUint32(at + 8, keptBytes, true);
  view.setUint32(at + 12, wireBytes, true);
}
