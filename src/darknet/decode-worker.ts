/**
 * The thread behind `decode-pool.ts`: decodes the slices it is sent, shows each batch to its job, and gives arrays back.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { batchBuffers, type PacketBatch } from '../core/packet-batch.ts';
import type { RecordTable } from './capture-records.ts';
import { decodeRecords } from './decode-records.ts';

/** What runs on the worker besides decoding. One a worker; made by the default export of a module. */
export interface DecodeJob {
  /** Sees each batch once: fills columns (they travel on), or takes what it needs. */
  batch(batch: PacketBatch): void;
  /** Answers the pool's `ask`; what is named in `transfer` moves. */
  ask?(question: unknown): { readonly value: unknown; readonly transfer: ArrayBuffer[] };
}
export type NewDecodeJob = (data: unknown) => DecodeJob | Promise<DecodeJob>;

export interface WorkerSetup { readonly sensor: string; readonly checksums: boolean; readonly job: { readonly module: string; readonly data: unknown } | null }

export type ToWorker =
  | { readonly kind: 'decode' | 'reduce'; readonly id: number; readonly first: number; readonly table: RecordTable; readonly raw: Uint8Array }
  | { readonly kind: 'ask'; readonly id: number; readonly question: unknown };

export type FromWorker =
  | { readonly kind: 'batches'; readonly id: number; readonly batches: PacketBatch[]; readonly table: RecordTable }
  | { readonly kind: 'reduced'; readonly id: number; readonly raw: ArrayBuffer; readonly table: RecordTable }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown; readonly table?: undefined };

const port = parentPort;
if (!port) throw new Error('decode-worker.ts runs only as a worker thread');
const { sensor, checksums, job: wanted } = workerData as WorkerSetup;
const job: DecodeJob | null = wanted ? await ((await import(wanted.module)) as { default: NewDecodeJob }).default(wanted.data) : null;
/** Batches that never leave this thread are filled again. */
const reuse: { v4: PacketBatch | null; v6: PacketBatch | null } = { v4: null, v6: null };

port.on('message', (message: ToWorker) => {
  if (message.kind === 'ask') {
    const { value, transfer } = job?.ask?.(message.question) ?? { value: undefined, transfer: [] };
    port.postMessage({ kind: 'answer', id: message.id, value } satisfies FromWorker, transfer);
    return;
  }
  const { id, table, raw, first } = message;
  const keeps = message.kind === 'reduce';
  const batches = decodeRecords(raw, table, first, sensor, checksums, keeps ? reuse : undefined);
  if (job) for (const batch of batches) job.batch(batch);
  const columns = [table.off, table.capLen, table.wireLen, table.link, table.atUs].map((column) => column.buffer as ArrayBuffer);
  if (keeps) {
    for (const batch of batches) reuse[batch.family === 4 ? 'v4' : 'v6'] = batch;
    port.postMessage({ kind: 'reduced', id, raw: raw.buffer as ArrayBuffer, table } satisfies FromWorker, [raw.buffer as ArrayBuffer, ...columns]);
  } else {
    const buffers = new Set(batches.flatMap((batch) => batchBuffers(batch)));
    port.postMessage({ kind: 'batches', id, batches, table } satisfies FromWorker, [...buffers, ...columns]);
  }
});
