/**
 * Zstandard streams, frame by frame.
 *
 * In: compressed chunks. Out: decompressed chunks. This file follows frames and blocks (RFC 8878 §3.1) only to find where each frame
 * ends and how large its window is; fzstd unfolds each frame. So any number of frames, skippable ones too, work, and a frame that
 * demands a window above MAX_WINDOW_BYTES is refused before memory is given to it.
 * Limits: frame checksums and dictionaries are not supported (a checksum is stepped over; a dictionary is damage).
 * @module
 */
import { Decompress } from 'fzstd';
import { SourceDamaged } from './byte-source-damaged.ts';

/** Largest window that is granted: zstd's own default for decompression (ZSTD_WINDOWLOG_LIMIT_DEFAULT = 27). */
const MAX_WINDOW_BYTES = 128 << 20;
const MAGIC = 0xfd2fb528;

/** Whether a stream begins with a zstd frame, skippable or not. */
export function isZstdMagic(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
  return magic === MAGIC || isSkippable(magic);
}

function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f;
}

type State =
  | { readonly kind: 'magic' } | { readonly kind: 'skip'; left: number } | { readonly kind: 'header' }
  | { readonly kind: 'block' } | { readonly kind: 'data'; left: number; readonly last: boolean } | { readonly kind: 'checksum' };

export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const frames = new Frames();
  for await (const chunk of chunks) {
    frames.push(chunk);
    yield* frames.ready.splice(0);
    if (frames.failure) throw frames.failure;
  }
  if (!frames.atEnd) throw new SourceDamaged('the zstd stream ends within a frame');
}

/** Cuts a stream into frames; a small header is gathered in `#held` until it is whole. */
class Frames {
  readonly ready: Uint8Array[] = [];
  failure: SourceDamaged | null = null;
  #state: State = { kind: 'magic' };
  #held = new Uint8Array(18);
  #heldLen = 0;
  #frame: Decompress | null = null;
  #hasChecksum = false;

  get atEnd(): boolean {
    return this.#state.kind === 'magic' && this.#heldLen === 0;
  }

  push(chunk: Uint8Array): void {
    try {
      let at = 0;
      while (at < chunk.length) at = this.#step(chunk, at);
    } catch (error) {
      this.failure = error instanceof SourceDamaged ? error : new SourceDamaged(`the zstd stream is damaged: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Gathers `need` bytes; null until they are there. Returns how many bytes of the chunk that took. */
  #gather(chunk: Uint8Array, at: number, need: number): number {
    const take = Math.min(need - this.#heldLen, chunk.length - at);
    this.#held.set(chunk.subarray(at, at + take), this.#heldLen);
    this.#heldLen += take;
    return at + take;
  }

  #step(chunk: Uint8Array, from: number): number {
    const state = this.#state;
    const held = this.#held;
    switch (state.kind) {
      case 'magic': {
        // A skippable frame's size follows its magic; a frame's descriptor and window byte follow the other.
        const at = this.#gather(chunk, from, 8);
        if (this.#heldLen < 8) return at;
        const view = new DataView(held.buffer);
        const magic = view.getUint32(0, true);
        if (isSkippable(magic)) {
          this.#heldLen = 0;
          const left = view.getUint32(4, true);
          this.#state = left > 0 ? { kind: 'skip', left } : { kind: 'magic' };
        } else if (magic === MAGIC) this.#state = { kind: 'header' };
        else throw new SourceDamaged('the zstd stream is followed by something else');
        return at;
      }
      case 'skip': {
        const take = Math.min(state.left, chunk.length - from);
        state.left -= take;
        if (state.left === 0) this.#state = { kind: 'magic' };
        return from + take;
      }
      case 'header': {
        const flags = held[4] as number, single = (flags >> 5) & 1, sizeFlag = flags >> 6;
        if ((flags & 3) !== 0) throw new SourceDamaged('the zstd frame needs a dictionary');
        if ((flags & 8) !== 0) throw new SourceDamaged('the zstd frame header uses a reserved bit');
        const sizeBytes = sizeFlag === 0 ? single : 1 << sizeFlag;
        const need = 5 + (1 - single) + sizeBytes;
        const at = need > this.#heldLen ? this.#gather(chunk, from, need) : from;
        if (this.#heldLen < need) return at;
        const windowBytes = single ? contentSize(held, 5, sizeBytes) : windowSize(held[5] as number);
        if (windowBytes > MAX_WINDOW_BYTES) throw new SourceDamaged(`the zstd frame wants a window of ${windowBytes} bytes; at most ${MAX_WINDOW_BYTES} are granted`);
        this.#hasChecksum = (flags & 4) !== 0;
        this.#frame = new Decompress((bytes) => { if (bytes.length > 0) this.ready.push(bytes.slice()); });
        // What was gathered beyond the header belongs to the first block.
        const header = held.slice(0, need), beyond = held.slice(need, this.#heldLen);
        this.#frame.push(header);
        this.#heldLen = 0;
        this.#state = { kind: 'block' };
        for (let i = 0; i < beyond.length;) i = this.#step(beyond, i);
        return at;
      }
      case 'block': {
        const at = this.#gather(chunk, from, 3);
        if (this.#heldLen < 3) return at;
        const word = (held[0] as number) | ((held[1] as number) << 8) | ((held[2] as number) << 16);
        const last = (word & 1) === 1, type = (word >> 1) & 3, size = word >> 3;
        if (type === 3 || size > 1 << 17) throw new SourceDamaged('the zstd block is of a reserved type or too long');
        this.#heldLen = 0;
        const left = type === 1 ? 1 : size;
        this.#push(held.slice(0, 3), last && left === 0);
        if (left > 0) this.#state = { kind: 'data', left, last };
        else this.#blockDone(last);
        return at;
      }
      case 'data': {
        const take = Math.min(state.left, chunk.length - from);
        state.left -= take;
        this.#push(chunk.slice(from, from + take), state.last && state.left === 0);
        if (state.left === 0) this.#blockDone(state.last);
        return from + take;
      }
      case 'checksum': {
        const at = this.#gather(chunk, from, 4);
        if (this.#heldLen < 4) return at;
        this.#heldLen = 0;
        this.#state = { kind: 'magic' };
        return at;
      }
    }
  }

  #blockDone(last: boolean): void {
    if (!last) { this.#state = { kind: 'block' }; return; }
    this.#frame = null;
    this.#state = this.#hasChecksum ? { kind: 'checksum' } : { kind: 'magic' };
  }

  /** The last piece of a frame ends it: fzstd then gives out what it still holds. */
  #push(bytes: Uint8Array, last: boolean): void {
    const frame = this.#frame as Decompress;
    if (!last) { frame.push(bytes); return; }
    frame.push(bytes);
    if (this.#hasChecksum) frame.push(new Uint8Array(4));
    frame.push(new Uint8Array(0), true);
  }
}

/** RFC 8878 §3.1.1.1.2. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** RFC 8878 §3.1.1.1.4; two bytes mean that value plus 256. */
function contentSize(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] as number);
  return size === 2 ? value + 256 : value;
}
