/**
 * IP addresses and networks as words, text and 16-byte keys.
 *
 * Words: IPv4 is one unsigned 32-bit number in host order; IPv6 is four, most significant first.
 * Text out follows RFC 5952 (IPv6, lower case, longest zero run shortened) and dotted quad (IPv4).
 * Bytes: always 16, IPv4 as ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2), which is what the store keeps.
 * @module
 */
import { OperatorError } from './errors.ts';

/** An address as its family and words. */
export interface Address { readonly family: 4 | 6; readonly words: Uint32Array }

/** Parses an IPv4 or IPv6 address (zone ids are refused; `::ffff:1.2.3.4` is IPv4). Returns null for anything else; never throws. */
export function parseAddress(text: string): Address | null {
  if (text.length > 45) return null;
  if (!text.includes(':')) {
    const v4 = parseV4(text);
    return v4 === null ? null : { family: 4, words: Uint32Array.of(v4) };
  }
  const words = parseV6(text);
  if (!words) return null;
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) return { family: 4, words: words.slice(3) };
  return { family: 6, words };
}

/** Dotted quad to a word; null unless exactly four decimal parts 0–255 without leading zeros. */
export function parseV4(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let word = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return null;
    const octet = Number(part);
    if (octet > 255) return null;
    word = word * 256 + octet;
  }
  return word;
}

function parseV6(text: string): Uint32Array | null {
  let head = text;
  const groups: number[] = [];
  let tailV4: number | null = null;
  const lastColon = text.lastIndexOf(':');
  if (text.includes('.')) {
    tailV4 = parseV4(text.slice(lastColon + 1));
    if (tailV4 === null) return null;
    head = `${text.slice(0, lastColon + 1)}${(tailV4 >>> 16).toString(16)}:${(tailV4 & 0xffff).toString(16)}`;
  }
  const halves = head.split('::');
  if (halves.length > 2) return null;
  const read = (half: string): number[] | null => {
    if (half === '') return [];
    const out: number[] = [];
    for (const group of half.split(':')) {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return null;
      out.push(parseInt(group, 16));
    }
    return out;
  };
  const left = read(halves[0] ?? '');
  const right = halves.length === 2 ? read(halves[1] ?? '') : [];
  if (!left || !right) return null;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  groups.push(...left, ...new Array<number>(halves.length === 2 ? missing : 0).fill(0), ...right);
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) words[i] = ((groups[2 * i] ?? 0) * 65_536) + (groups[2 * i + 1] ?? 0);
  return words;
}

/** A word as dotted quad. */
export function formatV4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** Four words from `words[at]` as RFC 5952 text. */
export function formatV6(words: ArrayLike<number>, at = 0): string {
  const groups: number[] = [];
  for (let i = 0; i < 4; i++) {
    const word = words[at + i] ?? 0;
    groups.push(word >>> 16, word & 0xffff);
  }
  let best = -1, bestLength = 1;
  for (let i = 0; i < 8;) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > bestLength) { best = i; bestLength = j - i; }
    i = j === i ? i + 1 : j;
  }
  const hex = (list: number[]) => list.map((g) => g.toString(16)).join(':');
  if (best < 0) return hex(groups);
  return `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

/** Address i of an array of addresses (`src` or `dst` of a PacketBatch) as text. */
export function formatAddressAt(family: 4 | 6, words: Uint32Array, i: number): string {
  return family === 4 ? formatV4(words[i] ?? 0) : formatV6(words, 4 * i);
}

export function formatAddress(address: Address): string {
  return formatAddressAt(address.family, address.words, 0);
}

/** The 16-byte key of an address. */
export function addressBytes(address: Address): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  if (address.family === 4) {
    view.setUint16(10, 0xffff);
    view.setUint32(12, address.words[0] ?? 0);
  } else for (let i = 0; i < 4; i++) view.setUint32(4 * i, address.words[i] ?? 0);
  return bytes;
}

/** Inverse of {@link addressBytes}. */
export function addressFromBytes(bytes: Uint8Array, at = 0): Address {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 16);
  if (view.getUint32(0) === 0 && view.getUint32(4) === 0 && view.getUint32(8) === 0xffff) {
    return { family: 4, words: Uint32Array.of(view.getUint32(12)) };
  }
  return { family: 6, words: Uint32Array.of(view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)) };
}

/** A network: the first `prefix` bits (0–32 or 0–128) of `words`; the other bits are zero. */
export interface Cidr { readonly family: 4 | 6; readonly words: Uint32Array; readonly prefix: number }

/** Parses `192.0.2.0/24` or `2001:db8::/48`; a bare address is its /32 or /128. Host bits are cleared. Null if it is neither. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address) return null;
  const most = address.family === 4 ? 32 : 128;
  const prefixText = slash < 0 ? String(most) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > most) return null;
  const prefix = Number(prefixText);
  const words = address.words.slice();
  for (let i = 0; i < words.length; i++) {
    const bits = Math.min(32, Math.max(0, prefix - 32 * i));
    words[i] = bits === 0 ? 0 : ((words[i] ?? 0) & (0xffffffff << (32 - bits))) >>> 0;
  }
  return { family: address.family, words, prefix };
}

/** As {@link parseCidr}; throws the operator's error `cidr`. */
export function requireCidr(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr) throw new OperatorError('cidr', { text });
  return cidr;
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr)}/${cidr.prefix}`;
}

/** Whether address `at` of `words` (same family as the network) lies in it. */
export function cidrContains(cidr: Cidr, words: ArrayLike<number>, at = 0): boolean {
  for (let i = 0, left = cidr.prefix; left > 0; i++, left -= 32) {
    const mask = left >= 32 ? 0xffffffff : 0xffffffff << (32 - left);
    if (((((words[at + i] ?? 0) ^ (cidr.words[i] ?? 0)) & mask) >>> 0) !== 0) return false;
  }
  return true;
}
