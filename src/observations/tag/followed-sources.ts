/**
 * Bounded state per source that merges in any order: follow all sources, or an even share of them by a hash of their address.
 *
 * In: packets' sources. Out: the entry of a source, or null if it is not among the followed ones.
 * Idea: the share is halved until the sources fit; which are followed depends on the set of sources alone, never on their order
 * (adaptive sampling; Flajolet, "On adaptive sampling", Computing 43, 1990).
 * Cost: one map look-up a packet. Whoever concludes tells the share (`followedRatio`), so that nothing is left out silently.
 * @module
 */
import type { PacketBatch } from '../../core/packet-batch.ts';
import { formatAddressAt } from '../../core/address.ts';

export interface FollowedSource<E> { readonly family: 4 | 6; readonly words: Uint32Array; readonly hash: number; readonly entry: E }

export interface Followed<E> {
  /** By IPv4 word, or by IPv6 text. */
  readonly sources: Map<number | string, FollowedSource<E>>;
  /** Sources whose hash is below this are followed; 2^32 = all. */
  limit: number;
}

export function followNone<E>(): Followed<E> {
  return { sources: new Map(), limit: 2 ** 32 };
}

/** Entry of packet i's source, made by `fresh` if new; null if it is not followed. */
export function follow<E>(state: Followed<E>, batch: PacketBatch, i: number, most: number, fresh: () => E): E | null {
  const { family, src } = batch;
  const hash = family === 4 ? mix32(src[i] as number) : mixWords(src, 4 * i);
  if (hash >= state.limit) return null;
  const key = family === 4 ? src[i] as number : formatAddressAt(6, src, i);
  const known = state.sources.get(key);
  if (known) return known.entry;
  const entry = fresh();
  state.sources.set(key, { family, words: family === 4 ? src.slice(i, i + 1) : src.slice(4 * i, 4 * i + 4), hash, entry });
  if (state.sources.size > most) shrink(state, most);
  return hash < state.limit ? entry : null;
}

/** Joins `other` into `into`; `join` adds the second entry to the first. `other` must not be used any more. */
export function joinFollowed<E>(into: Followed<E>, other: Followed<E>, most: number, join: (a: E, b: E) => void): void {
  if (other.limit < into.limit) cutTo(into, other.limit);
  for (const [key, source] of other.sources) {
    if (source.hash >= into.limit) continue;
    const known = into.sources.get(key);
    if (known) join(known.entry, source.entry);
    else into.sources.set(key, source);
  }
  shrink(into, most);
}

export function followedRatio(state: Followed<unknown>): number {
  return state.limit / 2 ** 32;
}

function shrink(state: Followed<unknown>, most: number): void {
  while (state.sources.size > most) cutTo(state, state.limit / 2);
}

function cutTo(state: Followed<unknown>, limit: number): void {
  state.limit = limit;
  for (const [key, source] of state.sources) if (source.hash >= limit) state.sources.delete(key);
}

/** 32-bit mixer (murmur3 finaliser, A. Appleby, public domain). */
export function mix32(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Four words of an IPv6 address as one. */
export function mixWords(words: Uint32Array, at: number): number {
  let h = 0;
  for (let w = 0; w < 4; w++) h = mix32((h ^ (words[at + w] as number)) >>> 0);
  return h;
}
