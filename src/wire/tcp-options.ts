/**
 * TCP options: their list, their layout as text, and the 32-bit key that PacketBatch carries.
 *
 * In: option bytes (behind the fixed 20 bytes of the header, at most 40). Out: parsed options; `mss,nop,ws,nop,nop,sackok`;
 * `optionsKey`; MSS and window scale; MuonFP text.
 * Source: RFC 9293 §3.1 and §3.2 (format, kinds 0–2), RFC 7323 (window scale, timestamps), RFC 2018 (SACK), and IANA's
 * "TCP Option Kind Numbers". MuonFP: `window:kinds:mss:scale`, kinds joined by '-'.
 * Key: FNV-1a over the kinds in order, over both bytes of an MSS and the byte of a window scale. What changes from packet
 * to packet of one stack (timestamps, SACK edges, cookies) is left out. Reading stops after an end-of-list option, and at
 * an option whose length is impossible (which is mixed in as a mark of its own). 0 means: no options.
 * Cost: one multiplication an option; nothing is allocated by `optionsKey`, `optionValue`.
 * @module
 */

/** Option kinds by name (IANA). */
export const TCP_OPTION = Object.freeze({ end: 0, nop: 1, mss: 2, windowScale: 3, sackPermitted: 4, sack: 5, timestamps: 8, md5: 19, userTimeout: 28, authentication: 29, multipath: 30, fastOpen: 34 });

const NAMES: Readonly<Record<number, string>> = Object.freeze({
  0: 'eol', 1: 'nop', 2: 'mss', 3: 'ws', 4: 'sackok', 5: 'sack', 8: 'ts', 19: 'md5', 28: 'uto', 29: 'ao', 30: 'mptcp', 34: 'tfo',
});
const FNV_OFFSET = 0x811c9dc5, FNV_PRIME = 0x01000193;
/** Mixed in where an option's length is impossible; no kind has this value (kinds are bytes). */
const BROKEN = 0x100;

/** One option; `data` is what stands behind kind and length. */
export interface TcpOption { readonly kind: number; readonly data: Uint8Array }

/** Options in order, and whether the list is well formed. Reading stops after kind 0 or at an impossible length. */
export function parseTcpOptions(raw: Uint8Array, off: number, len: number): { options: TcpOption[]; wellFormed: boolean } {
  const options: TcpOption[] = [];
  const end = Math.min(off + len, raw.length);
  let at = off;
  while (at < end) {
    const kind = raw[at] as number;
    if (kind <= 1) {
      options.push({ kind, data: raw.subarray(at + 1, at + 1) });
      if (kind === 0) return { options, wellFormed: true };
      at++;
      continue;
    }
    const size = at + 1 < end ? raw[at + 1] as number : 0;
    if (size < 2 || at + size > end) return { options, wellFormed: false };
    options.push({ kind, data: raw.subarray(at + 2, at + size) });
    at += size;
  }
  return { options, wellFormed: true };
}

/** The key described in the module header; 0 = no options, never 0 otherwise. */
export function optionsKey(raw: Uint8Array, off: number, len: number): number {
  if (len === 0) return 0;
  const end = off + len;
  let hash = FNV_OFFSET | 0;
  let at = off;
  while (at < end) {
    const kind = raw[at] as number;
    hash = Math.imul(hash ^ kind, FNV_PRIME);
    if (kind === 1) { at++; continue; }
    if (kind === 0) break;
    const size = at + 1 < end ? raw[at + 1] as number : 0;
    if (size < 2 || at + size > end) { hash = Math.imul(hash ^ BROKEN, FNV_PRIME); break; }
    if (kind === 2 && size === 4) {
      hash = Math.imul(hash ^ (raw[at + 2] as number), FNV_PRIME);
      hash = Math.imul(hash ^ (raw[at + 3] as number), FNV_PRIME);
    } else if (kind === 3 && size === 3) hash = Math.imul(hash ^ (raw[at + 2] as number), FNV_PRIME);
    at += size;
  }
  return hash === 0 ? 1 : hash >>> 0;
}

/** The first well-formed option of a kind as a number of `size − 2` bytes (2 → 16-bit MSS, 1 → scale), or -1. Allocates nothing. */
function optionValue(raw: Uint8Array, off: number, len: number, wanted: number, dataBytes: number): number {
  const end = Math.min(off + len, raw.length);
  let at = off;
  while (at < end) {
    const kind = raw[at] as number;
    if (kind === 0) return -1;
    if (kind === 1) { at++; continue; }
    const size = at + 1 < end ? raw[at + 1] as number : 0;
    if (size < 2 || at + size > end) return -1;
    if (kind === wanted && size === dataBytes + 2) {
      let value = 0;
      for (let i = 0; i < dataBytes; i++) value = value * 256 + (raw[at + 2 + i] as number);
      return value;
    }
    at += size;
  }
  return -1;
}

/** Maximum segment size offered, -1 if none. */
export function optionMss(raw: Uint8Array, off: number, len: number): number {
  return optionValue(raw, off, len, TCP_OPTION.mss, 2);
}

/** Window-scale shift as sent (0–255; above 14 is used as 14, RFC 7323 §2.3), -1 if none. */
export function optionWindowScale(raw: Uint8Array, off: number, len: number): number {
  return optionValue(raw, off, len, TCP_OPTION.windowScale, 1);
}

/** `mss,nop,ws,nop,nop,sackok`; unknown kinds are `opt-N`, an impossible length ends the text with `broken`; '' = none. */
export function optionsLayout(raw: Uint8Array, off: number, len: number): string {
  const { options, wellFormed } = parseTcpOptions(raw, off, len);
  const words = options.map((o) => NAMES[o.kind] ?? `opt-${o.kind}`);
  if (!wellFormed) words.push('broken');
  return words.join(',');
}

/** MuonFP's fingerprint of a SYN: `65535:2-4-8-1-3:1460:8`; absent parts are empty. */
export function muonFingerprint(window: number, raw: Uint8Array, off: number, len: number): string {
  const kinds = parseTcpOptions(raw, off, len).options.map((o) => o.kind).join('-');
  const mss = optionMss(raw, off, len), scale = optionWindowScale(raw, off, len);
  return `${window}:${kinds}:${mss < 0 ? '' : mss}:${scale < 0 ? '' : scale}`;
}
