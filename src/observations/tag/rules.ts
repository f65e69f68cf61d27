/**
 * Header rules: what a rule file may say, its checks, and running a set of rules over a batch.
 *
 * In: rule files of `rules/fingerprints/` and `rules/screening/` (parsed JSON; `rule-reader.ts` reads them). Out: for each packet
 * the number of the strongest rule it satisfies, at most one.
 * A rule looks only at packets of its class (`on`), of its address families, whose transport header was read.
 * Cost: classes are listed once a batch, candidates found once a field (`dispatch.ts`), the rest of a rule sees only them (`compile.ts`).
 * @module
 */
import { BATCH_CAPACITY, BIT, PROTO, TCP, type PacketBatch } from '../../core/packet-batch.ts';
import { LABELS, TOOLS, type Label, type Tool } from '../../core/vocabulary.ts';
import { compileAll, type Filter } from './compile.ts';
import { dispatcher, keyOf, needsPayload, type Dispatcher, type Key } from './dispatch.ts';
import { checkCondition, type Condition } from './expression.ts';

/** Packet classes: `syn` = TCP with SYN and none of ACK, RST, FIN; `tcp` = all TCP; `ip` = every packet with a readable IP header. */
export const RULE_CLASSES = ['syn', 'tcp', 'udp', 'icmp', 'ip'] as const;
export type RuleClass = (typeof RULE_CLASSES)[number];

