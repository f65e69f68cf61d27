/**
 * The engine contract: mergeable partials over PacketBatches, conclusions once a window closes.
 *
 * `add` is called for packets of one window in any order and any split; `merge` joins partials of the same window from
 * several workers or sensors; `conclude` sees the merged partial with the engine's memory of earlier windows. The contract
 * suite checks for every entry: any split and merge order changes nothing, an empty window concludes nothing, the same
 * seed gives the same findings, memory stays within `memoryBytes`.
 * @module
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import type { Rng } from '../core/rng.ts';
import type { OrgId } from '../core/ids.ts';
import type { FindingDraft } from '../findings/finding.ts';
import type { Range } from '../observations/contract.ts';

/** What `conclude` may reach. Nothing else: no clock, no store. */
export interface Window extends Range {
  readonly org: OrgId;
  /** Sensors (`org/sensor`) that were observing for at least 80 % of the window (from the calendar). */
  readonly sensors: readonly string[];
  /** Addresses each sensor watches (0 when its regions are not known). */
  readonly addresses: Readonly<Record<string, number>>;
  /** True while the window is still open (`preview`): an engine may raise early but must not learn from it. */
  readonly open: boolean;
  readonly rng: Rng;
  readonly simulated: boolean;
}

export interface Engine<Partial = unknown, Memory = unknown> {
  readonly name: string;
  /** Version of code and default parameters; part of each finding. */
  readonly version: string;
  /** The paper, report or standard it stems from. */
  readonly source: string;
  /** One sentence for `docs/engines.md` and the portal. */
  readonly about: string;
  /** Length of its windows, microseconds; windows start at multiples of it. */
  readonly windowUs: number;
  /** Whether it sees only packets labelled `unexplained` or `known-malware` (screened) or all of them (raw). */
  readonly input: 'screened' | 'raw';
  /** Stated bound of one organisation's partial and memory together, bytes. */
  readonly memoryBytes: number;
  empty(): Partial;
  /** Adds packets [from, to) of an annotated batch. Must not keep a reference to the batch. */
  add(partial: Partial, batch: PacketBatch, from: number, to: number): void;
  merge(into: Partial, other: Partial): Partial;
  memory(): Memory;
  conclude(partial: Partial, memory: Memory, window: Window): { memory: Memory; findings: FindingDraft[] };
}
