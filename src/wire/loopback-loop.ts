/**
 * OpenBSD loopback: an address family in network byte order.
 * Source: tcpdump.org, LINKTYPE_LOOP.
 * @module
 */
import { needMore, ok, viewOf, type Codec } from './codec.ts';

export interface LoopbackLoopHeader { readonly family: number }

export const loopbackLoop = {
  name: 'loopback-loop',
  about: 'OpenBSD loopback in network byte order (LINKTYPE_LOOP, 108)',
  decode: (bytes) => (bytes.length < 4 ? needMore(4) : ok({ family: viewOf(bytes).getUint32(0) }, 4)),
  encode(value) {
    const out = new Uint8Array(4);
    viewOf(out).setUint32(0, value.family);
    return out;
  },
  samples: [{ about: 'IPv4', hex: '00000002' }, { about: 'IPv6 of OpenBSD', hex: '00000018' }],
} as const satisfies Codec<LoopbackLoopHeader>;
