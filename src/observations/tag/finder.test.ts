/**
 * The finder: planted relations are found, ordinary traffic hides none.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { BIT, PROTO, newPacketBatch, type PacketBatch } from '../../core/packet-batch.ts';
import { seededRng, type Rng } from '../../core/rng.ts';
import { formatV4 } from '../../core/address.ts';
import { exampleBatch } from './example-packet.ts';
import { createFinder, RELATION_COUNT, toRule } from './finder.ts';
import { checkFingerprint, classify, compileRules, newClasses } from './rules.ts';

interface Fields { src: number; dst: number; ipid: number; seq: number; ack: number; sport: number; dport: number; window: number; ttl: number }
type Maker = (fields: Fields, key: number) => void;
const swap = (x: number) => ((x & 0xff) << 8) | ((x >>> 8) & 0xff);
const lo = (x: number) => x & 0xffff, hi = (x: number) => x >>> 16;
const setLo = (f: Fields, v: number) => { f.seq = ((f.seq & 0xffff0000) | lo(v)) >>> 0; };
const setHi = (f: Fields, v: number) => { f.seq = ((lo(v) << 16) | lo(f.seq)) >>> 0; };

/** Thirty relations no shipped rule names: XOR, ADD, byte swaps, halves, constants shared by all sources (key) or none. */
const PLANTED: readonly (readonly [string, Maker])[] = [
  ['ipid = dst', (f) => { f.ipid = lo(f.dst); }],
  ['ipid = dst ^ key', (f, k) => { f.ipid = lo(f.dst ^ k); }],
  ['ipid = dst + key', (f, k) => { f.ipid = lo(f.dst + k); }],
  ['ipid = swap dst', (f) => { f.ipid = swap(f.dst); }],
  ['ipid = swap dst ^ key', (f, k) => { f.ipid = lo(swap(f.dst) ^ k); }],
  ['ipid = high dst ^ low dst', (f) => { f.ipid = lo(hi(f.dst) ^ f.dst); }],
  ['ipid = high dst + low dst', (f) => { f.ipid = lo(hi(f.dst) + f.dst); }],
  ['ipid = dst ^ dport', (f) => { f.ipid = lo(f.dst ^ f.dport); }],
  ['ipid = dst + dport', (f) => { f.ipid = lo(f.dst + f.dport); }],
  ['ipid = dst ^ dport ^ seq', (f) => { f.ipid = lo(f.dst ^ f.dport ^ f.seq); }],
  ['ipid = dst + dport + seq', (f) => { f.ipid = lo(f.dst + f.dport + f.seq); }],
  ['ipid = seq', (f) => { f.ipid = lo(f.seq); }],
  ['ipid = high seq ^ key', (f, k) => { f.ipid = lo(hi(f.seq) ^ k); }],
  ['ipid = key - seq', (f, k) => { f.ipid = lo(k - f.seq); }],
  ['ipid = swap seq', (f) => { f.ipid = swap(f.seq); }],
  ['ipid = sport', (f) => { f.ipid = f.sport; }],
  ['ipid = swap sport', (f) => { f.ipid = swap(f.sport); }],
  ['ipid = dst ^ sport', (f) => { f.ipid = lo(f.dst ^ f.sport); }],
  ['seq = dst + key', (f, k) => { f.seq = (f.dst + k) >>> 0; }],
  ['seq = dst ^ key', (f, k) => { f.seq = (f.dst ^ Math.imul(k, 65_537)) >>> 0; }],
  ['low seq = dst ^ dport', (f) => { setLo(f, f.dst ^ f.dport); }],
  ['high seq = dst', (f) => { setHi(f, f.dst); }],
  ['high seq = low seq ^ key', (f, k) => { setHi(f, f.seq ^ k); }],
  ['low seq = swap dst', (f) => { setLo(f, swap(f.dst)); }],
  ['low seq = dst + sport', (f) => { setLo(f, f.dst + f.sport); }],
  ['low seq = dst ^ dport ^ sport', (f) => { setLo(f, f.dst ^ f.dport ^ f.sport); }],
  ['sport = dst ^ key', (f, k) => { f.sport = lo(f.dst ^ k); }],
  ['sport = dst ^ dport', (f) => { f.sport = lo(f.dst ^ f.dport); }],
  ['window = dst + key', (f, k) => { f.window = lo(f.dst + k); }],
  ['window = ipid', (f) => { f.window = f.ipid; }],
];

function put(batch: PacketBatch, f: Fields): void {
  const i = batch.n++;
  batch.proto[i] = PROTO.tcp; batch.flags[i] = 2; batch.ipBits[i] = BIT.hasTransport; batch.atUs[i] = i;
  batch.src[i] = f.src; batch.dst[i] = f.dst; batch.ipid[i] = f.ipid; batch.seq[i] = f.seq; batch.ack[i] = f.ack;
  batch.sport[i] = f.sport; batch.dport[i] = f.dport; batch.window[i] = f.window; batch.ttl[i] = f.ttl;
}
const blank = (rng: Rng, src: number, base: number): Fields => ({ src, dst: (base + rng.below(4096)) >>> 0, ipid: rng.below(65_536), seq: rng.u32(), ack: 0, sport: 1024 + rng.below(64_000), dport: rng.pick([23, 2323, 80, 8080, 22, 443, 5555, 8443]), window: rng.pick([1024, 64_240, 65_535]), ttl: 50 });

