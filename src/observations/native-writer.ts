/**
 * Columns to ClickHouse's Native format: blocks of (columns, rows), each column its name, its type and its raw values.
 *
 * Source: ClickHouse docs, "Native format"; LowCardinality serialisation version 1 (additional keys, index type by size).
 * Numbers are little-endian, which typed arrays are on every machine Node 20 ships for (checked at the door); so numeric
 * columns are written as views, without a copy: the arrays must not change until the insert has settled.
 * @module
 */

if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) throw new Error('Noroshi needs a little-endian machine');

const encoder = new TextEncoder();

/** Unsigned LEB128. */
export function leb128(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return Uint8Array.from(out);
}

/** Length and bytes. */
export function lengthPrefixed(text: string): Uint8Array {
  const bytes = encoder.encode(text), length = leb128(bytes.length);
  const out = new Uint8Array(length.length + bytes.length);
  out.set(length);
  out.set(bytes, length.length);
  return out;
}

/** Bytes of the first `n` values of a typed array, not copied. */
export function bytesOf(array: ArrayBufferView, n: number, bytesPerValue: number): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, n * bytesPerValue);
}

/** One block: `begin(columns, rows)`, then each column once. */
export class NativeBlock {
  readonly chunks: Uint8Array[] = [];
  readonly rows: number;
  constructor(columns: number, rows: number) {
    this.rows = rows;
    this.chunks.push(leb128(columns), leb128(rows));
  }

  /** A column whose values are already bytes in the format. */
  raw(name: string, type: string, ...values: Uint8Array[]): void {
    this.chunks.push(lengthPrefixed(name), lengthPrefixed(type), ...values);
  }

  /** The same text in every row, as LowCardinality(String). */
  constantText(name: string, text: string): void {
    this.lowCardinality(name, [text], new Uint8Array(this.rows));
  }

  /** Texts by index into `words`. Index arrays are 8 or 16 bits wide. */
  lowCardinality(name: string, words: readonly string[], index: Uint8Array | Uint16Array | Uint32Array): void {
    const width = index.BYTES_PER_ELEMENT;
    const head = new DataView(new ArrayBuffer(24));
    head.setBigUint64(0, 1n, true);                                                   // version: shared dictionaries with additional keys
    head.setBigUint64(8, BigInt((width === 1 ? 0 : width === 2 ? 1 : 2) | 0x200 | 0x400), true); // index type, has keys, needs update
    head.setBigUint64(16, BigInt(words.length), true);
    const rows = new DataView(new ArrayBuffer(8));
    rows.setBigUint64(0, BigInt(this.rows), true);
    this.raw(name, 'LowCardinality(String)', new Uint8Array(head.buffer), ...words.map(lengthPrefixed), new Uint8Array(rows.buffer), bytesOf(index, this.rows, width));
  }

  /** A number in every row. */
  constantInt64(name: string, value: number): void {
    const values = new BigInt64Array(this.rows).fill(BigInt(value));
    this.raw(name, 'Int64', new Uint8Array(values.buffer));
  }
}

/** Growing bytes of a String column. */
export class TextColumn {
  private bytes: Uint8Array;
  private used = 0;
  constructor(capacityBytes: number) { this.bytes = new Uint8Array(Math.max(64, capacityBytes)); }

  private room(count: number): void {
    if (this.used + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.used + count));
    grown.set(this.bytes.subarray(0, this.used));
    this.bytes = grown;
  }

  /** Adds `source[from, from + length)`. */
  add(source: Uint8Array, from: number, length: number): void {
    this.room(length + 5);
    let rest = length;
    while (rest >= 128) { this.bytes[this.used++] = (rest & 127) | 128; rest >>>= 7; }
    this.bytes[this.used++] = rest;
    if (length < 24) for (let i = 0; i < length; i++) this.bytes[this.used++] = source[from + i] ?? 0;
    else { this.bytes.set(source.subarray(from, from + length), this.used); this.used += length; }
  }

  addText(text: string): void {
    const bytes = encoder.encode(text);
    this.add(bytes, 0, bytes.length);
  }

  empty(): void {
    this.room(1);
    this.bytes[this.used++] = 0;
  }

  finish(): Uint8Array { return this.bytes.subarray(0, this.used); }
}
