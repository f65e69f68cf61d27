/**
 * Address look-ups against a search through all networks.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cidrContains, formatCidr, parseAddress, parseCidr, requireCidr, type Cidr } from '../../core/address.ts';
import { seededRng } from '../../core/rng.ts';
import { entryAt, entryOf, ipSet } from './ip-set.ts';
import { partitionBuilder, rangeMapOf, valueAt, valueOfV4 } from './range-map.ts';

/** Networks that nest and repeat often: few prefixes, few distinct bits. */
const cidr = fc.record({ v6: fc.boolean(), a: fc.integer({ min: 0, max: 7 }), b: fc.integer({ min: 0, max: 3 }), prefix: fc.integer({ min: 0, max: 32 }), wide: fc.integer({ min: 0, max: 128 }) })
  .map(({ v6, a, b, prefix, wide }) => requireCidr(v6 ? `${(0x2000 + a).toString(16)}:${b}::${b}/${wide}` : `${a * 32}.${b}.0.${b * 64}/${prefix}`));
const address = fc.record({ v6: fc.boolean(), a: fc.integer({ min: 0, max: 7 }), b: fc.integer({ min: 0, max: 3 }), c: fc.integer({ min: 0, max: 3 }) })
  .map(({ v6, a, b, c }) => parseAddress(v6 ? `${(0x2000 + a).toString(16)}:${b}::${c}` : `${a * 32}.${b}.0.${c * 64}`)!);

function bySearch(networks: readonly Cidr[], words: Uint32Array, family: 4 | 6): number {
  let best = -1;
  networks.forEach((network, k) => {
    if (network.family === family && cidrContains(network, words) && (best < 0 || network.prefix >= networks[best]!.prefix)) best = k;
  });
  return best;
}

test('an address is found in the smallest network that holds it, as by looking through all of them', () => {
  fc.assert(fc.property(fc.uniqueArray(cidr, { selector: formatCidr, maxLength: 30 }), fc.array(address, { maxLength: 30 }), (networks, addresses) => {
    const set = ipSet(networks);
    for (const { family, words } of addresses) {
      assert.equal(entryOf(set, { family, words }), bySearch(networks, words, family));
      assert.equal(entryAt(set, family, words, 0), bySearch(networks, words, family));
    }
    // Both ends of each network are in it.
    for (const network of networks) assert.notEqual(entryOf(set, { family: network.family, words: network.words }), -1);
  }), { numRuns: 300 });
});

test('with lowest-value nesting the first configured network wins, as sensors read their regions', () => {
  fc.assert(fc.property(fc.array(cidr, { maxLength: 20 }), fc.array(address, { maxLength: 20 }), (networks, addresses) => {
    const map = rangeMapOf(networks.map((network, k) => ({ cidr: network, value: k + 1 })), 'lowest-value');
    for (const { family, words } of addresses) {
      assert.equal(valueAt(map, family, words, 0), networks.findIndex((network) => network.family === family && cidrContains(network, words)) + 1);
    }
  }), { numRuns: 300 });
});

test('100,000 random networks answer like a search over them', () => {
  const rng = seededRng('ip-set'), networks: Cidr[] = [];
  for (let k = 0; k < 100_000; k++) networks.push({ family: 4, ...shortened(rng.u32(), 12 + rng.below(21)) });
  const set = ipSet(networks);
  assert.equal(set.size, 100_000);
  for (let k = 0; k < 200; k++) {
    const word = k % 2 === 0 ? rng.u32() : (rng.pick(networks).words[0] as number), found = entryOf(set, { family: 4, words: Uint32Array.of(word) });
    const best = bySearch(networks, Uint32Array.of(word), 4);
    assert.equal(found < 0 ? -1 : networks[found]!.prefix, best < 0 ? -1 : networks[best]!.prefix);
    if (found >= 0) assert.ok(cidrContains(networks[found]!, Uint32Array.of(word)));
  }
});

function shortened(word: number, prefix: number): { words: Uint32Array; prefix: number } {
  return { words: Uint32Array.of((word & (0xffffffff << (32 - prefix))) >>> 0), prefix };
}

test('the last address of each family ends a range without overflow', () => {
  const set = ipSet(['255.255.255.255/32', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128', '0.0.0.0/32'].map(requireCidr));
  for (const [text, entry] of [['255.255.255.255', 0], ['255.255.255.254', -1], ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 1], ['0.0.0.0', 2], ['0.0.0.1', -1]] as const) assert.equal(entryOf(set, parseAddress(text)!), entry, text);
  assert.equal(valueOfV4(partitionBuilder(1).build(), 5), 0);
  assert.equal(parseCidr('nonsense'), null);
});
