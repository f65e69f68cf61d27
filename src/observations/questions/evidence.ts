/**
 * The picture behind a finding: who the hosts of an expression are, and when each was active.
 *
 * Out: the busiest hosts with country, AS, first and last packet; and a picture of hosts × time slots for the most persistent of
 * them, ordered by first appearance so that what starts together stands together. Exact, from the rows.
 * @module
 */
import type { Range, Viewer } from '../contract.ts';
import { showAddress } from '../sql/count-by.ts';
import { numberLiteral, timeLiteral } from '../sql/literal.ts';
import { slotFor, slotsOf, type Asked } from './series.ts';

export interface EvidencePicture {
  readonly hosts: { src: string; country: string; asn: number; packets: number; firstUs: number; lastUs: number }[];
  readonly moreHosts: boolean;
  /** Rows of host r in slot c at [r × slots + c]. */
  readonly matrix: { hosts: string[]; slotUs: number; fromUs: number; slots: number; packets: number[] };
}

const MOST_HOSTS = 200, MATRIX_HOSTS = 100, MATRIX_SLOTS = 120;

export async function askEvidence(store: Asked, viewer: Viewer, expression: string, range: Range): Promise<EvidencePicture> {
  const { from, where } = await store.compile(viewer, { expression, range });
  const seen = `FROM ${from} WHERE ${where} AND host != 0`;
  const slotUs = slotFor(range, MATRIX_SLOTS), slots = slotsOf(range, slotUs), firstSlot = slots[0] ?? range.fromUs;
  const [hosts, cells] = await Promise.all([
    store.select<{ s: string; country: string; asn: number; packets: number; firstUs: number; lastUs: number }>(`SELECT hex(src) AS s, any(toString(country)) AS country, any(asn) AS asn,
      count() AS packets, min(at_us) AS firstUs, max(at_us) AS lastUs ${seen} GROUP BY src ORDER BY packets DESC, src LIMIT ${numberLiteral(MOST_HOSTS + 1)}`),
    store.select<{ s: string; b: number; n: number }>(`SELECT hex(src) AS s, intDiv(at_us - ${timeLiteral(firstSlot)}, ${numberLiteral(slotUs)}) AS b, count() AS n ${seen} AND src IN (
      SELECT src ${seen} GROUP BY src ORDER BY uniqExact(intDiv(at_us - ${timeLiteral(firstSlot)}, ${numberLiteral(slotUs)})) DESC, count() DESC, src LIMIT ${numberLiteral(MATRIX_HOSTS)})
      GROUP BY src, b ORDER BY b, src`),
  ]);
  // Cells come by slot, so that hosts are met in the order in which they appeared.
  const rows = new Map<string, number>();
  for (const cell of cells) if (!rows.has(cell.s)) rows.set(cell.s, rows.size);
  const packets = new Array<number>(rows.size * slots.length).fill(0);
  for (const cell of cells) packets[(rows.get(cell.s) ?? 0) * slots.length + cell.b] = cell.n;
  return {
    hosts: hosts.slice(0, MOST_HOSTS).map(({ s, ...rest }) => ({ src: showAddress(s), ...rest })), moreHosts: hosts.length > MOST_HOSTS,
    matrix: { hosts: [...rows.keys()].map(showAddress), slotUs, fromUs: firstSlot, slots: slots.length, packets },
  };
}
