/**
 * Tables: a header row of column names, then rows of as many cells.
 *
 * A row with another number of cells is a defect, and so is every row when the header lacks a needed column (the reason
 * names it). A header that comes again (concatenated files) is passed over.
 * @module
 */
import type { Observation } from '../../../observations/observation.ts';
import type { Imported } from '../../importer.ts';
import { readRows } from './csv-rows.ts';
import { readLines } from './line-reader.ts';
import { observed, quoted, RecordDefect } from './record.ts';

export interface TableShape {
  readonly separator: string;
  /** Whether `"` quotes cells. */
  readonly quotes: boolean;
  /** Columns without which no row can be read. */
  readonly needed: readonly string[];
}

export async function* readTable(
  chunks: AsyncIterable<Uint8Array>, shape: TableShape, read: (columns: readonly string[], cells: readonly string[], line: number) => Observation,
): AsyncGenerator<Imported> {
  let columns: readonly string[] | null = null, header = '';
  for await (const row of readRows(readLines(chunks), shape.separator, shape.quotes)) {
    if ('kind' in row) { yield row; continue; }
    if (columns === null) {
      columns = row.cells.map((name) => name.trim());
      header = row.text;
      continue;
    }
    if (row.text === header) continue;
    const named: readonly string[] = columns;
    yield observed(row.line, row.text, () => {
      const missing = shape.needed.find((name) => !named.includes(name));
      if (missing !== undefined) throw new RecordDefect(`expected a column '${missing}', got ${quoted(named.join(', ')).slice(0, 120)}`);
      if (row.cells.length !== named.length) throw new RecordDefect(`expected ${named.length} columns, got ${row.cells.length}`);
      return read(named, row.cells, row.line);
    });
  }
}
