/**
 * Packets out again as batches, in time order, for engines: what `insertPackets` took comes back equal.
 *
 * Time is walked in slices; within a slice, sensors follow one another, and IPv4 comes before IPv6. Slices are joined into
 * statements of some hundred thousand rows, and cut where a slice alone holds more.
 * Cost: about 1 µs a packet; memory: one statement's rows (below 200 MB at the largest) and a batch.
 * @module
 */
import { BATCH_CAPACITY, newPacketBatch, type PacketBatch } from '../core/packet-batch.ts';
import { MINUTE_US } from '../core/time.ts';
import { LABELS, ROLES, TOOLS } from '../core/vocabulary.ts';
import type { Range, Viewer } from './contract.ts';
import type { EventEngine } from './dialect.ts';
import { readNative, type NativeColumn, type NativeRows } from './native-reader.ts';
import { orgCondition, rangeCondition } from './sql/compile.ts';
import { numberLiteral, textList } from './sql/literal.ts';
import { cut, minutesOf, windowsOf } from './store-plan.ts';

/** Rows of one statement, as far as whole minutes allow. */
const SCAN_ROWS = 262_144;

const codeSql = (column: string, list: readonly string[]): string => (
  `toUInt8(greatest(indexOf([${textList(list)}], CAST(${column} AS String)), 1) - 1) AS ${column}_code`);

const NUMBERS = {
  proto: 'proto', sport: 'sport', dport: 'dport', ttl: 'ttl', ipid: 'ipid', ipBits: 'ip_bits', flags: 'flags', seq: 'seq', ack: 'ack', window: 'window',
  optionsKey: 'options_key', ipLen: 'ip_len', payloadLen: 'payload_len', asn: 'asn', region: 'region_index',
  tool: 'tool_code', label: 'label_code', role: 'role_code', country: 'country_code',
} as const satisfies Partial<Record<keyof PacketBatch, string>>;

const SELECT = `SELECT CAST(sensor AS String) AS sensor_text, family, at_us, src, dst, proto, sport, dport, ttl, ipid, ip_bits, flags, seq, ack, window, options_key, ip_len, payload_len,
  payload, options, inner, ${codeSql('tool', TOOLS)}, ${codeSql('label', LABELS)}, ${codeSql('role', ROLES)},
  toUInt16(if(length(country) = 2, reinterpretAsUInt16(reverse(CAST(country AS String))), 0)) AS country_code, asn, region_index, record FROM observation`;

export async function* scanPackets(engine: EventEngine, viewer: Viewer, range: Partial<Range>, sensors: readonly string[] | undefined, sliceUs: number): AsyncGenerator<PacketBatch> {
  const minutes = await minutesOf(engine, viewer, range, sensors);
  const only = sensors === undefined ? '' : ` AND sensor IN (${textList(sensors)})`;
  // Windows end on slices where a slice is longer than a minute.
  const alignedUs = Math.max(sliceUs, MINUTE_US);
  const slices = new Map<number, number>();
  for (const minute of minutes) {
    const slice = Math.floor(minute.fromUs / alignedUs) * alignedUs;
    slices.set(slice, (slices.get(slice) ?? 0) + minute.packets);
  }
  const windows = alignedUs === MINUTE_US
    ? windowsOf(minutes, (minute) => minute.packets, () => SCAN_ROWS)
    : [...slices].filter(([, packets]) => packets > 0).map(([fromUs]) => ({ fromUs, toUs: fromUs + alignedUs }));
  for (const window of windows) {
    for (const part of await partsOf(cut(window, range), sliceUs)) {
      const data = await engine.selectNative(`${SELECT} WHERE packet = 1 AND ${orgCondition(viewer)} AND ${rangeCondition(part)}${only}
        ORDER BY intDiv(at_us, ${numberLiteral(sliceUs)}), sensor, family, at_us, source, record`);
      for (const rows of readNative(data)) yield* batchesOf(rows, sliceUs);
    }
  }

  /** A window of one minute with far more rows than a statement should hold is cut into equal times. */
  async function partsOf(window: Range, slice: number): Promise<Range[]> {
    if (window.toUs - window.fromUs > Math.max(slice, MINUTE_US)) return [window];
    const [count] = await engine.select<{ n: number }>(`SELECT count() AS n FROM observation WHERE packet = 1 AND ${orgCondition(viewer)} AND ${rangeCondition(window)}${only}`);
    const pieces = Math.ceil((count?.n ?? 0) / (2 * SCAN_ROWS));
    if (pieces <= 1) return [window];
    const step = Math.ceil((window.toUs - window.fromUs) / pieces), out: Range[] = [];
    for (let from = window.fromUs; from < window.toUs; from += step) out.push({ fromUs: from, toUs: Math.min(from + step, window.toUs) });
    return out;
  }
}

