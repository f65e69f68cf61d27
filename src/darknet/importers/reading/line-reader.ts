/**
 * Lines out of a byte stream in any chunking, with bounded memory.
 *
 * In: decompressed bytes. Out: batches of lines (one batch a chunk), numbered from 1, without their line ends (LF or CRLF),
 * decoded as UTF-8. A line longer than MAX_LINE_BYTES comes as its first bytes with `tooLong`; the reader goes on behind
 * it. Bytes that are not UTF-8 become U+FFFD and set `broken`. A byte order mark at the very start is dropped. The last
 * line needs no line end. Memory: one line (MAX_LINE_BYTES) and one chunk.
 * @module
 */
import { MAX_LINE_BYTES } from '../../importer.ts';
import { HeldBytes } from './held-bytes.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** Some bytes were not UTF-8; they stand as U+FFFD. */
  readonly broken: boolean;
  /** The line exceeds MAX_LINE_BYTES; `text` is only its beginning. */
  readonly tooLong: boolean;
}

/** Bytes of a too long line that are kept for its quotation. */
const KEPT_OF_TOO_LONG = 1_024;
const LF = 10, CR = 13;

export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line[]> {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
  const held = new HeldBytes(MAX_LINE_BYTES, KEPT_OF_TOO_LONG);
  let number = 0;

  const finish = (bytes: Uint8Array, tooLong: boolean): Line => {
    const from = number === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const end = !tooLong && bytes.length > from && bytes[bytes.length - 1] === CR ? bytes.length - 1 : bytes.length;
    const body = bytes.subarray(from, end);
    number++;
    if (tooLong) return { number, text: lenient.decode(body), broken: false, tooLong };
    try {
      return { number, text: strict.decode(body), broken: false, tooLong };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return { number, text: lenient.decode(body), broken: true, tooLong };
    }
  };
  const finishHeld = (): Line => {
    const tooLong = held.overlong;
    return finish(held.take(), tooLong);
  };

  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      const piece = chunk.subarray(from, at);
      if (held.empty && piece.length <= MAX_LINE_BYTES) lines.push(finish(piece, false));
      else {
        held.push(piece);
        lines.push(finishHeld());
      }
      from = at + 1;
    }
    held.push(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (!held.empty) yield [finishHeld()];
}

/** The complete lines of a head (its last, perhaps cut, line only if it is the only one), for detection; at most `most`. */
export function headLines(head: Uint8Array, most = 12): string[] {
  const text = new TextDecoder('utf-8').decode(head.subarray(0, 65_536));
  const lines = text.split('\n', 4 * most + 2);
  const whole = lines.length > 1 && lines.length < 4 * most + 2 && !text.endsWith('\n') ? lines.slice(0, -1) : lines;
  return whole.map((line) => line.replace(/\r$/, '')).filter((line) => line.trim() !== '').slice(0, most);
}
