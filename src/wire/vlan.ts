/**
 * VLAN tag as it stands behind its EtherType (0x8100, 0x88a8): priority, drop eligibility, identifier, next EtherType.
 * Source: IEEE 802.1Q-2022 §9.6.
 * @module
 */
import { needMore, ok, viewOf, type Codec } from './codec.ts';

export interface VlanTag {
  /** 0–7. */
  readonly priority: number;
  readonly dropEligible: boolean;
  /** 0–4095. */
  readonly id: number;
  readonly etherType: number;
}

export const vlan = {
  name: 'vlan',
  about: 'VLAN tag control information and next EtherType (IEEE 802.1Q, 802.1ad)',
  decode(bytes) {
    if (bytes.length < 4) return needMore(4);
    const view = viewOf(bytes), word = view.getUint16(0);
    return ok({ priority: word >> 13, dropEligible: (word & 0x1000) !== 0, id: word & 0xfff, etherType: view.getUint16(2) }, 4);
  },
  encode(value) {
    const out = new Uint8Array(4), view = viewOf(out);
    view.setUint16(0, (value.priority << 13) | (value.dropEligible ? 0x1000 : 0) | value.id);
    view.setUint16(2, value.etherType);
    return out;
  },
  samples: [{ about: 'VLAN 42 with IPv4', hex: '002a 0800' }, { about: 'priority 5, drop eligible, VLAN 4094 with IPv6', hex: 'bffe 86dd' }],
} as const satisfies Codec<VlanTag>;
