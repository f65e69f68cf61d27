/**
 * A slice's frames to PacketBatches: the loop between the record scanner and the frame decoder.
 *
 * In: bytes, a record table. Out: one batch for IPv4 and frames without IP, one for IPv6; together exactly `table.n` rows.
 * Cost: see `wire/decode-frame.ts`; allocates the batches only (or nothing, with `reuse`).
 * @module
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import { decodeFrames, newFrameSink, sinkBatches } from '../wire/decode-frame.ts';
import type { RecordTable } from './capture-records.ts';

/** Decodes every frame of `table`, whose offsets point into `raw`; `first` is the number of the first frame in its source. */
export function decodeRecords(raw: Uint8Array, table: RecordTable, first: number, sensor: string, checksums: boolean, reuse?: { v4?: PacketBatch | null; v6?: PacketBatch | null }): PacketBatch[] {
  const sink = newFrameSink(raw, sensor, table.n, checksums, reuse);
  decodeFrames(sink, table.n, table.off, table.capLen, table.wireLen, table.link, table.atUs, first);
  return sinkBatches(sink);
}
