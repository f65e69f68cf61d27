/**
 * Ports and protocols as people write them: `tcp/23`, `udp/53`, `icmp/8`.
 * @module
 */
import { PROTO } from './packet-batch.ts';

const NAMES: Readonly<Record<number, string>> = Object.freeze({
  [PROTO.icmp]: 'icmp', [PROTO.tcp]: 'tcp', [PROTO.udp]: 'udp', [PROTO.gre]: 'gre', [PROTO.icmp6]: 'icmp6', [PROTO.sctp]: 'sctp',
  2: 'igmp', 4: 'ipip', 33: 'dccp', 41: 'ipv6', 50: 'esp', 51: 'ah', 89: 'ospf', 103: 'pim', 136: 'udplite', [PROTO.none]: 'none',
});
const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(NAMES).map(([n, name]) => [name, Number(n)]));

/** 6 → `tcp`; a protocol without a name is `ip-N`. */
export function protoName(proto: number): string {
  return NAMES[proto] ?? `ip-${proto}`;
}

/** `tcp` → 6, `ip-99` or `99` → 99; null otherwise. */
export function protoNumber(name: string): number | null {
  const known = NUMBERS.get(name.toLowerCase());
  if (known !== undefined) return known;
  const match = /^(?:ip-)?(\d{1,3})$/.exec(name.toLowerCase());
  return match && Number(match[1]) <= 255 ? Number(match[1]) : null;
}

/** Protocol and port as one number: proto × 65,536 + port. */
export function portKey(proto: number, port: number): number {
  return proto * 65_536 + port;
}

/** `tcp/23` of a port key. */
export function formatPortKey(key: number): string {
  return `${protoName(Math.floor(key / 65_536))}/${key % 65_536}`;
}

/** `tcp/23` → port key; null if it is not one. */
export function parsePortKey(text: string): number | null {
  const slash = text.indexOf('/');
  if (slash < 1) return null;
  const proto = protoNumber(text.slice(0, slash));
  const port = text.slice(slash + 1);
  if (proto === null || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) return null;
  return portKey(proto, Number(port));
}
