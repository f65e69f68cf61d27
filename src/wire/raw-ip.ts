/**
 * Raw IP: the link type without a header. The first four bits of the packet say which IP follows; nothing is used up.
 * Source: tcpdump.org, LINKTYPE_RAW, LINKTYPE_IPV4, LINKTYPE_IPV6.
 * @module
 */
import { bad, needMore, ok, type Codec } from './codec.ts';

export interface RawIp { readonly version: 4 | 6 }

export const rawIp = {
  name: 'raw-ip',
  about: 'Raw IP, no link header (LINKTYPE_RAW, 101)',
  decode(bytes) {
    if (bytes.length === 0) return needMore(1);
    const version = (bytes[0] as number) >> 4;
    return version === 4 || version === 6 ? ok({ version }, 0) : bad('version', 0);
  },
  encode: () => new Uint8Array(0),
  samples: [{ about: 'an IPv4 packet’s first byte follows', hex: '45' }, { about: 'an IPv6 packet’s first byte follows', hex: '60' }],
} as const satisfies Codec<RawIp>;