/** Ordinary senders, each with what could deceive the finder: counters in step, sequential targets, constants, repeats, one target. */
const ORDINARY: readonly ((f: Fields, k: number, state: Fields) => void)[] = [
  () => {},
  (f, k, s) => { f.ipid = lo(s.ipid + k); f.sport = 1024 + lo(s.sport + k) % 60_000; },
  (f, k, s) => { f.ipid = lo(s.ipid + k); f.dst = (s.dst + k) >>> 0; f.sport = 40_000; },
  (f, k, s) => { f.ipid = lo(s.ipid + k); f.dst = (s.dst + k) >>> 0; f.sport = 32_768 + (lo(s.sport + 2 * k) & 0x7fff); f.seq = (s.seq + 64_000 * k) >>> 0; },
  (f, _k, s) => { f.ipid = 54_321; f.seq = s.seq; f.window = 65_535; f.dport = 23; },
  (f, k, s) => { const tries = Math.floor(k / 3); f.dst = (s.dst + 7 * tries) >>> 0; f.sport = 1024 + (Math.imul(tries + 1, 2_654_435) >>> 0) % 60_000; f.seq = Math.imul(tries + 1, 0x9e3779b1) >>> 0; f.ipid = lo(s.ipid + k); },
  (f, _k, s) => { f.dst = s.dst; f.dport = 445; f.ipid = 0; },
];

function background(rng: Rng, batch: PacketBatch, sources: number): void {
  for (let s = 0; s < sources; s++) {
    const src = (0x0b000000 + s * 37) >>> 0, style = ORDINARY[s % ORDINARY.length]!, state = blank(rng, src, 0xcb007000);
    for (let k = 0, packets = 8 + rng.below(40); k < packets; k++) {
      if (rng.float() < 0.05) continue;
      const f = blank(rng, src, 0xcb007000);
      style(f, k, state);
      put(batch, f);
    }
  }
}

test(`of 30 planted relations at least 29 are found at 5 % loss, none is wrong, and each becomes a rule that catches new packets (${RELATION_COUNT} relations tested)`, () => {
  const missed: string[] = [];
  for (const [name, make] of PLANTED) {
    const rng = seededRng(`finder ${name}`), batch = newPacketBatch(4, 'local/x', 40_000), finder = createFinder();
    background(rng, batch, 200);
    const planted = new Set<string>(), key = 1 + rng.below(65_535);
    for (let s = 0; s < 12; s++) {
      const src = (0x2d000000 + s * 1009) >>> 0;
      planted.add(formatV4(src));
      for (let k = 0, packets = 10 + rng.below(54); k < packets; k++) {
        if (rng.float() < 0.05) continue;
        const f = blank(rng, src, 0xcb007000);
        make(f, key);
        put(batch, f);
      }
    }
    finder.add(batch);
    const found = finder.conclude(1e-6);
    for (const relation of found) assert.deepEqual(relation.sources.filter((src) => !planted.has(src)), [], `${name}: ${relation.text} holds where it was not planted`);
    const best = found[0];
    if (!best || best.sourceCount < 11) { missed.push(name); continue; }
    assert.ok(best.familyWiseLog2 < -20);
    const rule = checkFingerprint(JSON.parse(JSON.stringify(toRule(best, 'found-1'))));
    const alone = compileRules([rule]), fresh = newPacketBatch(4, 'local/x', 1000), classes = newClasses(), verdicts = new Uint8Array(1000);
    for (let k = 0; k < 1000; k++) { const f = blank(rng, 0x2d00ffff, 0xcb007000); make(f, key); put(fresh, f); }
    classify(fresh, classes);
    alone.run(fresh, classes, verdicts);
    assert.ok(verdicts.filter((x) => x === 1).length >= 990, `${name}: the rule made of ${best.text} catches ${verdicts.filter((x) => x === 1).length} of 1,000`);
    for (const [list, expected] of [[rule.examples.match, 1], [rule.examples.miss, 0]] as const) {
      const example = exampleBatch(list), out = new Uint8Array(1);
      classify(example, classes);
      alone.run(example, classes, out);
      assert.equal(out[0], expected, `${name}: ${JSON.stringify(list)}`);
    }
  }
  assert.ok(missed.length <= 1, `missed: ${missed.join(', ')}`);
});

test('nothing is found in counters, sequential scans, constants, repeats and random fields of 4,000 sources', () => {
  for (const seed of ['a', 'b', 'c']) {
    const batch = newPacketBatch(4, 'local/x', 130_000), finder = createFinder();
    background(seededRng(`ordinary ${seed}`), batch, 4_000);
    finder.add(batch);
    assert.deepEqual(finder.conclude(1e-6).map((relation) => relation.text), []);
    assert.equal(finder.figures.sources, 4_000);
  }
});

test('a relation of a single source with 64 packets is found, one with seven packets is not looked at', () => {
  for (const [packets, expected] of [[64, 1], [7, 0]] as const) {
    const rng = seededRng('single'), batch = newPacketBatch(4, 'local/x', 10_000), finder = createFinder();
    background(rng, batch, 100);
    for (let k = 0; k < packets; k++) { const f = blank(rng, 0x2d000001, 0xcb007000); f.ipid = lo(f.dst ^ f.dport); put(batch, f); }
    finder.add(batch);
    assert.equal(finder.conclude().length, expected);
  }
});

test('packets that a rule has named are left alone unless asked for', () => {
  const rng = seededRng('named'), batch = newPacketBatch(4, 'local/x', 100);
  for (let k = 0; k < 64; k++) { const f = blank(rng, 0x2d000001, 0xcb007000); f.ipid = lo(f.dst); put(batch, f); }
  batch.tool.fill(2);
  for (const [named, expected] of [[false, 0], [true, 1]] as const) {
    const finder = createFinder({ named });
    finder.add(batch);
    assert.equal(finder.conclude().length, expected);
  }
});
