/**
 * Rows of separated values, streamed (RFC 4180 with the habits of Python's csv module).
 *
 * In: lines. Out: rows of cells with the line each starts on. With quotes, a quoted cell may hold separators, doubled quotes
 * and line feeds; a quotation that does not close within MAX_ROW_LINES lines is a defect of its first line, and reading goes
 * on with the second, so one stray quote cannot swallow a file. Blank lines are passed over. Cost: each line is looked at at
 * most MAX_ROW_LINES times, usually once. Memory: one row.
 * @module
 */
import { MAX_LINE_BYTES, type Imported } from '../../importer.ts';
import type { Line } from './line-reader.ts';
import { defect } from './record.ts';

/** Most lines that one row may span. */
export const MAX_ROW_LINES = 64;

export interface Row { readonly line: number; readonly cells: readonly string[]; readonly text: string }

/** Rows and defects, in order. `separator` is one character; `quotes`: whether `"` quotes. */
export async function* readRows(batches: AsyncIterable<Line[]>, separator: string, quotes: boolean): AsyncGenerator<Row | Imported> {
  let waiting: Line[] = [];
  for await (const batch of batches) {
    const lines = waiting.length === 0 ? batch : [...waiting, ...batch];
    const left: { from: number } = { from: 0 };
    yield* rowsOf(lines, separator, quotes, left, false);
    waiting = lines.slice(left.from);
  }
  yield* rowsOf(waiting, separator, quotes, { from: 0 }, true);
}

function* rowsOf(lines: readonly Line[], separator: string, quotes: boolean, left: { from: number }, atEnd: boolean): Generator<Row | Imported> {
  let i = 0;
  while (i < lines.length) {
    const first = lines[i] as Line;
    if (first.tooLong) {
      yield defect(first.number, `the line is longer than ${MAX_LINE_BYTES} bytes`, first.text);
      i++;
      continue;
    }
    if (first.text.trim() === '') { i++; continue; }
    let text = first.text, cells = splitCells(text, separator, quotes), span = 1, closed = cells !== null;
    while (!closed && span < MAX_ROW_LINES && i + span < lines.length) {
      const next = lines[i + span] as Line;
      if (next.tooLong || text.length + next.text.length > MAX_LINE_BYTES) break;
      text += `\n${next.text}`;
      span++;
      // Only a line with a quote can close the quotation.
      if (!next.text.includes('"')) continue;
      cells = splitCells(text, separator, quotes);
      closed = cells !== null;
    }
    if (closed && cells) {
      yield { line: first.number, cells, text };
      i += span;
    } else if (!atEnd && span < MAX_ROW_LINES && i + span >= lines.length) {
      break;
    } else {
      yield defect(first.number, 'expected a closing quote', first.text);
      i++;
    }
  }
  left.from = i;
}

/** Cells of one row; null if a quotation is open at its end. */
export function splitCells(text: string, separator: string, quotes: boolean): string[] | null {
  if (!quotes || !text.includes('"')) return text.split(separator);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let cell = '', from = at + 1;
      for (;;) {
        const quote = text.indexOf('"', from);
        if (quote < 0) return null;
        cell += text.slice(from, quote);
        if (text[quote + 1] !== '"') { at = quote + 1; break; }
        cell += '"';
        from = quote + 2;
      }
      const end = text.indexOf(separator, at);
      cells.push(cell + (end < 0 ? text.slice(at) : text.slice(at, end)));
      if (end < 0) return cells;
      at = end + 1;
    } else {
      const end = text.indexOf(separator, at);
      cells.push(end < 0 ? text.slice(at) : text.slice(at, end));
      if (end < 0) return cells;
      at = end + 1;
    }
  }
}

/** Rows below a header: each as an object of its cells by column name (first of equal names wins). */
export function byColumn(columns: readonly string[], cells: readonly string[]): Record<string, string> {
  const record = Object.create(null) as Record<string, string>;
  for (let i = columns.length - 1; i >= 0; i--) record[columns[i] as string] = cells[i] ?? '';
  return record;
}
