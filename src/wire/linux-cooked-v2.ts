/**
 * Linux cooked capture, version 2: with the interface's index.
 * Source: tcpdump.org, LINKTYPE_LINUX_SLL2.
 * @module
 */
import { needMore, ok, viewOf, type Codec } from './codec.ts';

export interface LinuxCookedV2Header {
  readonly protocol: number;
  readonly reserved: number;
  readonly interfaceIndex: number;
  readonly hardwareType: number;
  readonly packetType: number;
  readonly addressLength: number;
  /** Eight bytes, of which `addressLength` are the sender's address. */
  readonly address: Uint8Array;
}

export const linuxCookedV2 = {
  name: 'linux-cooked-v2',
  about: 'Linux cooked capture v2 (LINKTYPE_LINUX_SLL2, 276)',
  decode(bytes) {
    if (bytes.length < 20) return needMore(20);
    const view = viewOf(bytes);
    return ok({
      protocol: view.getUint16(0), reserved: view.getUint16(2), interfaceIndex: view.getUint32(4), hardwareType: view.getUint16(8),
      packetType: view.getUint8(10), addressLength: view.getUint8(11), address: bytes.slice(12, 20),
    }, 20);
  },
  encode(value) {
    const out = new Uint8Array(20), view = viewOf(out);
    view.setUint16(0, value.protocol);
    view.setUint16(2, value.reserved);
    view.setUint32(4, value.interfaceIndex);
    view.setUint16(8, value.hardwareType);
    view.setUint8(10, value.packetType);
    view.setUint8(11, value.addressLength);
    out.set(value.address.subarray(0, 8), 12);
    return out;
  },
  samples: [{ about: 'IPv6 from us on interface 2', hex: '86dd 0000 00000002 0001 04 06 0200c6336401 0000' }],
} as const satisfies Codec<LinuxCookedV2Header>;
