/**
 * Address → number, for whole tables of networks: country, AS, region, list entry.
 *
 * In: networks or address ranges with a value ≥ 1. Out: a partition of the address space, searched by the first 8–20 bits and
 * then by halving. 0 means "in none of them".
 * Shapes (v4): starts Uint32Array(r), values Uint32Array(r): range k is [starts[k], starts[k+1]); index Uint32Array(2^(32-shift) + 1):
 * index[h] is the range that holds address h·2^shift. (v6): the same with four words a start, indexed by the first word.
 * All arrays lie on SharedArrayBuffers, so that worker threads share one copy.
 * Cost: 8 bytes a range (20 for IPv6) and an index of about as many entries as ranges (at most 4 MiB); a look-up reads the index
 * and takes a step or two.
 * Limits: input ranges must nest or be disjoint, as networks always do.
 * @module
 */
import type { Cidr } from '../../core/address.ts';

/** One family's partition; see the module header. `words` is 1 (IPv4) or 4 (IPv6). */
export interface Partition {
  readonly words: 1 | 4;
  readonly starts: Uint32Array;
  readonly values: Uint32Array;
  readonly index: Uint32Array;
  /** Bits of the first word that the index ignores, 12–24. */
  readonly shift: number;
}

/** Both families. */
export interface RangeMap { readonly v4: Partition; readonly v6: Partition }

/** Which value an address gets that lies in several nested networks: the smallest network's, or the lowest number. */
export type Nesting = 'most-specific' | 'lowest-value';

/** Collects ranges of one family, then builds. */
export interface PartitionBuilder {
  /** Adds [start, end] (both included; `words` words each, read from `at`). Value ≥ 1. */
  add(start: ArrayLike<number>, startAt: number, end: ArrayLike<number>, endAt: number, value: number): void;
  build(): Partition;
}

export function partitionBuilder(words: 1 | 4, nesting: Nesting = 'most-specific'): PartitionBuilder {
  const starts: number[] = [], ends: number[] = [], values: number[] = [];
  return {
    add(start, startAt, end, endAt, value) {
      for (let w = 0; w < words; w++) { starts.push((start[startAt + w] ?? 0) >>> 0); ends.push((end[endAt + w] ?? 0) >>> 0); }
      values.push(value);
    },
    build: () => sweep(words, nesting, starts, ends, values),
  };
}

