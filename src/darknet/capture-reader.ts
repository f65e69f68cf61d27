/**
 * Captures (pcap, pcapng) as slices of PacketBatches.
 *
 * In: decompressed bytes in any chunking (`byte-source.ts` opens files, standard input, growing files). Out: slices, defects, and
 * the drop counters a capture carries. A slice is the unit of exactly-once: its borders depend on the content alone
 * (SLICE_FRAMES frames or SLICE_BYTES bytes), so reading again, in other chunks or from a later slice, gives the same blocks.
 * Live streams flush earlier, see `flush`.
 * Every frame is one row: rows in a slice = `count`. Time may go backwards. Decoding: `wire/decode-frame.ts`.
 * Cost: one copy of the bytes; memory at most two slices' bytes and rows (about 64 MiB and 12 MiB) however long the capture.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import type { Defect } from '../observations/observation.ts';
import { SourceDamaged } from './byte-source.ts';
import { isPcapMagic, newPcapScanner } from './capture-pcap.ts';
import { isPcapngHead, newPcapngScanner } from './capture-pcapng.ts';
import { newRecordTable, SLICE_FRAMES, quoteBytes, type CaptureDrops, type RecordScanner, type RecordTable } from './capture-records.ts';
import { decodeRecords } from './decode-records.ts';

/** Capture formats by name. */
export type CaptureFormat = 'pcap' | 'pcapng';

/** The capture format of a decompressed stream from its first bytes (12 are enough), never from its name; null if it is none. */
export function detectCapture(head: Uint8Array): CaptureFormat | null {
  if (head.length >= 4 && isPcapMagic(new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true))) return 'pcap';
  return isPcapngHead(head) ? 'pcapng' : null;
}

/** Frames [first, first + count) of a source, all of them rows of `batches`. */
export interface CaptureSlice {
  readonly kind: 'slice';
  /** Number of the first frame in the source, from 0. */
  readonly first: number;
  readonly count: number;
  /** One for IPv4 and frames without IP, one for IPv6; only those that hold rows. */
  readonly batches: PacketBatch[];
  /** Earliest time; latest time + 1. Microseconds. */
  readonly fromUs: number;
  readonly toUs: number;
  /** Bytes of the decompressed source up to the end of this slice. */
  readonly bytes: number;
}

export type CaptureEvent =
  | CaptureSlice
  /** `endsAt`: the byte at which nothing more could be read, else null. `line` counts frames from 1. */
  | { readonly kind: 'defect'; readonly defect: Defect; readonly endsAt: number | null }
  | { readonly kind: 'drops'; readonly drops: CaptureDrops };

/** A slice before decoding: bytes and where its frames stand in them. */
export interface RawSlice {
  readonly kind: 'raw';
  readonly first: number;
  readonly table: RecordTable;
  readonly raw: Uint8Array;
  readonly bytes: number;
}

export interface ScanOptions {
  /** Frames to pass over without decoding (the end of the last acknowledged slice). */
  readonly skip?: number;
  /** Name of the source in error messages. */
  readonly path?: string;
  /** For live streams: a slice that is not full is given out when it is older than this. */
  readonly flush?: { readonly everyMs: number; readonly clock: Clock };
  /** Gives tables and byte arrays back for reuse (`decode-pool.ts`). */
  readonly spare?: { table(): RecordTable | undefined; bytes(): Uint8Array | undefined };
}

export interface CaptureOptions extends ScanOptions {
  /** `org/sensor` of every batch. */
  readonly sensor: string;
  /** Verify transport checksums (default true). */
  readonly checksums?: boolean;
}

/** Reads a capture. Throws OperatorError `format-unknown` if it is none; damage inside is a value. */
export async function* readCapture(chunks: AsyncIterable<Uint8Array>, options: CaptureOptions): AsyncGenerator<CaptureEvent> {
  for await (const event of scanCapture(chunks, options)) {
    if (event.kind !== 'raw') { yield event; continue; }
    yield decodeSlice(event, options.sensor, options.checksums ?? true);
    event.table.n = 0;
  }
}

/** A raw slice with its frames decoded. */
export function decodeSlice(slice: RawSlice, sensor: string, checksums: boolean): CaptureSlice {
  const { table, first } = slice;
  const batches = decodeRecords(slice.raw, table, first, sensor, checksums);
  const [fromUs, toUs] = timeSpan(table);
  return { kind: 'slice', first, count: table.n, batches, fromUs, toUs, bytes: slice.bytes };
}

