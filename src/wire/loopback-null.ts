/**
 * BSD loopback: an address family in the byte order of the machine that captured.
 * Source: tcpdump.org, LINKTYPE_NULL. Families are small numbers, so the order shows in which half is zero.
 * @module
 */
import { bad, needMore, ok, viewOf, type Codec } from './codec.ts';

export interface LoopbackNullHeader { readonly family: number; readonly littleEndian: boolean }

export const loopbackNull = {
  name: 'loopback-null',
  about: 'BSD loopback in host byte order (LINKTYPE_NULL, 0)',
  decode(bytes) {
    if (bytes.length < 4) return needMore(4);
    const view = viewOf(bytes), big = view.getUint32(0), little = view.getUint32(0, true);
    if (big > 0xffff && little > 0xffff) return bad('family', 0);
    const littleEndian = little <= 0xffff;
    return ok({ family: littleEndian ? little : big, littleEndian }, 4);
  },
  encode(value) {
    const out = new Uint8Array(4);
    viewOf(out).setUint32(0, value.family, value.littleEndian);
    return out;
  },
  samples: [{ about: 'IPv4, written by a little-endian machine', hex: '02000000' }, { about: 'IPv6 of FreeBSD, big-endian', hex: '0000001c' }],
} as const satisfies Codec<LoopbackNullHeader>;
