/**
 * The finder: header relations nobody has named yet, such as "identification = destination XOR port".
 *
 * In: annotated batches; of each source (and protocol) that no rule has named, 8 to {@link KEPT} packets. Out: relations that hold
 * with one constant a source, with a family-wise p-value, and convertible to a rule.
 * Tested: left ~ right for 7 left terms (identification, both halves of sequence and acknowledgement number, source port, window)
 * against some 30 right terms (halves of the destination, port, their byte swaps, sums and XORs, and mixtures with other fields),
 * by XOR and by difference: {@link RELATION_COUNT} relations on 16-bit words.
 * Idea: tkiwa's fixed relations (YNU, CSS 2014) and Tanaka et al., "Internet-Wide Scanner Fingerprint Identifier Based on TCP/IP
 * Header", FMEC 2021, by exhaustion instead of a genetic search.
 * Evidence: how many bits the left term would cost if described from its own past alone (step code, repeat code, or 16 bits;
 * Rissanen, "Modeling by shortest data description", 1978), of the packets that agree, less the choice of which packets agree and,
 * over sources, of which sources do. So two counters that run in step, constants, and repeats prove nothing.
 * Cost: 1 M packets in a few seconds (bench/tag-finder.bench.ts); 1.4 KiB a source, {@link MAX_FINDER_SOURCES} sources.
 * Limits: 16-bit words; a relation that needs more than two header fields and the target is not tried; IPv4 only.
 * @module
 */
import { BIT, PROTO, TCP, type PacketBatch } from '../../core/packet-batch.ts';
import type { Tool } from '../../core/vocabulary.ts';
import type { Condition, Expression } from './expression.ts';
import type { ExamplePacket, FingerprintRule } from './rules.ts';
import { formatV4 } from '../../core/address.ts';

/** Packets kept of a source; fewest that are tested. */
export const KEPT = 64, FEWEST = 8;
export const MAX_FINDER_SOURCES = 65_536;
/** Share of a source's packets that must agree: 5 % loss of our own, retransmissions and strays of the same address. */
const AGREE_RATIO = 0.85;

/** Steps that differ by less are those of a counter which also counts other traffic, or lost packets. One random pair in 32 looks so. */
const COUNTER_STEP = 1_024;

/** Fields kept of a packet, 16 bits each. */
const FIELDS = ['ipid', 'seqLow', 'seqHigh', 'ackLow', 'ackHigh', 'sport', 'window', 'dstLow', 'dstHigh', 'dport'] as const;
type Word = (typeof FIELDS)[number];
const LEFT: readonly Word[] = ['ipid', 'seqLow', 'seqHigh', 'ackLow', 'ackHigh', 'sport', 'window'];

/** A right term: words with their sign or swap, joined by XOR or sum. */
interface Term { readonly name: string; readonly words: readonly Word[]; readonly swapped: boolean; readonly join: 'xor' | 'add'; readonly complexity: number }
const term = (words: readonly Word[], join: 'xor' | 'add' = 'xor', swapped = false): Term => ({
  name: (swapped ? 'swap ' : '') + words.join(join === 'xor' ? ' ^ ' : ' + '), words, swapped, join, complexity: words.length + (swapped ? 0.5 : 0) + (join === 'add' ? 0.25 : 0),
});
const TERMS: readonly Term[] = [
  ...(['dstLow', 'dstHigh', 'dport', 'seqLow', 'seqHigh', 'sport', 'ackLow', 'ackHigh', 'window'] as const).flatMap((w) => [term([w]), term([w], 'xor', true)]),
  term(['dstLow', 'dstHigh']), term(['dstLow', 'dstHigh'], 'add'), term(['dstLow', 'dport']), term(['dstLow', 'dport'], 'add'),
  term(['dstHigh', 'dport']), term(['dstHigh', 'dport'], 'add'), term(['dstLow', 'dstHigh', 'dport']), term(['dstLow', 'dstHigh', 'dport'], 'add'),
  term(['dstLow', 'seqLow']), term(['dstLow', 'seqLow'], 'add'), term(['dstLow', 'seqHigh']), term(['dstHigh', 'seqLow']), term(['dstHigh', 'seqHigh']),
  term(['dport', 'seqLow']), term(['dport', 'seqLow'], 'add'), term(['dstLow', 'dport', 'seqLow']), term(['dstLow', 'dport', 'seqLow'], 'add'),
  term(['dstLow', 'sport']), term(['dstLow', 'sport'], 'add'), term(['dstHigh', 'sport']), term(['dstHigh', 'dport', 'seqHigh']), term(['dport', 'sport']),
  term(['dstLow', 'dport', 'sport']),
];

