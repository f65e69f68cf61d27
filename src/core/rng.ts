/**
 * Seeded chance: xoshiro128** (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021, appendix A),
 * seeded by SplitMix32 over an FNV-1a hash of the seed's text. The same seed gives the same numbers on every machine.
 * Not for secrets: those come from `secretBytes`.
 * @module
 */
import { randomBytes } from 'node:crypto';

export interface Rng {
  /** Uniform unsigned 32-bit integer. */
  u32(): number;
  /** Uniform in [0, 1), 53 bits. */
  float(): number;
  /** Uniform integer in [0, n), n ≤ 2^32. */
  below(n: number): number;
  /** Exponential with mean 1. */
  exponential(): number;
  /** Normal with mean 0 and deviation 1. */
  normal(): number;
  /** Poisson with the given mean (≥ 0); exact below 30, normal approximation rounded above. */
  poisson(mean: number): number;
  /** One element; throws on an empty list. */
  pick<T>(list: readonly T[]): T;
  /** An independent stream named by `label`. */
  fork(label: string): Rng;
}

export function seededRng(seed: number | string): Rng {
  const text = String(seed);
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  const split = () => {
    h = (h + 0x9e3779b9) >>> 0;
    let z = h;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let a = split(), b = split(), c = split(), d = split() | 1;
  const u32 = () => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a; d ^= b; b ^= c; a ^= d; c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const float = () => ((u32() >>> 5) * 67_108_864 + (u32() >>> 6)) / 9_007_199_254_740_992;
  let spare = NaN;
  const normal = () => {
    if (!Number.isNaN(spare)) { const s = spare; spare = NaN; return s; }
    const r = Math.sqrt(-2 * Math.log(1 - float())), angle = 2 * Math.PI * float();
    spare = r * Math.sin(angle);
    return r * Math.cos(angle);
  };
  const rng: Rng = {
    u32, float, normal,
    below: (n) => Math.floor(float() * n),
    exponential: () => -Math.log(1 - float()),
    poisson(mean) {
      if (mean <= 0) return 0;
      if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      const limit = Math.exp(-mean);
      let k = 0;
      for (let p = float(); p > limit; p *= float()) k++;
      return k;
    },
    pick(list) {
      const item = list[Math.floor(float() * list.length)];
      if (item === undefined) throw new RangeError('pick from an empty list');
      return item;
    },
    fork: (label) => seededRng(`${text}/${label}`),
  };
  return rng;
}

/** Bytes for secrets, from the operating system. */
export function secretBytes(count: number): Uint8Array {
  return new Uint8Array(randomBytes(count));
}
