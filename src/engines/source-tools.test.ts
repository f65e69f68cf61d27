/** Sources named by several packets: what is told, once, with which figures; and what is left alone. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { batchOf, DARK, hosts, START_US, type PacketSpec } from '../../test/golden/engines/make-packets.ts';
import { TCP } from '../core/packet-batch.ts';
import { seededRng, type Rng } from '../core/rng.ts';
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from '../core/time.ts';
import { sentence } from '../findings/findings.catalogue.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { FindingCollector, type Collected } from '../findings/growth.ts';
import { EARLY_WARNINGS } from '../simulator/score.ts';
import { EngineRunner } from './runner.ts';
import { sourceTools, WINDOW_SOURCES } from './source-tools.ts';

const WINDOW_US = sourceTools.windowUs;

/** Feeds packets of one sensor in time order, then lets `untilUs` pass. */
function watch(packets: readonly PacketSpec[], untilUs = START_US + 2 * HOUR_US): { drafts: FindingDraft[]; findings: Collected[] } {
  const drafts: FindingDraft[] = [];
  const runner = new EngineRunner({ engines: [sourceTools], previewUs: 0, emit: (draft) => drafts.push(draft) });
  const sorted = [...packets].sort((a, b) => a.atUs - b.atUs);
  for (let i = 0; i < sorted.length;) {
    const end = Math.floor((sorted[i] as PacketSpec).atUs / WINDOW_US + 1) * WINDOW_US, slice: PacketSpec[] = [];
    while (i < sorted.length && (sorted[i] as PacketSpec).atUs < end) slice.push(sorted[i++] as PacketSpec);
    runner.feed(batchOf('local/test', slice));
    runner.advance(end);
  }
  runner.advance(untilUs);
  runner.flush();
  const collector = new FindingCollector();
  for (const draft of drafts) collector.add(draft);
  return { drafts, findings: collector.list() };
}
const series = (n: number, make: (k: number, rng: Rng) => Omit<PacketSpec, 'atUs'> & { readonly atUs?: number }, seed = 'tools'): PacketSpec[] => {
  const rng = seededRng(seed);
  return Array.from({ length: n }, (_, k) => ({ atUs: START_US + 5 * MINUTE_US + k * SECOND_US, ...make(k, rng) }));
};

const unicorn = (n: number, src = 0x2d010101): PacketSpec[] => series(n, (k, rng) => {
  const dst = DARK + (k % 256), sport = 1024 + rng.below(60_000);
  return { src, dst, dport: 22, sport, seq: (0xdeadbeef ^ dst ^ ((22 << 16) + sport)) >>> 0, window: 16_384 };
});
const nmap = (n: number): PacketSpec[] => series(n, (k, rng) => {
  const attempt = rng.below(3);
  return { src: 0x2d010102, dst: DARK + k, dport: 80 + (k % 3), seq: (0x304a1e6e ^ ((attempt << 16) + attempt)) >>> 0, window: 1024, optLen: 4, ttl: 44, tool: 'nmap' as const };
});
const zmap = (n: number): PacketSpec[] => series(n, (k) => ({ src: 0x2d010103, dst: DARK + (k % 10), dport: 443, seq: 0x1234567 * (1 + (k % 10)) >>> 0, ipid: 77 + (k % 10), window: 65_535 }));
const morto = (n: number): PacketSpec[] => series(n, (k) => ({ src: 0x2d010104, dst: DARK + k, dport: 3389, sport: 4055, seq: Math.imul(k + 1, 0x9e3779b1) >>> 0 }));
const moose = (n: number): PacketSpec[] => series(n, (k) => ({ src: 0x2d010105, dst: DARK + (k >> 1), dport: k % 2 === 0 ? 23 : 10_073, seq: Math.imul(k + 1, 0x9e3779b1) >>> 0 }));
/** 445/tcp by one host in the lower half of the /24, and by a hundred others anywhere. */
const conficker = (n: number, others = 100): PacketSpec[] => [
  ...series(n, (k) => ({ src: 0x2d010106, dst: DARK + ((k * 37) % 128), dport: 445, seq: Math.imul(k + 1, 0x9e3779b1) >>> 0 })),
  ...hosts(seededRng('smb'), others).map((src, k) => ({ atUs: START_US + k * SECOND_US, src, dst: DARK + ((k * 101) % 256), dport: 445, seq: Math.imul(k + 1, 0x85ebca6b) >>> 0 })),
];

test('each rule over several packets becomes a finding that names tool, rule and chance', () => {
  const expected: Readonly<Record<string, [PacketSpec[], string]>> = {
    'unicornscan-constant': [unicorn(20), 'unicornscan'], 'nmap-run': [nmap(20), 'nmap'], 'zmap-repeat': [zmap(30), 'zmap'],
    'morto-sport': [morto(20), 'morto'], 'moose-pair': [moose(20), 'moose'], 'conficker-quarter': [conficker(60), 'conficker'],
  };
  for (const [rule, [packets, tool]] of Object.entries(expected)) {
    const { findings } = watch(packets);
    assert.deepEqual(findings.map((f) => [f.name, f.facts['tool'], f.facts['rule']]), [['scan.source', tool, rule]], rule);
    const [found] = findings;
    assert.ok(Number(found?.evidence.figures['strengthLog2']) <= -30);
    assert.ok(String(found?.facts['reasons']).startsWith(`${rule}: `));
    assert.deepEqual(found?.sourceList, [found?.subject]);
    assert.ok(sentence('scan.source', found?.facts ?? {}, 'en').includes(tool));
  }
});

