/**
 * Ingestion: a file, standard input or a growing file into the event store, exactly once. A door of this area.
 *
 * In: an opener of bytes, a sensor, the stores' ports. Out: what was added, what was already known, what could not be read.
 * How: the content's SHA-256 (decompressed) and the sensor name the source; it is cut into blocks at fixed record numbers, so a
 * second run makes the same blocks. Each block is begun in the ledger, inserted with its token, then acknowledged; blocks
 * already acknowledged are skipped, one that was only begun is sent again. So an interrupted read resumes without double counting.
 * Cost: two passes over a file (hash, then decode); at most PIPELINE_BLOCKS blocks in memory.
 * Limits: a growing file is known by its device, inode and first bytes, so reading it again when it is complete counts it anew.
 * @module
 */
import { formatCidr } from '../core/address.ts';
import { OperatorError } from '../core/errors.ts';
import type { Block, EventStore, Ledger, Range } from '../observations/contract.ts';
import type { Defect, Observation } from '../observations/observation.ts';
import type { Sensor } from '../observations/sensor.ts';
import type { CaptureEvent, CaptureSlice } from './capture-reader.ts';
import type { Importer } from './importer.ts';
import { detectImporter, IMPORTERS, importerNamed } from './registry.ts';

/** Log records of one block. */
export const BLOCK_RECORDS = 16_384;
/** Defects of one source that are kept with their quotes; all are counted. */
export const KEPT_DEFECTS = 1000;

export interface IngestPorts {
  readonly store: EventStore;
  readonly ledger: Ledger;
}

/** What to read: identity and content of one source whose format is known. */
export interface IngestSource {
  /** As the operator named it; kept in the ledger. */
  readonly path: string;
  /** SHA-256 (hex) of the decompressed content, or of a growing file's identity. */
  readonly content: string;
  readonly format: string;
  readonly sensor: Sensor;
}

export interface IngestResult {
  readonly format: string;
  packets: number;
  records: number;
  /** Rows of content that was in the store before this call. */
  duplicates: number;
  defectCount: number;
  quarantined: number;
  readonly defects: Defect[];
  fromUs: number | null;
  toUs: number | null;
}

export interface IngestWatch {
  readonly signal: AbortSignal;
  /** Called after each block with rows handled so far. */
  readonly onRows?: (rows: number) => void;
}

export function emptyResult(format: string): IngestResult {
  return { format, packets: 0, records: 0, duplicates: 0, defectCount: 0, quarantined: 0, defects: [], fromUs: null, toUs: null };
}

/** Blocks of a source that the ledger knows. `reach` is the first record behind all acknowledged blocks that follow one another from 0. */
async function progressOf(ledger: Ledger, source: IngestSource): Promise<{ reach: number; known: ReadonlyMap<number, number>; done: { packets: number; records: number } | null }> {
  const done = await ledger.finished(source.content, source.sensor.id);
  const blocks = await ledger.blocksOf(source.content, source.sensor.id);
  const known = new Map(blocks.map((b) => [b.first, b.count]));
  let reach = 0;
  for (let count = known.get(reach); count !== undefined && count > 0; count = known.get(reach)) reach += count;
  return { reach, known, done };
}

function widen(result: IngestResult, range: Range | null): void {
  if (!range) return;
  result.fromUs = result.fromUs === null ? range.fromUs : Math.min(result.fromUs, range.fromUs);
  result.toUs = result.toUs === null ? range.toUs : Math.max(result.toUs, range.toUs);
}

function keepDefect(result: IngestResult, defect: Defect): void {
  result.defectCount++;
  if (result.defects.length < KEPT_DEFECTS) result.defects.push(defect);
}

/**
 * Stores a capture. `events(skip)` decodes from frame `skip` on, annotated, cut where the content alone decides, and yields
 * defects and drop counters where it finds them. Inserting block k overlaps with decoding block k + 1.
 */
