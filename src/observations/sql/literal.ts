/**
 * Literals of SQL, rendered by type: the only way in which a value enters a statement.
 *
 * Numbers are checked to be finite integers or reals, text and bytes become `unhex('…')`: nothing of a value's own
 * characters ever stands in the statement.
 * @module
 */
import { addressBytes, type Cidr } from '../../core/address.ts';

/** An integer within ±2^53, or a finite real. */
export function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a number that SQL can hold`);
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
  return String(value);
}

/** Microseconds as Int64, clamped to what the column can hold. */
export function timeLiteral(us: number): string {
  const bound = 9_000_000_000_000_000_000;
  return `toInt64(${numberLiteral(Math.trunc(Math.min(bound, Math.max(-bound, us))))})`;
}

export function bytesLiteral(bytes: Uint8Array): string {
  return `unhex('${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}')`;
}

export function textLiteral(text: string): string {
  return `unhex('${Buffer.from(text, 'utf8').toString('hex')}')`;
}

export function textList(values: readonly string[]): string {
  return values.map(textLiteral).join(', ');
}

/** A 16-byte address. */
export function addressLiteral(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new RangeError(`an address has 16 bytes, not ${bytes.length}`);
  return `toFixedString(${bytesLiteral(bytes)}, 16)`;
}

/** First and last 16-byte address of a network. */
export function cidrBounds(cidr: Cidr): { first: Uint8Array; last: Uint8Array } {
  const first = addressBytes({ family: cidr.family, words: cidr.words }), last = first.slice();
  const bits = cidr.family === 4 ? 96 + cidr.prefix : cidr.prefix;
  for (let i = 0; i < 16; i++) {
    const kept = Math.min(8, Math.max(0, bits - 8 * i));
    last[i] = (last[i] ?? 0) | (0xff >> kept);
  }
  return { first, last };
}