/** `xor`: left ^ right = constant. `difference`: left − right = constant. `sum`: left + right = constant (mod 2^16). */
type Join = 'xor' | 'difference' | 'sum';
interface Relation { readonly left: number; readonly right: number; readonly join: Join; readonly complexity: number }
const RELATIONS: readonly Relation[] = LEFT.flatMap((word, left) => TERMS.flatMap((right, r): Relation[] => {
  // A field with itself says nothing; of two single fields, one order suffices.
  if (right.words.includes(word) || (right.words.length === 1 && !right.swapped && LEFT.indexOf(right.words[0] as Word) > -1 && LEFT.indexOf(right.words[0] as Word) < left)) return [];
  return (['xor', 'difference', 'sum'] as const).filter((join) => join !== 'sum' || right.complexity === 1)
    .map((join) => ({ left, right: r, join, complexity: 1 + right.complexity + (join === 'xor' ? 0 : join === 'difference' ? 0.1 : 0.2) }));
})).sort((a, b) => a.complexity - b.complexity);
export const RELATION_COUNT = RELATIONS.length;

/** A relation that was found. */
export interface FoundRelation {
  /** `ipid ^ (dstLow ^ dport) = 0x0000`. */
  readonly text: string;
  readonly left: Word;
  readonly right: string;
  readonly join: Join;
  readonly proto: 'tcp' | 'udp';
  /** Sources in which it holds, ascending, as text, at most 1,000; and their number. */
  readonly sources: readonly string[];
  readonly sourceCount: number;
  /** Sources tested. */
  readonly tested: number;
  /** The constant of most sources, and the share of sources that have it. */
  readonly constant: number;
  readonly constantRatio: number;
  /** Evidence, bits; and log2 of the chance that any of the relations tested holds so well by coincidence. */
  readonly evidenceBits: number;
  readonly familyWiseLog2: number;
  /** Relations that hold in the same sources and follow from it with what else is constant there. */
  readonly also: readonly string[];
  /** One agreeing packet, as an example for the rule. */
  readonly example: ExamplePacket;
}

interface Kept { readonly src: number; readonly proto: number; n: number; words: Uint16Array; ttl: number; seen: number }

export interface Finder {
  /** Adds packets [from, to): SYNs and UDP of IPv4 that no rule has named. */
  add(batch: PacketBatch, from?: number, to?: number): void;
  /** Relations whose family-wise chance is at most `alpha` (default 1e-6), strongest first. */
  conclude(alpha?: number): readonly FoundRelation[];
  /** Sources kept, and packets of sources beyond the bound, which were not looked at. */
  readonly figures: { readonly sources: number; readonly overflow: number };
}

/** `named: true` also looks at packets that a rule has named (for tests of the finder itself). */
export function createFinder({ named = false }: { readonly named?: boolean } = {}): Finder {
  const kept = new Map<number, Kept>();
  let overflow = 0;
  const control = TCP.syn | TCP.ack | TCP.rst | TCP.fin;
  return {
    get figures() { return { sources: kept.size, overflow }; },
    add(batch, from = 0, to = batch.n) {
      if (batch.family !== 4) return;
      for (let i = from; i < to; i++) {
        const proto = batch.proto[i] as number;
        if (((batch.ipBits[i] as number) & BIT.hasTransport) === 0 || (!named && batch.tool[i] !== 0)) continue;
        if (proto === PROTO.tcp ? ((batch.flags[i] as number) & control) !== TCP.syn : proto !== PROTO.udp) continue;
        const src = batch.src[i] as number, key = proto === PROTO.tcp ? src : src + 2 ** 32;
        let source = kept.get(key);
        if (!source) {
          if (kept.size >= MAX_FINDER_SOURCES) { overflow++; continue; }
          source = { src, proto, n: 0, words: new Uint16Array(FEWEST * FIELDS.length), ttl: batch.ttl[i] as number, seen: 0 };
          kept.set(key, source);
        }
        source.seen++;
        if (source.n < KEPT) keep(source, batch, i);
      }
    },
    conclude: (alpha = 1e-6) => conclude([...kept.values()].filter((source) => source.n >= FEWEST), alpha),
  };
}

function keep(source: Kept, batch: PacketBatch, i: number): void {
  const width = FIELDS.length, at = source.n * width;
  if (at >= source.words.length) {
    const grown = new Uint16Array(source.words.length * 2);
    grown.set(source.words);
    source.words = grown;
  }
  const { words } = source, seq = batch.seq[i] as number, ack = batch.ack[i] as number, dst = batch.dst[i] as number;
  words[at] = batch.ipid[i] as number;
  words[at + 1] = seq; words[at + 2] = seq >>> 16;
  words[at + 3] = ack; words[at + 4] = ack >>> 16;
  words[at + 5] = batch.sport[i] as number; words[at + 6] = batch.window[i] as number;
  words[at + 7] = dst; words[at + 8] = dst >>> 16; words[at + 9] = batch.dport[i] as number;
  source.n++;
}