/** A packet of an example: field values, options as in {@link Condition}, payload as text or hex, filled with zeros to `padTo` bytes. Addresses as text; ICMP type and code stand where ports do. */
export interface ExamplePacket {
  readonly note?: string;
  readonly src: string; readonly dst: string; readonly proto: 'tcp' | 'udp' | 'icmp' | 'icmp6';
  readonly sport?: number; readonly dport?: number; readonly ttl?: number; readonly ipid?: number; readonly dontFragment?: boolean; readonly reservedBit?: boolean;
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

/** Classes as they are listed: `tcp` is `syn` and `tcpOther`; TCP packets with captured payload stand in `tcpData` too, since most of a telescope's have none. */
type ListName = 'syn' | 'tcpOther' | 'tcpData' | 'udp' | 'icmp' | 'ip';

/** Packet numbers of a batch by class; refilled for each batch. */
export interface Classes { readonly lists: Readonly<Record<ListName, Uint16Array>>; readonly counts: Record<ListName, number> }

export function newClasses(): Classes {
  const list = () => new Uint16Array(BATCH_CAPACITY);
  return { lists: { syn: list(), tcpOther: list(), tcpData: list(), udp: list(), icmp: list(), ip: list() }, counts: { syn: 0, tcpOther: 0, tcpData: 0, udp: 0, icmp: 0, ip: 0 } };
}

/** Lists packets [from, to) of the batch by class. */
export function classify(batch: PacketBatch, classes: Classes, from = 0, to = batch.n): void {
  const { proto, flags, ipBits, payKept } = batch;
  const { syn, tcpOther, tcpData, udp, icmp, ip } = classes.lists;
  const icmpProto = batch.family === 4 ? PROTO.icmp : PROTO.icmp6;
  const control = SYN_MASK;
  let syns = 0, others = 0, datas = 0, udps = 0, icmps = 0, ips = 0;
  for (let i = from; i < to; i++) {
    const bits = ipBits[i] as number;
    if ((bits & BIT.notIp) !== 0) continue;
    ip[ips++] = i;
    if ((bits & BIT.hasTransport) === 0) continue;
    const p = proto[i];
    if (p === PROTO.tcp) {
      if (((flags[i] as number) & control) === TCP.syn) syn[syns++] = i;
      else tcpOther[others++] = i;
      if (payKept[i] !== 0) tcpData[datas++] = i;
    } else if (p === PROTO.udp) udp[udps++] = i;
    else if (p === icmpProto) icmp[icmps++] = i;
  }
  const { counts } = classes;
  counts.syn = syns; counts.tcpOther = others; counts.tcpData = datas; counts.udp = udps; counts.icmp = icmps; counts.ip = ips;
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
  const families = rules.map((rule) => rule.families ?? [4]);
  const plans = rules.flatMap(plansOf);
  const scratch = new Uint16Array(BATCH_CAPACITY);
  /** Rules that share a class and a key field, with their dispatcher; and those that must see the whole class. */
  const groups: { readonly list: ListName; readonly dispatch: Dispatcher }[] = [];
  for (const [name, members] of groupBy(plans)) {
    const [list, field] = name.split(' ') as [ListName, Key['field']];
    groups.push({ list, dispatch: dispatcher(field, members.map((plan) => ({ rule: plans.indexOf(plan), values: (plan.key as Key).values }))) });
  }
  const whole = plans.filter((plan) => plan.key === null);
  const apply = (batch: PacketBatch, plan: Plan, list: Uint16Array, n: number, verdicts: Uint8Array): void => {
    if (!(families[plan.rule] as readonly number[]).includes(batch.family)) return;
    const found = plan.rest(batch, list, n, scratch), number = plan.rule + 1;
    for (let k = 0; k < found; k++) {
      const i = scratch[k] as number, before = verdicts[i] as number;
      if (before === 0 || number < before) verdicts[i] = number;
    }
  };
  let single: Classes | null = null;
  const filters: (Filter | undefined)[] = [];
  return {
    rules,
    run(batch, classes, verdicts) {
      for (let g = 0; g < groups.length; g++) {
        const { list, dispatch } = groups[g] as (typeof groups)[number];
        const count = classes.counts[list];
        if (count === 0) continue;
        dispatch.sort(batch, classes.lists[list], count);
        for (let b = 0, from = 0; b < dispatch.ends.length; b++) {
          const to = dispatch.ends[b] as number;
          if (to === from) continue;
          const bucket = dispatch.sorted.subarray(from, to);
          for (const plan of dispatch.rulesOf[b] as readonly number[]) apply(batch, plans[plan] as Plan, bucket, to - from, verdicts);
          from = to;
        }
      }
      for (let p = 0; p < whole.length; p++) {
        const plan = whole[p] as Plan, count = classes.counts[plan.list];
        if (count > 0) apply(batch, plan, classes.lists[plan.list], count, verdicts);
      }
    },
    explain(batch, i) {
      single ??= newClasses();
      classify(batch, single, i, i + 1);
      const known = single;
      return rules.filter((rule, r) => {
        const filter = filters[r] ??= compileAll(rule.when);
        const list: ListName = rule.on !== 'tcp' ? rule.on : known.counts.syn > 0 ? 'syn' : 'tcpOther';
        return known.counts[list] > 0 && (families[r] as readonly number[]).includes(batch.family) && filter(batch, known.lists[list], known.counts[list], scratch) > 0;
      });
    },
  };
}

/** How a rule is run: over which list, found by which key, and what remains to be looked at then. */
interface Plan { readonly rule: number; readonly list: ListName; readonly key: Key | null; readonly rest: Filter }

function plansOf(rule: RuleBase, number: number): Plan[] {
  const key = keyOf(rule.when);
  const rest = rule.when.filter((_, c) => key === null || key.partial || c !== key.condition);
  const lists: readonly ListName[] = rule.on !== 'tcp' ? [rule.on] : rule.when.some(needsPayload) ? ['tcpData'] : rule.when.every(allowsSyn) ? ['syn', 'tcpOther'] : ['tcpOther'];
  return lists.map((list) => ({ rule: number, list, key, rest: rest.length === 0 ? keepAll : compileAll(rest) }));
}

/** Flag bits that tell a SYN from the rest of TCP. */
const SYN_MASK = TCP.syn | TCP.ack | TCP.rst | TCP.fin;

/** Whether a condition on the flags leaves any packet of class `syn`. */
function allowsSyn(condition: Condition): boolean {
  const key = keyOf([condition]);
  return key === null || key.field !== 'flags' || [...key.values].some((flags) => (flags & SYN_MASK) === TCP.syn);
}

const keepAll: Filter = (_batch, from, n, to) => { if (from !== to) to.set(from.subarray(0, n)); return n; };

function groupBy(plans: readonly Plan[]): Map<string, Plan[]> {
  const groups = new Map<string, Plan[]>();
  for (const plan of plans) {
    if (plan.key === null) continue;
    const name = `${plan.list} ${plan.key.field}`, members = groups.get(name);
    if (members) members.push(plan);
    else groups.set(name, [plan]);
  }
  return groups;
}

/** Fingerprints strongest first; ties by id, so that the order never depends on files. */
export function compileFingerprints(rules: readonly FingerprintRule[]): CompiledRules<FingerprintRule> {
  return compileRules([...rules].sort((a, b) => a.strengthLog2 - b.strengthLog2 || (a.id < b.id ? -1 : 1)));
}

export function compileScreening(rules: readonly ScreeningRule[]): CompiledRules<ScreeningRule> {
  return compileRules([...rules].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1)));
}
