/**
 * Annotation: what a packet's own headers and its addresses say, at write time, for every packet. A door of this area.
 *
 * In: decoded batches of one sensor. Out: their `tool`, `label`, `role`, `country`, `asn`, `region`. Nothing is ever dropped.
 * Labels, first that fits: `own` (source within the sensor's regions or the operator's networks) · `backscatter` (a reply, by its
 * shape; role victim) · `research` (source on a loaded list; role research) · `misconfiguration` (unroutable source, group
 * destination, or a shape of `rules/screening/`) · `known-malware` (the tool is a malware family) · `unexplained`.
 * A tool verdict outranks backscatter and misconfiguration shapes: a scanner that sends SYN+ACK is a scanner.
 * What needs several packets of a source is concluded elsewhere: `source-verdicts.ts` (tools), `screener.ts` (behaviour).
 * Shapes: per-source facts of IPv4 are memoised in a two-way table of 65,536 entries (1 MiB).
 * Cost: the goal is 100 ns a packet with all rules, bench/tag-annotate.bench.ts measures it; 7 MB a thread; nothing is allocated per packet.
 * @module
 */
import { BATCH_CAPACITY, BIT, NO_REGION, type PacketBatch } from '../../core/packet-batch.ts';
import { LABELS, ROLES, TOOLS, codeOf, type Label, type Role, type Tool } from '../../core/vocabulary.ts';
import type { Cidr } from '../../core/address.ts';
import type { Sensor } from '../sensor.ts';
import type { Tables } from '../enrichment.ts';
import { entryAt } from './ip-set.ts';
import { rangeMapOf, rangeOfV4, rangeOfV6, valueAt } from './range-map.ts';
import { ADDRESS_CLASSES, CLASS, addressClassAt, isUnroutable } from './special-purpose.ts';
import { classify, compileFingerprints, compileScreening, newClasses } from './rules.ts';
import type { Rules } from './rule-reader.ts';
import type { ScannerLists } from './scanner-list.ts';

export { loadTables } from '../enrichment-store.ts';
export { loadRules } from './rule-reader.ts';
export { loadLists } from './list-reader.ts';

/** Tools that are malware families: their packets are labelled `known-malware`. */
export const MALWARE_TOOLS: ReadonlySet<Tool> = new Set<Tool>([
  'mirai', 'hajime', 'morto', 'sality', 'conficker', 'slammer', 'witty', 'netis', 'moose', 'moon', 'welchia', 'code-red', 'satori',
]);

export interface AnnotatorOptions {
  readonly sensor: Sensor;
  readonly tables: Tables;
  readonly rules: Rules;
  readonly lists: ScannerLists;
  /** The operator's own networks beside the sensor's regions: their traffic is `own`. */
  readonly own?: readonly Cidr[];
}

/** Why a packet carries its label: sentences with rule ids and list names. */
export interface Explanation {
  readonly tool: Tool;
  readonly label: Label;
  readonly role: Role;
  readonly reasons: readonly string[];
}

export interface Annotator {
  /** Fills the annotation columns of packets [0, n). */
  annotate(batch: PacketBatch): void;
  /** The reasons behind packet i, computed anew. */
  explain(batch: PacketBatch, i: number): Explanation;
}

/** Packets that pass through all rules before the next ones: their columns then stay in the second-level cache. */
const CHUNK = 2_048;
const MEMO_BITS = 16, MEMO_SIZE = 1 << MEMO_BITS;
const OWN = codeOf(LABELS, 'own'), RESEARCH = codeOf(LABELS, 'research'), BACKSCATTER = codeOf(LABELS, 'backscatter');
const MISCONFIGURATION = codeOf(LABELS, 'misconfiguration'), MALWARE = codeOf(LABELS, 'known-malware'), UNEXPLAINED = codeOf(LABELS, 'unexplained');
const ROLE_UNKNOWN = codeOf(ROLES, 'unknown'), ROLE_VICTIM = codeOf(ROLES, 'victim'), ROLE_RESEARCH = codeOf(ROLES, 'research');
/** Facts of a source: listed entry + 1 in the low 24 bits, address class in bits 24–27, own in bit 28 (a small integer throughout). */
const OWN_BIT = 1 << 28;

