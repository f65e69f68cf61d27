/**
 * Reading one file, standard input or a growing file: detection, identity, then ingestion. What `noroshi read` and uploads share.
 *
 * Standard input is spooled into DATA's temporary folder first, because its identity is the hash of all of it.
 * @module
 */
import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { OperatorError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import { shortHash } from '../core/ids.ts';
import { secretBytes } from '../core/rng.ts';
import { contentHash, decompressed, fileBytes, fileSize, growingFileBytes, HEAD_BYTES, SourceDamaged, type Follow } from '../darknet/byte-source.ts';
import { annotateJobUrl } from '../darknet/annotate-job.ts';
import { readCaptureInWorkers } from '../darknet/decode-pool.ts';
import { recut } from '../darknet/capture-recut.ts';
import { detectCapture, readCapture, type CaptureEvent } from '../darknet/capture-reader.ts';
import { chooseFormat, ingestCapture, ingestLog, type IngestResult, type IngestSource } from '../darknet/ingest.ts';
import { zoneOffset } from '../darknet/importers/reading/naive-time.ts';
import type { ImportOptions } from '../darknet/importer.ts';
import { short } from './progress.ts';
import type { EventStore, Ledger } from '../observations/contract.ts';
import type { Defect } from '../observations/observation.ts';
import type { Sensor } from '../observations/sensor.ts';
import type { Annotator } from '../observations/tag/annotate.ts';

/** Captures of at least so many (compressed) bytes are decoded and annotated on a thread of their own. */
const WORKER_BYTES = 4 << 20;
/** One: the other core writes, and the store has threads too. */
const WORKERS = 1;
/** How often a growing file is looked at, milliseconds. */
const FOLLOW_POLL_MS = 200;
/** A followed capture gives a block at least this often, milliseconds. */
const FOLLOW_FLUSH_MS = 1000;

export interface ReadPorts {
  readonly store: EventStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly tempDir: string;
  readonly listsDir: string;
  readonly rulesDir: string;
  readonly annotatorFor: (sensor: Sensor) => Annotator;
}

export interface ReadOptions {
  /** A path, or a stream with a name. */
  readonly from: { readonly path: string } | { readonly name: string; readonly stream: AsyncIterable<Uint8Array> };
  readonly sensor: Sensor;
  readonly as?: string;
  readonly mapping?: Readonly<Record<string, string>>;
  /** Goes on as the file grows, until the signal. */
  readonly follow?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (bytes: number, totalBytes: number | null, words: string) => void;
}

export async function readFileInto(ports: ReadPorts, options: ReadOptions): Promise<IngestResult> {
  if ('path' in options.from) return readPath(ports, options, options.from.path, options.from.path);
  const spool = join(ports.tempDir, `spool-${shortHash(Buffer.from(secretBytes(16)).toString('hex'))}`);
  try {
    const out = createWriteStream(spool, { mode: 0o600 });
    let bytes = 0;
    for await (const chunk of options.from.stream) {
      if (options.signal.aborted) break;
      bytes += chunk.length;
      options.onProgress?.(bytes, null, 'taking in');
      if (!out.write(chunk)) await new Promise<void>((resolve) => { out.once('drain', () => resolve()); });
    }
    out.end();
    await finished(out);
    return await readPath(ports, options, spool, options.from.name);
  } finally {
    await rm(spool, { force: true });
  }
}

async function readPath(ports: ReadPorts, options: ReadOptions, path: string, shown: string): Promise<IngestResult> {
  const { signal, sensor } = options;
  const size = await fileSize(path);
  const follow: Follow | null = options.follow ? { clock: ports.clock, pollMs: FOLLOW_POLL_MS, stop: signal } : null;
  const raw = (onBytes?: (n: number) => void) => (follow ? growingFileBytes(path, follow) : fileBytes(path, onBytes));
  const head = await headOf(path);
  if (head.length === 0 && !follow) throw new OperatorError('file-missing', { path: shown, reason: 'it is empty' });
  const format = chooseFormat(shown, head, detectCapture(head) !== null, options.as);

  let content: string;
  if (follow) {
    const { dev, ino } = await stat(path);
    content = `follow-${shortHash(dev, ino, Buffer.from(head.subarray(0, 24)).toString('hex'))}`;
  } else {
    let checked = 0;
    const hashing = contentHash(decompressed(fileBytes(path, (n) => {
      checked = n;
      options.onProgress?.(checked, size, 'checking');
      if (signal.aborted) throw new Interrupted();
    })));
    try { content = (await hashing).sha256; } catch (error) {
      if (error instanceof Interrupted) return { format: '', packets: 0, records: 0, duplicates: 0, defectCount: 0, quarantined: 0, defects: [], fromUs: null, toUs: null };
      throw error;
    }
  }
  let bytesRead = 0;
  const startMs = ports.clock.steadyMs();
  const watch = {
    signal: follow ? new AbortController().signal : signal,
    onRows: (rows: number) => options.onProgress?.(bytesRead, size, `${short(rows)} ${format === 'capture' ? 'packets' : 'records'}, ${short(rows / Math.max(0.001, (ports.clock.steadyMs() - startMs) / 1000))}/s`),
  };
  const bytes = () => decompressed(raw((n) => { bytesRead = n; }));
  const source: IngestSource = { path: shown, content, format: format === 'capture' ? detectCapture(head) ?? 'capture' : format.name, sensor };
  if (format === 'capture') {
    const events = async function* (skip: number): AsyncGenerator<CaptureEvent> {
      if (!follow && (size ?? 0) >= WORKER_BYTES) {
        yield* readCaptureInWorkers(bytes(), { workers: WORKERS, sensor: sensor.id, skip, path: shown, job: { module: annotateJobUrl, data: { sensor, listsDir: ports.listsDir, rulesDir: ports.rulesDir } } });
        return;
      }
      const annotator = ports.annotatorFor(sensor);
      const flush = follow ? { flush: { everyMs: FOLLOW_FLUSH_MS, clock: ports.clock } } : {};
      const begun = follow ? (await ports.ledger.unfinished()).find((u) => u.block.content === content && u.block.sensor === sensor.id && u.block.first === skip) : undefined;
      for await (const event of recut(readCapture(bytes(), { sensor: sensor.id, skip, path: shown, ...flush }), begun?.block.count ?? 0)) {
        if (event.kind === 'slice') for (const batch of event.batches) annotator.annotate(batch);
        yield event;
      }
    };
    return ingestCapture(source, events, ports, watch);
  }
  const importOptions: ImportOptions = { zoneOffsetMinutes: zoneOffset(sensor.zone), ...(options.mapping ? { mapping: options.mapping } : {}) };
  const broken: Defect[] = [];
  const result = await ingestLog(source, format, () => untilDamage(bytes(), broken), importOptions, ports, watch);
  result.defects.push(...broken);
  result.defectCount += broken.length;
  return result;
}

class Interrupted extends Error {}

async function headOf(path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of decompressed(fileBytes(path))) {
      parts.push(chunk);
      size += chunk.length;
      if (size >= HEAD_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof SourceDamaged)) throw error; // what stood before the damage is enough to look at
  }
  return new Uint8Array(Buffer.concat(parts)).subarray(0, HEAD_BYTES);
}

/** A damaged compressed log ends where the damage is; that is one more defect. */
async function* untilDamage(chunks: AsyncIterable<Uint8Array>, defects: Defect[]): AsyncGenerator<Uint8Array> {
  try { yield* chunks; } catch (error) {
    if (!(error instanceof SourceDamaged)) throw error;
    defects.push({ line: 0, reason: error.message, quote: '' });
  }
}
