/**
 * Where the frames of a capture stand: a table of record positions that a scanner fills and a decoder walks.
 *
 * In: bytes of a pcap or pcapng stream, any part of it at a time. Out: offset, lengths, link type and time of each frame.
 * The split in two passes keeps slices equal however the bytes arrive, and lets other threads decode a slice.
 * Shapes: every column has `capacity` entries; `n` are in use. 22 bytes a record.
 * @module
 */

/** Frames in one slice, unless its bytes end it earlier. */
export const SLICE_FRAMES = 65_536;
/** Most bytes of capture in one slice (a slice also ends before the block that would pass this). */
export const SLICE_BYTES = 32 << 20;
/** Longest frame that is believed, in bytes: the largest snapshot length of libpcap (MAXIMUM_SNAPLEN) and of Wireshark. */
export const MAX_FRAME_BYTES = 262_144;
/** Link type of a frame whose interface was never described. */
export const LINK_UNKNOWN = 0xffff;

export interface RecordTable {
  n: number;
  readonly capacity: number;
  /** Offset of the frame's first byte in the slice's bytes. */
  readonly off: Uint32Array;
  readonly capLen: Uint32Array;
  readonly wireLen: Uint32Array;
  readonly link: Uint16Array;
  readonly atUs: Float64Array;
}

export function newRecordTable(capacity: number = SLICE_FRAMES): RecordTable {
  return {
    n: 0, capacity, off: new Uint32Array(capacity), capLen: new Uint32Array(capacity), wireLen: new Uint32Array(capacity),
    link: new Uint16Array(capacity), atUs: new Float64Array(capacity),
  };
}

/** Something wrong with one record; `record` counts frames from 0. */
export interface RecordDefect { readonly record: number; readonly reason: string; readonly quote: string }

/** Counters that the capture's own tool wrote into it (pcapng interface statistics). */
export interface CaptureDrops { readonly atUs: number; readonly received: number | null; readonly dropped: number }

/** Reads one container format. State lasts for one stream; calls get consecutive bytes. */
export interface RecordScanner {
  /**
   * Takes whole blocks from `bytes[from .. to)` and adds their frames to `table`, until the table is full, the slice's bytes are
   * (blocks counted from `sliceStart`, -1 while the table is empty), or a block is not whole. Returns the offset behind the last
   * block taken. `frames` is the number of frames seen before this table's first.
   */
  scan(bytes: Uint8Array, view: DataView, from: number, to: number, table: RecordTable, frames: number): number;
  /** Why the last `scan` stopped. */
  stopped: 'more' | 'full' | 'damaged';
  /** Offset of the table's first block, -1 while it is empty. The reader resets it with the table. */
  sliceStart: number;
  /** Filled by `scan`, emptied by the reader. */
  readonly defects: RecordDefect[];
  readonly drops: CaptureDrops[];
}

/** At most 32 bytes as hexadecimal, for quoting a defect. */
export function quoteBytes(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < Math.min(to, from + 32); i++) text += ((bytes[i] as number) + 256).toString(16).slice(1);
  return text;
}
