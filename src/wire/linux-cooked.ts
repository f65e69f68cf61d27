/**
 * Linux cooked capture, version 1: what libpcap writes for the `any` device.
 * Source: tcpdump.org, LINKTYPE_LINUX_SLL.
 * @module
 */
import { needMore, ok, viewOf, type Codec } from './codec.ts';

export interface LinuxCookedHeader {
  /** 0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 from us. */
  readonly packetType: number;
  readonly hardwareType: number;
  readonly addressLength: number;
  /** Eight bytes, of which `addressLength` are the sender's address. */
  readonly address: Uint8Array;
  readonly protocol: number;
}

export const linuxCooked = {
  name: 'linux-cooked',
  about: 'Linux cooked capture v1 (LINKTYPE_LINUX_SLL, 113)',
  decode(bytes) {
    if (bytes.length < 16) return needMore(16);
    const view = viewOf(bytes);
    return ok({
      packetType: view.getUint16(0), hardwareType: view.getUint16(2), addressLength: view.getUint16(4), address: bytes.slice(6, 14), protocol: view.getUint16(14),
    }, 16);
  },
  encode(value) {
    const out = new Uint8Array(16), view = viewOf(out);
    view.setUint16(0, value.packetType);
    view.setUint16(2, value.hardwareType);
    view.setUint16(4, value.addressLength);
    out.set(value.address.subarray(0, 8), 6);
    view.setUint16(14, value.protocol);
    return out;
  },
  samples: [{ about: 'IPv4 to us over Ethernet', hex: '0000 0001 0006 0200c6336401 0000 0800' }],
} as const satisfies Codec<LinuxCookedHeader>;
