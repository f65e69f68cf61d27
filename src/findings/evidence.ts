/**
 * Evidence rerun: asks the event store again what a finding rests on, so that anybody can check it.
 *
 * In: a finding and the store. Out: exact counts of its query over its range, in total and by sensor, and the busiest hosts.
 * @module
 */
import type { EventStore, Viewer } from '../observations/contract.ts';
import type { Finding } from './finding.ts';

export interface Rerun {
  readonly query: string; readonly fromUs: number; readonly toUs: number;
  readonly packets: number; readonly records: number; readonly sources: number;
  readonly bySensor: readonly { sensor: string; packets: number; sources: number }[];
  readonly hosts: readonly { src: string; country: string; asn: number; packets: number }[];
}

export async function rerunEvidence(store: EventStore, viewer: Viewer, finding: Finding, hostLimit = 100): Promise<Rerun> {
  const { query: expression, fromUs, toUs } = finding.evidence;
  const range = { fromUs, toUs };
  const [totals, sensors, hosts] = await Promise.all([
    store.countBy(viewer, { expression, range, by: [], limit: 1 }),
    store.countBy(viewer, { expression, range, by: ['sensor'], limit: 1_000 }),
    store.countBy(viewer, { expression, range, by: ['src', 'country', 'asn'], limit: hostLimit }),
  ]);
  const total = totals[0];
  return {
    query: expression, fromUs, toUs, packets: total?.packets ?? 0, records: total?.records ?? 0, sources: total?.sources ?? 0,
    bySensor: sensors.map((r) => ({ sensor: String(r['sensor']), packets: r.packets, sources: r.sources })),
    hosts: hosts.map((r) => ({ src: String(r['src']), country: String(r['country'] ?? ''), asn: Number(r['asn'] ?? 0), packets: r.packets })),
  };
}
