/**
 * ICMPv6 header: type, code, checksum, and four bytes whose meaning depends on the type (identifier and sequence number, next-hop MTU, unused).
 * Source: RFC 4443 §2.1. What an error quotes stands behind these eight bytes.
 * @module
 */
import { needMore, ok, viewOf, type Codec } from './codec.ts';

export interface Icmp6Header { readonly type: number; readonly code: number; readonly checksum: number; readonly rest: number }

export const icmp6 = {
  name: 'icmp6',
  about: 'ICMPv6 header (RFC 4443)',
  decode(bytes) {
    if (bytes.length < 8) return needMore(8);
    const view = viewOf(bytes);
    return ok({ type: view.getUint8(0), code: view.getUint8(1), checksum: view.getUint16(2), rest: view.getUint32(4) }, 8);
  },
  encode(value) {
    const out = new Uint8Array(8), view = viewOf(out);
    view.setUint8(0, value.type);
    view.setUint8(1, value.code);
    view.setUint16(2, value.checksum);
    view.setUint32(4, value.rest);
    return out;
  },
  samples: [{ about: 'an echo request', hex: '8000 abcd 0001 0001' }, { about: 'packet too big, MTU 1280', hex: '0200 abcd 00000500' }],
} as const satisfies Codec<Icmp6Header>;
