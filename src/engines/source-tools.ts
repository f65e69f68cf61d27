/**
 * Scanners named by several packets together: relations, repeats, pairs and choices of targets that no single packet shows.
 *
 * In: screened packets; those that one-packet rules have not named count. Out: `scan.source` with the tool, the rule and its chance of
 * coincidence; one finding a source and UTC day. Rules, with their sources: `observations/tag/source-verdicts.ts`.
 * How: a day's state of each source is the merge of its ten-minute partials; after each window the verdicts of the sources that came in
 * it are told, once, and again when their packets have doubled. A rule that a sweep in order could meet half-way (SETTLED) waits until
 * its source has been silent for an hour. Verdicts of fewer than LEAST_PACKETS packets are not told: they say little about a host.
 * Shapes: beside the rules' state a trace a source (times, sensors, 16 smallest ports, 64 smallest hashes of destinations: exact below
 * 64, then the bottom-k estimate of Bar-Yossef et al., "Counting distinct elements in a data stream", RANDOM 2002).
 * Cost: two map accesses a SYN, and some microseconds a source and window; one pass over the day's sources every ten minutes. Beyond
 * WINDOW_SOURCES sources of a window, or SOURCES of a day, an even share is followed, by hash, and said (`followedRatio`).
 * Limits: `firstRaisedUs` is the source's last packet in the window that settled it; a source in use at midnight starts anew;
 * a sweep that ends inside Conficker's quarter and stays silent is taken for it.
 * @module
 */
import { parseV4 } from '../core/address.ts';
import { BIT, PROTO, TCP, type PacketBatch } from '../core/packet-batch.ts';
import { formatPortKey, portKey } from '../core/ports.ts';
import { DAY_US, HOUR_US, MINUTE_US } from '../core/time.ts';
import { TOOLS, codeOf } from '../core/vocabulary.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { follow, followedRatio, followNone, joinFollowed, mix32, mixWords, type Followed } from '../observations/tag/followed-sources.ts';
import { sourceVerdicts, type SourceVerdict, type SourceVerdictState } from '../observations/tag/source-verdicts.ts';
import { countryList, draft, round } from './drafting.ts';
import type { Engine, Window } from './engine.ts';

/** Most sources of a day, and of a window: the latter bounds what busy telescopes cost, since an entry is dear and a source left out is not. */
const SOURCES = 1 << 14;
export const WINDOW_SOURCES = 1 << 12;
/** Packets of a source without which nothing is told. */
export const LEAST_PACKETS = 8;
const PORTS = 16;
const TARGETS = 64;
/** Rules that a sweep of neighbouring addresses meets until it reaches the others, and how long its source must have been silent. */
const SETTLED: ReadonlySet<string> = new Set(['conficker-quarter']);
const SILENT_US = HOUR_US;
/** At midnight a source counts as settled too if it has been coming for so long. */
const LONG_US = 6 * HOUR_US;
/** Bytes of one source with every set full: 64 + 64 + 64 hashes, 16 repeats, 32 pairs. */
const SOURCE_BYTES = 11_000;
/**
 * Chance that the tool is the one named. Coincidence is below 2^-30 throughout, so this is a judgement of how many other programs
 * keep the relation: keyed 32-bit relations are a program's own, a fixed source port or a restricted range is not.
 */
const CERTAINTY: Readonly<Record<string, number>> = Object.freeze({ 'unicornscan-constant': 0.95, 'nmap-run': 0.95, 'moose-pair': 0.9, 'zmap-repeat': 0.7, 'morto-sport': 0.6, 'conficker-quarter': 0.6 });
/** Families that infect; the others are tools that anybody may run. */
const MALWARE: ReadonlySet<string> = new Set(['conficker', 'moose', 'morto']);

interface Trace {
  firstUs: number; lastUs: number; country: number; readonly sensors: Set<string>;
  /** The smallest destination ports; then `manyPorts`. */
  readonly ports: Set<number>; manyPorts: boolean;
  /** The smallest hashes of destinations, and the largest of them once there are TARGETS. */
  readonly targets: Set<number>; worst: number;
  /** Of the day's state only: when and with how many packets it was told. */
  raisedUs: number; told: number;
}
export interface SourceToolsPartial { readonly verdicts: SourceVerdictState; readonly traces: Followed<Trace> }
export interface SourceToolsMemory { day: number; of: SourceToolsPartial }

const NMAP = codeOf(TOOLS, 'nmap');
const CONTROL = TCP.syn | TCP.ack | TCP.rst | TCP.fin;