export async function ingestCapture(source: IngestSource, events: (skip: number) => AsyncIterable<CaptureEvent>, ports: IngestPorts, watch: IngestWatch): Promise<IngestResult> {
  const { store, ledger } = ports;
  const result = emptyResult(source.format);
  const { reach, done } = await progressOf(ledger, source);
  if (done) { result.duplicates = done.packets + done.records; return result; }
  result.duplicates = reach;
  let rows = reach;
  let writing: Promise<void> = Promise.resolve();
  const drops: Observation[] = [];
  for await (const item of events(reach)) {
    if (watch.signal.aborted) break;
    if (item.kind === 'defect') { keepDefect(result, item.defect); continue; }
    if (item.kind === 'drops') { if (item.drops.dropped > 0) drops.push(dropped(item.drops)); continue; }
    await writing;
    if (watch.signal.aborted) break;
    writing = writeSlice(item);
    writing.catch(() => {}); // awaited above or below; this only keeps an early failure from being unhandled
  }
  await writing;
  if (watch.signal.aborted) return result;
  if (drops.length > 0) {
    const block: Block = { content: `${source.content}:drops`, sensor: source.sensor.id, first: 0, count: drops.length };
    await ledger.begin(block, null);
    const inserted = await store.insertObservations(block, drops);
    await ledger.acknowledge(block, inserted, null);
    result.records += inserted.records;
  }
  await finish(source, ports, result);
  return result;

  async function writeSlice(slice: CaptureSlice): Promise<void> {
    const block: Block = { content: source.content, sensor: source.sensor.id, first: slice.first, count: slice.count };
    const range = Number.isFinite(slice.fromUs) ? { fromUs: slice.fromUs, toUs: slice.toUs } : null;
    await ledger.begin(block, range);
    const inserted = await store.insertPackets(block, slice.batches, source.sensor.regions.map(formatCidr));
    await ledger.acknowledge(block, inserted, range);
    result.packets += inserted.packets;
    result.quarantined += inserted.quarantined;
    widen(result, range);
    rows += slice.count;
    watch.onRows?.(rows);
  }
}

/** Stores another tool's log read by an importer; lines are blocks of {@link BLOCK_RECORDS} items. */
export async function ingestLog(source: IngestSource, importer: Importer, open: () => AsyncIterable<Uint8Array>, options: Parameters<Importer['read']>[1], ports: IngestPorts, watch: IngestWatch): Promise<IngestResult> {
  const { store, ledger } = ports;
  const result = emptyResult(source.format);
  const { known, done } = await progressOf(ledger, source);
  if (done) { result.duplicates = done.packets + done.records; return result; }
  let first = 0, count = 0;
  let held: Observation[] = [];
  for await (const item of importer.read(open(), options)) {
    if (watch.signal.aborted) return result;
    count++;
    if (item.kind === 'defect') keepDefect(result, item.defect);
    else held.push(item.observation);
    if (count === BLOCK_RECORDS) await flush();
  }
  if (watch.signal.aborted) return result;
  if (count > 0) await flush();
  await finish(source, ports, result);
  return result;

  async function flush(): Promise<void> {
    const block: Block = { content: source.content, sensor: source.sensor.id, first, count };
    if (known.get(first) === count) result.duplicates += held.length;
    else {
      const range = spanOf(held);
      await ledger.begin(block, range);
      const inserted = held.length === 0 ? { packets: 0, records: 0, quarantined: 0 } : await store.insertObservations(block, held);
      await ledger.acknowledge(block, inserted, range);
      result.records += inserted.records;
      result.quarantined += inserted.quarantined;
      widen(result, range);
    }
    first += count;
    count = 0;
    held = [];
    watch.onRows?.(first);
  }
}

/** A capture's own drop counter as an observation. */
export function dropped(drops: { readonly atUs: number; readonly received: number | null; readonly dropped: number }): Observation {
  return {
    kind: 'darknet.packet.dropped', atUs: drops.atUs, src: '', dst: '', sport: 0, dport: 0, proto: 0, role: 'unknown', session: '', label: '', payload: null,
    fields: { 'noroshi.dropped': drops.dropped, ...(drops.received === null ? {} : { 'noroshi.received': drops.received }) }, line: 0,
  };
}

async function finish(source: IngestSource, { ledger }: IngestPorts, result: IngestResult): Promise<void> {
  await ledger.noteDefects(source.content, source.sensor.id, result.defects);
  await ledger.finish(source.content, source.sensor.id, { path: source.path, format: source.format, defects: result.defectCount + result.quarantined });
}

function spanOf(observations: readonly Observation[]): Range | null {
  let fromUs = Infinity, toUs = -Infinity;
  for (const { atUs } of observations) { if (atUs < fromUs) fromUs = atUs; if (atUs >= toUs) toUs = atUs + 1; }
  return fromUs === Infinity ? null : { fromUs, toUs };
}

/** The importer that the registry finds for a head, or by name; throws `format-unknown` or `format-name`. `capture` when it is one. */
export function chooseFormat(path: string, head: Uint8Array, isCapture: boolean, as: string | undefined): Importer | 'capture' {
  const captures = ['capture', 'pcap', 'pcapng'];
  if (as !== undefined) {
    if (captures.includes(as)) return 'capture';
    const named = importerNamed(as);
    if (!named) throw new OperatorError('format-name', { name: as, known: [...captures, ...Object.keys(IMPORTERS).sort()].join(', ') });
    return named;
  }
  if (isCapture) return 'capture';
  const found = detectImporter(head);
  if (!found) throw new OperatorError('format-unknown', { path });
  return found.importer;
}
