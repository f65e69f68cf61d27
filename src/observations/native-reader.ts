/**
 * ClickHouse's Native format to typed arrays: what `scan` reads back. Numbers, FixedString and String only.
 *
 * In: the bytes of a result (any number of blocks). Out: per block its row count and columns. Lengths are checked; a result
 * that ends early or holds another type is our own fault and throws.
 * @module
 */

export type NativeColumn =
  | { readonly type: 'number'; readonly values: Uint8Array | Uint16Array | Uint32Array }
  /** 64-bit integers, exact below 2^53. */
  | { readonly type: 'wide'; readonly values: Float64Array }
  | { readonly type: 'fixed'; readonly width: number; readonly bytes: Uint8Array }
  /** Row i is bytes[offsets[i], offsets[i + 1]) with lengths in between: starts and lengths are given apart. */
  | { readonly type: 'text'; readonly bytes: Uint8Array; readonly starts: Uint32Array; readonly lengths: Uint32Array };

export interface NativeRows { readonly rows: number; readonly columns: ReadonlyMap<string, NativeColumn> }

export function* readNative(result: Uint8Array): Generator<NativeRows> {
  // A Buffer's slice would not copy.
  const data = new Uint8Array(result.buffer, result.byteOffset, result.byteLength);
  let at = 0;
  const need = (count: number): number => {
    if (at + count > data.length) throw new RangeError(`a Native result ends at byte ${data.length} where ${count} more were expected from ${at}`);
    const from = at;
    at += count;
    return from;
  };
  const varint = (): number => {
    let value = 0, scale = 1;
    for (;;) {
      const byte = data[need(1)] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  const word = (): string => {
    const length = varint(), from = need(length);
    return Buffer.from(data.buffer, data.byteOffset + from, length).toString('utf8');
  };
  while (at < data.length) {
    const count = varint(), rows = varint();
    const columns = new Map<string, NativeColumn>();
    for (let c = 0; c < count; c++) {
      const name = word(), type = word();
      columns.set(name, column(type));
    }
    yield { rows, columns };

    function column(type: string): NativeColumn {
      const width = WIDTHS[type];
      if (width !== undefined) {
        const from = need(width * rows), copy = data.slice(from, from + width * rows);
        if (width === 1) return { type: 'number', values: copy };
        if (width === 2) return { type: 'number', values: new Uint16Array(copy.buffer) };
        if (width === 4) return { type: 'number', values: new Uint32Array(copy.buffer) };
        const halves = new Uint32Array(copy.buffer), values = new Float64Array(rows);
        const signed = type === 'Int64';
        for (let i = 0; i < rows; i++) {
          const high = halves[2 * i + 1] as number;
          values[i] = (signed ? high | 0 : high) * 4_294_967_296 + (halves[2 * i] as number);
        }
        return { type: 'wide', values };
      }
      const fixed = /^FixedString\((\d+)\)$/.exec(type);
      if (fixed) {
        const size = Number(fixed[1]), from = need(size * rows);
        return { type: 'fixed', width: size, bytes: data.subarray(from, from + size * rows) };
      }
      if (type === 'String') {
        const starts = new Uint32Array(rows), lengths = new Uint32Array(rows);
        for (let i = 0; i < rows; i++) {
          const length = varint();
          starts[i] = need(length);
          lengths[i] = length;
        }
        return { type: 'text', bytes: data, starts, lengths };
      }
      throw new RangeError(`a Native result has a column of type ${type}`);
    }
  }
}

const WIDTHS: Readonly<Record<string, number>> = { UInt8: 1, UInt16: 2, UInt32: 4, Int64: 8, UInt64: 8 };
