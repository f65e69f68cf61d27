/**
 * A finding: what an engine concluded, with the evidence that lets anybody check it.
 *
 * The id is the hash of engine, subject key and first window, so that analysing twice changes nothing; a later window of
 * the same subject grows the same finding. A finding without evidence cannot be built ({@link draftFinding} throws).
 * @module
 */
import { findingId, type FindingId, type OrgId } from '../core/ids.ts';
import type { Marking } from '../core/marking.ts';

/** Closed list; each has a title, a why-template and advice in two languages in `findings.catalogue.ts`. */
export const FINDING_NAMES = [
  'port.distributed', 'port.spike', 'sync.global', 'sync.group', 'early-warning', 'scan.source', 'scan.horizontal',
  'scan.vertical', 'dos.victim', 'tool.new', 'sensor.outage', 'list.reset', 'series.change',
] as const;
export type FindingName = (typeof FINDING_NAMES)[number];

/** The numbers behind a conclusion, and the query that reproduces them. */
export interface Evidence {
  /** Query expression that selects the observations concerned, with its range. */
  readonly query: string;
  readonly fromUs: number;
  readonly toUs: number;
  /** Named figures with units in their names: `{ uniqueSources: 118, baselineMedian: 2, tailProbability: 3e-9 }`. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** The statistic over time with its normal band, at most 1,440 points. */
  readonly series: readonly { readonly atUs: number; readonly value: number; readonly low: number; readonly high: number }[];
}

/** What an engine emits for one subject in one window. */
export interface FindingDraft {
  readonly name: FindingName;
  readonly engine: string;
  /** Engine and parameter version, such as `port-distributed/1 alpha=1e-6`. */
  readonly version: string;
  readonly org: OrgId;
  /** What it is about; the same subject in adjoining windows is the same finding: `tcp/23`, `198.51.100.7`, `tcp/5000@tokyo,osaka`. */
  readonly subject: string;
  /** First window of this episode: with engine and subject it makes the id. */
  readonly firstWindowUs: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** Event time of the packet with which the threshold was first exceeded. */
  readonly firstRaisedUs: number;
  readonly ports: readonly string[];
  readonly sensors: readonly string[];
  /** Distinct sources, and up to 100,000 of them as text. */
  readonly sources: number;
  readonly sourceList: readonly string[];
  readonly countries: readonly string[];
  /** Role of `sourceList`: a victim is never exported as an attacker. */
  readonly sourceRole: 'scanner' | 'attacker' | 'victim' | 'research' | 'unknown';
  /** Calibrated chance that this is real, 0–1. */
  readonly score: number;
  /** 1 (note) … 5 (act now). */
  readonly severity: 1 | 2 | 3 | 4 | 5;
  /** Values of the why-template. */
  readonly facts: Readonly<Record<string, number | string>>;
  readonly evidence: Evidence;
  readonly marking: Marking;
  /** False while the episode goes on, true when its end was seen. */
  readonly ended: boolean;
  readonly simulated: boolean;
}

export type FindingState = 'open' | 'true' | 'benign' | 'false' | 'snoozed';

/** A stored finding. */
export interface Finding extends Omit<FindingDraft, 'sourceList'> {
  readonly id: FindingId;
  readonly state: FindingState;
  /** Sentence in English saying why it is seen; the portal renders the same in Japanese from `facts`. */
  readonly why: string;
}

/** Checks a draft and gives its id; throws RangeError if it lacks evidence (our own fault). */
export function idOfDraft(draft: FindingDraft): FindingId {
  if (draft.evidence.query === '' || Object.keys(draft.evidence.figures).length === 0) {
    throw new RangeError(`${draft.engine} built a finding '${draft.name}' without evidence`);
  }
  if (!(draft.score >= 0 && draft.score <= 1)) throw new RangeError(`${draft.engine}: score ${draft.score} is not in 0–1`);
  return findingId(draft.engine, `${draft.org} ${draft.name} ${draft.subject}`, draft.firstWindowUs);
}
