/**
 * Annotation on decoding threads: what `decode-pool.ts` runs there when a capture is read into the store.
 *
 * In: the sensor and the folder of scanner lists. Each thread loads rules, tables and lists once.
 * @module
 */
import { createAnnotator, loadLists, loadRules, loadTables } from '../observations/tag/annotate.ts';
import type { Sensor } from '../observations/sensor.ts';
import type { DecodeJob } from './decode-worker.ts';

export interface AnnotateJobData { readonly sensor: Sensor; readonly listsDir: string }

/** Module address for `PoolOptions.job`. */
export const annotateJobUrl: string = import.meta.url;

export default function newJob(data: unknown): DecodeJob {
  const { sensor, listsDir } = data as AnnotateJobData;
  const annotator = createAnnotator({ sensor, tables: loadTables(), rules: loadRules(), lists: loadLists(listsDir).lists });
  return { batch: (batch) => annotator.annotate(batch) };
}
