/**
 * The codec contract: bytes to a value and back, for one protocol header. The cold path; captures go through `decode-frame.ts`.
 *
 * `decode` never throws on any bytes. It answers `need-more` when the bytes are a beginning of something it could read, `bad` with a
 * code and an offset when no continuation would help, and `ok` with the number of bytes used; what stands behind is the next layer's.
 * `encode` is its inverse on what `decode` gave: `encode(decode(b).value)` equals `b.subarray(0, used)`. Checksums are fields, not computed.
 * Every entry of `registry.ts` is held to this by `codec.contract.test.ts`.
 * @module
 */

export type Decoded<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly used: number }
  /** At least this many bytes in all are needed. */
  | { readonly kind: 'need-more'; readonly bytes: number }
  | { readonly kind: 'bad'; readonly code: string; readonly offset: number };

/** Bytes of a real header, and what it is. */
export interface Sample { readonly about: string; readonly hex: string }

export interface Codec<T> {
  readonly name: string;
  /** What it reads and the document that defines it. */
  readonly about: string;
  decode(bytes: Uint8Array): Decoded<T>;
  encode(value: T): Uint8Array;
  /** At least one; each decodes to `ok` and uses all of its bytes. */
  readonly samples: readonly Sample[];
}

export function ok<T>(value: T, used: number): Decoded<T> {
  return { kind: 'ok', value, used };
}

export function needMore(bytes: number): { readonly kind: 'need-more'; readonly bytes: number } {
  return { kind: 'need-more', bytes };
}

export function bad(code: string, offset: number): { readonly kind: 'bad'; readonly code: string; readonly offset: number } {
  return { kind: 'bad', code, offset };
}

/** A DataView over exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes of hexadecimal text; blanks are ignored. */
export function fromHex(hex: string): Uint8Array {
  const digits = hex.replaceAll(' ', '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
