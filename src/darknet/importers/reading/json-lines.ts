/**
 * JSON lines: one object a line, tolerant of what real logs hold.
 *
 * In: bytes. Out: each line's object, or a defect. Blank lines carry nothing and are passed over. A line may also be a
 * member of an array written one object a line (`[{…},`, `{…}]`). A line that is cut, too long, not UTF-8 (JSON must be,
 * RFC 8259, §8.1) or not an object is a defect; identical lines are kept, each is an observation of its own.
 * @module
 */
import type { Observation } from '../../../observations/observation.ts';
import { MAX_LINE_BYTES, type Imported, type Importer, type ImportOptions } from '../../importer.ts';
import { headLines, readLines, type Line } from './line-reader.ts';
import { defect, isObject, observed, type JsonObject } from './record.ts';

/** Reads one object; throws RecordDefect if it cannot be an observation. */
export type ReadRecord = (record: JsonObject, line: number, options: ImportOptions) => Observation;

export interface JsonLines<N extends string> {
  readonly name: N;
  readonly about: string;
  /** How surely one object is of this format, 0–1. */
  score(record: JsonObject): number;
  /** A reader with fresh state for one source. */
  reader(): ReadRecord;
}

/** An importer of JSON lines. */
export function jsonLinesImporter<N extends string>(format: JsonLines<N>): Importer & { readonly name: N } {
  return {
    name: format.name,
    about: format.about,
    detect: (head) => detectJsonLines(head, format.score),
    read: (chunks, options) => readJsonLines(readLines(chunks), format.reader(), options),
  };
}

/** Mean score of the head's lines that are objects; 0 if fewer than half are. */
export function detectJsonLines(head: Uint8Array, score: (record: JsonObject) => number): number {
  const lines = headLines(head);
  let sum = 0, objects = 0;
  for (const line of lines) {
    const record = objectOnLine(line);
    if (!record) continue;
    objects++;
    sum += score(record);
  }
  return objects * 2 < lines.length || objects === 0 ? 0 : sum / objects;
}

export async function* readJsonLines(batches: AsyncIterable<Line[]>, read: ReadRecord, options: ImportOptions): AsyncGenerator<Imported> {
  for await (const lines of batches) {
    for (const line of lines) {
      const found = fromLine(line, read, options);
      if (found) yield found;
    }
  }
}

/** One line's observation or defect; null for a blank line and for an array's bracket alone. */
export function fromLine(line: Line, read: ReadRecord, options: ImportOptions): Imported | null {
  if (line.tooLong) return defect(line.number, `the line is longer than ${MAX_LINE_BYTES} bytes`, line.text);
  const trimmed = line.text.trim();
  if (trimmed === '' || trimmed === '[' || trimmed === ']') return null;
  if (line.broken) return defect(line.number, 'the line is not UTF-8', line.text);
  const record = objectOnLine(trimmed);
  if (!record) return defect(line.number, 'expected a JSON object, got a line that is none or is cut', line.text);
  return observed(line.number, line.text, () => read(record, line.number, options));
}

/** The object on a line, also as an array's member; null if there is none. */
export function objectOnLine(text: string): JsonObject | null {
  return parseObject(text) ?? parseObject(text.trim().replace(/^\[\s*/, '').replace(/[,\]\s]+$/, ''));
}

export function parseObject(text: string): JsonObject | null {
  if (!/^\s*\{/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}
