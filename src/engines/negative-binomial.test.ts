/**
 * The tails against sums computed another way: whole fractions (BigInt) where mean and shape are fractions, else term by term from P(X = 0).
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { criticalCount, logGamma, logProbability, tailStrength } from './negative-binomial.ts';

/** log₁₀ of a positive whole number, from its digits. */
function log10(x: bigint): number {
  const digits = x.toString();
  return Math.log10(Number(`0.${digits.slice(0, 17)}`)) + digits.length;
}

/**
 * −log₁₀ P(X ≥ count), exactly: mean = a/b and whole shape r. P(X = k) = C(k+r−1, k) (rb)^r a^k / (a+rb)^(r+k); everything is put over
 * (a+rb)^(r+count−1), and the numerators below `count` are taken away from it.
 */
function exactStrength(count: number, a: number, b: number, r: number): number {
  const good = BigInt(r) * BigInt(b), bad = BigInt(a), both = good + bad, whole = both ** BigInt(r + count - 1);
  let below = 0n, ways = 1n;
  for (let k = 0; k < count; k++) {
    below += ways * good ** BigInt(r) * bad ** BigInt(k) * both ** BigInt(count - 1 - k);
    ways = (ways * BigInt(k + r)) / BigInt(k + 1);
  }
  return log10(whole) - log10(whole - below);
}

/** P(X ≥ count), summed from its first term by P(k+1) = P(k)·(k+shape)/(k+1)·q: needs no gamma function. */
function summed(count: number, mean: number, shape: number, terms = 40_000): number {
  const q = mean / (shape + mean);
  let p = (shape / (shape + mean)) ** shape, sum = 0;
  for (let k = 0; k < count + terms; k++) {
    if (k >= count) sum += p;
    p *= ((k + shape) / (k + 1)) * q;
  }
  return sum;
}

const near = (found: number, expected: number, tolerance: number, what: string): void => {
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${what}: ${found}, not ${expected}`);
};

test('log-gamma is that of factorials, of one half, and of its own recurrence', () => {
  let factorial = 1n;
  for (let n = 1; n <= 60; n++) { near(logGamma(n), log10(factorial) * Math.LN10, 1e-13, `Γ(${n})`); factorial *= BigInt(n); }
  near(logGamma(0.5), 0.5 * Math.log(Math.PI), 1e-13, 'Γ(1/2)');
  fc.assert(fc.property(fc.double({ min: 0.01, max: 1e5, noNaN: true }), (x) => near(logGamma(x + 1) - logGamma(x), Math.log(x), 1e-9, `recurrence at ${x}`)));
});

test('the strength of a tail is that of the exact sum, down to chances of 10^-200', () => {
  let strongest = 0;
  for (const [a, b] of [[1, 20], [1, 2], [3, 1], [25, 2], [80, 1]] as const) {
    for (const r of [1, 2, 7, 40]) {
      for (const times of [1.01, 1.5, 3, 8]) {
        for (const extra of [1, 6, 60]) {
          const count = Math.ceil((a / b) * times) + extra, expected = exactStrength(count, a, b, r);
          near(tailStrength(count, a / b, r), expected, 1e-9, `P(X ≥ ${count}), mean ${a}/${b}, shape ${r}`);
          strongest = Math.max(strongest, expected);
        }
      }
    }
  }
  assert.ok(strongest > 80);
  near(tailStrength(400, 1, 40), exactStrength(400, 1, 1, 40), 1e-9, 'far tail');
  assert.ok(tailStrength(400, 1, 40) > 200);
});

test('shapes that are no whole numbers agree with the sum from the first term', () => {
  for (const mean of [0.03, 0.4, 2, 11.5, 60]) for (const shape of [0.05, 0.3, 1.7, 12.25]) for (const count of [1, 4, 12, 90]) {
    if (count <= mean) continue;
    const expected = summed(count, mean, shape);
    if (expected > 1e-250) near(tailStrength(count, mean, shape), -Math.log10(expected), 1e-8, `P(X ≥ ${count}), mean ${mean}, shape ${shape}`);
  }
});

test('where the law is wide its tail is not told rarer than it is', () => {
  for (const [count, mean, shape] of [[300, 60, 0.3], [3_000, 1_000, 0.2], [5_001, 5_000, 0.16], [20_000, 5_000, 0.16]] as const) {
    near(tailStrength(count, mean, shape), -Math.log10(summed(count, mean, shape, 2_000_000)), 1e-9, `P(X ≥ ${count}), mean ${mean}, shape ${shape}`);
  }
});

test('shape 1 is the geometric law, and a great shape the Poisson law', () => {
  for (const count of [5, 20, 300]) near(tailStrength(count, 4, 1), -count * Math.log10(4 / 5), 1e-9, `geometric ${count}`);
  let term = Math.exp(-4), below = 0;
  for (let k = 0; k < 12; k++) { below += term; term *= 4 / (k + 1); }
  near(tailStrength(12, 4, 1e8), -Math.log10(1 - below), 1e-6, 'Poisson, mean 4, 12 or more');
});

test('probabilities of all counts sum to one', () => {
  for (const [mean, shape] of [[0.2, 0.1], [5, 2], [30, 9]] as const) {
    let sum = 0;
    for (let k = 0; k < 4_000; k++) sum += Math.exp(logProbability(k, mean, shape));
    near(sum, 1, 1e-9, `mean ${mean}, shape ${shape}`);
  }
});

test('more sources are never weaker evidence, and a count at its mean is none', () => {
  fc.assert(fc.property(fc.double({ min: 0.01, max: 200, noNaN: true }), fc.double({ min: 0.05, max: 100, noNaN: true }), fc.integer({ min: 0, max: 500 }), (mean, shape, count) => {
    const strength = tailStrength(count, mean, shape);
    assert.ok(strength <= tailStrength(count + 1, mean, shape) + 1e-9);
    if (count <= mean) assert.ok(strength <= 0.3);
  }));
});

test('the critical count is the smallest that is strong enough', () => {
  fc.assert(fc.property(fc.double({ min: 0.01, max: 200, noNaN: true }), fc.double({ min: 0.05, max: 100, noNaN: true }), fc.double({ min: 1, max: 12, noNaN: true }), fc.integer({ min: 1, max: 12 }), (mean, shape, strength, least) => {
    const critical = criticalCount(strength, mean, shape, least);
    assert.ok(critical >= least && tailStrength(critical, mean, shape) >= strength);
    if (critical > least) assert.ok(tailStrength(critical - 1, mean, shape) < strength, `${critical - 1} of mean ${mean}, shape ${shape} would do`);
  }));
});
