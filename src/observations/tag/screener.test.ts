/**
 * Research by behaviour: who is, who is not, and that any split of the packets gives the same.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BIT, PROTO, newPacketBatch, type PacketBatch } from '../../core/packet-batch.ts';
import { LABELS, codeOf } from '../../core/vocabulary.ts';
import { seededRng } from '../../core/rng.ts';
import { screener } from './screener.ts';

const HOUR = 3_600_000_000, DAY = { fromUs: 20_000 * 24 * HOUR, toUs: 20_001 * 24 * HOUR }, WATCHED = 256;

interface Style { ports: number; packets: number; addresses: number; burst?: boolean; malware?: boolean; tries?: number; udpOnly?: boolean }
const STYLES: Readonly<Record<string, Style>> = {
  census: { ports: 5_000, packets: 3_000, addresses: 256 },
  'small census': { ports: 150, packets: 400, addresses: 256 },
  'one port': { ports: 1, packets: 3_000, addresses: 256 },
  burst: { ports: 5_000, packets: 3_000, addresses: 256, burst: true },
  'vertical scan of one host': { ports: 5_000, packets: 3_000, addresses: 1 },
  bot: { ports: 200, packets: 2_000, addresses: 256, malware: true },
  'connecting system': { ports: 200, packets: 3_000, addresses: 256, tries: 4 },
  'too few packets': { ports: 50, packets: 60, addresses: 256 },
};

function traffic(seed: string): PacketBatch {
  const rng = seededRng(seed), batch = newPacketBatch(4, 'local/x');
  Object.values(STYLES).forEach((style, s) => {
    for (let k = 0; k < style.packets; k += style.tries ?? 1) {
      const dst = 0xc6336400 + rng.below(style.addresses), port = 1 + rng.below(style.ports), at = DAY.fromUs + rng.float() * (style.burst ? 2 : 24) * HOUR;
      for (let t = 0; t < (style.tries ?? 1); t++) {
        const i = batch.n++;
        batch.proto[i] = PROTO.tcp; batch.flags[i] = 2; batch.ipBits[i] = BIT.hasTransport;
        batch.src[i] = 0x0b000001 + s; batch.dst[i] = dst; batch.dport[i] = port; batch.atUs[i] = Math.floor(at) + t;
        batch.label[i] = style.malware && k % 100 === 0 ? codeOf(LABELS, 'known-malware') : 0;
      }
    }
  });
  return batch;
}

test('steady sweeps of many ports are research by behaviour; single ports, bursts, one host, bots and connecting systems are not', () => {
  for (const seed of ['a', 'b', 'c']) {
    const state = screener.empty();
    screener.add(state, traffic(seed));
    const { behaviours } = screener.conclude(state, DAY, WATCHED);
    const research = behaviours.filter((b) => b.research).map((b) => b.src);
    assert.deepEqual(research, ['11.0.0.1', '11.0.0.2'], JSON.stringify(behaviours.map((b) => [b.src, b.reasons])));
    for (const behaviour of behaviours) assert.equal(behaviour.research, behaviour.reasons.every((reason) => reason.startsWith('yes')));
  }
});

test('nothing is research in a short window, nor where it is not known how many addresses are watched', () => {
  const state = screener.empty();
  screener.add(state, traffic('a'));
  assert.ok(screener.conclude(state, { fromUs: DAY.fromUs, toUs: DAY.fromUs + 6 * HOUR }, WATCHED).behaviours.every((b) => !b.research));
  assert.ok(screener.conclude(state, DAY, 0).behaviours.every((b) => !b.research));
});

test('replies and misconfiguration say nothing about a scanner', () => {
  const state = screener.empty(), batch = traffic('a');
  batch.label.fill(codeOf(LABELS, 'backscatter'));
  screener.add(state, batch);
  assert.deepEqual(screener.conclude(state, DAY, WATCHED).behaviours, []);
});

test('any split of the packets, merged in any order, concludes the same', () => {
  const batch = traffic('split'), whole = screener.empty();
  screener.add(whole, batch);
  const expected = screener.conclude(whole, DAY, WATCHED);
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 40 }), fc.integer({ min: 0, max: 3 }), (lengths, turn) => {
    const states = [screener.empty(), screener.empty(), screener.empty()];
    for (let at = 0, k = 0; at < batch.n; k++) {
      const to = Math.min(batch.n, at + (lengths[k % lengths.length] as number));
      screener.add(states[k % 3]!, batch, at, to);
      at = to;
    }
    const [a, b, c] = [...states.slice(turn % 3), ...states.slice(0, turn % 3)] as [typeof whole, typeof whole, typeof whole];
    assert.deepEqual(screener.conclude(screener.merge(screener.merge(a, b), c), DAY, WATCHED), expected);
  }), { numRuns: 20 });
});