/** Where a relation holds: source number, constant, evidence in bits. */
interface Hold { readonly source: number; readonly constant: number; readonly bits: number }

function conclude(sources: readonly Kept[], alpha: number): FoundRelation[] {
  const holds: Hold[][] = RELATIONS.map(() => []);
  const perSource: { readonly relations: number[]; readonly constants: ReadonlySet<Word> }[] = [];
  const columns = FIELDS.map(() => new Uint16Array(KEPT)), rights = TERMS.map(() => new Uint16Array(KEPT));
  const v = new Uint16Array(KEPT);
  for (let s = 0; s < sources.length; s++) {
    const source = sources[s] as Kept, n = source.n;
    for (let f = 0; f < FIELDS.length; f++) {
      const column = columns[f] as Uint16Array;
      for (let k = 0; k < n; k++) column[k] = source.words[k * FIELDS.length + f] as number;
    }
    for (let t = 0; t < TERMS.length; t++) fillTerm(TERMS[t] as Term, columns, rights[t] as Uint16Array, n);
    // A left term cheap to describe by itself can prove nothing: skip its relations at once.
    const budget = LEFT.map((word) => ownBits(columns[FIELDS.indexOf(word)] as Uint16Array, n, null, 0));
    const relations: number[] = [];
    for (let r = 0; r < RELATIONS.length; r++) {
      const { left, right, join } = RELATIONS[r] as Relation;
      if ((budget[left] as number) < 24) continue;
      const a = columns[FIELDS.indexOf(LEFT[left] as Word)] as Uint16Array, b = rights[right] as Uint16Array;
      const mode = agreement(a, b, join, v, n);
      if (mode === null) continue;
      const bits = ownBits(a, n, v, mode.value) - log2Choose(n, mode.count);
      if (bits <= 0) continue;
      (holds[r] as Hold[]).push({ source: s, constant: mode.value, bits });
      relations.push(r);
    }
    perSource.push({ relations, constants: new Set(FIELDS.filter((_, f) => allEqual(columns[f] as Uint16Array, n))) });
  }
  return choose(sources, holds, perSource, alpha);
}

function fillTerm({ words, swapped, join }: Term, columns: readonly Uint16Array[], out: Uint16Array, n: number): void {
  out.set((columns[FIELDS.indexOf(words[0] as Word)] as Uint16Array).subarray(0, n));
  for (let w = 1; w < words.length; w++) {
    const other = columns[FIELDS.indexOf(words[w] as Word)] as Uint16Array;
    if (join === 'xor') for (let k = 0; k < n; k++) out[k] = (out[k] as number) ^ (other[k] as number);
    else for (let k = 0; k < n; k++) out[k] = (out[k] as number) + (other[k] as number);
  }
  if (swapped) for (let k = 0; k < n; k++) { const x = out[k] as number; out[k] = (x << 8) | (x >>> 8); }
}

/** The constant on which at least AGREE_RATIO of the packets agree, or null. A look at eight packets settles nearly all cases. */
function agreement(a: Uint16Array, b: Uint16Array, join: Join, v: Uint16Array, n: number): { value: number; count: number } | null {
  fillJoin(a, b, join, v, 0, FEWEST);
  let value = 0, count = 0;
  for (let c = 0; c < 3; c++) {
    const candidate = v[c] as number;
    let same = 0;
    for (let k = 0; k < FEWEST; k++) if (v[k] === candidate) same++;
    if (same > count) { count = same; value = candidate; }
  }
  if (count < FEWEST - 2) return null;
  fillJoin(a, b, join, v, FEWEST, n);
  for (let k = FEWEST; k < n; k++) if (v[k] === value) count++;
  return count >= AGREE_RATIO * n || (n === FEWEST && count >= FEWEST - 1) ? { value, count } : null;
}

function fillJoin(a: Uint16Array, b: Uint16Array, join: Join, v: Uint16Array, from: number, to: number): void {
  if (join === 'xor') for (let k = from; k < to; k++) v[k] = (a[k] as number) ^ (b[k] as number);
  else if (join === 'difference') for (let k = from; k < to; k++) v[k] = (a[k] as number) - (b[k] as number);
  else for (let k = from; k < to; k++) v[k] = (a[k] as number) + (b[k] as number);
}

