/**
 * A tool or malware family reaches a sensor for the first time.
 *
 * In: minute flows, raw; `tools` of each flow (the packets' own verdicts). Out: `tool.new` with its hosts and ports.
 * Source: the appearance of a known signature at a new place as the first sign of its spread: Bou-Harb et al., "A statistical approach
 * for fingerprinting probing activities", ARES 2013; tkiwa (YNU, CSS 2014). How: a sensor that has been observing for LEARN_DAYS and
 * has not seen the tool in FORGET_DAYS raises it once HOSTS distinct sources carry it within a day; one packet may be chance.
 * Cost: only flows with a tool are looked at; 64 bytes a source and tool of the day. Limits: verdicts that need several packets of a
 * source are not in flows; `source-tools.ts` tells those of each source.
 * @module
 */
import { formatPortKey } from '../core/ports.ts';
import { DAY_US, MINUTE_US } from '../core/time.ts';
import { TOOLS } from '../core/vocabulary.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { countryList, draft } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import { addFlows, emptyFlows, FLOW_TABLE_BYTES, isV6, mergeFlows, portOf, sourceText, type FlowTable } from './flow-table.ts';

export const LEARN_DAYS = 1;
const FORGET_DAYS = 28;
/** Distinct sources that make a tool's arrival, and the most that are named. */
export const HOSTS = 3;
const MOST_HOSTS = 1_000;
/** A newly arrived tool is followed for so long: later hosts grow the finding. */
const FOLLOW_US = DAY_US;

interface Arrival { firstUs: number; lastUs: number; sources: Set<string>; countries: Set<number>; ports: Map<number, number>; firstWindowUs: number; raisedUs: number; told: number }
interface SensorState { name: string; firstUs: number; lastSeen: Map<number, number>; arrivals: Map<number, Arrival> }
export interface ToolNewMemory { sensors: SensorState[] }

function conclude(t: FlowTable, m: ToolNewMemory, window: Window): { memory: ToolNewMemory; findings: FindingDraft[] } {
  if (window.open) return { memory: m, findings: [] };
  const findings: FindingDraft[] = [];
  const states = t.sensors.map((name) => {
    let s = m.sensors.find((known) => known.name === name);
    if (!s) { s = { name, firstUs: window.fromUs, lastSeen: new Map(), arrivals: new Map() }; m.sensors.push(s); }
    return s;
  });
  // The earliest flow first, so that the third host is the same whatever the order of rows.
  const rows: number[] = [];
  for (let row = 0; row < t.n; row++) if (t.tools[row] !== 0) rows.push(row);
  rows.sort((x, y) => (t.firstRel[x] as number) - (t.firstRel[y] as number) || (t.b[x] as number) - (t.b[y] as number) || (t.meta[x] as number) - (t.meta[y] as number));
  for (const row of rows) {
    for (let s = 0; s < states.length && s < 32; s++) {
      if (((t.mask[row] as number) & (1 << s)) === 0) continue;
      for (let tools = t.tools[row] as number; tools !== 0; tools &= tools - 1) note(t, row, states[s] as SensorState, 31 - Math.clz32(tools & -tools), window);
    }
  }
  for (const s of m.sensors) {
    for (const [tool, a] of [...s.arrivals].sort((x, y) => x[0] - y[0])) {
      if (window.fromUs - a.firstUs > FOLLOW_US || (a.raisedUs === 0 && window.fromUs - a.lastUs > DAY_US)) {
        if (a.raisedUs !== 0) findings.push(tell(s, tool, a, window, true));
        s.arrivals.delete(tool);
        s.lastSeen.set(tool, a.lastUs);
      } else if (a.raisedUs !== 0 && (a.told === 0 || a.sources.size >= 2 * a.told)) findings.push(tell(s, tool, a, window, false));
    }
  }
  return { memory: m, findings };
}

function note(t: FlowTable, row: number, s: SensorState, tool: number, window: Window): void {
  const atUs = Math.floor(t.baseUs + (t.firstRel[row] as number)), before = s.lastSeen.get(tool);
  let a = s.arrivals.get(tool);
  if (!a) {
    if (window.fromUs - s.firstUs < LEARN_DAYS * DAY_US || (before !== undefined && atUs - before < FORGET_DAYS * DAY_US)) { s.lastSeen.set(tool, atUs); return; }
    a = { firstUs: atUs, lastUs: atUs, sources: new Set(), countries: new Set(), ports: new Map(), firstWindowUs: window.fromUs, raisedUs: 0, told: 0 };
    s.arrivals.set(tool, a);
  }
  const meta = t.meta[row] as number;
  a.lastUs = Math.max(a.lastUs, Math.floor(t.baseUs + (t.lastRel[row] as number)));
  if (a.sources.size < MOST_HOSTS) a.sources.add(sourceText(t.a[row] as number, t.b[row] as number, isV6(meta)));
  a.countries.add(t.country[row] as number);
  if (a.ports.size < 64 || a.ports.has(portOf(meta))) a.ports.set(portOf(meta), (a.ports.get(portOf(meta)) ?? 0) + (t.packets[row] as number));
  if (a.raisedUs === 0 && a.sources.size >= HOSTS) a.raisedUs = atUs;
}

function tell(s: SensorState, tool: number, a: Arrival, window: Window, ended: boolean): FindingDraft {
  a.told = a.sources.size;
  const name = TOOLS[tool] as string, ports = [...a.ports].sort((x, y) => y[1] - x[1] || x[0] - y[0]).slice(0, 10).map(([port]) => formatPortKey(port));
  return draft(toolNew, window, {
    name: 'tool.new', subject: `${name}@${s.name}`, firstWindowUs: a.firstWindowUs, fromUs: a.firstUs, toUs: a.lastUs + 1, firstRaisedUs: a.raisedUs, ended,
    ports, sensors: [s.name], sources: a.sources.size, sourceList: [...a.sources], countries: countryList(a.countries), sourceRole: 'scanner', score: 0.9, severity: 2,
    facts: { tool: name, sensor: s.name, days: Math.floor((a.firstUs - s.firstUs) / DAY_US), sources: a.sources.size, port: ports[0] ?? '' },
    evidence: { query: `tool == ${name} && sensor == ${s.name}`, fromUs: a.firstUs, toUs: a.lastUs + 1, figures: { uniqueSources: a.sources.size, observedDays: Math.floor((a.firstUs - s.firstUs) / DAY_US) }, series: [] },
  });
}

export const toolNew = {
  name: 'tool-new', version: `tool-new/1 hosts=${HOSTS}`, source: 'First appearance of a header signature at a sensor; cf. tkiwa (YNU, CSS 2014)',
  about: 'Raises a tool or malware family that a sensor has not met for four weeks.',
  windowUs: MINUTE_US, input: 'raw', memoryBytes: 2 * FLOW_TABLE_BYTES + 128 * 32 * MOST_HOSTS * 64,
  empty: () => emptyFlows(), add: addFlows, merge: mergeFlows, memory: (): ToolNewMemory => ({ sensors: [] }), conclude,
} as const satisfies Engine<FlowTable, ToolNewMemory>;
