/**
 * The smallest job for `decode-pool.ts`, and what its tests run: writes a number into `tool` of each packet, and counts packets.
 * @module
 */
import type { DecodeJob } from './decode-worker.ts';

/** `data` is the number to write. */
export default function newJob(data: unknown): DecodeJob {
  let seen = 0;
  return {
    batch(batch) {
      seen += batch.n;
      batch.tool.fill(Number(data), 0, batch.n);
    },
    ask: (question) => ({ value: { question, seen }, transfer: [] }),
  };
}
