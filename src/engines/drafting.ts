/**
 * What every engine's findings have in common: the fields that are the same for all, and small figures for evidence.
 * @module
 */
import { unpackCountry } from '../core/packet-batch.ts';
import type { FindingDraft } from '../findings/finding.ts';
import type { Window } from './engine.ts';

/** Most sources that a draft names (architecture: `sourceList` up to 100,000). */
export const MOST_SOURCES = 100_000;
/** Most points of an evidence series. */
export const MOST_POINTS = 1_440;

/** Fields that a draft takes from its engine and window unless it says otherwise. */
type Given = 'org' | 'marking' | 'simulated' | 'ended' | 'engine' | 'version';

/** Completes a draft. Findings start as TLP:AMBER: their owner's own, until somebody releases them. */
export function draft(engine: { readonly name: string; readonly version: string }, window: Window, fields: Omit<FindingDraft, Given> & Partial<Pick<FindingDraft, Given>>): FindingDraft {
  return { org: window.org, marking: 'TLP:AMBER', simulated: window.simulated, ended: false, engine: engine.name, version: engine.version, ...fields };
}

/** Packed countries as sorted two-letter codes, unknown left out. */
export function countryList(packed: Iterable<number>): string[] {
  const codes = new Set<string>();
  for (const code of packed) if (code !== 0) codes.add(unpackCountry(code));
  return [...codes].sort();
}

/** Query expression of what screened engines see of a port. */
export function portQuery(port: string): string {
  return `port == ${port} && (label == unexplained || label == known-malware)`;
}

/** A figure rounded to `digits` significant digits, so that equal runs print equal numbers. */
export function round(value: number, digits = 4): number {
  return value === 0 || !Number.isFinite(value) ? value : Number(value.toPrecision(digits));
}
