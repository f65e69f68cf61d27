/**
 * Packets for the engines' tests, built directly as annotated batches: documentation networks, seeded, in time order.
 *
 * A spec is one packet; `batchOf` puts packets of one sensor into a batch. `background` is a small calm telescope: every minute some
 * busy ports with Poisson many fresh sources, and a scatter of quiet ports.
 * @module
 */
import { BIT, PROTO, TCP, newPacketBatch, packCountry, type PacketBatch } from '../../../src/core/packet-batch.ts';
import { LABELS, ROLES, TOOLS, codeOf, type Label, type Role, type Tool } from '../../../src/core/vocabulary.ts';
import { MINUTE_US } from '../../../src/core/time.ts';
import type { Rng } from '../../../src/core/rng.ts';

export interface PacketSpec {
  readonly atUs: number; readonly src: number; readonly dst: number; readonly dport: number;
  readonly sport?: number; readonly proto?: number; readonly flags?: number; readonly label?: Label; readonly role?: Role; readonly tool?: Tool;
  readonly country?: string; readonly asn?: number; readonly payload?: string;
  readonly seq?: number; readonly ipid?: number; readonly window?: number; readonly ttl?: number; readonly optLen?: number;
}

export const START_US = 1_780_272_000_000_000; // 2026-06-01T00:00:00Z
/** 198.18.0.0/24: what the test telescope watches. */
export const DARK = 0xc6120000;
const COUNTRIES = ['JP', 'US', 'BR', 'IN', 'DE', 'VN', 'KR', 'FR', 'TW', 'IT'];

export function batchOf(sensor: string, packets: readonly PacketSpec[]): PacketBatch {
  const batch = newPacketBatch(4, sensor, Math.max(1, packets.length));
  const texts = packets.map((p) => Buffer.from(p.payload ?? '', 'latin1'));
  batch.raw = new Uint8Array(Buffer.concat(texts));
  let offset = 0;
  packets.forEach((p, i) => {
    const proto = p.proto ?? PROTO.tcp;
    batch.atUs[i] = p.atUs; batch.src[i] = p.src; batch.dst[i] = p.dst; batch.proto[i] = proto;
    batch.sport[i] = p.sport ?? 40_000 + (p.src & 0xfff); batch.dport[i] = p.dport;
    batch.flags[i] = p.flags ?? (proto === PROTO.tcp ? TCP.syn : 0); batch.ipBits[i] = BIT.hasTransport; batch.ttl[i] = p.ttl ?? 52; batch.ipLen[i] = 40;
    batch.seq[i] = p.seq ?? 0; batch.ipid[i] = p.ipid ?? 0; batch.window[i] = p.window ?? 0; batch.optLen[i] = p.optLen ?? 0;
    batch.label[i] = codeOf(LABELS, p.label ?? 'unexplained'); batch.role[i] = codeOf(ROLES, p.role ?? 'unknown');
    batch.tool[i] = codeOf(TOOLS, p.tool ?? ''); batch.asn[i] = p.asn ?? 0;
    batch.country[i] = packCountry(p.country ?? (COUNTRIES[(p.src >>> 8) % COUNTRIES.length] as string));
    const bytes = texts[i] as Buffer;
    batch.payOff[i] = offset; batch.payKept[i] = bytes.length; batch.payloadLen[i] = bytes.length;
    offset += bytes.length;
    batch.record[i] = i;
  });
  batch.n = packets.length;
  return batch;
}

/** Hosts of one made-up botnet: addresses all over the place, one a /24. */
export function hosts(rng: Rng, count: number): number[] {
  const list = new Set<number>();
  while (list.size < count) list.add(((11 + rng.below(180)) * 0x1000000 + rng.below(0x1000000)) >>> 0);
  return [...list];
}

/** One calm minute of a /24. */
export function background(rng: Rng, minuteUs: number, scale = 1, dark = DARK): PacketSpec[] {
  const packets: PacketSpec[] = [];
  const busy: [number, number, number][] = [[PROTO.tcp, 23, 12], [PROTO.tcp, 22, 6], [PROTO.tcp, 445, 9], [PROTO.tcp, 80, 5], [PROTO.tcp, 3389, 4], [PROTO.udp, 53, 3], [PROTO.udp, 5060, 2]];
  const emit = (proto: number, port: number, mean: number) => {
    for (const src of hosts(rng, rng.poisson(mean))) {
      for (let k = 1 + rng.poisson(0.4); k > 0; k--) packets.push({ atUs: minuteUs + rng.below(MINUTE_US), src, dst: (dark + rng.below(256)) >>> 0, dport: port, proto });
    }
  };
  for (const [proto, port, mean] of busy) emit(proto, port, mean * scale);
  for (let k = rng.poisson(15 * scale); k > 0; k--) emit(rng.below(5) === 0 ? PROTO.udp : PROTO.tcp, 1 + rng.below(65_000), 0.9);
  return packets.sort((a, b) => a.atUs - b.atUs);
}
