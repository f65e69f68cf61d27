/**
 * The importer contract: another tool's log as observations.
 *
 * `detect` sees the first 64 KiB (decompressed); `read` gets decompressed bytes in any chunking, and yields observations
 * in file order plus defects. Memory is bounded: no importer holds more than one record (at most MAX_LINE_BYTES) and its
 * declared state. A defective line is counted and quoted, never silently dropped; the rest is read.
 * @module
 */
import type { Defect, Observation } from '../observations/observation.ts';

/** Longest line or record that is read; a longer one is a defect, and the reader goes on behind it. Bytes. */
export const MAX_LINE_BYTES = 1 << 20;

/** What an importer yields. */
export type Imported =
  | { readonly kind: 'observation'; readonly observation: Observation }
  | { readonly kind: 'defect'; readonly defect: Defect };

export interface ImportOptions {
  /** Minutes to subtract from naive local times to get UTC, as a function of local time (0 when the sensor is in UTC). */
  readonly zoneOffsetMinutes: (naiveUs: number) => number;
  /** Column mapping for `csv` (see `importers/csv.ts`), else undefined. */
  readonly mapping?: Readonly<Record<string, string>>;
}

export interface Importer {
  readonly name: string;
  /** What it reads, in words, with the tool's home. */
  readonly about: string;
  /** Confidence 0–1 that these first bytes (decompressed, ≤ 64 KiB) are this format. */
  detect(head: Uint8Array): number;
  read(chunks: AsyncIterable<Uint8Array>, options: ImportOptions): AsyncIterable<Imported>;
}