/** In which turn each value was seen last; a turn is one call of {@link ownBits}, so nothing needs clearing. */
const lastSeen = new Float64Array(65_536);
let turns = 0;

/**
 * Bits that the values of `a` cost from their own past, over the packets whose `v` is `value` (all if v is null): a value seen before
 * costs log2(values seen) + 1, a step nearly like the last one nothing (counters, with what loss does to them), another step the
 * logarithm of the change, a new value at most 16.
 */
function ownBits(a: Uint16Array, n: number, v: Uint16Array | null, value: number): number {
  let bits = 0, before = -1, step = 0, distinct = 0;
  const turn = ++turns;
  for (let k = 0; k < n; k++) {
    if (v !== null && v[k] !== value) continue;
    const x = a[k] as number;
    const repeat = lastSeen[x] === turn;
    lastSeen[x] = turn;
    if (before >= 0) {
      const now = (x - before) << 16 >> 16, change = Math.abs(now - step);
      const byStep = change < COUNTER_STEP ? 0 : Math.log2(change);
      bits += Math.min(byStep, repeat ? Math.log2(distinct) + 1 : 16);
      step = now;
    }
    if (!repeat) distinct++;
    before = x;
  }
  return bits;
}

function allEqual(column: Uint16Array, n: number): boolean {
  for (let k = 1; k < n; k++) if (column[k] !== column[0]) return false;
  return true;
}

/** log2 of the binomial coefficient. */
function log2Choose(n: number, k: number): number {
  const few = Math.min(k, n - k);
  let bits = 0;
  for (let j = 1; j <= few; j++) bits += Math.log2((n - few + j) / j);
  return bits;
}

/** Simplest relations first; what follows from one that was taken, in the same sources, is told beside it. */
function choose(sources: readonly Kept[], holds: readonly Hold[][], perSource: readonly { readonly relations: readonly number[]; readonly constants: ReadonlySet<Word> }[], alpha: number): FoundRelation[] {
  const found: (FoundRelation & { also: string[] })[] = [];
  /** Words of each source that a taken relation or a constant accounts for. */
  const explained = perSource.map(({ constants }) => new Set<Word>(constants));
  const takenOf = perSource.map(() => [] as number[]);
  for (let r = 0; r < RELATIONS.length; r++) {
    const relation = RELATIONS[r] as Relation, right = TERMS[relation.right] as Term, left = LEFT[relation.left] as Word;
    const headers = [left, ...right.words].filter((word) => (LEFT as readonly Word[]).includes(word));
    const fresh = (holds[r] as Hold[]).filter((hold) => !headers.every((word) => (explained[hold.source] as Set<Word>).has(word)));
    for (const hold of holds[r] as Hold[]) if (!fresh.includes(hold)) {
      const with_ = found[(takenOf[hold.source] as number[])[0] ?? -1], words = textOf(relation, null);
      if (with_ && with_.also.length < 20 && !with_.also.includes(words)) with_.also.push(words);
    }
    if (fresh.length === 0) continue;
    for (const proto of [PROTO.tcp, PROTO.udp]) {
      const mine = fresh.filter((hold) => (sources[hold.source] as Kept).proto === proto);
      const tested = sources.reduce((sum, source) => sum + (source.proto === proto ? 1 : 0), 0);
      if (mine.length === 0) continue;
      const evidenceBits = mine.reduce((sum, hold) => sum + hold.bits, 0);
      const familyWiseLog2 = Math.min(0, Math.log2(RELATION_COUNT) + log2Choose(tested, mine.length) + Math.log2(tested + 1) - evidenceBits);
      if (familyWiseLog2 > Math.log2(alpha)) continue;
      const tally = new Map<number, number>();
      for (const { constant } of mine) tally.set(constant, (tally.get(constant) ?? 0) + 1);
      const [constant, count] = [...tally].reduce((best, next) => (next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best));
      const example = mine.find((hold) => hold.constant === constant) as Hold;
      found.push({
        text: textOf(relation, constant), left, right: right.name, join: relation.join, proto: proto === PROTO.tcp ? 'tcp' : 'udp',
        sources: mine.map((hold) => (sources[hold.source] as Kept).src).sort((a, b) => a - b).slice(0, 1000).map(formatV4), sourceCount: mine.length, tested,
        constant, constantRatio: count / mine.length, evidenceBits, familyWiseLog2, also: [], example: exampleOf(sources[example.source] as Kept, relation, constant),
      });
      for (const hold of mine) {
        (takenOf[hold.source] as number[]).push(found.length - 1);
        for (const word of headers) (explained[hold.source] as Set<Word>).add(word);
      }
    }
  }
  return found.sort((a, b) => a.familyWiseLog2 - b.familyWiseLog2 || (a.text < b.text ? -1 : 1));
}

