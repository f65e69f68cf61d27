/**
 * Chance without state: what belongs to host i of a population is a hash of (population, i), so that a million hosts cost
 * nothing until one of them is seen, and every sensor sees the same host.
 *
 * Source: the mixing steps are those of MurmurHash3's finaliser (Appleby, public domain).
 * Cost: about ten integer operations; nothing is allocated. Not for secrets.
 * @module
 */

/** A 32-bit hash of two 32-bit numbers. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ Math.imul(b ^ 0x9e3779b9, 0xcc9e2d51), 0x1b873593);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b) ^ b;
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit hash of three. */
export function mix3(a: number, b: number, c: number): number {
  return mix(mix(a, b), c);
}

/** A hash as a number in [0, 1). */
export function unit(hash: number): number {
  return hash / 4_294_967_296;
}

/** A 32-bit key of a text (FNV-1a, then mixed). */
export function keyOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h, text.length);
}

/** Weighted choice: cumulative weights made once, one binary search a draw. */
export interface Weighted<T> {
  readonly items: readonly T[];
  /** The item at quantile u in [0, 1). */
  at(u: number): T;
}

export function weighted<T>(entries: readonly (readonly [T, number])[]): Weighted<T> {
  if (entries.length === 0) throw new RangeError('a weighted choice needs at least one entry');
  const items = entries.map((e) => e[0]);
  const ends = new Float64Array(entries.length);
  let total = 0;
  for (let i = 0; i < entries.length; i++) { total += (entries[i] as readonly [T, number])[1]; ends[i] = total; }
  return {
    items,
    at(u) {
      const x = u * total;
      let low = 0, high = ends.length - 1;
      while (low < high) {
        const mid = (low + high) >>> 1;
        if ((ends[mid] as number) > x) high = mid; else low = mid + 1;
      }
      return items[low] as T;
    },
  };
}

/**
 * Rank of a source when the chance that a packet is from a source with d packets falls like 1/(d + δ)^α (Zipf–Mandelbrot,
 * Kepner et al.): ranks then follow (rank + δ)^−s with s = 1/(α − 1). Inverse of the integral; ranks 0 … count − 1.
 */
export function heavyTailRank(count: number, alpha: number, delta: number): (u: number) => number {
  const s = 1 / (alpha - 1), top = count + delta;
  const inverse = Math.abs(s - 1) < 1e-9
    ? (u: number) => delta * Math.exp(u * Math.log(top / delta)) - delta
    : (u: number) => (delta ** (1 - s) + u * (top ** (1 - s) - delta ** (1 - s))) ** (1 / (1 - s)) - delta;
  return (u) => Math.min(count - 1, Math.max(0, Math.floor(inverse(u))));
}
