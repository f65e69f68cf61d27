/**
 * A publisher's reset or outage in a daily list, told apart from a change of attacks.
 *
 * In: a list's days (date, entries). Out: `list.reset` drafts and, for comparisons, the days across which figures must not be compared.
 * How: attacks do not leave between two days of a cumulative list: a day is a reset when at most KEPT of the earlier entries remain and
 * the size falls to at most FALL of the usual, or (sources coming and going) when the size jumps by JUMP either way while the change of
 * the list exceeds what its own days usually change. A missing day is an outage of the publisher, and widens nothing.
 * Source: our definition; the shape of such breaks is described for blocklists by Li et al., "Reading the Tea Leaves", USENIX Security
 * 2019, §4. Cost: one set intersection a day. Limits: two days at least; sizes alone are weaker than entries, and said so in `basis`.
 * @module
 */
import { DAY_US, formatTime } from '../core/time.ts';
import type { OrgId } from '../core/ids.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { round } from './drafting.ts';

/** A fall to this share of the day before, with few entries kept. */
export const FALL = 0.5;
export const KEPT = 0.35;
/** A change of size by this factor. */
export const JUMP = 3;

export interface ListDay { readonly atUs: number; readonly size: number; /** The entries, if they are at hand. */ readonly entries?: ReadonlySet<string> }

export type Break =
  /** The list started again. */
  | { readonly kind: 'reset'; readonly before: ListDay; readonly after: ListDay; readonly kept: number | null }
  /** Upstream sources came or went: the size jumped beyond what the list itself does. */
  | { readonly kind: 'sources-changed'; readonly before: ListDay; readonly after: ListDay; readonly kept: number | null }
  /** Days without a list. */
  | { readonly kind: 'missing'; readonly before: ListDay; readonly after: ListDay; readonly days: number };

/** Breaks between consecutive days, in order. Days are sorted here; two of one day are an error of the caller. */
export function listBreaks(days: readonly ListDay[]): Break[] {
  const sorted = [...days].sort((a, b) => a.atUs - b.atUs), breaks: Break[] = [];
  const usual: number[] = [];
  for (let i = 1; i < sorted.length; i++) {
    const before = sorted[i - 1] as ListDay, after = sorted[i] as ListDay, gap = Math.round((after.atUs - before.atUs) / DAY_US);
    if (gap < 1) throw new RangeError(`two lists of ${formatTime(after.atUs)}`);
    if (gap > 1) breaks.push({ kind: 'missing', before, after, days: gap - 1 });
    const kept = before.entries && after.entries ? intersection(before.entries, after.entries) : null;
    const ratio = (after.size + 1) / (before.size + 1), change = Math.abs(Math.log(ratio));
    const typical = usual.length < 3 ? Math.log(1.25) : (usual[Math.floor(usual.length / 2)] as number);
    const lost = kept === null ? ratio < 0.1 : kept <= KEPT * before.size;
    if (ratio <= FALL && lost && change > 4 * typical) breaks.push({ kind: 'reset', before, after, kept });
    else if (change >= Math.log(JUMP)) breaks.push({ kind: 'sources-changed', before, after, kept });
    else { usual.push(change / gap); usual.sort((a, b) => a - b); }
  }
  return breaks;
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let count = 0;
  for (const entry of b) if (a.has(entry)) count++;
  return count;
}

/** `list.reset` drafts of a list's resets and source changes. */
export function listResets(org: OrgId, list: string, days: readonly ListDay[]): FindingDraft[] {
  const day = (at: ListDay) => formatTime(at.atUs).slice(0, 10);
  return listBreaks(days).flatMap((b): FindingDraft[] => {
    if (b.kind === 'missing') return [];
    const { before, after, kept } = b;
    return [{
      name: 'list.reset', engine: 'list-reset', version: `list-reset/1 fall=${FALL} kept=${KEPT} jump=${JUMP}`, org, subject: list, firstWindowUs: after.atUs,
      fromUs: before.atUs, toUs: after.atUs + DAY_US, firstRaisedUs: after.atUs, ports: [], sensors: [], sources: 0, sourceList: [], countries: [], sourceRole: 'unknown',
      score: b.kind === 'reset' ? (kept === null ? 0.8 : 0.97) : 0.7, severity: 2,
      facts: { list, before: before.size, after: after.size, beforeDay: day(before), day: day(after), kept: kept ?? 'unknown', kind: b.kind },
      evidence: {
        query: `tag == list:${list.toLowerCase().replace(/[^a-z0-9._-]+/g, '-').slice(0, 50)}`, fromUs: before.atUs, toUs: after.atUs + DAY_US,
        figures: { sizeBefore: before.size, sizeAfter: after.size, keptEntries: kept ?? 'unknown', ratio: round((after.size + 1) / (before.size + 1)), basis: kept === null ? 'sizes' : 'entries' },
        series: days.slice(-1440).map((d) => ({ atUs: d.atUs, value: d.size, low: 0, high: 0 })),
      },
      marking: 'TLP:CLEAR', ended: true, simulated: false,
    }];
  });
}
