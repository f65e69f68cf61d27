/**
 * Ethernet II and 802.3 header: destination, source, type or length.
 * Source: IEEE 802.3-2022 §3.2. A type is 0x0600 or more; below, it is the length of an 802.2 frame.
 * @module
 */
import { needMore, ok, viewOf, type Codec } from './codec.ts';

export interface EthernetHeader {
  /** 48-bit addresses as numbers. */
  readonly destination: number;
  readonly source: number;
  readonly typeOrLength: number;
}

export const ethernet = {
  name: 'ethernet',
  about: 'Ethernet header (IEEE 802.3)',
  decode(bytes) {
    if (bytes.length < 14) return needMore(14);
    const view = viewOf(bytes);
    return ok({
      destination: view.getUint16(0) * 2 ** 32 + view.getUint32(2), source: view.getUint16(6) * 2 ** 32 + view.getUint32(8), typeOrLength: view.getUint16(12),
    }, 14);
  },
  encode(value) {
    const out = new Uint8Array(14), view = viewOf(out);
    view.setUint16(0, Math.floor(value.destination / 2 ** 32));
    view.setUint32(2, value.destination % 2 ** 32);
    view.setUint16(6, Math.floor(value.source / 2 ** 32));
    view.setUint32(8, value.source % 2 ** 32);
    view.setUint16(12, value.typeOrLength);
    return out;
  },
  samples: [{ about: 'a broadcast ARP frame', hex: 'ffffffffffff 0200c6336401 0806' }, { about: 'an 802.3 frame of 38 bytes', hex: '0180c2000000 0200c6336402 0026' }],
} as const satisfies Codec<EthernetHeader>;