function empty(): SourceToolsPartial { return { verdicts: sourceVerdicts.empty(), traces: followNone() }; }

function newTrace(): Trace {
  return { firstUs: Infinity, lastUs: -Infinity, country: 0, sensors: new Set(), ports: new Set(), manyPorts: false, targets: new Set(), worst: 2 ** 32, raisedUs: 0, told: 0 };
}

function add(p: SourceToolsPartial, batch: PacketBatch, from: number, to: number): void {
  sourceVerdicts.add(p.verdicts, batch, from, to);
  const { proto, flags, ipBits, tool, family } = batch;
  for (let i = from; i < to; i++) {
    // The packets that the rules look at, so that both follow the same sources.
    if (proto[i] !== PROTO.tcp || ((flags[i] as number) & CONTROL) !== TCP.syn || ((ipBits[i] as number) & BIT.hasTransport) === 0) continue;
    const named = tool[i] as number;
    if (named !== 0 && named !== NMAP) continue;
    const trace = follow(p.traces, batch, i, WINDOW_SOURCES, newTrace);
    if (!trace) continue;
    const atUs = batch.atUs[i] as number;
    if (atUs < trace.firstUs) trace.firstUs = atUs;
    if (atUs > trace.lastUs) trace.lastUs = atUs;
    if ((batch.country[i] as number) > trace.country) trace.country = batch.country[i] as number;
    trace.sensors.add(batch.sensor);
    notePort(trace, batch.dport[i] as number);
    noteTarget(trace, family === 4 ? mix32(batch.dst[i] as number) : mixWords(batch.dst, 4 * i));
  }
  fit(p, WINDOW_SOURCES);
}

/** Keeps the rules' state to the share of sources that the traces follow. */
function fit(p: SourceToolsPartial, most: number): void {
  if (p.verdicts.followed.sources.size > most) joinFollowed(p.verdicts.followed, followNone(), most, () => undefined);
}

function notePort(trace: Trace, port: number): void {
  if (trace.ports.has(port)) return;
  trace.ports.add(port);
  if (trace.ports.size <= PORTS) return;
  trace.ports.delete(Math.max(...trace.ports));
  trace.manyPorts = true;
}

function noteTarget(trace: Trace, hash: number): void {
  const { targets } = trace;
  if (hash >= trace.worst || targets.has(hash)) return;
  targets.add(hash);
  if (targets.size > TARGETS) targets.delete(Math.max(...targets));
  // Above the largest of a full set nothing needs to be looked up; the largest itself is one of them.
  if (targets.size === TARGETS) trace.worst = Math.max(...targets) + 1;
}

function joinTraces(a: Trace, b: Trace): void {
  a.firstUs = Math.min(a.firstUs, b.firstUs); a.lastUs = Math.max(a.lastUs, b.lastUs);
  a.country = Math.max(a.country, b.country);
  for (const sensor of b.sensors) a.sensors.add(sensor);
  for (const port of b.ports) notePort(a, port);
  a.manyPorts = a.manyPorts || b.manyPorts;
  for (const hash of b.targets) noteTarget(a, hash);
}

/** `other` must not be used any more. */
function join(into: SourceToolsPartial, other: SourceToolsPartial, most: number): SourceToolsPartial {
  sourceVerdicts.merge(into.verdicts, other.verdicts);
  joinFollowed(into.traces, other.traces, most, joinTraces);
  fit(into, most);
  return into;
}

function merge(into: SourceToolsPartial, other: SourceToolsPartial): SourceToolsPartial { return join(into, other, WINDOW_SOURCES); }

function conclude(p: SourceToolsPartial, m: SourceToolsMemory, window: Window): { memory: SourceToolsMemory; findings: FindingDraft[] } {
  const findings: FindingDraft[] = [];
  if (window.open) return { memory: m, findings };
  const day = Math.floor(window.fromUs / DAY_US);
  if (day !== m.day) {
    if (m.day >= 0) tellDay(m, window, true, findings);
    m.day = day; m.of = empty();
  }
  join(m.of, p, SOURCES);
  if (m.of.traces.sources.size > 0) tellDay(m, window, false, findings);
  findings.sort((x, y) => x.firstRaisedUs - y.firstRaisedUs || (x.subject < y.subject ? -1 : x.subject > y.subject ? 1 : 0));
  return { memory: m, findings };
}

