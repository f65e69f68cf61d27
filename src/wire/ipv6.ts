/**
 * IPv6 header with its chain of extension headers.
 * Source: RFC 8200 §3 and §4 (hop-by-hop, routing, fragment, destination options), RFC 4302 §2 (authentication header).
 * The chain ends at the first header that is none of these, or behind a fragment header with an offset (what follows is the middle of a packet).
 * @module
 */
import { bad, needMore, ok, viewOf, type Codec } from './codec.ts';

/** One extension header: its protocol number and all of its bytes, the first of which names the next. */
export interface ExtensionHeader { readonly protocol: number; readonly bytes: Uint8Array }

export interface Ipv6Header {
  readonly trafficClass: number;
  /** 20 bits. */
  readonly flowLabel: number;
  readonly payloadLength: number;
  /** As in the fixed header. */
  readonly nextHeader: number;
  readonly hopLimit: number;
  /** 16 bytes each. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly extensions: readonly ExtensionHeader[];
  /** The protocol behind the chain. */
  readonly protocol: number;
}

/** Most extension headers that are followed; real chains have at most five. */
const MAX_EXTENSIONS = 32;

export const ipv6 = {
  name: 'ipv6',
  about: 'IPv6 header and extension headers (RFC 8200)',
  decode(bytes) {
    if (bytes.length === 0) return needMore(40);
    if ((bytes[0] as number) >> 4 !== 6) return bad('version', 0);
    if (bytes.length < 40) return needMore(40);
    const view = viewOf(bytes), word = view.getUint32(0);
    const extensions: ExtensionHeader[] = [];
    let protocol = view.getUint8(6), at = 40;
    for (;;) {
      const unit = protocol === 51 ? 4 : 8;
      if (protocol !== 0 && protocol !== 43 && protocol !== 44 && protocol !== 51 && protocol !== 60) break;
      if (extensions.length === MAX_EXTENSIONS) return bad('too-many-extensions', at);
      if (bytes.length < at + 8) return needMore(at + 8);
      const size = protocol === 44 ? 8 : protocol === 51 ? ((bytes[at + 1] as number) + 2) * unit : ((bytes[at + 1] as number) + 1) * unit;
      if (size < 8) return bad('extension-length', at + 1);
      if (bytes.length < at + size) return needMore(at + size);
      const later = protocol === 44 && view.getUint16(at + 2) >> 3 !== 0;
      extensions.push({ protocol, bytes: bytes.slice(at, at + size) });
      protocol = bytes[at] as number;
      at += size;
      if (later) break;
    }
    return ok({
      trafficClass: (word >>> 20) & 255, flowLabel: word & 0xfffff, payloadLength: view.getUint16(4), nextHeader: view.getUint8(6), hopLimit: view.getUint8(7),
      source: bytes.slice(8, 24), destination: bytes.slice(24, 40), extensions, protocol,
    }, at);
  },
  encode(value) {
    const length = value.extensions.reduce((sum, e) => sum + e.bytes.length, 40);
    const out = new Uint8Array(length), view = viewOf(out);
    view.setUint32(0, ((6 << 28) | (value.trafficClass << 20) | value.flowLabel) >>> 0);
    view.setUint16(4, value.payloadLength);
    view.setUint8(6, value.nextHeader);
    view.setUint8(7, value.hopLimit);
    out.set(value.source.subarray(0, 16), 8);
    out.set(value.destination.subarray(0, 16), 24);
    let at = 40;
    for (const extension of value.extensions) {
      out.set(extension.bytes, at);
      at += extension.bytes.length;
    }
    return out;
  },
  samples: [
    { about: 'TCP from 2001:db8::1 to 2001:db8:77::9', hex: '60000000 0014 06 40 20010db8000000000000000000000001 20010db8007700000000000000000009' },
    { about: 'a hop-by-hop and a fragment header before UDP', hex: '600abcde 0018 00 ff 20010db8000000000000000000000001 20010db8007700000000000000000009 2c00050200000000 1100000100001234' },
  ],
} as const satisfies Codec<Ipv6Header>;
