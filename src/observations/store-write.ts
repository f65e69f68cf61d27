/**
 * The way in: blocks of packets and records to inserts under deduplication tokens, with what cannot be kept set aside.
 *
 * A block's rows go in as few inserts as its months allow (64 partitions at most each), always cut the same way, so that a
 * block sent again meets the tokens of its first time. Times before 1970 or later than now + 1 day go to `quarantine`.
 * @module
 */
import { sliceBatch, BATCH_COLUMNS, newPacketBatch, type PacketBatch } from '../core/packet-batch.ts';
import { DAY_US } from '../core/time.ts';
import { blockToken, type Block, type Inserted } from './contract.ts';
import type { EventEngine } from './dialect.ts';
import { encodeObservations } from './native-observations.ts';
import { encodePackets, parseRegions } from './native-packets.ts';
import type { Observation } from './observation.ts';
import { OBSERVATION_COLUMNS } from './sql/migrations/001-observations.ts';

/** Partitions that one insert may touch; the engine refuses a hundred. */
export const PARTITIONS_PER_INSERT = 64;
const COLUMNS = OBSERVATION_COLUMNS.map(([name]) => name);

/** Months since 1970 of a time (UTC). */
function monthOf(us: number): number {
  const date = new Date(us / 1000);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** Copies the packets at `rows` (ascending) into a batch of their own. */
export function gatherBatch(batch: PacketBatch, rows: readonly number[]): PacketBatch {
  const out = newPacketBatch(batch.family, batch.sensor, Math.max(rows.length, 1));
  const words = batch.family === 4 ? 1 : 4;
  for (const column of BATCH_COLUMNS) {
    const width = column === 'src' || column === 'dst' ? words : 1;
    const from = batch[column] as Uint32Array, to = out[column] as Uint32Array;
    rows.forEach((row, i) => { for (let k = 0; k < width; k++) to[i * width + k] = from[row * width + k] as number; });
  }
  out.raw = batch.raw;
  out.n = rows.length;
  return out;
}

/** What goes where: items by group of months (ascending), and what is set aside. */
interface Split<T> { readonly groups: readonly (readonly T[])[]; readonly aside: readonly T[] }

/** The number of the group of months that each time belongs to, -1 for quarantine. Times are given as a list of arrays. */
function grouping(times: readonly { at: (i: number) => number; n: number }[], nowUs: number): { groups: number; groupOf: (us: number) => number; plain: boolean } {
  const latest = nowUs + DAY_US;
  let first = Infinity, last = -Infinity, bad = false;
  for (const { at, n } of times) for (let i = 0; i < n; i++) {
    const us = at(i);
    if (!(us >= 0 && us <= latest)) { bad = true; continue; }
    if (us < first) first = us;
    if (us > last) last = us;
  }
  if (first === Infinity) return { groups: 0, groupOf: () => -1, plain: false };
  const inside = (us: number): boolean => us >= 0 && us <= latest;
  if (monthOf(last) - monthOf(first) < PARTITIONS_PER_INSERT) return { groups: 1, groupOf: (us) => (inside(us) ? 0 : -1), plain: !bad };
  const months = new Set<number>();
  for (const { at, n } of times) for (let i = 0; i < n; i++) if (inside(at(i))) months.add(monthOf(at(i)));
  const rank = new Map([...months].sort((a, b) => a - b).map((month, i) => [month, Math.floor(i / PARTITIONS_PER_INSERT)]));
  return { groups: Math.ceil(months.size / PARTITIONS_PER_INSERT), groupOf: (us) => (inside(us) ? rank.get(monthOf(us)) ?? -1 : -1), plain: !bad && months.size <= PARTITIONS_PER_INSERT };
}

function splitBatches(batches: readonly PacketBatch[], nowUs: number): Split<PacketBatch> {
  const filled = batches.filter((batch) => batch.n > 0);
  const { groups, groupOf, plain } = grouping(filled.map((batch) => ({ at: (i) => batch.atUs[i] as number, n: batch.n })), nowUs);
  if (plain) return { groups: [filled], aside: [] };
  const out: PacketBatch[][] = Array.from({ length: groups }, () => []), aside: PacketBatch[] = [];
  for (const batch of filled) {
    const rows: number[][] = Array.from({ length: groups }, () => []), left: number[] = [];
    for (let i = 0; i < batch.n; i++) {
      const group = groupOf(batch.atUs[i] as number);
      (group < 0 ? left : rows[group] as number[]).push(i);
    }
    rows.forEach((list, group) => { if (list.length > 0) (out[group] as PacketBatch[]).push(gatherBatch(batch, list)); });
    if (left.length > 0) aside.push(gatherBatch(batch, left));
  }
  return { groups: out, aside };
}

function splitObservations(list: readonly Observation[], nowUs: number): Split<Observation> {
  if (list.length === 0) return { groups: [], aside: [] };
  const { groups, groupOf } = grouping([{ at: (i) => (list[i] as Observation).atUs, n: list.length }], nowUs);
  const out: Observation[][] = Array.from({ length: groups }, () => []), aside: Observation[] = [];
  for (const one of list) {
    const group = groupOf(one.atUs);
    (group < 0 ? aside : out[group] as Observation[]).push(one);
  }
  return { groups: out, aside };
}

async function write(engine: EventEngine, block: Block, groups: readonly Uint8Array[][], aside: Uint8Array[] | null): Promise<void> {
  const token = blockToken(block);
  for (const [k, chunks] of groups.entries()) await engine.insertNative('observation', COLUMNS, chunks, k === 0 ? token : `${token}#${k}`);
  if (aside) await engine.insertNative('quarantine', COLUMNS, aside, `${token}?`);
}

const sizeOf = (batches: readonly PacketBatch[]): number => batches.reduce((sum, batch) => sum + batch.n, 0);

export async function writePackets(engine: EventEngine, block: Block, batches: readonly PacketBatch[], regions: readonly string[], nowUs: number): Promise<Inserted> {
  for (const batch of batches) if (batch.sensor !== block.sensor) throw new RangeError(`a block of ${block.sensor} holds a batch of ${batch.sensor}`);
  const facts = { sensor: block.sensor, content: block.content, ingestedUs: nowUs };
  const cidrs = parseRegions(regions);
  const { groups, aside } = splitBatches(batches, nowUs);
  const encode = (list: readonly PacketBatch[]): Uint8Array[] => list.flatMap((batch) => encodePackets(batch, facts, cidrs));
  const filled = groups.filter((group) => group.length > 0);
  await write(engine, block, filled.map(encode), aside.length > 0 ? encode(aside.map(untimed)) : null);
  return { packets: filled.reduce((sum, group) => sum + sizeOf(group), 0), records: 0, quarantined: sizeOf(aside) };
}

/** Times that no Int64 of microseconds can hold (NaN, infinite) become 0 in quarantine. */
function untimed(batch: PacketBatch): PacketBatch {
  const copy = sliceBatch(batch, 0, batch.n);
  for (let i = 0; i < copy.n; i++) copy.atUs[i] = heldTime(copy.atUs[i] as number);
  return copy;
}

const heldTime = (us: number): number => (Number.isFinite(us) && Math.abs(us) < 9e18 ? Math.floor(us) : 0);

export async function writeObservations(engine: EventEngine, block: Block, observations: readonly Observation[], nowUs: number, annotate: (src: string) => { country: string; asn: number }): Promise<Inserted> {
  const facts = { sensor: block.sensor, content: block.content, ingestedUs: nowUs };
  const { groups, aside } = splitObservations(observations, nowUs);
  const encode = (list: readonly Observation[]): Uint8Array[] => encodeObservations(list, facts, annotate);
  const filled = groups.filter((group) => group.length > 0);
  await write(engine, block, filled.map(encode), aside.length > 0 ? encode(aside.map((one) => ({ ...one, atUs: heldTime(one.atUs) }))) : null);
  return { packets: 0, records: observations.length - aside.length, quarantined: aside.length };
}
