/**
 * What fuzzing starts from: generated captures of every container and link type, and real ones where the shared data is there.
 * @module
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { detectCapture } from '../../src/darknet/capture-reader.ts';
import { enhanced, interfaceBlock, pcap, pcapng, section, simple } from '../../src/darknet/capture-samples.ts';
import { fromHex } from '../../src/wire/codec.ts';
import { LINK } from '../../src/wire/link-types.ts';
import { buildEthernetFrame, buildPacket, quotedPacket, type PacketSpec } from '../../src/wire/packet-build.ts';
import { codecs } from '../../src/wire/registry.ts';
import { sharedData } from '../needs.ts';

/** Largest real capture that is taken, bytes. */
const LARGEST = 1 << 16;

/** Captures made here: enough to fuzz meaningfully without any data. */
export function generatedCorpus(): Uint8Array[] {
  const syn: PacketSpec = { src: 0xc0000201, dst: 0xc6336407, proto: 6, sport: 40_000, dport: 23, seq: 7, flags: 2, window: 1024, options: fromHex('020405b40402080a00112233000000000103030700') };
  const six: PacketSpec = { ...syn, family: 6, src: [0x20010db8, 0, 0, 1], dst: [0x20010db8, 0, 0, 9] };
  const udp: PacketSpec = { src: 1, dst: 2, proto: 17, sport: 53, dport: 53, payload: new Uint8Array(300) };
  const icmp: PacketSpec = { src: 1, dst: 2, proto: 1, sport: 11, dport: 0, payload: quotedPacket(buildPacket(syn)) };
  const gre: PacketSpec = { src: 1, dst: 2, proto: 47, payload: Uint8Array.from([0x20, 0, 0x08, 0, 0, 0, 0, 1, ...buildPacket(syn)]) };
  const specs = [syn, six, udp, icmp, gre, { ...six, proto: 58, sport: 1, payload: buildPacket(six) }];
  const frames = specs.map((spec, i) => ({ atUs: 1_700_000_000_000_000 + i, bytes: buildEthernetFrame(spec) }));
  const packets = specs.map((spec, i) => ({ atUs: 1_700_000_000_000_000 + i, bytes: buildPacket(spec) }));
  const chain = buildPacket(six), chained = Uint8Array.from([...chain.subarray(0, 40), ...fromHex('3c000502000000002c000104000000000600000100001234'), ...chain.subarray(40)]);
  chained[6] = 0;
  return [
    pcap(LINK.ethernet, frames), pcap(LINK.ethernet, frames, { big: true, nano: true }), pcap(LINK.raw, packets, { modified: true }), pcap(LINK.raw, [...packets, { atUs: 5, bytes: chained }]),
    pcapng(LINK.ethernet, frames, simple(frames[0]?.bytes ?? new Uint8Array(0)), section(true), interfaceBlock(LINK.raw, { tsresol: 9, tsoffset: 3600 }, true), enhanced(0, 10n ** 18n, chained, true)),
    ...Object.values<{ samples: readonly { hex: string }[] }>(codecs).flatMap((codec) => codec.samples.map((sample) => fromHex(sample.hex))),
  ];
}

/** Real captures of at most LARGEST bytes; none where the shared data is absent. */
export function realCorpus(): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const folder of ['pcap', 'tools'].map((name) => join(sharedData, name)).filter((path) => existsSync(path))) {
    for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
      const path = join(folder, name);
      if (!statSync(path).isFile() || statSync(path).size > LARGEST) continue;
      const stored = readFileSync(path);
      const bytes = new Uint8Array(stored[0] === 0x1f && stored[1] === 0x8b ? gunzipSync(stored) : stored);
      if (bytes.length <= LARGEST && detectCapture(bytes)) found.push(bytes);
    }
  }
  return found;
}
