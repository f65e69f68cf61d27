/**
 * UDP header.
 * Source: RFC 768; RFC 2675 §4 (a length of 0 in a jumbogram).
 * @module
 */
import { bad, needMore, ok, viewOf, type Codec } from './codec.ts';

export interface UdpHeader { readonly sourcePort: number; readonly destinationPort: number; readonly length: number; readonly checksum: number }

export const udp = {
  name: 'udp',
  about: 'UDP header (RFC 768)',
  decode(bytes) {
    if (bytes.length < 8) return needMore(8);
    const view = viewOf(bytes), length = view.getUint16(4);
    if (length !== 0 && length < 8) return bad('length', 4);
    return ok({ sourcePort: view.getUint16(0), destinationPort: view.getUint16(2), length, checksum: view.getUint16(6) }, 8);
  },
  encode(value) {
    const out = new Uint8Array(8), view = viewOf(out);
    view.setUint16(0, value.sourcePort);
    view.setUint16(2, value.destinationPort);
    view.setUint16(4, value.length);
    view.setUint16(6, value.checksum);
    return out;
  },
  samples: [{ about: 'a DNS question', hex: 'c001 0035 0029 0000' }],
} as const satisfies Codec<UdpHeader>;
