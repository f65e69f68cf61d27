/**
 * PacketBatch: the backbone. Up to 65,536 packets of one sensor and one address family as a struct of typed arrays.
 *
 * In: decoders fill it. Out: tagging, engines and the store read it; workers pass its buffers without copying.
 * Layout (all arrays have `capacity` entries unless said; entries ≥ n are undefined):
 *
 *   atUs       Float64  integer microseconds since 1970, exact to the year 2255 (nanosecond captures are rounded down)
 *   src, dst   Uint32   IPv4: one word an address, host order (10.0.0.1 = 0x0a000001).
 *                       IPv6: four words an address, most significant first, packet i at [4i .. 4i+3]
 *   proto      Uint8    IP protocol after extension headers (6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6, …)
 *   sport      Uint16   TCP, UDP, SCTP, DCCP source port; ICMP type
 *   dport      Uint16   destination port; ICMP code
 *   ttl        Uint8    TTL or hop limit as received
 *   ipid       Uint32   IPv4 identification (16 bits); IPv6 fragment identification (32 bits) or 0
 *   ipBits     Uint16   BIT.* below
 *   flags      Uint16   TCP: nine flag bits and three reserved ones, as on the wire (FIN = 1 … CWR = 0x80, AE = 0x100)
 *   seq, ack   Uint32   TCP sequence and acknowledgement number
 *   window     Uint16   TCP window, unscaled
 *   optionsKey Uint32   hash of the TCP options' layout (`wire/tcp-options.ts`), 0 = no options
 *   ipLen      Uint32   IP total length as the header says
 *   payloadLen Uint32   bytes behind the transport header, as the headers say (not as captured)
 *   raw                 the bytes that the following offsets point into (the capture's chunk; not copied)
 *   optOff, optLen      TCP options in raw;  payOff, payKept: captured payload in raw (at most PAYLOAD_KEPT bytes)
 *   innerOff, innerLen  the IP header quoted by an ICMP error or carried by a tunnel (GRE, IPIP, 6in4), 0 = none
 *   record     Uint32   number of the frame in its source, from 0 (with `firstRecord` of the block)
 *
 * Filled by annotation (`observations/tag/annotate.ts`), zero before:
 *   tool Uint8 (index into TOOLS) · label Uint8 (LABELS) · role Uint8 (ROLES) ·
 *   country Uint16 (two letters packed, 0 unknown) · asn Uint32 · region Uint16 (index into the sensor's regions, NO_REGION)
 *
 * A frame that carries no IP packet (ARP, LLDP, an undecodable header) keeps its row: BIT.notIp is set, family 4,
 * addresses 0, proto 255, and `seq` holds its EtherType. So rows equal frames, and nothing is lost silently.
 * Cost: 81 bytes a packet of capacity for IPv4.
 * @module
 */

/** Most packets a batch may hold. */
export const BATCH_CAPACITY = 65_536;
/** Most payload bytes of one packet that are kept, in bytes. */
export const PAYLOAD_KEPT = 256;
/** `region` of a packet whose destination lies in no region of its sensor. */
export const NO_REGION = 0xffff;

/** Bits of `ipBits`. */
export const BIT = Object.freeze({
  dontFragment: 1, moreFragments: 2, reserved: 4,
  /** Fragment offset > 0: no transport header in this packet. */
  laterFragment: 8,
  /** The capture was cut before the transport header (or the IP header) ended. */
  cut: 16,
  /** IPv4 header checksum is wrong. */
  badIpChecksum: 32,
  /** TCP, UDP or ICMP checksum is wrong (checked only if the whole packet was captured and `checksums` was asked). */
  badChecksum: 64,
  /** Transport ports are valid (a transport header was read). */
  hasTransport: 128,
  /** Not an IP packet, or an IP header that cannot be read. */
  notIp: 256,
  /** The headers contradict each other (lengths beyond the packet, data offset < 5, …); what could be read is kept. */
  malformed: 512,
  /** Made by the simulator. */
  simulated: 1024,
});

/** TCP flag bits. */
export const TCP = Object.freeze({ fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128, ae: 256 });
/** IP protocol numbers used by name. */
export const PROTO = Object.freeze({ icmp: 1, tcp: 6, udp: 17, gre: 47, icmp6: 58, sctp: 132, none: 255 });

/** 4 = IPv4, 6 = IPv6. */
export type Family = 4 | 6;

