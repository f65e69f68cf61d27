/**
 * The Internet checksum: one's complement sum of 16-bit words.
 *
 * Source: RFC 1071. A header or packet that carries its checksum sums to 0xffff; the checksum to write is the complement
 * of the sum over the bytes with the field as zero. An odd last byte counts as the high half of a word.
 * @module
 */

/** Folded 16-bit sum of `raw[from .. to)` added to `start` (a sum of earlier parts, below 2^32). */
export function internetSum(raw: Uint8Array, from: number, to: number, start: number): number {
  let sum = start;
  let at = from;
  for (; at + 1 < to; at += 2) sum += ((raw[at] as number) << 8) | (raw[at + 1] as number);
  if (at < to) sum += (raw[at] as number) << 8;
  while (sum > 0xffff) sum = (sum % 65_536) + Math.floor(sum / 65_536);
  return sum;
}

/** The checksum to write for `raw[from .. to)`, whose own field must hold zero; `start` is the sum of a pseudo-header. */
export function internetChecksum(raw: Uint8Array, from: number, to: number, start = 0): number {
  return ~internetSum(raw, from, to, start) & 0xffff;
}