function textOf({ left, right, join }: Relation, constant: number | null): string {
  const term = TERMS[right] as Term, body = term.words.length > 1 || term.swapped ? `(${term.name})` : term.name;
  return `${LEFT[left] as Word} ${join === 'xor' ? '^' : join === 'difference' ? '-' : '+'} ${body} = ${constant === null ? 'constant' : `0x${constant.toString(16).padStart(4, '0')}`}`;
}

function exampleOf(source: Kept, { left, right, join }: Relation, constant: number): ExamplePacket {
  const columns = FIELDS.map((_, f) => Uint16Array.from({ length: source.n }, (_unused, k) => source.words[k * FIELDS.length + f] as number));
  const b = new Uint16Array(source.n), v = new Uint16Array(source.n);
  fillTerm(TERMS[right] as Term, columns, b, source.n);
  fillJoin(columns[FIELDS.indexOf(LEFT[left] as Word)] as Uint16Array, b, join, v, 0, source.n);
  const k = Math.max(0, v.indexOf(constant));
  const word = (name: Word) => (columns[FIELDS.indexOf(name)] as Uint16Array)[k] as number;
  const base = { src: formatV4(source.src), dst: formatV4(((word('dstHigh') << 16) | word('dstLow')) >>> 0), sport: word('sport'), dport: word('dport'), ttl: source.ttl, ipid: word('ipid') };
  if (source.proto === PROTO.udp) return { ...base, proto: 'udp' };
  return { ...base, proto: 'tcp', flags: 'S', seq: ((word('seqHigh') << 16) | word('seqLow')) >>> 0, ack: ((word('ackHigh') << 16) | word('ackLow')) >>> 0, window: word('window') };
}

/** A field of the rule language for each kept word. */
const WORD_EXPRESSION: Readonly<Record<Word, Expression>> = {
  ipid: 'ipid', sport: 'sport', dport: 'dport', window: 'window',
  seqLow: { low16: 'seq' }, seqHigh: { high16: 'seq' }, ackLow: { low16: 'ack' }, ackHigh: { high16: 'ack' }, dstLow: { low16: 'dst' }, dstHigh: { high16: 'dst' },
};

/**
 * A rule for what was found: the relation with its most common constant. One packet then matches by chance once in 2^16, so narrow
 * it by the template (window, options, TTL) before trusting single packets.
 */
export function toRule(found: FoundRelation, id: string, tool: Exclude<Tool, ''> = 'custom'): FingerprintRule {
  const right = TERMS.find((candidate) => candidate.name === found.right);
  if (!right) throw new RangeError(`'${found.right}' is no term of the finder`);
  const words = right.words.map((word) => WORD_EXPRESSION[word]);
  const joined: Expression = words.length === 1 ? words[0] as Expression : right.join === 'xor' ? { xor: words } : { low16: { add: words } };
  const term: Expression = right.swapped ? { swap16: joined } : joined;
  const left = WORD_EXPRESSION[found.left], c = found.constant;
  const value: Expression = found.join === 'xor' ? { low16: { xor: [term, c] } } : found.join === 'difference' ? { low16: { add: [term, c] } } : { low16: { sub: [c, term] } };
  const when: Condition[] = [{ eq: [left, value] }];
  const miss: ExamplePacket = { ...found.example, ...flip(found.example, found.left) };
  return {
    id, tool, on: found.proto === 'tcp' ? 'syn' : 'udp', strengthLog2: -16,
    about: `Found: ${found.text} in ${found.sourceCount} of ${found.tested} sources (chance 2^${Math.ceil(found.familyWiseLog2)}).`,
    source: 'the finder over own observations', when, examples: { match: [found.example], miss: [miss] },
  };
}

/** The example with its left word changed in one bit, which breaks the relation. */
function flip(example: ExamplePacket, left: Word): Partial<ExamplePacket> {
  switch (left) {
    case 'seqLow': return { seq: ((example.seq ?? 0) ^ 1) >>> 0 };
    case 'seqHigh': return { seq: ((example.seq ?? 0) ^ 0x10000) >>> 0 };
    case 'ackLow': return { ack: ((example.ack ?? 0) ^ 1) >>> 0 };
    case 'ackHigh': return { ack: ((example.ack ?? 0) ^ 0x10000) >>> 0 };
    case 'sport': return { sport: (example.sport ?? 0) ^ 1 };
    case 'window': return { window: (example.window ?? 0) ^ 1 };
    default: return { ipid: (example.ipid ?? 0) ^ 1 };
  }
}