/** Earliest time, and latest time + 1, of a table's frames. */
export function timeSpan(table: RecordTable): [number, number] {
  let fromUs = Infinity, toUs = -Infinity;
  for (let i = 0; i < table.n; i++) {
    const atUs = table.atUs[i] as number;
    if (atUs < fromUs) fromUs = atUs;
    if (atUs >= toUs) toUs = atUs + 1;
  }
  return [fromUs, toUs];
}

/** Bytes handed to the scanner at a time: bounds what is copied again at the end of a slice. */
const PIECE_BYTES = 1 << 20;
/** First size of a slice's byte array. */
const FIRST_BYTES = 64 << 10;

/** Finds the frames of a capture without decoding them; the consumer owns each slice's bytes, and its table until it asks for the next slice. */
export async function* scanCapture(chunks: AsyncIterable<Uint8Array>, options: ScanOptions = {}): AsyncGenerator<RawSlice | Exclude<CaptureEvent, CaptureSlice>> {
  const slab = new Slab(options);
  for await (const chunk of flushing(chunks, options.flush)) {
    if (chunk === FLUSH) { yield* slab.flush(); continue; }
    if (chunk instanceof SourceDamaged) { yield* slab.end(chunk); return; }
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield* slab.take(chunk.subarray(at, Math.min(at + PIECE_BYTES, chunk.length)));
      if (slab.damaged) return;
    }
  }
  yield* slab.end(null);
}