/** See the module header for shapes and units. */
export interface PacketBatch {
  readonly family: Family;
  readonly capacity: number;
  /** Packets in use, 0 … capacity. */
  n: number;
  /** `org/sensor`, bound by the reader that owns the source, never by the packets. */
  sensor: string;
  readonly atUs: Float64Array;
  readonly src: Uint32Array;
  readonly dst: Uint32Array;
  readonly proto: Uint8Array;
  readonly sport: Uint16Array;
  readonly dport: Uint16Array;
  readonly ttl: Uint8Array;
  readonly ipid: Uint32Array;
  readonly ipBits: Uint16Array;
  readonly flags: Uint16Array;
  readonly seq: Uint32Array;
  readonly ack: Uint32Array;
  readonly window: Uint16Array;
  readonly optionsKey: Uint32Array;
  readonly ipLen: Uint32Array;
  readonly payloadLen: Uint32Array;
  raw: Uint8Array;
  readonly optOff: Uint32Array;
  readonly optLen: Uint8Array;
  readonly payOff: Uint32Array;
  readonly payKept: Uint16Array;
  readonly innerOff: Uint32Array;
  readonly innerLen: Uint16Array;
  readonly record: Uint32Array;
  readonly tool: Uint8Array;
  readonly label: Uint8Array;
  readonly role: Uint8Array;
  readonly country: Uint16Array;
  readonly asn: Uint32Array;
  readonly region: Uint16Array;
}

const EMPTY = new Uint8Array(0);

/** A new, empty batch. One ArrayBuffer an array, so that each can be transferred. */
export function newPacketBatch(family: Family, sensor: string, capacity: number = BATCH_CAPACITY): PacketBatch {
  const words = family === 4 ? 1 : 4;
  const c = capacity;
  return {
    family, capacity: c, n: 0, sensor,
    atUs: new Float64Array(c), src: new Uint32Array(c * words), dst: new Uint32Array(c * words),
    proto: new Uint8Array(c), sport: new Uint16Array(c), dport: new Uint16Array(c), ttl: new Uint8Array(c),
    ipid: new Uint32Array(c), ipBits: new Uint16Array(c), flags: new Uint16Array(c), seq: new Uint32Array(c),
    ack: new Uint32Array(c), window: new Uint16Array(c), optionsKey: new Uint32Array(c), ipLen: new Uint32Array(c),
    payloadLen: new Uint32Array(c), raw: EMPTY, optOff: new Uint32Array(c), optLen: new Uint8Array(c),
    payOff: new Uint32Array(c), payKept: new Uint16Array(c), innerOff: new Uint32Array(c), innerLen: new Uint16Array(c),
    record: new Uint32Array(c), tool: new Uint8Array(c), label: new Uint8Array(c), role: new Uint8Array(c),
    country: new Uint16Array(c), asn: new Uint32Array(c), region: new Uint16Array(c),
  };
}

/** Names of the per-packet arrays, in layout order (`src` and `dst` have four words a packet for IPv6). */
export const BATCH_COLUMNS = [
  'atUs', 'src', 'dst', 'proto', 'sport', 'dport', 'ttl', 'ipid', 'ipBits', 'flags', 'seq', 'ack', 'window', 'optionsKey',
  'ipLen', 'payloadLen', 'optOff', 'optLen', 'payOff', 'payKept', 'innerOff', 'innerLen', 'record',
  'tool', 'label', 'role', 'country', 'asn', 'region',
] as const satisfies readonly (keyof PacketBatch)[];

/** A copy of packets [from, to) of `batch` that shares no array with it but `raw`. */
export function sliceBatch(batch: PacketBatch, from: number, to: number): PacketBatch {
  const out = newPacketBatch(batch.family, batch.sensor, Math.max(to - from, 1));
  const words = batch.family === 4 ? 1 : 4;
  for (const column of BATCH_COLUMNS) {
    const scale = column === 'src' || column === 'dst' ? words : 1;
    (out[column] as Uint32Array).set((batch[column] as Uint32Array).subarray(from * scale, to * scale));
  }
  out.raw = batch.raw;
  out.n = to - from;
  return out;
}

/** Buffers to transfer with a batch to a worker (each once; `raw` included unless `keepRaw`). */
export function batchBuffers(batch: PacketBatch, keepRaw = false): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const column of BATCH_COLUMNS) buffers.add(batch[column].buffer as ArrayBuffer);
  if (!keepRaw && batch.raw.buffer instanceof ArrayBuffer && batch.raw.byteLength > 0) buffers.add(batch.raw.buffer);
  return [...buffers];
}

/** Two-letter country code packed as (first << 8 | second); 0 when unknown. */
export function packCountry(code: string): number {
  return code.length === 2 ? (code.charCodeAt(0) << 8) | code.charCodeAt(1) : 0;
}

/** Inverse of {@link packCountry}; '' when unknown. */
export function unpackCountry(packed: number): string {
  return packed === 0 ? '' : String.fromCharCode(packed >> 8, packed & 255);
}
