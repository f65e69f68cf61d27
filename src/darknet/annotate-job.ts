/**
 * Annotation on decoding threads: what `decode-pool.ts` runs there when a capture is read into the store.
 *
 * In: the sensor and the folders of scanner lists and of the installation's own rules. Each thread loads rules, tables and lists once.
 * @module
 */
import { createAnnotator, loadLists, loadRules, loadTables } from '../observations/tag/annotate.ts';
import type { Sensor } from '../observations/sensor.ts';
import type { DecodeJob } from './decode-worker.ts';

export interface AnnotateJobData { readonly sensor: Sensor; readonly listsDir: string; readonly rulesDir: string }

/** Module address for `PoolOptions.job`. */
export const annotateJobUrl: string = import.meta.url;

export default function newJob(data: unknown): DecodeJob {
  const { sensor, listsDir, rulesDir } = data as AnnotateJobData;
  const annotator = createAnnotator({ sensor, tables: loadTables(), rules: loadRules(rulesDir), lists: loadLists(listsDir).lists });
  return { batch: (batch) => annotator.annotate(batch) };
}