/** Tells what is new since it was last told; at the day's end everything that was told or is settled, as ended. */
function tellDay(m: SourceToolsMemory, window: Window, ended: boolean, findings: FindingDraft[]): void {
  // The share of Conficker's quarter from the sources that are followed to the end, not from those dropped on the way.
  let inQuarter = 0, all = 0;
  for (const { entry } of m.of.verdicts.followed.sources.values()) { inQuarter += entry.smbInQuarter; all += entry.smbPackets; }
  const { verdicts } = sourceVerdicts.conclude(m.of.verdicts, all === 0 ? 1 : inQuarter / all);
  for (let i = 0; i < verdicts.length;) {
    const { src, packets } = verdicts[i] as SourceVerdict, trace = traceOf(m.of.traces, src), list: SourceVerdict[] = [];
    for (; i < verdicts.length && (verdicts[i] as SourceVerdict).src === src; i++) {
      const verdict = verdicts[i] as SourceVerdict;
      if (trace && (!SETTLED.has(verdict.rule) || settled(trace, window, ended))) list.push(verdict);
    }
    if (!trace || list.length === 0 || packets < LEAST_PACKETS) continue;
    if (ended || trace.told === 0 || packets >= 2 * trace.told) {
      if (trace.told === 0) trace.raisedUs = trace.lastUs;
      trace.told = packets;
      findings.push(tell(trace, list, m, window, ended));
    }
  }
}

function settled(trace: Trace, window: Window, ended: boolean): boolean {
  return (ended ? window.fromUs : window.toUs) - trace.lastUs >= SILENT_US || (ended && trace.lastUs - trace.firstUs >= LONG_US);
}

function traceOf(traces: Followed<Trace>, src: string): Trace | undefined {
  return traces.sources.get(src.includes(':') ? src : (parseV4(src) as number))?.entry;
}

/** One source with its verdicts, the strongest first. */
function tell(trace: Trace, verdicts: readonly SourceVerdict[], m: SourceToolsMemory, window: Window, ended: boolean): FindingDraft {
  const best = verdicts[0] as SourceVerdict, ports = [...trace.ports].sort((x, y) => x - y).map((port) => formatPortKey(portKey(PROTO.tcp, port)));
  const known = trace.targets.size < TARGETS, destinations = known ? trace.targets.size : Math.round(((TARGETS - 1) * 2 ** 32) / (trace.worst - 1));
  const reasons = verdicts.map((v) => `${v.rule}: ${Object.entries(v.figures).map(([name, value]) => `${name} ${round(value, 10)}`).join(', ')}, chance 2^${Math.round(v.strengthLog2)}`);
  return draft(sourceTools, window, {
    name: 'scan.source', subject: best.src, firstWindowUs: m.day * DAY_US, fromUs: trace.firstUs, toUs: trace.lastUs + 1, firstRaisedUs: trace.raisedUs, ended,
    ports, sensors: [...trace.sensors].sort(), sources: 1, sourceList: [best.src], countries: countryList([trace.country]), sourceRole: 'scanner',
    score: CERTAINTY[best.rule] ?? 0.5, severity: MALWARE.has(best.tool) ? 2 : 1,
    facts: {
      source: best.src, packets: best.packets, destinations, ports: trace.manyPorts ? `${PORTS} or more` : trace.ports.size, preset: `${best.tool} by ${best.rule}`,
      tool: best.tool, tools: [...new Set(verdicts.map((v) => v.tool))].join(' '), rule: best.rule, reasons: reasons.join('; '),
    },
    evidence: {
      query: `src == ${best.src}`, fromUs: trace.firstUs, toUs: trace.lastUs + 1,
      figures: { ...best.figures, rule: best.rule, strengthLog2: round(best.strengthLog2), packets: best.packets, [known ? 'distinctDestinations' : 'distinctDestinationsEstimate']: destinations, followedRatio: followedRatio(m.of.traces) }, series: [],
    },
  });
}

export const sourceTools = {
  name: 'source-tools', version: `source-tools/1 packets=${LEAST_PACKETS}`,
  source: 'Ghiëtte et al., Remote Identification of Port Scan Toolchains (2016); tkiwa (YNU, CSS 2014); ESET 2015 (Moose); CAIDA 2009 (Conficker)',
  about: 'Names the tool or malware of a source by relations between its packets.',
  windowUs: 10 * MINUTE_US, input: 'screened', memoryBytes: (SOURCES + WINDOW_SOURCES) * SOURCE_BYTES,
  empty, add, merge, memory: (): SourceToolsMemory => ({ day: -1, of: empty() }), conclude,
} as const satisfies Engine<SourceToolsPartial, SourceToolsMemory>;
