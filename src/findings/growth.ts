/**
 * How one finding grows: the union of everything its engine ever said of the same subject and episode.
 *
 * The union is idempotent and does not depend on order: applying the same drafts twice, or late, changes nothing.
 * `FindingCollector` does it in memory (scoring, tests, the simulator); `store.ts` does the same in the record store.
 * @module
 */
import { strictest } from '../core/marking.ts';
import { idOfDraft, type FindingDraft } from './finding.ts';
import type { FindingId } from '../core/ids.ts';
import { FINDINGS } from './findings.catalogue.ts';

/** Most sources that one finding keeps as text. */
export const MOST_SOURCES = 100_000;

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])].sort();

/** A draft's fields in the order in which growth would leave them, so that hearing the same draft twice changes nothing. */
export function orderedFields<T extends Pick<FindingDraft, 'ports' | 'sensors' | 'countries'>>(fields: T): T {
  return { ...fields, ports: union(fields.ports, []), sensors: union(fields.sensors, []), countries: union(fields.countries, []) };
}

/** Whether `b` tells the newer state of what `a` tells too. Ties are decided by size, so that order does not matter. */
export function isNewer(a: Pick<FindingDraft, 'toUs' | 'sources' | 'score' | 'ended'>, b: Pick<FindingDraft, 'toUs' | 'sources' | 'score' | 'ended'>): boolean {
  if (b.sources !== a.sources) return b.sources > a.sources;
  if (b.toUs !== a.toUs) return b.toUs > a.toUs;
  if (b.score !== a.score) return b.score > a.score;
  return b.ended && !a.ended;
}

/** Everything but the list of sources, joined. A later range decides whether it has ended: a new episode opens it again. */
export function growFields(a: Omit<FindingDraft, 'sourceList'>, b: Omit<FindingDraft, 'sourceList'>): Omit<FindingDraft, 'sourceList'> {
  const newest = isNewer(a, b) ? b : a;
  return {
    ...newest, firstWindowUs: Math.min(a.firstWindowUs, b.firstWindowUs),
    fromUs: Math.min(a.fromUs, b.fromUs), toUs: Math.max(a.toUs, b.toUs), firstRaisedUs: Math.min(a.firstRaisedUs, b.firstRaisedUs),
    ports: union(a.ports, b.ports), sensors: union(a.sensors, b.sensors), countries: union(a.countries, b.countries),
    sources: Math.max(a.sources, b.sources), score: Math.max(a.score, b.score), severity: a.severity > b.severity ? a.severity : b.severity,
    evidence: { ...newest.evidence, fromUs: Math.min(a.evidence.fromUs, b.evidence.fromUs), toUs: Math.max(a.evidence.toUs, b.evidence.toUs) },
    marking: strictest(a.marking, b.marking), ended: a.toUs === b.toUs ? a.ended || b.ended : (a.toUs > b.toUs ? a : b).ended, simulated: a.simulated || b.simulated,
  };
}

/** Whether an episode `[fromUs, …]` continues a finding that ended at `toUs`. */
export function continues(toUs: number, next: Pick<FindingDraft, 'name' | 'fromUs'>): boolean {
  return next.fromUs - toUs <= FINDINGS[next.name].holdUs;
}

export interface Collected extends FindingDraft { readonly id: FindingId }

/** Findings in memory, as the store would keep them. */
export class FindingCollector {
  readonly #byId = new Map<FindingId, { fields: Omit<FindingDraft, 'sourceList'>; sources: Set<string> }>();
  readonly #latest = new Map<string, FindingId[]>();

  add(draft: FindingDraft): FindingId {
    let id = idOfDraft(draft);
    const key = `${draft.org} ${draft.engine} ${draft.name} ${draft.subject}`;
    const known = this.#latest.get(key) ?? [];
    if (!this.#byId.has(id)) {
      const older = known.find((other) => {
        const f = this.#byId.get(other)?.fields;
        return f !== undefined && f.firstWindowUs < draft.firstWindowUs && continues(f.toUs, draft);
      });
      if (older !== undefined) id = older;
      else this.#latest.set(key, [...known, id]);
    }
    const { sourceList, ...given } = draft, fields = orderedFields(given);
    const held = this.#byId.get(id);
    if (!held) this.#byId.set(id, { fields, sources: new Set(sourceList.slice(0, MOST_SOURCES)) });
    else {
      held.fields = growFields(held.fields, fields);
      for (const source of sourceList) { if (held.sources.size >= MOST_SOURCES) break; held.sources.add(source); }
    }
    return id;
  }

  /** All, by first alarm. */
  list(): Collected[] {
    return [...this.#byId].map(([id, { fields, sources }]) => ({ ...fields, id, sources: Math.max(fields.sources, sources.size), sourceList: [...sources] }))
      .sort((a, b) => a.firstRaisedUs - b.firstRaisedUs || (a.id < b.id ? -1 : 1));
  }
}
