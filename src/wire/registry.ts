/**
 * Every codec of `wire/`, by name. A new one is its file and its line here.
 * @module
 */
import { defineRegistry } from '../core/registry.ts';
import type { Codec } from './codec.ts';
import { ethernet } from './ethernet.ts';
import { gre } from './gre.ts';
import { icmp } from './icmp.ts';
import { icmp6 } from './icmp6.ts';
import { ipv4 } from './ipv4.ts';
import { ipv6 } from './ipv6.ts';
import { linuxCooked } from './linux-cooked.ts';
import { linuxCookedV2 } from './linux-cooked-v2.ts';
import { loopbackLoop } from './loopback-loop.ts';
import { loopbackNull } from './loopback-null.ts';
import { rawIp } from './raw-ip.ts';
import { tcp } from './tcp.ts';
import { udp } from './udp.ts';
import { vlan } from './vlan.ts';

export const codecs = defineRegistry<Codec<unknown>>()({
  ethernet, vlan, 'linux-cooked': linuxCooked, 'linux-cooked-v2': linuxCookedV2, 'raw-ip': rawIp, 'loopback-null': loopbackNull,
  'loopback-loop': loopbackLoop, ipv4, ipv6, tcp, udp, icmp, icmp6, gre,
});
export type CodecName = keyof typeof codecs;