function compareAt(words: number, a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number {
  for (let w = 0; w < words; w++) {
    const difference = (a[i * words + w] as number) - (b[j * words + w] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sweep(words: 1 | 4, nesting: Nesting, starts: number[], ends: number[], values: number[]): Partition {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  let sorted = true;
  for (let i = 1; sorted && i < values.length; i++) sorted = compareAt(words, starts, i - 1, starts, i) < 0;
  if (!sorted) order.sort((a, b) => compareAt(words, starts, a, starts, b) || compareAt(words, ends, b, ends, a) || a - b);
  const outStarts: number[] = [], outValues: number[] = [];
  const emit = (from: ArrayLike<number>, at: number, value: number) => {
    const last = outValues.length - 1;
    let same = last >= 0;
    for (let w = 0; same && w < words; w++) same = outStarts[last * words + w] === from[at * words + w];
    if (same) { outValues[last] = value; return; }
    if (last >= 0 && outValues[last] === value) return;
    for (let w = 0; w < words; w++) outStarts.push(from[at * words + w] as number);
    outValues.push(value);
  };
  const open: { readonly range: number; readonly value: number }[] = [];
  const close = () => {
    const top = open.pop();
    if (!top) return;
    const after: number[] = [];
    let carry = 1;
    for (let w = words - 1; w >= 0; w--) {
      const sum = (ends[top.range * words + w] as number) + carry;
      after[w] = sum >>> 0;
      carry = sum > 0xffffffff ? 1 : 0;
    }
    if (carry === 0) emit(after, 0, open[open.length - 1]?.value ?? 0);
  };
  emit(new Array<number>(words).fill(0), 0, 0);
  for (const i of order) {
    for (let top = open[open.length - 1]; top && compareAt(words, ends, top.range, starts, i) < 0; top = open[open.length - 1]) close();
    const own = values[i] as number, outer = open[open.length - 1]?.value ?? 0;
    const value = nesting === 'lowest-value' && outer > 0 ? Math.min(outer, own) : own;
    emit(starts, i, value);
    open.push({ range: i, value });
  }
  while (open.length > 0) close();
  return partitionOf(words, sharedU32(outStarts), sharedU32(outValues));
}

/** A partition from finished arrays: computes its index. */
export function partitionOf(words: 1 | 4, starts: Uint32Array, values: Uint32Array): Partition {
  const count = values.length, bits = Math.min(20, Math.max(8, Math.ceil(Math.log2(count)))), shift = 32 - bits;
  const index = sharedU32(2 ** bits + 1);
  // Range k is the last that starts at or before h·2^shift for every h up to the first that range k + 1 reaches.
  for (let k = 0, h = 0; k < count; k++) {
    let next = 2 ** bits + 1;
    if (k + 1 < count) {
      const m = (k + 1) * words, first = starts[m] as number, high = first >>> shift;
      const behind = first !== (high << shift) >>> 0 || (words === 4 && ((starts[m + 1] as number) | (starts[m + 2] as number) | (starts[m + 3] as number)) !== 0);
      next = behind ? high + 1 : high;
    }
    for (; h < next; h++) index[h] = k;
  }
  return { words, starts, values, index, shift };
}

/** Number of the range that holds an IPv4 address. */
export function rangeOfV4(map: Partition, address: number): number {
  const { starts, index } = map;
  const high = address >>> map.shift;
  let low = index[high] as number, top = index[high + 1] as number;
  while (low < top) {
    const middle = (low + top + 1) >>> 1;
    if ((starts[middle] as number) <= address) low = middle;
    else top = middle - 1;
  }
  return low;
}

/** Number of the range that holds the IPv6 address at `address[at .. at+3]`. */
export function rangeOfV6(map: Partition, address: ArrayLike<number>, at: number): number {
  const { starts, index } = map;
  const a0 = address[at] as number, a1 = address[at + 1] as number, a2 = address[at + 2] as number, a3 = address[at + 3] as number;
  const high = a0 >>> map.shift;
  let low = index[high] as number, top = index[high + 1] as number;
  while (low < top) {
    const middle = (low + top + 1) >>> 1, m = 4 * middle;
    const s0 = starts[m] as number, s1 = starts[m + 1] as number, s2 = starts[m + 2] as number;
    const above = s0 !== a0 ? s0 > a0 : s1 !== a1 ? s1 > a1 : s2 !== a2 ? s2 > a2 : (starts[m + 3] as number) > a3;
    if (above) top = middle - 1;
    else low = middle;
  }
  return low;
}

/** Value of an IPv4 address, 0 = none. */
export function valueOfV4(map: Partition, address: number): number {
  return map.values[rangeOfV4(map, address)] as number;
}

/** Value of the IPv6 address at `address[at .. at+3]`, 0 = none. */
export function valueOfV6(map: Partition, address: ArrayLike<number>, at: number): number {
  return map.values[rangeOfV6(map, address, at)] as number;
}

/** Value of address `i` of a PacketBatch's address array. */
export function valueAt(map: RangeMap, family: 4 | 6, addresses: Uint32Array, i: number): number {
  return family === 4 ? valueOfV4(map.v4, addresses[i] as number) : valueOfV6(map.v6, addresses, 4 * i);
}

/** First and last address of a network, as words. */
export function cidrEnds(cidr: Cidr): { readonly first: Uint32Array; readonly last: Uint32Array } {
  const last = cidr.words.slice();
  for (let w = 0; w < last.length; w++) {
    const bits = Math.min(32, Math.max(0, cidr.prefix - 32 * w));
    if (bits < 32) last[w] = (last[w] as number) | (bits === 0 ? 0xffffffff : 0xffffffff >>> bits);
  }
  return { first: cidr.words, last };
}

/** A map over networks of both families; `value` of entry i. */
export function rangeMapOf(entries: Iterable<{ readonly cidr: Cidr; readonly value: number }>, nesting: Nesting = 'most-specific'): RangeMap {
  const v4 = partitionBuilder(1, nesting), v6 = partitionBuilder(4, nesting);
  for (const { cidr, value } of entries) {
    const { first, last } = cidrEnds(cidr);
    (cidr.family === 4 ? v4 : v6).add(first, 0, last, 0, value);
  }
  return { v4: v4.build(), v6: v6.build() };
}

/** A Uint32Array on shared memory, of a length or with the given content. */
export function sharedU32(content: number | ArrayLike<number>): Uint32Array {
  const length = typeof content === 'number' ? content : content.length;
  const out = new Uint32Array(new SharedArrayBuffer(4 * length));
  if (typeof content !== 'number') out.set(content);
  return out;
}