test('a finding tells packets, destinations, ports, sensor and times as they were', () => {
  const packets = nmap(20), [found] = watch(packets).findings;
  assert.equal(found?.subject, '45.1.1.2');
  assert.deepEqual([found?.facts['packets'], found?.facts['destinations'], found?.facts['ports']], [20, 20, 3]);
  assert.deepEqual(found?.ports, ['tcp/80', 'tcp/81', 'tcp/82']);
  assert.deepEqual(found?.sensors, ['local/test']);
  assert.equal(found?.fromUs, packets[0]?.atUs);
  assert.equal(found?.toUs, (packets.at(-1)?.atUs ?? 0) + 1);
  assert.ok((found?.firstRaisedUs ?? 0) <= (packets.at(-1)?.atUs ?? 0));
});

test('beyond 64 destinations their number is an estimate, and said to be one', () => {
  const [found] = watch(unicorn(256)).findings, estimate = Number(found?.evidence.figures['distinctDestinationsEstimate']);
  assert.ok(estimate > 256 / 1.6 && estimate < 256 * 1.6, `${estimate}`);
  assert.equal(found?.evidence.figures['distinctDestinations'], undefined);
});

test('a source is told once, again when it has doubled, and at the end of its day', () => {
  const twice = [...unicorn(20), ...unicorn(20).map((p) => ({ ...p, atUs: p.atUs + 20 * MINUTE_US })), ...unicorn(5).map((p) => ({ ...p, atUs: p.atUs + 40 * MINUTE_US }))];
  // The next day begins with the first packet that anybody sends.
  const morning = { atUs: START_US + DAY_US + MINUTE_US, src: 0x2d020202, dst: DARK, dport: 23 };
  const { drafts, findings } = watch([...twice, morning], START_US + DAY_US + HOUR_US);
  assert.deepEqual(drafts.map((d) => [d.facts['packets'], d.ended]), [[20, false], [40, false], [45, true]]);
  assert.equal(findings.length, 1);
});

test('packets spread over hours add up: no window alone holds enough', () => {
  const slow = unicorn(12).map((p, k) => ({ ...p, atUs: START_US + k * 20 * MINUTE_US }));
  assert.deepEqual(watch(slow, START_US + 6 * HOUR_US).findings.map((f) => f.facts['tool']), ['unicornscan']);
});

test('too few packets, random fields, named packets and answers say nothing', () => {
  assert.deepEqual(watch(unicorn(7)).findings, []);
  assert.deepEqual(watch(unicorn(20).map((p, k) => ({ ...p, seq: Math.imul(k + 1, 0x9e3779b1) >>> 0 }))).findings, []);
  assert.deepEqual(watch(unicorn(20).map((p) => ({ ...p, tool: 'masscan' as const }))).findings, []);
  assert.deepEqual(watch(unicorn(20).map((p) => ({ ...p, flags: TCP.syn | TCP.ack }))).findings, []);
  assert.deepEqual(watch(unicorn(20).map((p) => ({ ...p, label: 'research' as const }))).findings, []);
});

test('a sweep in order that is half-way is not taken for Conficker, whenever one looks', () => {
  const others = conficker(0, 400), sweep = series(250, (k) => ({ atUs: START_US + k * 30 * SECOND_US, src: 0x2d010107, dst: DARK + k, dport: 445, seq: Math.imul(k + 1, 0x9e3779b1) >>> 0 }));
  assert.deepEqual(watch([...others, ...sweep], START_US + 6 * HOUR_US).findings, []);
  // The limit of the rule: a sweep that ends half-way and stays silent looks the same.
  assert.deepEqual(watch([...others, ...sweep.slice(0, 100)], START_US + 6 * HOUR_US).findings.map((f) => f.facts['rule']), ['conficker-quarter']);
});

test('it is no early warning: what it says counts for scanners, not for outbreaks', () => {
  assert.ok(watch(moose(20)).findings.every((f) => !EARLY_WARNINGS.has(f.name) && f.severity <= 2));
});

test('when sources are too many an even share is followed, whatever the split', () => {
  const rng = seededRng('many'), crowd = Array.from({ length: 3 * WINDOW_SOURCES }, (_, k) => ({ atUs: START_US + k, src: rng.u32(), dst: DARK + rng.below(256), dport: 23, seq: rng.u32() }));
  const whole = sourceTools.empty(), left = sourceTools.empty(), right = sourceTools.empty(), batch = batchOf('local/test', crowd);
  sourceTools.add(whole, batch, 0, batch.n);
  sourceTools.add(right, batch, WINDOW_SOURCES, batch.n);
  sourceTools.add(left, batch, 0, WINDOW_SOURCES);
  const merged = sourceTools.merge(right, left);
  for (const p of [whole, merged]) assert.ok(p.traces.sources.size <= WINDOW_SOURCES && p.traces.sources.size > WINDOW_SOURCES / 4);
  assert.equal(merged.traces.limit, whole.traces.limit);
  assert.deepEqual([...merged.traces.sources.keys()].sort(), [...whole.traces.sources.keys()].sort());
  assert.deepEqual([...merged.verdicts.followed.sources.keys()].sort(), [...whole.traces.sources.keys()].sort(), 'rules and traces follow the same sources');
});
