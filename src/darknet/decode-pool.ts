/**
 * Decoding on worker threads: one thread finds records, the others decode them, in order and with bounded memory.
 *
 * In: a capture's bytes. Out: the same events as `readCapture` gives, slices in order, whatever the number of workers. A *job* (a module
 * of the caller's) sees each batch on the worker: it may annotate it there, or reduce it to something small so that rows never travel.
 * Arrays move by transfer; slabs and tables are used again. At most AHEAD slices a worker are under way.
 * Cost: the calling thread only finds records; starting a worker takes longer than reading a small capture without (`bench/decode-fields.bench.ts`).
 * @module
 */
import { Worker, type TransferListItem } from 'node:worker_threads';
import { scanCapture, timeSpan, type CaptureEvent, type CaptureSlice, type RawSlice, type ScanOptions } from './capture-reader.ts';
import type { RecordTable } from './capture-records.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './decode-worker.ts';

/** Slices under way a worker: one being decoded, one waiting. */
const AHEAD = 2;
/** Byte arrays and tables kept for reuse, a worker. */
const SPARE = 3;

export interface PoolOptions {
  readonly workers: number;
  /** `org/sensor` of every batch. */
  readonly sensor: string;
  /** Verify transport checksums (default true). */
  readonly checksums?: boolean;
  /** Module URL of a job (its default export makes a {@link DecodeJob} from `data`, which is cloned). */
  readonly job?: { readonly module: string; readonly data: unknown };
}

interface Pending { readonly resolve: (message: FromWorker) => void; readonly reject: (error: Error) => void }
interface Seat { readonly worker: Worker; readonly pending: Map<number, Pending> }

/** Worker threads that decode slices. Close it. */
export class DecodePool {
  readonly spare: NonNullable<ScanOptions['spare']>;
  readonly #seats: Seat[] = [];
  readonly #bytes: Uint8Array[] = [];
  readonly #tables: RecordTable[] = [];
  #next = 0;
  #failed: Error | null = null;

  constructor(options: PoolOptions) {
    const setup: WorkerSetup = { sensor: options.sensor, checksums: options.checksums ?? true, job: options.job ?? null };
    for (let k = 0; k < options.workers; k++) {
      const seat: Seat = { worker: new Worker(new URL('./decode-worker.js', import.meta.url), { workerData: setup }), pending: new Map() };
      seat.worker.on('message', (message: FromWorker) => this.#heard(seat, message));
      seat.worker.on('error', (error) => this.#fail(error));
      seat.worker.on('exit', (code) => { if (seat.pending.size > 0) this.#fail(new Error(`a decoding thread ended with code ${code}`)); });
      this.#seats.push(seat);
    }
    this.spare = { table: () => this.#tables.pop(), bytes: () => this.#bytes.pop() };
  }

  get workers(): number {
    return this.#seats.length;
  }

  /** Decodes a slice on the least busy worker. Takes its bytes and table over. */
  async decode(slice: RawSlice): Promise<CaptureSlice> {
    const { first, bytes } = slice, count = slice.table.n, [fromUs, toUs] = timeSpan(slice.table);
    const answer = await this.#send(slice, 'decode');
    return { kind: 'slice', first, count, batches: answer.kind === 'batches' ? answer.batches : [], fromUs, toUs, bytes };
  }

  /** Lets the worker's job see a slice; nothing comes back. */
  async reduce(slice: RawSlice): Promise<void> {
    await this.#send(slice, 'reduce');
  }

  /** Asks one worker's job something, behind all slices that it was given before. */
  async ask(worker: number, question: unknown, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    const seat = this.#seats[worker];
    if (!seat) throw new RangeError(`there is no worker ${worker}`);
    const answer = await this.#post(seat, { kind: 'ask', id: this.#next++, question }, transfer);
    return answer.kind === 'answer' ? answer.value : undefined;
  }

  async close(): Promise<void> {
    for (const seat of this.#seats) seat.pending.clear();
    await Promise.all(this.#seats.map((seat) => seat.worker.terminate()));
  }

  #send(slice: RawSlice, kind: 'decode' | 'reduce'): Promise<FromWorker> {
    const { table, raw, first } = slice;
    const seat = this.#seats.reduce((least, other) => (other.pending.size < least.pending.size ? other : least));
    const transfer = [table.off, table.capLen, table.wireLen, table.link, table.atUs].map((column) => column.buffer as ArrayBuffer);
    return this.#post(seat, { kind, id: this.#next++, first, table, raw }, [...transfer, raw.buffer as ArrayBuffer]);
  }

  #post(seat: Seat, message: ToWorker, transfer: readonly TransferListItem[]): Promise<FromWorker> {
    if (this.#failed) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => {
      seat.pending.set(message.id, { resolve, reject });
      seat.worker.postMessage(message, transfer);
    });
  }

  #heard(seat: Seat, message: FromWorker): void {
    if (message.table && this.#tables.length < SPARE * this.workers) {
      message.table.n = 0;
      this.#tables.push(message.table);
    }
    if (message.kind === 'reduced' && this.#bytes.length < SPARE * this.workers) this.#bytes.push(new Uint8Array(message.raw));
    const pending = seat.pending.get(message.id);
    seat.pending.delete(message.id);
    pending?.resolve(message);
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    for (const seat of this.#seats) {
      for (const pending of seat.pending.values()) pending.reject(error);
      seat.pending.clear();
    }
  }
}

/** As `readCapture`, decoded (and seen by the job) on workers. */
export async function* readCaptureInWorkers(chunks: AsyncIterable<Uint8Array>, options: PoolOptions & Pick<ScanOptions, 'skip' | 'path'>): AsyncGenerator<CaptureEvent> {
  const pool = new DecodePool(options), limit = AHEAD * options.workers;
  const { skip, path } = options;
  try {
    const queue: Promise<CaptureEvent>[] = [];
    let slices = 0;
    for await (const event of scanCapture(chunks, { ...(skip === undefined ? {} : { skip }), ...(path === undefined ? {} : { path }), spare: pool.spare })) {
      const made: Promise<CaptureEvent> = event.kind === 'raw' ? pool.decode(event) : Promise.resolve(event);
      made.catch(() => {}); // awaited in order below; a failure of a later one must not be unhandled until then
      queue.push(made);
      if (event.kind === 'raw') slices++;
      while (slices >= limit) {
        const done = await (queue.shift() as Promise<CaptureEvent>);
        if (done.kind === 'slice') slices--;
        yield done;
      }
    }
    for (const made of queue) yield await made;
  } finally {
    await pool.close();
  }
}

/** Shows every frame of a capture to the pool's jobs. Returns frames and what was wrong. */
export async function reduceCapture(chunks: AsyncIterable<Uint8Array>, pool: DecodePool): Promise<{ frames: number; defects: number }> {
  const limit = AHEAD * pool.workers;
  const queue: Promise<void>[] = [];
  let frames = 0, defects = 0;
  for await (const event of scanCapture(chunks, { spare: pool.spare })) {
    if (event.kind === 'defect') defects++;
    if (event.kind !== 'raw') continue;
    frames += event.table.n;
    const made = pool.reduce(event);
    made.catch(() => {}); // awaited in order below
    queue.push(made);
    if (queue.length >= limit) await queue.shift();
  }
  await Promise.all(queue);
  return { frames, defects };
}

