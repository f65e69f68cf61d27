/**
 * Seeded telescope-like packets for benches of the event store: heavy-tailed sources, a few favourite ports, a long tail.
 *
 * Sources: rank 2^(17u), u uniform, so that a few send much (Zipf's law with exponent 1); nine in ten packets go to the source's
 * own port, the others to any. Two in ten are UDP with payload, one in ten a reply (backscatter). Time is even within a batch.
 * @module
 */
import { BIT, newPacketBatch, type PacketBatch } from '../src/core/packet-batch.ts';
import type { Rng } from '../src/core/rng.ts';

const PORTS = [23, 22, 80, 443, 2323, 445, 5555, 8080, 3389, 6379, 37215, 60023];

/** One batch of `n` packets from `fromUs` on, `stepUs` apart. */
export function trafficBatch(rng: Rng, sensor: string, first: number, n: number, fromUs: number, stepUs: number): PacketBatch {
  const batch = newPacketBatch(4, sensor, n);
  batch.n = n;
  batch.raw = new Uint8Array(128);
  for (let i = 0; i < 128; i++) batch.raw[i] = rng.below(256);
  for (let i = 0; i < n; i++) {
    const rank = Math.floor(2 ** (rng.float() * 17)), kind = rng.float();
    batch.atUs[i] = fromUs + Math.floor(i * stepUs);
    batch.src[i] = Math.imul(rank, 2_654_435_761) >>> 0;
    batch.dst[i] = 0xc6330000 + rng.below(65_536);
    batch.ipBits[i] = BIT.hasTransport;
    batch.proto[i] = kind < 0.2 ? 17 : 6;
    batch.sport[i] = rng.below(65_536);
    batch.dport[i] = rng.float() < 0.9 ? PORTS[rank % PORTS.length] as number : rng.below(65_536);
    batch.ttl[i] = 40 + rank % 24;
    batch.ipid[i] = rng.below(65_536);
    batch.flags[i] = kind < 0.2 ? 0 : kind < 0.3 ? 18 : 2;
    batch.label[i] = kind >= 0.2 && kind < 0.3 ? 2 : 0;
    batch.seq[i] = kind < 0.2 ? 0 : rng.u32();
    batch.window[i] = kind < 0.2 ? 0 : rng.below(65_536);
    batch.ipLen[i] = kind < 0.2 ? 28 + 16 : 44;
    if (kind < 0.2) { batch.payKept[i] = 16; batch.payOff[i] = 32; batch.payloadLen[i] = 16; } else { batch.optLen[i] = 4; batch.optionsKey[i] = 7; }
    batch.country[i] = (65 + rank % 20) * 256 + 65 + rank % 7;
    batch.asn[i] = rank % 5000;
    batch.tool[i] = rank % 4;
    batch.record[i] = first + i;
  }
  return batch;
}
