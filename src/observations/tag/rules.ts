/**
 * Header rules: what a rule file may say, its checks, and running a set of rules over a batch.
 *
 * In: rule files of `rules/fingerprints/` and `rules/screening/` (parsed JSON; `rule-reader.ts` reads them). Out: for each packet
 * the number of the strongest rule it satisfies, at most one.
 * A rule looks only at packets of its class (`on`), of its address families, whose transport header was read.
 * Cost: classes are listed once a batch; see `compile.ts` for the loops.
 * @module
 */
import { BATCH_CAPACITY, BIT, PROTO, TCP, type PacketBatch } from '../../core/packet-batch.ts';
import { LABELS, TOOLS, type Label, type Tool } from '../../core/vocabulary.ts';
import { compileAll, type Filter } from './compile.ts';
import { checkCondition, type Condition } from './expression.ts';

/** Packet classes: `syn` = TCP with SYN and none of ACK, RST, FIN; `tcp` = all TCP; `ip` = every packet with a readable IP header. */
export const RULE_CLASSES = ['syn', 'tcp', 'udp', 'icmp', 'ip'] as const;
export type RuleClass = (typeof RULE_CLASSES)[number];

/** A packet of an example: field values, options as in {@link Condition}, payload as text or hex. Addresses as text. */
export interface ExamplePacket {
  readonly note?: string;
  readonly src: string; readonly dst: string; readonly proto: 'tcp' | 'udp' | 'icmp' | 'icmp6';
  readonly sport?: number; readonly dport?: number; readonly ttl?: number; readonly ipid?: number; readonly dontFragment?: boolean;
  /** Letters of FSRPAUEC. */
  readonly flags?: string;
  readonly seq?: number; readonly ack?: number; readonly window?: number; readonly options?: string;
  readonly text?: string; readonly hex?: string; readonly padTo?: number;
}

interface RuleBase {
  readonly id: string;
  /** One sentence: what it recognises and how. */
  readonly about: string;
  /** Paper, report, or source file that the facts come from. */
  readonly source: string;
  readonly on: RuleClass;
  /** Address families it applies to; default IPv4 only. */
  readonly families?: readonly (4 | 6)[];
  readonly when: readonly Condition[];
  readonly examples: { readonly match: readonly ExamplePacket[]; readonly miss: readonly ExamplePacket[] };
}

/** One packet's headers name a tool. */
export interface FingerprintRule extends RuleBase {
  readonly tool: Exclude<Tool, ''>;
  /** log2 of the chance that an unrelated packet of its class satisfies it: -32 for a fixed 32-bit relation. Strongest wins. */
  readonly strengthLog2: number;
}

/** One packet's shape says why it may be set aside. */
export interface ScreeningRule extends RuleBase {
  readonly label: Exclude<Label, 'unexplained' | 'own'>;
  /** Lower is looked at first. */
  readonly order: number;
}

const ID = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;

/** Checks one fingerprint rule from a file; throws RangeError naming the rule and the place. */
export function checkFingerprint(value: unknown): FingerprintRule {
  const rule = checkBase(value);
  const { tool, strengthLog2 } = value as { tool?: unknown; strengthLog2?: unknown };
  if (typeof tool !== 'string' || tool === '' || !(TOOLS as readonly string[]).includes(tool)) throw new RangeError(`${rule.id}: '${String(tool)}' is not a tool of the vocabulary`);
  if (typeof strengthLog2 !== 'number' || !(strengthLog2 <= 0 && strengthLog2 >= -512)) throw new RangeError(`${rule.id}: strengthLog2 must be between -512 and 0`);
  return value as FingerprintRule;
}

/** Checks one screening rule; throws RangeError. */
export function checkScreening(value: unknown): ScreeningRule {
  const rule = checkBase(value);
  const { label, order } = value as { label?: unknown; order?: unknown };
  if (typeof label !== 'string' || label === 'unexplained' || label === 'own' || !(LABELS as readonly string[]).includes(label)) throw new RangeError(`${rule.id}: '${String(label)}' is not a label a rule may give`);
  if (typeof order !== 'number') throw new RangeError(`${rule.id}: order must be a number`);
  return value as ScreeningRule;
}

function checkBase(value: unknown): RuleBase {
  if (typeof value !== 'object' || value === null) throw new RangeError('a rule must be an object');
  const rule = value as Record<string, unknown>;
  const id = String(rule['id']);
  if (!ID.test(id)) throw new RangeError(`'${id}' is not a rule id (lower-case letters, digits, dots and hyphens)`);
  for (const key of ['about', 'source'] as const) if (typeof rule[key] !== 'string' || rule[key] === '') throw new RangeError(`${id}: '${key}' is missing`);
  if (!(RULE_CLASSES as readonly unknown[]).includes(rule['on'])) throw new RangeError(`${id}: 'on' must be one of ${RULE_CLASSES.join(', ')}`);
  if (rule['families'] !== undefined && !(Array.isArray(rule['families']) && rule['families'].every((f) => f === 4 || f === 6))) throw new RangeError(`${id}: 'families' must list 4 or 6`);
  if (!Array.isArray(rule['when']) || rule['when'].length === 0) throw new RangeError(`${id}: 'when' must list conditions`);
  rule['when'].forEach((condition, i) => {
    try { checkCondition(condition, `when[${i}]`); } catch (error) { throw new RangeError(`${id}: ${(error as Error).message}`); }
  });
  const examples = rule['examples'] as { match?: unknown; miss?: unknown } | undefined;
  if (!Array.isArray(examples?.match) || examples.match.length === 0 || !Array.isArray(examples.miss) || examples.miss.length === 0) throw new RangeError(`${id}: needs examples that match and examples that miss`);
  return value as RuleBase;
}