/** Bytes of the slice being gathered, and how far they were scanned. */
class Slab {
  damaged = false;
  #scanner: RecordScanner | null = null;
  #bytes: Uint8Array;
  #view: DataView;
  #used = 0;
  #scanned = 0;
  /** Stream offset of `#bytes[0]`. */
  #base = 0;
  #table: RecordTable;
  #first = 0;
  #toSkip: number;
  /** What the last slice needed, and the piece that ran over its end: so that the array is not grown in every slice. */
  #typicalBytes = FIRST_BYTES;
  #largestPiece = 0;
  readonly #options: ScanOptions;

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#toSkip = options.skip ?? 0;
    this.#table = newRecordTable();
    this.#bytes = new Uint8Array(FIRST_BYTES);
    this.#view = new DataView(this.#bytes.buffer);
  }

  *take(piece: Uint8Array): Generator<RawSlice | Exclude<CaptureEvent, CaptureSlice>> {
    this.#append(piece);
    if (!this.#scanner) {
      if (this.#used < 12) return;
      this.#scanner = this.#newScanner();
    }
    const scanner = this.#scanner;
    for (;;) {
      const skipping = this.#toSkip > 0;
      const table = skipping ? { ...this.#table, capacity: Math.min(this.#toSkip, SLICE_FRAMES) } : this.#table;
      this.#scanned = scanner.scan(this.#bytes, this.#view, this.#scanned, this.#used, table, this.#first);
      this.damaged = scanner.stopped === 'damaged';
      if (skipping) this.#passOver(table.n);
      yield* this.#report(this.damaged ? this.#base + this.#scanned : null);
      if (scanner.stopped === 'more') {
        if (this.#table.n === 0) this.#compact();
        return;
      }
      yield* this.flush();
      if (this.damaged) return;
    }
  }

  /** Gives out what is gathered, if anything. */
  *flush(): Generator<RawSlice> {
    const table = this.#table;
    if (table.n === 0) return;
    const raw = this.#bytes.subarray(0, this.#scanned), bytes = this.#base + this.#scanned;
    const slice: RawSlice = { kind: 'raw', first: this.#first, table, raw, bytes };
    const rest = this.#bytes.subarray(this.#scanned, this.#used);
    this.#typicalBytes = roundedUp(this.#scanned + (this.#scanned >> 4) + this.#largestPiece);
    this.#first += table.n;
    this.#base = bytes;
    this.#bytes = this.#newBytes(Math.max(roundedUp(rest.length), this.#typicalBytes));
    this.#bytes.set(rest);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    this.#used = rest.length;
    this.#scanned = 0;
    if (this.#scanner) this.#scanner.sliceStart = -1;
    yield slice;
    this.#table = this.#options.spare ? this.#options.spare.table() ?? newRecordTable() : table;
    this.#table.n = 0;
  }

  /** The source ended, or broke (`damage`). */
  *end(damage: SourceDamaged | null): Generator<RawSlice | Exclude<CaptureEvent, CaptureSlice>> {
    if (!this.#scanner && !damage) throw new OperatorError('format-unknown', { path: this.#options.path ?? 'the input' });
    const left = this.#used - this.#scanned, endsAt = this.#base + this.#scanned;
    const quote = quoteBytes(this.#bytes, this.#scanned, this.#used);
    const line = this.#first + this.#table.n + 1;
    yield* this.flush();
    if (damage) yield { kind: 'defect', defect: { line, reason: damage.message, quote }, endsAt };
    else if (left > 0) yield { kind: 'defect', defect: { line, reason: `the capture ends within a record, of which ${left} bytes are there`, quote }, endsAt };
  }

  *#report(endsAt: number | null): Generator<Exclude<CaptureEvent, CaptureSlice>> {
    const scanner = this.#scanner;
    if (!scanner) return;
    const { defects, drops } = scanner;
    if (defects.length > 0) {
      const last = defects.length - 1;
      for (let i = 0; i <= last; i++) {
        const { record, reason, quote } = defects[i] as RecordScanner['defects'][number];
        yield { kind: 'defect', defect: { line: record + 1, reason, quote }, endsAt: i === last ? endsAt : null };
      }
      defects.length = 0;
    }
    for (const drop of drops) yield { kind: 'drops', drops: drop };
    drops.length = 0;
  }

  /** Counts frames that were acknowledged earlier; what was wrong with them was told then. */
  #passOver(frames: number): void {
    const scanner = this.#scanner as RecordScanner;
    this.#toSkip -= frames;
    this.#first += frames;
    scanner.sliceStart = -1;
    scanner.drops.length = 0;
    if (!this.damaged) scanner.defects.length = 0;
  }

  #newScanner(): RecordScanner {
    switch (detectCapture(this.#bytes.subarray(0, this.#used))) {
      case 'pcap': return newPcapScanner();
      case 'pcapng': return newPcapngScanner();
      case null: throw new OperatorError('format-unknown', { path: this.#options.path ?? 'the input' });
    }
  }

  #newBytes(atLeast: number): Uint8Array {
    const spare = this.#options.spare?.bytes();
    return spare && spare.length >= atLeast ? spare : new Uint8Array(atLeast);
  }

  #append(piece: Uint8Array): void {
    if (piece.length > this.#largestPiece) this.#largestPiece = piece.length;
    if (this.#used + piece.length > this.#bytes.length) {
      const grown = this.#newBytes(Math.max(this.#bytes.length * 2, this.#used + piece.length));
      grown.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer, grown.byteOffset, grown.byteLength);
    }
    this.#bytes.set(piece, this.#used);
    this.#used += piece.length;
  }

  /** Moves unscanned bytes to the front when no frame points into what stands before them. */
  #compact(): void {
    if (this.#scanned === 0) return;
    this.#bytes.copyWithin(0, this.#scanned, this.#used);
    this.#base += this.#scanned;
    this.#used -= this.#scanned;
    this.#scanned = 0;
  }
}

/** Sizes in steps, so that arrays of similar slices can be used for one another. */
function roundedUp(bytes: number): number {
  return Math.ceil(bytes / FIRST_BYTES) * FIRST_BYTES;
}

const FLUSH = Symbol('flush');

/** The chunks; FLUSH whenever `everyMs` passed; damage of the source as a value, last. */
async function* flushing(chunks: AsyncIterable<Uint8Array>, flush: ScanOptions['flush']): AsyncGenerator<Uint8Array | typeof FLUSH | SourceDamaged> {
  const iterator = chunks[Symbol.asyncIterator]();
  let cancel = (): void => {};
  let ended = false, waiting = false;
  try {
    let wake: (() => void) | null = null, due = false;
    if (flush) cancel = flush.clock.every(flush.everyMs, () => { due = true; wake?.(); });
    for (;;) {
      const next = iterator.next();
      waiting = true;
      if (flush) {
        const arrived = next.then(() => 'chunk' as const, () => 'chunk' as const);
        for (;;) {
          const timer = new Promise<'due'>((resolve) => { wake = () => resolve('due'); if (due) resolve('due'); });
          if (await Promise.race([arrived, timer]) === 'chunk') break;
          due = false;
          yield FLUSH;
        }
      }
      const step = await next;
      waiting = false;
      if (step.done) { ended = true; return; }
      yield step.value;
      if (due) { due = false; yield FLUSH; }
    }
  } catch (error) {
    ended = true;
    if (!(error instanceof SourceDamaged)) throw error;
    yield error;
  } finally {
    cancel();
    // A source that is still waiting for bytes closes when its owner stops it; waiting for it here could take for ever.
    if (!ended && !waiting) await iterator.return?.();
  }
}
