/**
 * Packets from fields: the inverse of the decoder, for the simulator, for tests and for golden cases.
 *
 * In: a {@link PacketSpec}. Out: the bytes of an IPv4 or IPv6 packet (TCP with options, UDP, ICMP, ICMPv6, or any other
 * protocol as an opaque payload), optionally behind an Ethernet header, with right lengths and checksums.
 * Source: RFC 791, 8200 (IP), 9293 (TCP), 768 (UDP), 792, 4443 (ICMP), 1071 (checksum).
 * Shapes: IPv4 addresses are one word in host order, IPv6 four words, as in PacketBatch.
 * Cost: one pass over the bytes; {@link writePacket} allocates nothing.
 * Limits: no IPv4 options, no IPv6 extension headers; a fragment carries its payload opaquely (no transport header is made).
 * @module
 */
import { PROTO } from '../core/packet-batch.ts';

/** Fields of one packet; what is left out is the value in brackets. Numbers beyond their field are cut to its width. */
export interface PacketSpec {
  /** [4] */
  readonly family?: 4 | 6;
  /** IPv4: a word. IPv6: four words, most significant first. */
  readonly src: number | ArrayLike<number>;
  readonly dst: number | ArrayLike<number>;
  readonly proto: number;
  /** Source port; ICMP type. [0] */
  readonly sport?: number;
  /** Destination port; ICMP code. [0] */
  readonly dport?: number;
  /** TTL or hop limit. [64] */
  readonly ttl?: number;
  /** IPv4 identification. [0] */
  readonly ipid?: number;
  /** [false] */
  readonly dontFragment?: boolean;
  /** Type of service or traffic class. [0] */
  readonly tos?: number;
  /** TCP flags as on the wire, nine bits. [0] */
  readonly flags?: number;
  readonly seq?: number;
  readonly ack?: number;
  readonly window?: number;
  readonly urgent?: number;
  /** TCP options; padded with zeros to a multiple of four; at most 40 bytes. [none] */
  readonly options?: Uint8Array;
  /** Bytes behind the transport header (ICMP: behind its eight-byte header). [none] */
  readonly payload?: Uint8Array;
  /** ICMP: the second word of the header (identifier and sequence, or unused). [0] */
  readonly icmpRest?: number;
  /** UDP over IPv4 without a checksum (allowed by RFC 768). [false] */
  readonly noChecksum?: boolean;
}

/** Longest packet that is built, bytes: the limit of the IPv4 length field. */
export const LONGEST_PACKET = 65_535;
/** Bytes of an Ethernet II header. */
export const ETHERNET_HEADER = 14;

const NONE = new Uint8Array(0);

/** Bytes that a packet will have, from its IP header on. Throws RangeError if that is more than {@link LONGEST_PACKET}. */
export function packetLength(spec: PacketSpec): number {
  const optionBytes = spec.options?.length ?? 0;
  if (optionBytes > 40) throw new RangeError(`TCP options have at most 40 bytes, got ${optionBytes}`);
  const transport = spec.proto === PROTO.tcp ? 20 + ((optionBytes + 3) & ~3)
    : spec.proto === PROTO.udp || spec.proto === PROTO.icmp || spec.proto === PROTO.icmp6 ? 8 : 0;
  const total = (spec.family === 6 ? 40 : 20) + transport + (spec.payload?.length ?? 0);
  if (total > LONGEST_PACKET) throw new RangeError(`a packet has at most ${LONGEST_PACKET} bytes, this one would have ${total}`);
  return total;
}

/** The packet, from its IP header on. */
export function buildPacket(spec: PacketSpec): Uint8Array {
  const out = new Uint8Array(packetLength(spec));
  writePacket(spec, out, 0);
  return out;
}

/** The packet behind an Ethernet II header (addresses 02:00:00:00:00:01 → …:02 unless given as six bytes each). */
export function buildEthernetFrame(spec: PacketSpec, macs: { readonly from: ArrayLike<number>; readonly to: ArrayLike<number> } = DEFAULT_MACS): Uint8Array {
  const out = new Uint8Array(ETHERNET_HEADER + packetLength(spec));
  out.set(macs.to, 0);
  out.set(macs.from, 6);
  const etherType = spec.family === 6 ? 0x86dd : 0x0800;
  out[12] = etherType >>> 8;
  out[13] = etherType & 255;
  writePacket(spec, out, ETHERNET_HEADER);
  return out;
}

const DEFAULT_MACS = Object.freeze({ from: [2, 0, 0, 0, 0, 1], to: [2, 0, 0, 0, 0, 2] });

