/**
 * Old and new scanner templates beside ordinary systems, built from published facts.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { PROTO, TCP } from '../../../src/core/packet-batch.ts';
import type { Tool } from '../../../src/core/vocabulary.ts';
import { seededRng, type Rng } from '../../../src/core/rng.ts';
import { OPTION_BYTES, joinOptions, type PacketSpec } from '../../../src/wire/packet-build.ts';
import { annotatedPackets, annotatorFor, isSyn, tally } from './captures.ts';

const { nop, mss, windowScale, sackPermitted, timestamps } = OPTION_BYTES;
const WINDOWS = joinOptions(mss(1460), nop, windowScale(8), nop, nop, sackPermitted);
const LINUX = (rng: Rng) => joinOptions(mss(1460), sackPermitted, timestamps(rng.u32(), 0), nop, windowScale(7));
const MACOS = (rng: Rng) => joinOptions(mss(1460), nop, windowScale(6), nop, nop, timestamps(rng.u32(), 0), sackPermitted, Uint8Array.of(0, 0));

type Template = (rng: Rng, dst: number, dport: number) => Partial<PacketSpec>;
const relation = (dst: number, dport: number, seq: number) => (dst ^ dport ^ seq) & 0xffff;
const masscan = (window: number, options?: Uint8Array): Template => (rng, dst, dport) => {
  const seq = rng.u32();
  return { ttl: 230 + rng.below(26), seq, ipid: relation(dst, dport, seq), window, ...(options ? { options } : {}) };
};

const TOOL_TEMPLATES: Readonly<Record<string, readonly [Tool, Template]>> = {
  'ZMap 2.1': ['zmap', (rng) => ({ ttl: 230 + rng.below(26), ipid: 54_321, seq: rng.u32(), window: 65_535 })],
  'ZMap 3.0': ['zmap', (rng) => ({ ttl: 230 + rng.below(26), ipid: 54_321, seq: rng.u32(), window: 65_535, options: mss(1460) })],
  'ZMap 4.1.0': ['zmap', (rng) => ({ ttl: 230 + rng.below(26), ipid: rng.below(65_536), seq: rng.u32(), window: 65_535, options: LINUX(rng) })],
  'ZMap 4.1.1 and later, default': ['zmap', (rng) => ({ ttl: 30 + rng.below(35), ipid: rng.below(65_536), seq: rng.u32(), window: 65_535, options: WINDOWS })],
  'ZMap 4.1.1 and later, Linux': ['zmap', (rng) => ({ ttl: 30 + rng.below(35), ipid: rng.below(65_536), seq: rng.u32(), window: 65_535, options: LINUX(rng) })],
  'masscan, old template': ['masscan', masscan(1024)],
  'masscan, new template': ['masscan', masscan(1025, mss(1460))],
  'Nmap SYN scan': ['nmap', (rng) => ({ ttl: 25 + rng.below(23), ipid: rng.below(65_536), seq: 810_166_702, window: 1024, options: mss(1460), sport: 33_000 + rng.below(30_000) })],
  'Nmap SYN scan, older, from near by': ['nmap', (rng) => { const ttl = 37 + rng.below(23); return { ttl: ttl - 4, ipid: rng.below(65_536), seq: 810_166_702, window: 1024 * (ttl % 4 + 1), options: mss(1460), sport: 33_000 + rng.below(30_000) }; }],
  Mirai: ['mirai', (rng, dst) => ({ ttl: 40 + rng.below(24), ipid: rng.below(65_536), seq: dst, window: rng.below(65_536), sport: 1024 + rng.below(64_000) })],
  Hajime: ['hajime', (rng) => ({ ttl: 45, ipid: 0, seq: (rng.u32() & 0xffff0000) >>> 0, window: 14_600, dport: 5358 })],
};

/** What ordinary systems send; none may be named. */
const ORDINARY: Readonly<Record<string, Template>> = {
  'Linux 5': (rng) => ({ ttl: 40 + rng.below(24), dontFragment: true, ipid: rng.below(65_536), seq: rng.u32(), window: 64_240, options: LINUX(rng) }),
  'Linux 3': (rng) => ({ ttl: 40 + rng.below(24), dontFragment: true, ipid: rng.below(65_536), seq: rng.u32(), window: 29_200, options: LINUX(rng) }),
  'Linux 2.6.39': (rng) => ({ ttl: 40 + rng.below(24), dontFragment: true, ipid: rng.below(65_536), seq: rng.u32(), window: 14_600, options: LINUX(rng), dport: 23 }),
  Android: (rng) => ({ ttl: 40 + rng.below(24), dontFragment: true, ipid: rng.below(65_536), seq: rng.u32(), window: 65_535, options: LINUX(rng) }),
  'Windows 10': (rng) => ({ ttl: 100 + rng.below(28), dontFragment: true, ipid: rng.below(65_536), seq: rng.u32(), window: 64_240, options: WINDOWS }),
  'Windows 11': (rng) => ({ ttl: 100 + rng.below(28), dontFragment: true, ipid: rng.below(65_536), seq: rng.u32(), window: 65_535, options: WINDOWS }),
  macOS: (rng) => ({ ttl: 40 + rng.below(24), dontFragment: true, ipid: 0, seq: rng.u32(), window: 65_535, options: MACOS(rng) }),
  'Cisco IOS': (rng) => ({ ttl: 230 + rng.below(26), ipid: rng.below(65_536), seq: rng.u32(), window: 4128, options: mss(536) }),
  lwIP: (rng) => ({ ttl: 235 + rng.below(20), ipid: rng.below(65_536), seq: rng.below(65_536), window: 5840, options: mss(1460) }),
  'a controller': (rng) => ({ ttl: 30, ipid: rng.below(65_536), seq: rng.u32(), window: 4096, options: mss(1460), sport: 49_152 + rng.below(4_000) }),
  uIP: (rng) => ({ ttl: 50 + rng.below(14), ipid: rng.below(65_536), seq: rng.u32(), window: 1460, options: mss(1460), sport: 1024 + rng.below(4_000) }),
};

function packets(template: Template, count: number, seed: string): PacketSpec[] {
  const rng = seededRng(seed);
  return Array.from({ length: count }, () => {
    const dst = (0xcb007100 + rng.below(256)) >>> 0, dport = rng.pick([22, 23, 80, 443, 2323, 3389, 8080]);
    return { src: (0x2d000000 + rng.below(65_536)) >>> 0, dst, proto: PROTO.tcp, flags: TCP.syn, sport: 32_768 + rng.below(28_000), dport, ...template(rng, dst, dport) };
  });
}

for (const [name, [tool, template]] of Object.entries(TOOL_TEMPLATES)) {
  test(`of 4,096 packets of ${name} at least 99.9 % are named ${tool}`, async () => {
    const { total, tools } = tally(await annotatedPackets(packets(template, 4_096, name), annotatorFor()), isSyn);
    assert.equal(total, 4_096);
    assert.ok((tools.get(tool) ?? 0) >= 0.999 * total, JSON.stringify([...tools]));
  });
}

test('of 220,000 SYNs of eleven ordinary systems at most one in ten thousand is named at all', async () => {
  const annotator = annotatorFor();
  let total = 0, named = 0;
  const which: string[] = [];
  for (const [name, template] of Object.entries(ORDINARY)) {
    const found = tally(await annotatedPackets(packets(template, 20_000, name), annotator), isSyn);
    total += found.total;
    for (const [tool, count] of found.tools) if (tool !== '') { named += count; which.push(`${name}: ${tool} ${count}`); }
  }
  assert.equal(total, 220_000);
  assert.ok(named <= 22, which.join(', '));
});