export function createAnnotator({ sensor, tables, rules, lists, own = [] }: AnnotatorOptions): Annotator {
  const fingerprints = compileFingerprints(rules.fingerprints), screening = compileScreening(rules.screening);
  const toolOf = Uint8Array.from([0, ...fingerprints.rules.map((rule) => codeOf(TOOLS, rule.tool))]);
  const labelOf = Uint8Array.from([0, ...screening.rules.map((rule) => codeOf(LABELS, rule.label))]);
  const isMalware = Uint8Array.from(TOOLS, (tool) => (MALWARE_TOOLS.has(tool) ? 1 : 0));
  const regions = rangeMapOf(sensor.regions.map((cidr, k) => ({ cidr, value: k + 1 })), 'lowest-value');
  const ownMap = rangeMapOf([...sensor.regions, ...own].map((cidr) => ({ cidr, value: 1 })));
  const classes = newClasses();
  const toolVerdicts = new Uint8Array(BATCH_CAPACITY), shapeVerdicts = new Uint8Array(BATCH_CAPACITY);
  const { map: { v4: table4, v6: table6 }, countries } = tables;

  const factsOf = (family: 4 | 6, addresses: Uint32Array, i: number): number => {
    const listed = (entryAt(lists.set, family, addresses, i) + 1) & 0xffffff;
    return listed | (addressClassAt(family, addresses, i) << 24) | (valueAt(ownMap, family, addresses, i) === 1 ? OWN_BIT : 0);
  };

  // Two-way: an address is in either half of its 32-byte line; an entry is four words (address, AS, country, facts).
  const memo = new Uint32Array(4 * MEMO_SIZE), single = new Uint32Array(1);
  /** Puts an address into the first half of its line, what was there into the second. */
  const remember = (line: number, address: number): void => {
    memo.copyWithin(line + 4, line, line + 4);
    const range = rangeOfV4(table4, address);
    single[0] = address;
    memo[line] = address; memo[line + 1] = table4.values[range] as number; memo[line + 2] = countries.v4[range] as number; memo[line + 3] = factsOf(4, single, 0);
  };
  // Empty entries hold address 0, which only line 0 can be asked for.
  remember(0, 0);
  remember(0, 0);

  const labelFor = (batch: PacketBatch, i: number, facts: number, tool: number, shape: number, watched: boolean): number => {
    if ((facts & OWN_BIT) !== 0) return OWN;
    const shapeLabel = tool === 0 ? labelOf[shape] as number : 0;
    if (shapeLabel === BACKSCATTER) return BACKSCATTER;
    if ((facts & 0xffffff) !== 0) return RESEARCH;
    const sourceClass = (facts >>> 24) & 15;
    if (sourceClass !== CLASS.global && isUnroutable(sourceClass, addressClassAt(batch.family, batch.dst, i), watched)) return MISCONFIGURATION;
    if (toGroup(batch, i)) return MISCONFIGURATION;
    if (shapeLabel !== 0) return shapeLabel;
    return isMalware[tool] === 1 ? MALWARE : UNEXPLAINED;
  };

  const annotate = (batch: PacketBatch): void => {
    for (let from = 0; from < batch.n; from += CHUNK) annotateChunk(batch, from, Math.min(from + CHUNK, batch.n));
  };

  const annotateChunk = (batch: PacketBatch, from: number, to: number): void => {
    const { family, src, dst, ipBits, tool, label, role, country, asn, region } = batch;
    toolVerdicts.fill(0, from, to);
    shapeVerdicts.fill(0, from, to);
    classify(batch, classes, from, to);
    fingerprints.run(batch, classes, toolVerdicts);
    screening.run(batch, classes, shapeVerdicts);
    const watching = sensor.regions.length > 0;
    let regionStart = 1, regionEnd = 0, regionValue = 0;
    for (let i = from; i < to; i++) {
      if (((ipBits[i] as number) & BIT.notIp) !== 0) {
        tool[i] = 0; label[i] = UNEXPLAINED; role[i] = ROLE_UNKNOWN; country[i] = 0; asn[i] = 0; region[i] = NO_REGION;
        continue;
      }
      let facts: number, where = 0;
      if (family === 4) {
        const address = src[i] as number, line = (Math.imul(address, 0x9e3779b1) >>> (33 - MEMO_BITS)) << 3;
        let at = line;
        if (memo[line] !== address) {
          if (memo[line + 4] === address) at = line + 4;
          else remember(line, address);
        }
        asn[i] = memo[at + 1] as number;
        country[i] = memo[at + 2] as number;
        facts = memo[at + 3] as number;
        if (watching) {
          // Destinations of one sensor mostly lie in the region of the one before.
          const target = dst[i] as number;
          if (target < regionStart || target >= regionEnd) {
            const range = rangeOfV4(regions.v4, target);
            regionStart = regions.v4.starts[range] as number;
            regionEnd = range + 1 < regions.v4.starts.length ? regions.v4.starts[range + 1] as number : 2 ** 32;
            regionValue = regions.v4.values[range] as number;
          }
          where = regionValue;
        }
      } else {
        const range = rangeOfV6(table6, src, 4 * i);
        asn[i] = table6.values[range] as number;
        country[i] = countries.v6[range] as number;
        facts = factsOf(6, src, i);
        if (watching) where = valueAt(regions, 6, dst, i);
      }
      const verdict = toolOf[toolVerdicts[i] as number] as number;
      tool[i] = verdict;
      region[i] = where === 0 ? NO_REGION : where - 1;
      const given = labelFor(batch, i, facts, verdict, shapeVerdicts[i] as number, where !== 0);
      label[i] = given;
      role[i] = given === BACKSCATTER ? ROLE_VICTIM : given === RESEARCH ? ROLE_RESEARCH : ROLE_UNKNOWN;
    }
  };

  const explain = (batch: PacketBatch, i: number): Explanation => {
    const reasons: string[] = [];
    if (((batch.ipBits[i] as number) & BIT.notIp) !== 0) return { tool: '', label: 'unexplained', role: 'unknown', reasons: ['no readable IP packet'] };
    const tools = fingerprints.explain(batch, i), shapes = screening.explain(batch, i);
    const facts = factsOf(batch.family, batch.src, i);
    const watched = valueAt(regions, batch.family, batch.dst, i) !== 0;
    const tool = tools[0]?.tool ?? '', shape = shapes[0] ? screening.rules.indexOf(shapes[0]) + 1 : 0;
    const label = labelFor(batch, i, facts, codeOf(TOOLS, tool), shape, watched);
    for (const rule of tools) reasons.push(`${rule.id} (${rule.tool}, chance 2^${rule.strengthLog2}): ${rule.about}`);
    if ((facts & OWN_BIT) !== 0) reasons.push('the source is within your own networks or regions');
    const listed = facts & 0xffffff;
    if (listed !== 0) reasons.push(`the source is on a loaded scanner list: ${lists.names[listed - 1] ?? ''}`);
    const sourceClass = (facts >>> 24) & 15;
    if (isUnroutable(sourceClass, addressClassAt(batch.family, batch.dst, i), watched)) reasons.push(`no ${ADDRESS_CLASSES[sourceClass] ?? ''} address can send here over the Internet`);
    if (toGroup(batch, i)) reasons.push('the destination is a group or broadcast address');
    for (const rule of shapes) reasons.push(`${rule.id} (${rule.label}): ${rule.about}`);
    return { tool, label: LABELS[label] as Label, role: label === BACKSCATTER ? 'victim' : label === RESEARCH ? 'research' : 'unknown', reasons };
  };
  return { annotate, explain };
}

/** Whether the destination is a multicast or the limited broadcast address: neighbours' noise in the capture. */
function toGroup(batch: PacketBatch, i: number): boolean {
  if (batch.family === 4) { const address = batch.dst[i] as number; return address >>> 28 === 14 || address === 0xffffffff; }
  return (batch.dst[4 * i] as number) >>> 24 === 0xff;
}
