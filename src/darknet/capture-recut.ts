/**
 * Cutting a capture's first slice again where an interrupted run had cut it.
 *
 * A growing file gives slices as time passes, so their borders do not depend on the content alone. After a crash the block that
 * was begun and never acknowledged must be sent again with the same borders, or its deduplication token would not match.
 * Cost: copies the rows of the slices that the border cuts.
 * @module
 */
import { sliceBatch, type PacketBatch } from '../core/packet-batch.ts';
import type { CaptureEvent, CaptureSlice } from './capture-reader.ts';

/** The same events, but the first `count` frames behind the first slice's start come as one slice. */
export async function* recut(events: AsyncIterable<CaptureEvent>, count: number): AsyncGenerator<CaptureEvent> {
  let held: CaptureSlice[] = [], frames = 0, done = count <= 0;
  for await (const event of events) {
    if (done || event.kind !== 'slice') { yield event; continue; }
    held.push(event);
    frames += event.count;
    if (frames < count) continue;
    done = true;
    const first = held[0]?.first ?? 0, border = first + count;
    const batches = held.flatMap((slice) => slice.batches);
    yield sliceOf(first, count, batches.map((b) => upTo(b, border)[0]), event.bytes);
    if (frames > count) yield sliceOf(border, frames - count, batches.map((b) => upTo(b, border)[1]), event.bytes);
    held = [];
  }
  yield* held; // the file is shorter than it was: give what there is
}

/** Rows of frames below `border`, and the others; frames ascend within a batch. */
function upTo(batch: PacketBatch, border: number): [PacketBatch, PacketBatch] {
  let k = 0;
  while (k < batch.n && (batch.record[k] as number) < border) k++;
  return [sliceBatch(batch, 0, k), sliceBatch(batch, k, batch.n)];
}

function sliceOf(first: number, count: number, all: readonly PacketBatch[], bytes: number): CaptureSlice {
  const batches = all.filter((b) => b.n > 0);
  let fromUs = Infinity, toUs = -Infinity;
  for (const { atUs, n } of batches) for (let i = 0; i < n; i++) {
    const at = atUs[i] as number;
    if (at < fromUs) fromUs = at;
    if (at >= toUs) toUs = at + 1;
  }
  return { kind: 'slice', first, count, batches, fromUs, toUs, bytes };
}
