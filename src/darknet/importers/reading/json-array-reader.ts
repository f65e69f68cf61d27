/**
 * Objects of a JSON array, streamed: `[{…},{…}]`, `{"attacks":[{…},…]}`, one object a line, or many lines an object.
 *
 * In: bytes. Out: each object's text with the line it starts on, or a defect. Tolerates what exporters leave behind: stray
 * and missing commas, a missing end. Between objects only commas, brackets and white space mean nothing; a comma that
 * follows no object is a defect of its own line, and so is other text. A raw line feed inside a string cannot be (RFC 8259,
 * §7), and a line that begins with `{` inside an unfinished object starts a new one: so a broken or torn object ends there
 * and the next is read. Cost: each byte is looked at once. Memory: one object, at most MAX_LINE_BYTES.
 * @module
 */
import { MAX_LINE_BYTES, type Imported, type ImportOptions } from '../../importer.ts';
import { HeldBytes } from './held-bytes.ts';
import { parseObject, type ReadRecord } from './json-lines.ts';
import { defect, observed } from './record.ts';

const LF = 10, QUOTE = 0x22, BACKSLASH = 0x5c, OPEN = 0x7b, CLOSE = 0x7d, COMMA = 0x2c, OPEN_LIST = 0x5b, CLOSE_LIST = 0x5d;
/** Bytes of a defective piece that are kept for its quotation. */
const KEPT_OF_DEFECT = 1_024;
/** `{"attacks":[`: an object around the list is passed over if it opens so, within this many bytes. */
const WRAPPER = /^\s*\{\s*"[^"\\]{1,100}"\s*:\s*\[\s*(?=[{\]]|$)/;
const WRAPPER_BYTES = 256;

interface Piece { readonly line: number; readonly text: string; readonly reason: string | null }

/** Reads every object of the stream with `read`. */
export async function* readJsonArray(chunks: AsyncIterable<Uint8Array>, read: ReadRecord, options: ImportOptions): AsyncGenerator<Imported> {
  const scanner = new Scanner();
  for await (const chunk of chunks) for (const piece of scanner.push(chunk)) yield imported(piece, read, options);
  for (const piece of scanner.end()) yield imported(piece, read, options);
}

function imported(piece: Piece, read: ReadRecord, options: ImportOptions): Imported {
  if (piece.reason !== null) return defect(piece.line, piece.reason, piece.text);
  const record = parseObject(piece.text);
  if (!record) return defect(piece.line, 'expected a JSON object, got one that does not parse', piece.text);
  return observed(piece.line, piece.text, () => read(record, piece.line, options));
}

/** Whether the head opens like a list of objects, and its first object's text if it is complete. */
export function firstObject(head: Uint8Array): string | null {
  const scanner = new Scanner();
  return [...scanner.push(head.subarray(0, 65_536)), ...scanner.end()].find((piece) => piece.reason === null)?.text ?? null;
}

class Scanner {
  private readonly strict = new TextDecoder('utf-8', { fatal: true });
  private readonly lenient = new TextDecoder('utf-8');
  private line = 1;
  /** Where the piece in hand began. */
  private startLine = 1;
  private readonly held = new HeldBytes(MAX_LINE_BYTES, KEPT_OF_DEFECT);
  private depth = 0;
  private inString = false;
  private escaped = false;
  private lineStart = true;
  /** `none` since the start or the last comma, `object` behind one, `junk` inside text that is no object. */
  private between: 'none' | 'object' | 'junk' = 'none';
  private started = false;
  private opening: HeldBytes | null = new HeldBytes(Infinity, 0);

  *push(chunk: Uint8Array): Generator<Piece> {
    if (!this.opening) { yield* this.scan(chunk); return; }
    this.opening.push(chunk);
    if (this.opening.length < WRAPPER_BYTES) return;
    const all = this.opening.take();
    this.opening = null;
    yield* this.open(all);
  }

  *end(): Generator<Piece> {
    if (this.opening) {
      const all = this.opening.take();
      this.opening = null;
      yield* this.open(all);
    }
    if (this.depth > 0) yield this.take('expected the end of an object, got the end of the file');
    else if (this.between === 'junk') yield this.take(NO_OBJECT);
  }

  private *open(all: Uint8Array): Generator<Piece> {
    const from = all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf ? 3 : 0;
    const head = Buffer.from(all.subarray(from, from + WRAPPER_BYTES)).toString('latin1');
    const wrapper = WRAPPER.exec(head)?.[0] ?? '';
    for (const char of wrapper) if (char === '\n') this.line++;
    yield* this.scan(all.subarray(from + wrapper.length));
  }

  private *scan(chunk: Uint8Array): Generator<Piece> {
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.depth > 0) {
        if (byte === LF) {
          if (this.inString) {
            this.held.push(chunk.subarray(from, i));
            yield this.take('expected a closed string, got the end of the line');
            from = i + 1;
          }
          this.line++;
          this.lineStart = true;
          continue;
        }
        if (this.lineStart && byte === OPEN && !this.inString) {
          this.held.push(chunk.subarray(from, i));
          yield this.take('expected the end of an object, got the start of the next');
          from = i;
          this.begin();
          continue;
        }
        this.lineStart = false;
        if (this.inString) {
          if (this.escaped) this.escaped = false;
          else if (byte === BACKSLASH) this.escaped = true;
          else if (byte === QUOTE) this.inString = false;
        } else if (byte === QUOTE) this.inString = true;
        else if (byte === OPEN) this.depth++;
        else if (byte === CLOSE && --this.depth === 0) {
          this.held.push(chunk.subarray(from, i + 1));
          from = i + 1;
          yield this.take(null);
          this.between = 'object';
        }
        continue;
      }
      if (this.between === 'junk') {
        if (byte !== LF) continue;
        this.held.push(chunk.subarray(from, i));
        yield this.take(NO_OBJECT);
        this.line++;
        this.lineStart = true;
        from = i + 1;
        continue;
      }
      from = i + 1;
      if (byte === LF) { this.line++; this.lineStart = true; continue; }
      if (byte <= 0x20 || byte === OPEN_LIST || byte === CLOSE_LIST) { if (byte > 0x20) this.lineStart = false; continue; }
      if (byte === OPEN) { from = i; this.begin(); continue; }
      this.lineStart = false;
      if (byte === COMMA) {
        if (this.between === 'object') this.between = 'none';
        else yield { line: this.line, text: ',', reason: 'expected an object, got a stray comma' };
        continue;
      }
      // The wrapper's own end, and members behind its list, close the file.
      if (byte === CLOSE && this.started) continue;
      this.between = 'junk';
      this.startLine = this.line;
      from = i;
    }
    if (this.depth > 0 || this.between === 'junk') this.held.push(chunk.subarray(from));
  }

  private begin(): void {
    this.depth = 1;
    this.started = true;
    this.inString = this.escaped = this.lineStart = false;
    this.startLine = this.line;
    this.between = 'none';
  }

  /** The piece in hand, complete (`reason` null) or as a defect; what follows starts afresh. */
  private take(reason: string | null): Piece {
    let text: string, why = this.held.overlong ? `the object is longer than ${MAX_LINE_BYTES} bytes` : reason;
    const bytes = this.held.take();
    try {
      text = this.strict.decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      text = this.lenient.decode(bytes);
      why ??= 'the object is not UTF-8';
    }
    this.depth = 0;
    this.inString = this.escaped = false;
    this.between = 'none';
    return { line: this.startLine, text, reason: why };
  }
}

const NO_OBJECT = 'expected an object, got other text';
