/**
 * GRE header, version 0, with its optional checksum, key and sequence number.
 * Source: RFC 2784, RFC 2890. RFC 1701's routing and PPTP's version 1 (RFC 2637) are `bad`: they are other formats.
 * @module
 */
import { bad, needMore, ok, viewOf, type Codec } from './codec.ts';

export interface GreHeader {
  /** EtherType of what is carried. */
  readonly protocol: number;
  /** Bits of the first word that have no meaning of their own here. */
  readonly reserved: number;
  /** Checksum and its reserved half; null when absent. */
  readonly checksum: number | null;
  readonly key: number | null;
  readonly sequence: number | null;
}

const CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, VERSION = 7;

export const gre = {
  name: 'gre',
  about: 'GRE header (RFC 2784, 2890)',
  decode(bytes) {
    if (bytes.length < 2) return needMore(4);
    const view = viewOf(bytes), word = view.getUint16(0);
    if ((word & VERSION) !== 0) return bad('version', 1);
    if ((word & ROUTING) !== 0) return bad('routing', 0);
    const length = 4 + (word & CHECKSUM ? 4 : 0) + (word & KEY ? 4 : 0) + (word & SEQUENCE ? 4 : 0);
    if (bytes.length < length) return needMore(length);
    let at = 4;
    const next = (present: number): number | null => {
      if ((word & present) === 0) return null;
      at += 4;
      return view.getUint32(at - 4);
    };
    return ok({ protocol: view.getUint16(2), reserved: word & 0x0ff8, checksum: next(CHECKSUM), key: next(KEY), sequence: next(SEQUENCE) }, length);
  },
  encode(value) {
    const parts = [value.checksum, value.key, value.sequence];
    const out = new Uint8Array(4 + 4 * parts.filter((part) => part !== null).length), view = viewOf(out);
    view.setUint16(0, (value.checksum === null ? 0 : CHECKSUM) | (value.key === null ? 0 : KEY) | (value.sequence === null ? 0 : SEQUENCE) | value.reserved);
    view.setUint16(2, value.protocol);
    let at = 4;
    for (const part of parts) {
      if (part === null) continue;
      view.setUint32(at, part);
      at += 4;
    }
    return out;
  },
  samples: [{ about: 'IPv4 without options', hex: '0000 0800' }, { about: 'Ethernet with a key and a sequence number', hex: '3000 6558 00000064 00000001' }],
} as const satisfies Codec<GreHeader>;
