/**
 * Tools that show over several packets: what each rule sees, and the nearest thing it must leave alone.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BIT, PROTO, newPacketBatch, type PacketBatch } from '../../core/packet-batch.ts';
import { TOOLS, codeOf } from '../../core/vocabulary.ts';
import { seededRng, type Rng } from '../../core/rng.ts';
import { MAX_SOURCES, SOURCE_RULES, sourceVerdicts } from './source-verdicts.ts';

interface Syn { src: number; dst: number; dport: number; sport?: number; seq?: number; ipid?: number; window?: number; ttl?: number; atUs?: number; df?: boolean; tool?: string }

function batchOf(syns: readonly Syn[]): PacketBatch {
  const batch = newPacketBatch(4, 'local/x', Math.max(1, syns.length));
  for (const syn of syns) {
    const i = batch.n++;
    batch.proto[i] = PROTO.tcp; batch.flags[i] = 2; batch.ipBits[i] = BIT.hasTransport | (syn.df === false ? 0 : BIT.dontFragment);
    batch.src[i] = syn.src; batch.dst[i] = syn.dst; batch.dport[i] = syn.dport; batch.sport[i] = syn.sport ?? 40_000 + i % 9_000; batch.seq[i] = syn.seq ?? Math.imul(i + 1, 0x9e3779b1) >>> 0;
    batch.ipid[i] = syn.ipid ?? i & 0xffff; batch.window[i] = syn.window ?? 64_240; batch.ttl[i] = syn.ttl ?? 50; batch.atUs[i] = syn.atUs ?? 1e15 + i * 1e6;
    batch.tool[i] = syn.tool ? codeOf(TOOLS, syn.tool as never) : 0;
  }
  return batch;
}
function conclude(syns: readonly Syn[], quarter?: number) {
  const state = sourceVerdicts.empty();
  sourceVerdicts.add(state, batchOf(syns));
  return sourceVerdicts.conclude(state, quarter).verdicts.map((v) => v.rule);
}
const many = (n: number, make: (k: number, rng: Rng) => Syn, seed = 'x'): Syn[] => { const rng = seededRng(seed); return Array.from({ length: n }, (_, k) => make(k, rng)); };
const DARK = 0xc6336400;

/** What each rule must see, and the nearest thing it must not take. */
const unicorn = (k: number, rng: Rng): Syn => { const dst = DARK + k, sport = 1024 + rng.below(60_000); return { src: 7, dst, dport: 22, sport, seq: (0xdeadbeef ^ dst ^ ((22 << 16) + sport)) >>> 0 }; };
const nmap = (k: number, rng: Rng): Syn => { const n = rng.below(3), ttl = 37 + rng.below(23); return { src: 8, dst: DARK + k, dport: 80, seq: (0x304a1e6e ^ ((n << 16) + n)) >>> 0, window: 1024, ttl: ttl - 9, tool: 'nmap' }; };
const zmapTwice = (k: number): Syn => ({ src: 9, dst: DARK + (k % 5), dport: 443, seq: 1000 + (k % 5), ipid: 77 + (k % 5), window: 65_535, df: false, atUs: 1e15 + k * 2e6 });
const morto = (k: number): Syn => ({ src: 10, dst: DARK + k, dport: 3389, sport: k < 12 ? 4055 : 4056 });
const moose = (k: number): Syn => ({ src: 11, dst: DARK + (k >> 1), dport: k % 2 === 0 ? 23 : 10_073, atUs: 1e15 + k * 3e6 });
const conficker = (k: number, rng: Rng): Syn => ({ src: 12, dst: (0x0a000000 + (rng.below(128) << 16) + (rng.below(256) << 8) + rng.below(128)) >>> 0, dport: 445, atUs: 1e15 + k });

test('each rule sees its own traffic', () => {
  assert.deepEqual(conclude(many(6, unicorn)), ['unicornscan-constant']);
  assert.deepEqual(conclude(many(9, nmap)), ['nmap-run']);
  assert.deepEqual(conclude(many(10, (k) => zmapTwice(k))), ['zmap-repeat']);
  assert.deepEqual(conclude(many(24, (k) => morto(k))), ['morto-sport']);
  assert.deepEqual(conclude(many(8, (k) => moose(k))), ['moose-pair']);
  assert.deepEqual(conclude(many(60, conficker), 0.25), ['conficker-quarter']);
});