function* batchesOf(rows: NativeRows, sliceUs: number): Generator<PacketBatch> {
  const column = (name: string): NativeColumn => {
    const found = rows.columns.get(name);
    if (!found) throw new RangeError(`the scan's result has no column ${name}`);
    return found;
  };
  const numbers = (name: string): ArrayLike<number> => {
    const found = column(name);
    if (found.type !== 'number' && found.type !== 'wide') throw new RangeError(`column ${name} is not a number`);
    return found.values;
  };
  const sensorText = column('sensor_text'), family = numbers('family'), at = numbers('at_us');
  if (sensorText.type !== 'text') throw new RangeError('the sensor is not text');
  const sensorAt = (i: number): string => Buffer.from(sensorText.bytes.buffer, sensorText.bytes.byteOffset + (sensorText.starts[i] ?? 0), sensorText.lengths[i] ?? 0).toString('latin1');
  const same = (a: number, b: number): boolean => {
    if (family[a] !== family[b] || sensorText.lengths[a] !== sensorText.lengths[b]) return false;
    if (Math.floor((at[a] as number) / sliceUs) !== Math.floor((at[b] as number) / sliceUs)) return false;
    const x = sensorText.starts[a] as number, y = sensorText.starts[b] as number, n = sensorText.lengths[a] as number;
    for (let k = 0; k < n; k++) if (sensorText.bytes[x + k] !== sensorText.bytes[y + k]) return false;
    return true;
  };
  for (let from = 0; from < rows.rows;) {
    let to = from + 1;
    while (to < rows.rows && to - from < BATCH_CAPACITY && same(from, to)) to++;
    yield batch(from, to);
    from = to;
  }

  function batch(from: number, to: number): PacketBatch {
    const n = to - from, kind = family[from] === 6 ? 6 : 4;
    const out = newPacketBatch(kind, sensorAt(from), n);
    out.n = n;
    for (const [name, source] of Object.entries(NUMBERS) as [keyof typeof NUMBERS, string][]) {
      const values = numbers(source), into = out[name] as Uint32Array;
      for (let i = 0; i < n; i++) into[i] = values[from + i] as number;
    }
    const record = numbers('record');
    for (let i = 0; i < n; i++) { out.atUs[i] = at[from + i] as number; out.record[i] = record[from + i] as number; }
    for (const [name, into] of [['src', out.src], ['dst', out.dst]] as const) {
      const found = column(name);
      if (found.type !== 'fixed') throw new RangeError(`column ${name} is not fixed`);
      const view = new DataView(found.bytes.buffer, found.bytes.byteOffset);
      if (kind === 4) for (let i = 0; i < n; i++) into[i] = view.getUint32(16 * (from + i) + 12);
      else for (let i = 0; i < 4 * n; i++) into[i] = view.getUint32(16 * from + 4 * i);
    }
    texts(out, from, to);
    return out;
  }

  /** Payloads, options and quoted headers into one `raw`. */
  function texts(out: PacketBatch, from: number, to: number): void {
    const parts = [['payload', out.payOff, out.payKept], ['options', out.optOff, out.optLen], ['inner', out.innerOff, out.innerLen]] as const;
    let total = 0;
    for (const [name] of parts) {
      const found = column(name);
      if (found.type === 'text') for (let i = from; i < to; i++) total += found.lengths[i] as number;
    }
    out.raw = new Uint8Array(total);
    let used = 0;
    for (const [name, offsets, lengths] of parts) {
      const found = column(name);
      if (found.type !== 'text') throw new RangeError(`column ${name} is not text`);
      for (let i = from; i < to; i++) {
        const length = found.lengths[i] as number;
        if (length === 0) continue;
        const start = found.starts[i] as number;
        out.raw.set(found.bytes.subarray(start, start + length), used);
        offsets[i - from] = used;
        lengths[i - from] = length;
        used += length;
      }
    }
  }
}
