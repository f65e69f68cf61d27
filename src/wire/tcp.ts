/**
 * TCP header with its options as bytes (`tcp-options.ts` reads them).
 * Source: RFC 9293 §3.1.
 * @module
 */
import { bad, needMore, ok, viewOf, type Codec } from './codec.ts';

export interface TcpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  /** Nine flags and three reserved bits as on the wire (`TCP` in `core/packet-batch.ts`). */
  readonly flags: number;
  readonly window: number;
  readonly checksum: number;
  readonly urgentPointer: number;
  /** 0–40 bytes, a multiple of four. */
  readonly options: Uint8Array;
}

export const tcp = {
  name: 'tcp',
  about: 'TCP header (RFC 9293)',
  decode(bytes) {
    if (bytes.length < 13) return needMore(20);
    const view = viewOf(bytes), length = ((bytes[12] as number) >> 4) << 2;
    if (length < 20) return bad('data-offset', 12);
    if (bytes.length < length) return needMore(length);
    return ok({
      sourcePort: view.getUint16(0), destinationPort: view.getUint16(2), sequence: view.getUint32(4), acknowledgement: view.getUint32(8),
      flags: view.getUint16(12) & 0xfff, window: view.getUint16(14), checksum: view.getUint16(16), urgentPointer: view.getUint16(18), options: bytes.slice(20, length),
    }, length);
  },
  encode(value) {
    const length = 20 + value.options.length;
    const out = new Uint8Array(length), view = viewOf(out);
    view.setUint16(0, value.sourcePort);
    view.setUint16(2, value.destinationPort);
    view.setUint32(4, value.sequence);
    view.setUint32(8, value.acknowledgement);
    view.setUint16(12, ((length >> 2) << 12) | value.flags);
    view.setUint16(14, value.window);
    view.setUint16(16, value.checksum);
    view.setUint16(18, value.urgentPointer);
    out.set(value.options, 20);
    return out;
  },
  samples: [
    { about: 'a bare SYN to port 23', hex: '9c40 0017 c6336407 00000000 5002 ffff 0000 0000' },
    { about: 'a SYN of an ordinary Linux stack', hex: 'd2f0 0050 1a2b3c4d 00000000 a002 faf0 0000 0000 020405b4 0402080a 00112233 00000000 01030307' },
  ],
} as const satisfies Codec<TcpHeader>;