/** Writes the packet into `out` from `at` (room is the caller's duty, see {@link packetLength}); returns its length in bytes. */
export function writePacket(spec: PacketSpec, out: Uint8Array, at: number): number {
  const total = packetLength(spec);
  if (at + total > out.length) throw new RangeError(`${total} bytes do not fit behind offset ${at} of ${out.length}`);
  const six = spec.family === 6;
  const ttl = spec.ttl ?? 64, tos = spec.tos ?? 0;
  const headerBytes = six ? 40 : 20;
  if (six) {
    put32(out, at, 0x60000000 | (tos << 20));
    put16(out, at + 4, total - 40);
    out[at + 6] = spec.proto;
    out[at + 7] = ttl;
    putWords(out, at + 8, spec.src);
    putWords(out, at + 24, spec.dst);
  } else {
    out[at] = 0x45;
    out[at + 1] = tos;
    put16(out, at + 2, total);
    put16(out, at + 4, spec.ipid ?? 0);
    put16(out, at + 6, spec.dontFragment === true ? 0x4000 : 0);
    out[at + 8] = ttl;
    out[at + 9] = spec.proto;
    put16(out, at + 10, 0);
    put32(out, at + 12, wordOf(spec.src));
    put32(out, at + 16, wordOf(spec.dst));
    put16(out, at + 10, fold(sum16(out, at, at + 20, 0)));
  }
  const transportAt = at + headerBytes, end = at + total;
  const payload = spec.payload ?? NONE;
  out.set(payload, end - payload.length);
  switch (spec.proto) {
    case PROTO.tcp: {
      const options = spec.options ?? NONE, padded = (options.length + 3) & ~3, flags = spec.flags ?? 0;
      put16(out, transportAt, spec.sport ?? 0);
      put16(out, transportAt + 2, spec.dport ?? 0);
      put32(out, transportAt + 4, spec.seq ?? 0);
      put32(out, transportAt + 8, spec.ack ?? 0);
      put16(out, transportAt + 12, ((20 + padded) << 10) | (flags & 0xfff));
      put16(out, transportAt + 14, spec.window ?? 0);
      put16(out, transportAt + 16, 0);
      put16(out, transportAt + 18, spec.urgent ?? 0);
      out.fill(0, transportAt + 20 + options.length, transportAt + 20 + padded);
      out.set(options, transportAt + 20);
      put16(out, transportAt + 16, fold(sum16(out, transportAt, end, pseudoSum(out, at, six, PROTO.tcp, end - transportAt))));
      break;
    }
    case PROTO.udp: {
      put16(out, transportAt, spec.sport ?? 0);
      put16(out, transportAt + 2, spec.dport ?? 0);
      put16(out, transportAt + 4, end - transportAt);
      put16(out, transportAt + 6, 0);
      if (six || spec.noChecksum !== true) {
        const sum = fold(sum16(out, transportAt, end, pseudoSum(out, at, six, PROTO.udp, end - transportAt)));
        put16(out, transportAt + 6, sum === 0 ? 0xffff : sum);
      }
      break;
    }
    case PROTO.icmp:
    case PROTO.icmp6: {
      out[transportAt] = spec.sport ?? 0;
      out[transportAt + 1] = spec.dport ?? 0;
      put16(out, transportAt + 2, 0);
      put32(out, transportAt + 4, spec.icmpRest ?? 0);
      const start = spec.proto === PROTO.icmp6 ? pseudoSum(out, at, six, PROTO.icmp6, end - transportAt) : 0;
      put16(out, transportAt + 2, fold(sum16(out, transportAt, end, start)));
      break;
    }
    default: break;
  }
  return total;
}

/** What an ICMP error quotes of the packet it answers: its IP header and the first eight bytes behind (RFC 792). */
export function quotedPacket(packet: Uint8Array): Uint8Array {
  const headerBytes = (packet[0] ?? 0) >>> 4 === 6 ? 40 : ((packet[0] ?? 0) & 15) * 4;
  return packet.slice(0, headerBytes + 8);
}

/** TCP options, by kind, to be joined with {@link joinOptions} in the order in which a stack sends them. */
export const OPTION_BYTES = Object.freeze({
  nop: Uint8Array.of(1),
  end: Uint8Array.of(0),
  mss: (bytes: number) => Uint8Array.of(2, 4, bytes >>> 8, bytes & 255),
  windowScale: (shift: number) => Uint8Array.of(3, 3, shift),
  sackPermitted: Uint8Array.of(4, 2),
  timestamps: (value: number, echo: number) => {
    const out = new Uint8Array(10);
    out[0] = 8; out[1] = 10;
    put32(out, 2, value);
    put32(out, 6, echo);
    return out;
  },
});

export function joinOptions(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

/** Sum of 16-bit words of bytes [from, to), on top of `start`; an odd last byte is the high one (RFC 1071, section 4.1). */
export function sum16(bytes: Uint8Array, from: number, to: number, start: number): number {
  let sum = start, i = from;
  for (; i + 1 < to; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  if (i < to) sum += (bytes[i] as number) << 8;
  return sum;
}

/** The checksum field of a sum: folded to 16 bits and inverted. Zero over bytes that already hold a right checksum. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 65_536);
  return ~folded & 0xffff;
}

/** Sum of the pseudo-header of the IP packet at `at` of `bytes` (RFC 9293, section 3.1; RFC 8200, section 8.1). */
export function pseudoSum(bytes: Uint8Array, at: number, six: boolean, proto: number, lengthBytes: number): number {
  const sum = six ? sum16(bytes, at + 8, at + 40, 0) : sum16(bytes, at + 12, at + 20, 0);
  return sum + proto + (lengthBytes >>> 16) + (lengthBytes & 0xffff);
}

function wordOf(address: number | ArrayLike<number>): number {
  return typeof address === 'number' ? address : address[0] ?? 0;
}

function putWords(out: Uint8Array, at: number, words: number | ArrayLike<number>): void {
  if (typeof words === 'number') throw new RangeError('an IPv6 address is four words, got one');
  for (let i = 0; i < 4; i++) put32(out, at + 4 * i, words[i] ?? 0);
}

function put16(out: Uint8Array, at: number, value: number): void {
  out[at] = (value >>> 8) & 255;
  out[at + 1] = value & 255;
}

function put32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = (value >>> 16) & 255;
  out[at + 2] = (value >>> 8) & 255;
  out[at + 3] = value & 255;
}
