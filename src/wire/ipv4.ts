/**
 * IPv4 header with its options.
 * Source: RFC 791 §3.1, RFC 2474 (traffic class byte).
 * @module
 */
import { bad, needMore, ok, viewOf, type Codec } from './codec.ts';

export interface Ipv4Header {
  readonly trafficClass: number;
  /** As the header says; not compared with what is there. */
  readonly totalLength: number;
  readonly identification: number;
  readonly reserved: boolean;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In units of eight bytes, 0–8191. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly checksum: number;
  /** Words in host order. */
  readonly source: number;
  readonly destination: number;
  /** 0–40 bytes, a multiple of four. */
  readonly options: Uint8Array;
}

export const ipv4 = {
  name: 'ipv4',
  about: 'IPv4 header (RFC 791)',
  decode(bytes) {
    if (bytes.length === 0) return needMore(20);
    const first = bytes[0] as number, length = (first & 15) << 2;
    if (first >> 4 !== 4) return bad('version', 0);
    if (length < 20) return bad('header-length', 0);
    if (bytes.length < length) return needMore(length);
    const view = viewOf(bytes), fragment = view.getUint16(6);
    return ok({
      trafficClass: view.getUint8(1), totalLength: view.getUint16(2), identification: view.getUint16(4), reserved: (fragment & 0x8000) !== 0,
      dontFragment: (fragment & 0x4000) !== 0, moreFragments: (fragment & 0x2000) !== 0, fragmentOffset: fragment & 0x1fff, ttl: view.getUint8(8),
      protocol: view.getUint8(9), checksum: view.getUint16(10), source: view.getUint32(12), destination: view.getUint32(16), options: bytes.slice(20, length),
    }, length);
  },
  encode(value) {
    const length = 20 + value.options.length;
    const out = new Uint8Array(length), view = viewOf(out);
    view.setUint8(0, 0x40 | (length >> 2));
    view.setUint8(1, value.trafficClass);
    view.setUint16(2, value.totalLength);
    view.setUint16(4, value.identification);
    view.setUint16(6, (value.reserved ? 0x8000 : 0) | (value.dontFragment ? 0x4000 : 0) | (value.moreFragments ? 0x2000 : 0) | value.fragmentOffset);
    view.setUint8(8, value.ttl);
    view.setUint8(9, value.protocol);
    view.setUint16(10, value.checksum);
    view.setUint32(12, value.source);
    view.setUint32(16, value.destination);
    out.set(value.options, 20);
    return out;
  },
  samples: [
    { about: 'a SYN packet’s header: 192.0.2.1 to 198.51.100.7', hex: '45000028 d4310000 ff06 0000 c0000201 c6336407' },
    { about: 'with a router alert option (IGMP)', hex: '46c00020 00004000 0102 0000 c0000201 e0000016 94040000' },
  ],
} as const satisfies Codec<Ipv4Header>;
