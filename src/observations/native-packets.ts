/**
 * PacketBatch to a block of the table `observation` in Native format: numeric columns as views, addresses and text built.
 *
 * In: an annotated batch, the id of its block's source, the sensor's regions. Out: chunks to write, in column order.
 * Cost: about 0.4 µs a packet on one core, most of it payload and addresses; no object a packet.
 * Limits: payload is cut at PAYLOAD_KEPT bytes, TCP options at 40, quoted inner headers at INNER_KEPT.
 * @module
 */
import { parseCidr, type Cidr } from '../core/address.ts';
import { splitSensorId } from '../core/ids.ts';
import { BIT, PAYLOAD_KEPT, unpackCountry, type PacketBatch } from '../core/packet-batch.ts';
import { LABELS, ROLES, TOOLS } from '../core/vocabulary.ts';
import { NativeBlock, TextColumn, bytesOf } from './native-writer.ts';
import { regionName } from './sensor.ts';
import { OBSERVATION_COLUMNS } from './sql/migrations/001-observations.ts';

/** Most bytes kept of a quoted or tunnelled header: an IPv6 header, two extension headers and a TCP header. */
export const INNER_KEPT = 96;

/** What every row of a block shares. */
export interface BlockFacts { readonly sensor: string; readonly content: string; readonly ingestedUs: number }

/** Regions as the sensor has them, parsed once an insert. */
export function parseRegions(regions: readonly string[]): Cidr[] {
  return regions.map((text) => {
    const cidr = parseCidr(text);
    if (!cidr) throw new RangeError(`region '${text}' is not a network`);
    return cidr;
  });
}

/** 16-byte addresses of packets [0, n): IPv4 as ::ffff:a.b.c.d. */
function addresses(words: Uint32Array, ipBits: Uint16Array, family: 4 | 6, n: number): Uint8Array {
  const out = new Uint32Array(4 * n);
  if (family === 4) {
    for (let i = 0, o = 2; i < n; i++, o += 4) {
      if (((ipBits[i] as number) & BIT.notIp) !== 0) continue;
      const w = words[i] as number;
      out[o] = 0xffff0000;
      out[o + 1] = (w << 24) | ((w & 0xff00) << 8) | ((w >>> 8) & 0xff00) | (w >>> 24);
    }
  } else {
    for (let o = 0; o < 4 * n; o++) {
      const w = words[o] as number;
      out[o] = (w << 24) | ((w & 0xff00) << 8) | ((w >>> 8) & 0xff00) | (w >>> 24);
    }
  }
  return new Uint8Array(out.buffer);
}

/** Keys by which sources are counted (column `host`), as pairs of words, low first. */
function hosts(src: Uint32Array, ipBits: Uint16Array, family: 4 | 6, n: number): Uint8Array {
  const out = new Uint32Array(2 * n);
  for (let i = 0; i < n; i++) {
    if (((ipBits[i] as number) & BIT.notIp) !== 0) continue;
    if (family === 4) { out[2 * i] = src[i] as number; out[2 * i + 1] = 0xffff; }
    else { out[2 * i] = src[4 * i + 1] as number; out[2 * i + 1] = src[4 * i] as number; }
  }
  return new Uint8Array(out.buffer);
}

/** Integers beyond 32 bits: microseconds and record numbers as Int64, low word first. */
export function int64s(values: Float64Array | Uint32Array, n: number, from = 0): Uint8Array {
  const out = new Uint32Array(2 * n);
  for (let i = 0; i < n; i++) {
    const v = values[from + i] as number, high = Math.floor(v / 4_294_967_296);
    out[2 * i] = v - high * 4_294_967_296;
    out[2 * i + 1] = high;
  }
  return new Uint8Array(out.buffer);
}

/** A String column of slices of `raw`; offsets beyond the buffer give what is there. */
function slices(raw: Uint8Array, offsets: Uint32Array, lengths: Uint8Array | Uint16Array, n: number, most: number): Uint8Array {
  let total = 0;
  for (let i = 0; i < n; i++) total += Math.min(lengths[i] as number, most);
  if (total === 0) return new Uint8Array(n);
  const column = new TextColumn(total + 2 * n);
  for (let i = 0; i < n; i++) {
    const from = offsets[i] as number;
    const length = Math.max(0, Math.min(lengths[i] as number, most, raw.length - from));
    if (length === 0) column.empty(); else column.add(raw, from, length);
  }
  return column.finish();
}

/** Index of each packet's word in a dictionary built as keys come. */
function dictionary(n: number, keyOf: (i: number) => number, wordOf: (i: number) => string): { words: string[]; index: Uint16Array | Uint32Array } {
  const seen = new Map<number, number>(), words: string[] = [];
  const index = new Uint32Array(n);
  let lastKey = NaN, lastIndex = 0;
  for (let i = 0; i < n; i++) {
    const key = keyOf(i);
    if (key !== lastKey) {
      lastKey = key;
      const known = seen.get(key);
      if (known === undefined) { lastIndex = words.length; seen.set(key, lastIndex); words.push(wordOf(i)); } else lastIndex = known;
    }
    index[i] = lastIndex;
  }
  return { words, index: words.length <= 65_536 ? Uint16Array.from(index) : index };
}

