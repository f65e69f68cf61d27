/**
 * Recutting changes borders, never frames.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newPacketBatch } from '../core/packet-batch.ts';
import type { CaptureEvent, CaptureSlice } from './capture-reader.ts';
import { recut } from './capture-recut.ts';

function slicesOf(sizes: readonly number[], first: number): CaptureSlice[] {
  let at = first;
  return sizes.map((count) => {
    const v4 = newPacketBatch(4, 'local/x', count), v6 = newPacketBatch(6, 'local/x', count);
    for (let k = 0; k < count; k++) {
      const batch = (at + k) % 3 === 0 ? v6 : v4;
      batch.record[batch.n] = at + k;
      batch.atUs[batch.n] = 1000 + at + k;
      batch.n++;
    }
    const slice: CaptureSlice = { kind: 'slice', first: at, count, batches: [v4, v6].filter((b) => b.n > 0), fromUs: 1000 + at, toUs: 1000 + at + count, bytes: 0 };
    at += count;
    return slice;
  });
}

async function* stream(events: readonly CaptureEvent[]): AsyncGenerator<CaptureEvent> { yield* events; }

test('the first slice has the length asked for, and every frame comes once and in its place', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), fc.nat(200), fc.nat(50), async (sizes, count, first) => {
    const before = slicesOf(sizes, first), total = sizes.reduce((a, b) => a + b, 0);
    const after: CaptureSlice[] = [];
    for await (const event of recut(stream(before), count)) if (event.kind === 'slice') after.push(event);
    const frames = after.flatMap((s) => s.batches.flatMap((b) => Array.from(b.record.subarray(0, b.n)))).sort((a, b) => a - b);
    assert.deepEqual(frames, Array.from({ length: total }, (_, k) => first + k));
    if (count > 0 && total >= count) assert.deepEqual([after[0]?.first, after[0]?.count], [first, count]);
    let next = first;
    for (const slice of after) { assert.equal(slice.first, next); next += slice.count; assert.equal(slice.batches.reduce((s, b) => s + b.n, 0), slice.count); }
  }));
});
