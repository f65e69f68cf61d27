/**
 * Captures for fingerprint tests: read, annotated, and counted.
 *
 * In: a capture file, or packets by their fields. Out: annotated batches, and how many packets of a kind got which tool.
 * @module
 */
import type { PacketBatch } from '../../../src/core/packet-batch.ts';
import { TOOLS, type Tool } from '../../../src/core/vocabulary.ts';
import { DEFAULT_ORG, sensorId } from '../../../src/core/ids.ts';
import { requireCidr } from '../../../src/core/address.ts';
import { decompressed, fileBytes } from '../../../src/darknet/byte-source.ts';
import { readCapture } from '../../../src/darknet/capture-reader.ts';
import { createAnnotator, loadRules, loadTables, type Annotator } from '../../../src/observations/tag/annotate.ts';
import { NO_LISTS, type ScannerLists } from '../../../src/observations/tag/scanner-list.ts';
import { buildPacket, type PacketSpec } from '../../../src/wire/packet-build.ts';
import { LINK_TYPE, pcapFile } from '../../../src/wire/pcap-write.ts';

export const SENSOR = sensorId('golden');

/** An annotator with the shipped rules; `regions` as networks. */
export function annotatorFor(regions: readonly string[] = [], lists: ScannerLists = NO_LISTS, own: readonly string[] = []): Annotator {
  return createAnnotator({
    sensor: { id: SENSOR, org: DEFAULT_ORG, name: 'golden', regions: regions.map(requireCidr), zone: 'UTC', country: '', simulated: false, gaps: [] },
    tables: loadTables(), rules: loadRules(), lists, own: own.map(requireCidr),
  });
}

/** The annotated batches of a capture file. */
export async function annotatedCapture(path: string, annotator: Annotator): Promise<PacketBatch[]> {
  return annotated(decompressed(fileBytes(path)), annotator);
}

/** The annotated batches of packets written to a capture and read back. */
export async function annotatedPackets(packets: readonly PacketSpec[], annotator: Annotator): Promise<PacketBatch[]> {
  const file = pcapFile(LINK_TYPE.raw, packets.map((spec, k) => ({ atUs: 1_700_000_000_000_000 + k * 1000, bytes: buildPacket(spec) })));
  return annotated((async function* () { yield file; })(), annotator);
}

async function annotated(chunks: AsyncIterable<Uint8Array>, annotator: Annotator): Promise<PacketBatch[]> {
  const out: PacketBatch[] = [];
  for await (const event of readCapture(chunks, { sensor: SENSOR })) {
    if (event.kind !== 'slice') continue;
    for (const batch of event.batches) { annotator.annotate(batch); out.push(batch); }
  }
  return out;
}

/** How many of the packets that `wanted` picks have which tool; and how many there are. */
export function tally(batches: readonly PacketBatch[], wanted: (batch: PacketBatch, i: number) => boolean): { readonly total: number; readonly tools: ReadonlyMap<Tool, number> } {
  const tools = new Map<Tool, number>();
  let total = 0;
  for (const batch of batches) for (let i = 0; i < batch.n; i++) {
    if (!wanted(batch, i)) continue;
    const tool = TOOLS[batch.tool[i] as number] as Tool;
    tools.set(tool, (tools.get(tool) ?? 0) + 1);
    total++;
  }
  return { total, tools };
}

/** A pure SYN of IPv4. */
export const isSyn = (batch: PacketBatch, i: number): boolean => batch.proto[i] === 6 && ((batch.flags[i] as number) & 23) === 2;