function regionColumn(batch: PacketBatch, regions: readonly Cidr[]): { words: string[]; index: Uint16Array | Uint32Array } {
  const { family, dst, region, n } = batch;
  // Within one region the split name depends on the /24 (IPv4) or the /64 (IPv6) only.
  if (family === 4) return dictionary(n, (i) => ((region[i] as number) < 128
    ? ((region[i] as number) << 24) | ((dst[i] as number) >>> 8) // a small integer: the fast kind of key
    : (region[i] as number) * 16_777_216 + ((dst[i] as number) >>> 8)), (i) => regionName(regions, 4, dst, i, region[i] as number));
  const names = new Map<string, number>(), words: string[] = [], index = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const name = regionName(regions, 6, dst, 4 * i, region[i] as number);
    let at = names.get(name);
    if (at === undefined) { at = words.length; names.set(name, at); words.push(name); }
    index[i] = at;
  }
  return { words, index };
}

/** Kind, tool, label and role as one word: the column `facet`. */
export function facetWord(kind: string, tool: string, label: string, role: string): string {
  return `${kind} ${tool} ${label} ${role}`;
}

const KINDS_OF_PACKETS = ['darknet.packet.seen', 'darknet.frame.other'] as const;

function facetColumn({ tool, label, role, n }: PacketBatch, other: Uint8Array): { words: string[]; index: Uint16Array | Uint32Array } {
  return dictionary(n, (i) => ((other[i] as number) << 24) | ((tool[i] as number) << 16) | ((label[i] as number) << 8) | (role[i] as number),
    (i) => facetWord(KINDS_OF_PACKETS[other[i] as 0 | 1], TOOLS[tool[i] as number] ?? '', LABELS[label[i] as number] ?? '', ROLES[role[i] as number] ?? ''));
}

/** Chunks of one Native block holding all packets of the batch. */
export function encodePackets(batch: PacketBatch, facts: BlockFacts, regions: readonly Cidr[]): Uint8Array[] {
  const { n, family, ipBits, raw } = batch;
  const block = new NativeBlock(OBSERVATION_COLUMNS.length, n);
  const { org } = splitSensorId(facts.sensor);
  block.raw('at_us', 'Int64', int64s(batch.atUs, n));
  block.constantText('org', org);
  block.constantText('sensor', facts.sensor);
  const region = regionColumn(batch, regions);
  block.lowCardinality('region', region.words, region.index);
  block.raw('region_index', 'UInt16', bytesOf(batch.region, n, 2));
  const other = new Uint8Array(n);
  for (let i = 0; i < n; i++) other[i] = ((ipBits[i] as number) & BIT.notIp) === 0 ? 0 : 1;
  block.lowCardinality('kind', KINDS_OF_PACKETS, other);
  block.raw('packet', 'UInt8', new Uint8Array(n).fill(1));
  block.raw('family', 'UInt8', new Uint8Array(n).fill(family));
  block.raw('src', 'FixedString(16)', addresses(batch.src, ipBits, family, n));
  block.raw('dst', 'FixedString(16)', addresses(batch.dst, ipBits, family, n));
  block.raw('host', 'UInt64', hosts(batch.src, ipBits, family, n));
  block.raw('proto', 'UInt8', bytesOf(batch.proto, n, 1));
  block.raw('sport', 'UInt16', bytesOf(batch.sport, n, 2));
  block.raw('dport', 'UInt16', bytesOf(batch.dport, n, 2));
  block.raw('ttl', 'UInt8', bytesOf(batch.ttl, n, 1));
  block.raw('ipid', 'UInt32', bytesOf(batch.ipid, n, 4));
  block.raw('ip_bits', 'UInt16', bytesOf(ipBits, n, 2));
  block.raw('flags', 'UInt16', bytesOf(batch.flags, n, 2));
  block.raw('seq', 'UInt32', bytesOf(batch.seq, n, 4));
  block.raw('ack', 'UInt32', bytesOf(batch.ack, n, 4));
  block.raw('window', 'UInt16', bytesOf(batch.window, n, 2));
  block.raw('options_key', 'UInt32', bytesOf(batch.optionsKey, n, 4));
  block.raw('ip_len', 'UInt32', bytesOf(batch.ipLen, n, 4));
  block.raw('payload_len', 'UInt32', bytesOf(batch.payloadLen, n, 4));
  block.raw('payload', 'String', slices(raw, batch.payOff, batch.payKept, n, PAYLOAD_KEPT));
  block.raw('options', 'String', slices(raw, batch.optOff, batch.optLen, n, 40));
  block.raw('inner', 'String', slices(raw, batch.innerOff, batch.innerLen, n, INNER_KEPT));
  block.lowCardinality('tool', TOOLS, batch.tool);
  block.lowCardinality('label', LABELS, batch.label);
  block.lowCardinality('role', ROLES, batch.role);
  const facet = facetColumn(batch, other);
  block.lowCardinality('facet', facet.words, facet.index);
  const country = dictionary(n, (i) => batch.country[i] as number, (i) => unpackCountry(batch.country[i] as number));
  block.lowCardinality('country', country.words, country.index);
  block.raw('asn', 'UInt32', bytesOf(batch.asn, n, 4));
  block.raw('session', 'String', new Uint8Array(n));
  block.raw('fields', 'String', new Uint8Array(n));
  block.raw('tags', 'Array(String)', new Uint8Array(8 * n));
  block.constantText('source', facts.content);
  block.raw('record', 'UInt64', int64s(batch.record, n));
  block.constantInt64('ingested_us', facts.ingestedUs);
  return block.chunks;
}
