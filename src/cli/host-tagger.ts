/**
 * What engines learn of hosts, written beside what was seen of them: `role == scanner`, `label == research`, `tag == …` then find it.
 *
 * In: findings as they are stored, and packets for screening by behaviour. Out: host tags with their author and reason.
 * Roles: the source of a scan event is a scanner (architecture, section 2); a research scanner by behaviour is labelled so, per UTC
 * day and organisation, once half a day was seen. The packets' own label and role stay as they are.
 * Cost: `observations/tag/screener.ts` a packet; one insert a batch of findings that tag anybody.
 * @module
 */
import { DAY_US } from '../core/time.ts';
import { splitSensorId, type OrgId } from '../core/ids.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import type { FindingDraft } from '../findings/finding.ts';
import type { Accepted } from '../findings/store.ts';
import type { HostTag } from '../observations/contract.ts';
import { addressesWatched, type Sensor } from '../observations/sensor.ts';
import { screener, type ScreenerState } from '../observations/tag/screener.ts';

const SCANS: ReadonlySet<string> = new Set(['scan.source', 'scan.horizontal', 'scan.vertical']);
/** Most hosts that one finding tags. */
const MOST_TAGGED = 1000;

/** Tags that stored findings give to their sources; `accepted[i]` is what became of `drafts[i]`. */
export function tagsOfFindings(drafts: readonly FindingDraft[], accepted: readonly Accepted[]): HostTag[] {
  const tags: HostTag[] = [];
  for (const [i, { finding, occasion }] of accepted.entries()) {
    if (occasion === 'same' || !SCANS.has(finding.name) || finding.sourceRole !== 'scanner') continue;
    const range = { fromUs: finding.fromUs, toUs: finding.toUs }, by = `engine:${finding.engine}`, reason = `finding ${finding.id}`;
    for (const src of (drafts[i]?.sourceList ?? []).slice(0, MOST_TAGGED)) {
      tags.push({ org: finding.org, src, range, field: 'role', value: 'scanner', by, reason }, { org: finding.org, src, range, field: 'tag', value: finding.name.replace('.', ':'), by, reason });
    }
  }
  return tags;
}

interface Day { fromUs: number; state: ScreenerState; seenFromUs: number; seenToUs: number }

/** Screening by behaviour over one run of packets. Tags go to `give` when a day ends or the run does. */
export class BehaviourScreening {
  readonly #days = new Map<OrgId, Day>();
  readonly #sensors: (org: OrgId) => readonly Sensor[];
  readonly #give: (tags: readonly HostTag[]) => void;

  constructor(sensors: (org: OrgId) => readonly Sensor[], give: (tags: readonly HostTag[]) => void) {
    this.#sensors = sensors;
    this.#give = give;
  }

  /** Batches come in time order; one that crosses midnight counts for the day in which it began. */
  feed(batch: PacketBatch): void {
    if (batch.n === 0) return;
    const { org } = splitSensorId(batch.sensor);
    const firstUs = batch.atUs[0] as number, lastUs = batch.atUs[batch.n - 1] as number, fromUs = Math.floor(firstUs / DAY_US) * DAY_US;
    let day = this.#days.get(org);
    if (day && fromUs > day.fromUs) { this.#conclude(org, day); day = undefined; }
    if (!day) { day = { fromUs, state: screener.empty(), seenFromUs: firstUs, seenToUs: lastUs }; this.#days.set(org, day); }
    day.seenToUs = Math.max(day.seenToUs, lastUs);
    day.seenFromUs = Math.min(day.seenFromUs, firstUs);
    screener.add(day.state, batch);
  }

  end(): void {
    for (const [org, day] of this.#days) this.#conclude(org, day);
    this.#days.clear();
  }

  #conclude(org: OrgId, day: Day): void {
    const watched = this.#sensors(org).reduce((sum, s) => sum + addressesWatched(s), 0);
    if (watched === 0) return; // without regions nobody can say how much of them a source asked
    const window = { fromUs: day.seenFromUs, toUs: day.seenToUs };
    const tags: HostTag[] = [];
    for (const { src, research, reasons } of screener.conclude(day.state, window, watched).behaviours) {
      if (!research) continue;
      const shared = { org, src, range: { fromUs: day.fromUs, toUs: day.fromUs + DAY_US }, by: 'engine:screening', reason: reasons.join('; ').slice(0, 500) };
      tags.push({ ...shared, field: 'label', value: 'research' }, { ...shared, field: 'role', value: 'research' });
    }
    if (tags.length > 0) this.#give(tags);
  }
}