/** Packet numbers of a batch by class; refilled for each batch. */
export interface Classes { readonly lists: Readonly<Record<RuleClass, Uint16Array>>; readonly counts: Record<RuleClass, number> }

export function newClasses(): Classes {
  const list = () => new Uint16Array(BATCH_CAPACITY);
  return { lists: { syn: list(), tcp: list(), udp: list(), icmp: list(), ip: list() }, counts: { syn: 0, tcp: 0, udp: 0, icmp: 0, ip: 0 } };
}

/** Lists packets [from, to) of the batch by class. */
export function classify(batch: PacketBatch, classes: Classes, from = 0, to = batch.n): void {
  const { proto, flags, ipBits } = batch;
  const { syn, tcp, udp, icmp, ip } = classes.lists;
  const icmpProto = batch.family === 4 ? PROTO.icmp : PROTO.icmp6;
  const control = TCP.syn | TCP.ack | TCP.rst | TCP.fin;
  let syns = 0, tcps = 0, udps = 0, icmps = 0, ips = 0;
  for (let i = from; i < to; i++) {
    const bits = ipBits[i] as number;
    if ((bits & BIT.notIp) !== 0) continue;
    ip[ips++] = i;
    if ((bits & BIT.hasTransport) === 0) continue;
    const p = proto[i];
    if (p === PROTO.tcp) {
      tcp[tcps++] = i;
      if (((flags[i] as number) & control) === TCP.syn) syn[syns++] = i;
    } else if (p === PROTO.udp) udp[udps++] = i;
    else if (p === icmpProto) icmp[icmps++] = i;
  }
  const { counts } = classes;
  counts.syn = syns; counts.tcp = tcps; counts.udp = udps; counts.icmp = icmps; counts.ip = ips;
}

/** Rules ready to run. `rules[k - 1]` is the rule that a packet's verdict k names. */
export interface CompiledRules<R extends RuleBase> {
  readonly rules: readonly R[];
  /** Writes to verdicts[i], for every packet of the classes, the number (from 1) of the first rule in `rules` it satisfies; others are untouched. */
  run(batch: PacketBatch, classes: Classes, verdicts: Uint8Array): void;
  /** All rules that packet i satisfies, in order. */
  explain(batch: PacketBatch, i: number): readonly R[];
}

/** At most 255 rules; `rules` come in the order in which they win. */
export function compileRules<R extends RuleBase>(rules: readonly R[]): CompiledRules<R> {
  if (rules.length > 255) throw new RangeError(`at most 255 rules fit a set, got ${rules.length}`);
  const ids = new Set<string>();
  for (const { id } of rules) { if (ids.has(id)) throw new RangeError(`two rules are called '${id}'`); ids.add(id); }
  const filters = rules.map((rule) => compileAll(rule.when));
  const families = rules.map((rule) => rule.families ?? [4]);
  const scratch = new Uint16Array(BATCH_CAPACITY);
  let single: Classes | null = null;
  return {
    rules,
    run(batch, classes, verdicts) {
      // Weakest first, so that the strongest writes last.
      for (let r = rules.length - 1; r >= 0; r--) {
        const on = (rules[r] as R).on, count = classes.counts[on];
        if (count === 0 || !(families[r] as readonly number[]).includes(batch.family)) continue;
        const found = (filters[r] as Filter)(batch, classes.lists[on], count, scratch);
        for (let k = 0; k < found; k++) verdicts[scratch[k] as number] = r + 1;
      }
    },
    explain(batch, i) {
      single ??= newClasses();
      classify(batch, single, i, i + 1);
      const known = single;
      return rules.filter((rule, r) => known.counts[rule.on] > 0 && (families[r] as readonly number[]).includes(batch.family)
        && (filters[r] as Filter)(batch, known.lists[rule.on], known.counts[rule.on], scratch) > 0);
    },
  };
}

/** Fingerprints strongest first; ties by id, so that the order never depends on files. */
export function compileFingerprints(rules: readonly FingerprintRule[]): CompiledRules<FingerprintRule> {
  return compileRules([...rules].sort((a, b) => a.strengthLog2 - b.strengthLog2 || (a.id < b.id ? -1 : 1)));
}

export function compileScreening(rules: readonly ScreeningRule[]): CompiledRules<ScreeningRule> {
  return compileRules([...rules].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1)));
}
