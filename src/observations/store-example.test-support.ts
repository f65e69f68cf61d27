/**
 * Packets and records of every shape, seeded: what the store's own tests insert, and others may.
 * @module
 */
import { BIT, newPacketBatch, NO_REGION, type PacketBatch } from '../core/packet-batch.ts';
import type { SensorId } from '../core/ids.ts';
import type { Rng } from '../core/rng.ts';
import { LABELS, ROLES, TOOLS } from '../core/vocabulary.ts';
import type { Block } from './contract.ts';
import { KINDS, type Kind, type Observation } from './observation.ts';

/** 198.51.100.0/22 and 2001:db8:7::/48: what the example sensors watch. */
export const EXAMPLE_REGIONS = ['198.51.100.0/22', '2001:db8:7::/48'] as const;

/** `n` packets from `fromUs` on, within `spanUs`, in time order; a few hundred sources, every protocol, cut and broken ones too. */
export function exampleBatch(rng: Rng, sensor: SensorId, family: 4 | 6, n: number, fromUs: number, spanUs: number, firstRecord = 0): PacketBatch {
  const batch = newPacketBatch(family, sensor, Math.max(1, n));
  batch.n = n;
  const raw = new Uint8Array(4096);
  for (let i = 0; i < raw.length; i++) raw[i] = rng.below(256);
  batch.raw = raw;
  const times = Array.from({ length: n }, () => fromUs + rng.below(spanUs)).sort((a, b) => a - b);
  for (let i = 0; i < n; i++) {
    batch.atUs[i] = times[i] as number;
    batch.record[i] = firstRecord + i;
    const none = family === 4 && rng.below(40) === 0;
    if (none) {
      batch.ipBits[i] = BIT.notIp;
      batch.proto[i] = 255;
      batch.seq[i] = 0x0806;
      batch.region[i] = NO_REGION;
      continue;
    }
    const inside = rng.below(5) > 0;
    if (family === 4) {
      batch.src[i] = 0x0a000000 + rng.below(300);
      batch.dst[i] = inside ? 0xc6336400 + rng.below(1024) : 0xcb007100 + rng.below(256);
      batch.region[i] = inside ? 0 : NO_REGION;
    } else {
      batch.src.set([0x20010db8, 0x10000 + rng.below(20), 0, rng.below(4)], 4 * i);
      batch.dst.set([0x20010db8, inside ? 0x70000 + rng.below(3) : 0x90000, 0, rng.below(100)], 4 * i);
      batch.region[i] = inside ? 1 : NO_REGION;
    }
    const proto = rng.pick([6, 6, 6, 17, 17, family === 4 ? 1 : 58, 47]);
    batch.proto[i] = proto;
    batch.ipBits[i] = (proto === 47 ? 0 : BIT.hasTransport) | (rng.below(10) === 0 ? BIT.dontFragment : 0) | (rng.below(50) === 0 ? BIT.simulated : 0);
    if (proto !== 47) {
      batch.sport[i] = proto === 6 || proto === 17 ? rng.below(65_536) : rng.pick([0, 3, 8, 128]);
      batch.dport[i] = proto === 6 || proto === 17 ? rng.pick([0, 22, 23, 53, 80, 2323, 65_535]) : rng.below(4);
    }
    batch.ttl[i] = rng.below(256);
    batch.ipid[i] = rng.below(65_536);
    if (proto === 6) {
      batch.flags[i] = rng.pick([0, 2, 4, 16, 18, 24, 0x1ff, 0x802]);
      batch.seq[i] = rng.u32();
      batch.ack[i] = rng.u32();
      batch.window[i] = rng.below(65_536);
      batch.optLen[i] = rng.pick([0, 0, 4, 20, 40]);
      batch.optionsKey[i] = batch.optLen[i] === 0 ? 0 : rng.u32();
      batch.optOff[i] = rng.below(4000);
    }
    batch.ipLen[i] = 20 + rng.below(1480);
    batch.payKept[i] = rng.pick([0, 0, 1, 12, 200, 256]);
    batch.payOff[i] = rng.below(3800);
    batch.payloadLen[i] = (batch.payKept[i] as number) + rng.below(3);
    if (proto === 1) { batch.innerLen[i] = rng.pick([0, 20, 28]); batch.innerOff[i] = rng.below(4000); }
    batch.tool[i] = rng.below(TOOLS.length);
    batch.label[i] = rng.pick([0, 0, 0, 1, 2, rng.below(LABELS.length)]);
    batch.role[i] = rng.below(ROLES.length);
    batch.country[i] = rng.pick([0, 0x4a50, 0x5553, 0x4445]);
    batch.asn[i] = rng.pick([0, 64_496, 4_200_000_000]);
  }
  return batch;
}

const TEXTS = ['root', 'SSH-2.0-Go', "o'brien \\ \" \n\t", 'ａdmin 日本', '', '%_?*', '\u{1f525}', 'x'.repeat(300)];

export function exampleObservations(rng: Rng, n: number, fromUs: number, spanUs: number): Observation[] {
  const kinds = (Object.keys(KINDS) as Kind[]).filter((kind) => kind !== 'darknet.packet.seen' && kind !== 'darknet.frame.other');
  return Array.from({ length: n }, (_, i): Observation => ({
    kind: rng.pick(kinds), atUs: fromUs + rng.below(spanUs),
    src: rng.pick(['', '10.0.0.7', '10.0.1.3', '2001:db8:1::9']), dst: rng.pick(['', '198.51.100.9']),
    sport: rng.below(65_536), dport: rng.pick([0, 22, 23, 80]), proto: rng.pick([0, 6, 17]), role: rng.pick(ROLES),
    session: rng.pick(TEXTS), label: rng.pick(TEXTS), payload: rng.below(3) === 0 ? Uint8Array.from({ length: rng.below(300) }, () => rng.below(256)) : null,
    fields: rng.below(3) === 0 ? {} : { 'user.name': rng.pick(TEXTS), 'event.duration': rng.below(1000) }, line: i + 1,
  }));
}

export function exampleBlock(sensor: SensorId, content: string, first: number, count: number): Block {
  return { content, sensor, first, count };
}