test('each rule leaves alone what only looks like it', () => {
  assert.deepEqual(conclude(many(6, () => ({ src: 7, dst: DARK, dport: 22, sport: 5, seq: 9 }))), [], 'one packet over and over is no constant relation');
  assert.deepEqual(conclude(many(40, (k, rng) => ({ ...nmap(k, rng), seq: rng.u32() }))), [], 'the template of Nmap with random sequence numbers');
  assert.deepEqual(conclude(many(10, (k) => ({ ...zmapTwice(k), ipid: k }))), [], 'a system that retransmits with the next identification');
  assert.deepEqual(conclude(many(10, (k) => ({ ...zmapTwice(k), atUs: 1e15 + k * 10 }))), [], 'packets doubled by the network within microseconds');
  assert.deepEqual(conclude(many(24, (k) => ({ ...morto(k), sport: 4000 + k }))), [], 'a new source port each time');
  assert.deepEqual(conclude(many(8, (k) => ({ ...moose(k), dst: DARK + k }))), [], 'the two ports of different destinations');
  assert.deepEqual(conclude(many(8, (k) => ({ ...moose(k), dport: k % 2 === 0 ? 10_073 : 23 }))), [], '10073/tcp before 23/tcp');
  assert.deepEqual(conclude(many(60, (k) => ({ src: 13, dst: DARK + (k >> 4), dport: [23, 10_073, 80, 443, 22, 21, 25, 110, 143, 993, 995, 8080, 8443, 3306, 5432, 6379][k & 15]! }))), [], 'a vertical scan meets both ports');
  assert.deepEqual(conclude(many(60, conficker), 1), [], 'a telescope that lies in the quarter as a whole');
  assert.deepEqual(conclude(many(60, (k, rng) => ({ ...conficker(k, rng), dst: rng.u32() })), 0.25), [], 'random destinations');
  assert.deepEqual(conclude(many(6, unicorn).map((syn) => ({ ...syn, tool: 'masscan' }))), [], 'packets that a rule has named');
});

test('any split of the packets, merged in any order, concludes the same', () => {
  const rng = seededRng('mixture');
  const all: Syn[] = [...many(30, unicorn), ...many(30, nmap), ...many(20, (k) => zmapTwice(k)), ...many(24, (k) => morto(k)), ...many(12, (k) => moose(k)), ...many(60, conficker),
    ...many(400, (k, r) => ({ src: 1000 + r.below(40), dst: DARK + r.below(256), dport: r.pick([22, 23, 80, 445, 3389, 10_073]), seq: r.u32(), ipid: r.below(65_536), window: r.pick([1024, 65_535]), df: r.below(2) === 0, atUs: 1e15 + k * 1e5 }))]
    .sort(() => rng.float() - 0.5);
  const whole = sourceVerdicts.empty();
  sourceVerdicts.add(whole, batchOf(all));
  const expected = sourceVerdicts.conclude(whole, 0.25);
  assert.equal(new Set(expected.verdicts.map((v) => v.rule)).size, SOURCE_RULES.length);
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: all.length, maxLength: all.length }), fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (parts, order) => {
    const states = order.map((part) => {
      const state = sourceVerdicts.empty(), batch = batchOf(all);
      all.forEach((_, i) => { if (parts[i] === part) sourceVerdicts.add(state, batch, i, i + 1); });
      return state;
    });
    assert.deepEqual(sourceVerdicts.conclude(states.reduce((a, b) => sourceVerdicts.merge(a, b), sourceVerdicts.empty()), 0.25), expected);
  }), { numRuns: 30 });
});

test('an empty state concludes nothing, and more sources than fit are followed by an even share that is told', () => {
  assert.deepEqual(sourceVerdicts.conclude(sourceVerdicts.empty()), { verdicts: [], sources: 0, followedRatio: 1 });
  const state = sourceVerdicts.empty(), batch = batchOf(many(50_000, (k) => ({ src: k, dst: DARK, dport: 23 })));
  for (let round = 0; round < 4; round++) {
    sourceVerdicts.add(state, batch);
    for (let i = 0; i < batch.n; i++) batch.src[i] = (batch.src[i] as number) + 50_000;
  }
  const { sources, followedRatio } = sourceVerdicts.conclude(state);
  assert.equal(followedRatio, 0.25);
  assert.ok(sources <= MAX_SOURCES && Math.abs(sources - 50_000) < 1_500, String(sources));
});
