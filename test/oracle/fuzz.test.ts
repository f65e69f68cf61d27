/**
 * Ten thousand mutated captures and frames; the bench runs a million (`bench/fuzz-decode.bench.ts`).
 * @module
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BATCH_COLUMNS } from '../../src/core/packet-batch.ts';
import { decodeFrame, newFrameSink, sinkBatches } from '../../src/wire/decode-frame.ts';
import { LINK } from '../../src/wire/link-types.ts';
import { needs } from '../needs.ts';
import { fuzz } from './fuzz.ts';
import { generatedCorpus, realCorpus } from './fuzz-corpus.ts';

test('5,000 mutations of generated captures: nothing throws, hangs or leaves its bounds', async () => {
  const tally = await fuzz('generated', 5_000, generatedCorpus());
  assert.equal(tally.cases, 5_000);
  // The cases reach what they are meant to reach.
  for (const [what, count] of Object.entries(tally)) assert.ok(count > 100, `${what}: ${count}`);
});

test('5,000 mutations of real captures: nothing throws, hangs or leaves its bounds', needs('shared-data'), async () => {
  const corpus = realCorpus();
  assert.ok(corpus.length > 900, `${corpus.length} captures`);
  const tally = await fuzz('real', 5_000, corpus);
  assert.equal(tally.cases, 5_000);
  for (const [what, count] of Object.entries(tally)) assert.ok(count > 100, `${what}: ${count}`);
});

test('any bytes of any link type are one row, the same behind any other bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom<number>(...Object.values(LINK)), fc.nat({ max: 50 }), (frame, link, before) => {
    const rows = [0, before].map((offset) => {
      const raw = new Uint8Array(offset + frame.length + 30).fill(offset);
      raw.set(frame, offset);
      const sink = newFrameSink(raw, 'local/fuzz', 1);
      decodeFrame(sink, offset, frame.length, frame.length, link, 1, 2);
      const [batch] = sinkBatches(sink);
      assert.ok(batch && batch.n === 1);
      return BATCH_COLUMNS.map((column) => {
        const value = batch[column][0] as number;
        return value !== 0 && (column === 'optOff' || column === 'payOff' || column === 'innerOff') ? value - offset : value;
      });
    });
    // An offset of 0 means "none", so that only frames whose parts start behind byte 0 can be compared at offset 0; headers always precede them.
    assert.deepEqual(rows[0], rows[1]);
  }), { numRuns: 2_000 });
});
