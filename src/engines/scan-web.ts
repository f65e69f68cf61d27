/**
 * Sweeps of web paths: one source asks one server for many different paths within minutes.
 *
 * In: packets that begin an HTTP request (GET, HEAD or POST in the kept payload), screened. Out: `scan.vertical`, technique `web paths`.
 * Source: our definition after the path sweeps of web scanners: PATHS distinct first path segments of one server within five minutes;
 * a browser's resources share few first segments. Shapes: a pair keeps the KEPT segment hashes of smallest value: any order, any split.
 * Cost: two comparisons a packet without payload; one map access a request. Limits: encrypted requests and requests cut before the path
 * ends are not seen; at PAIRS pairs every second half is dropped by hash.
 * @module
 */
import { formatAddressAt } from '../core/address.ts';
import { PROTO, type PacketBatch } from '../core/packet-batch.ts';
import { MINUTE_US, SECOND_US } from '../core/time.ts';
import { formatPortKey, portKey } from '../core/ports.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { countryList, draft } from './drafting.ts';
import type { Engine, Window } from './engine.ts';
import { mix3 } from './flow-table.ts';

/** Distinct first path segments. */
export const PATHS = 10;
const SPAN_MINUTES = 5;
const KEPT = 32;
const PAIRS = 1 << 14;
/** Longest first segment that is read, bytes. */
const SEGMENT_BYTES = 64;

interface Pair { src: string; dst: string; port: number; paths: Set<number>; requests: number; firstUs: number; lastUs: number; country: number; sensors: Set<string> }
export interface WebPartial { level: number; pairs: Map<string, Pair> }
interface Sweep { pairs: { minute: number; pair: Pair }[]; firstWindowUs: number; raisedUs: number; told: number }
export interface WebMemory { sweeps: Map<string, Sweep> }

function add(p: WebPartial, batch: PacketBatch, from: number, to: number): void {
  const { proto, payKept, payOff, raw } = batch;
  for (let i = from; i < to; i++) {
    const kept = payKept[i] as number;
    if (kept < 6 || proto[i] !== PROTO.tcp) continue;
    const at = payOff[i] as number;
    if (at + kept > raw.length) continue;
    const path = requestPath(raw, at, kept);
    if (path < 0) continue;
    const src = formatAddressAt(batch.family, batch.src, i), dst = formatAddressAt(batch.family, batch.dst, i), key = `${src}>${dst}`;
    if (p.level > 0 && textHash(key) >>> (32 - p.level) !== 0) continue;
    let pair = p.pairs.get(key);
    if (!pair) {
      pair = { src, dst, port: portKey(PROTO.tcp, batch.dport[i] as number), paths: new Set(), requests: 0, firstUs: Infinity, lastUs: -Infinity, country: 0, sensors: new Set() };
      p.pairs.set(key, pair);
      if (p.pairs.size > PAIRS) thin(p);
    }
    pair.requests++;
    pair.port = Math.min(pair.port, portKey(PROTO.tcp, batch.dport[i] as number));
    keep(pair.paths, path);
    pair.firstUs = Math.min(pair.firstUs, batch.atUs[i] as number); pair.lastUs = Math.max(pair.lastUs, batch.atUs[i] as number);
    pair.country = Math.max(pair.country, batch.country[i] as number);
    pair.sensors.add(batch.sensor);
  }
}

/** Hash of the first path segment of `GET /x/y`, `HEAD /x` or `POST /x`; −1 when the bytes are no such request. */
export function requestPath(raw: Uint8Array, at: number, length: number): number {
  const word = ((raw[at] as number) << 24) | ((raw[at + 1] as number) << 16) | ((raw[at + 2] as number) << 8) | (raw[at + 3] as number);
  let i = at + 4;
  if (word !== 0x47455420) {
    if ((word !== 0x48454144 && word !== 0x504f5354) || raw[i] !== 0x20) return -1;
    i++;
  }
  if (raw[i] !== 0x2f) return -1;
  let hash = 1;
  const end = Math.min(at + length, i + 1 + SEGMENT_BYTES);
  for (i++; i < end; i++) {
    const c = raw[i] as number;
    if (c === 0x2f || c === 0x3f || c <= 0x20) return mix3(hash, 31, 32);
    hash = mix3(hash, c, 33);
  }
  return i - at < length ? mix3(hash, 31, 32) : -1;
}

function keep(paths: Set<number>, path: number): void {
  if (paths.has(path)) return;
  if (paths.size >= KEPT) {
    let worst = -1;
    for (const other of paths) if (other > worst) worst = other;
    if (path >= worst) return;
    paths.delete(worst);
  }
  paths.add(path);
}

function textHash(text: string): number {
  let h = 17;
  for (let i = 0; i < text.length; i++) h = mix3(h, text.charCodeAt(i), i);
  return h;
}

function thin(p: WebPartial): void {
  p.level++;
  for (const key of p.pairs.keys()) if (textHash(key) >>> (32 - p.level) !== 0) p.pairs.delete(key);
}

function merge(into: WebPartial, other: WebPartial): WebPartial {
  while (into.level < other.level) thin(into);
  for (const [key, pair] of other.pairs) {
    if (into.level > 0 && textHash(key) >>> (32 - into.level) !== 0) continue;
    const mine = into.pairs.get(key);
    if (!mine) { into.pairs.set(key, { ...pair, paths: new Set(pair.paths), sensors: new Set(pair.sensors) }); continue; }
    mine.requests += pair.requests;
    mine.port = Math.min(mine.port, pair.port);
    for (const path of pair.paths) keep(mine.paths, path);
    mine.firstUs = Math.min(mine.firstUs, pair.firstUs); mine.lastUs = Math.max(mine.lastUs, pair.lastUs);
    mine.country = Math.max(mine.country, pair.country);
    for (const sensor of pair.sensors) mine.sensors.add(sensor);
  }
  while (into.pairs.size > PAIRS) thin(into);
  return into;
}

function conclude(p: WebPartial, m: WebMemory, window: Window): { memory: WebMemory; findings: FindingDraft[] } {
  const findings: FindingDraft[] = [], minute = Math.round(window.fromUs / MINUTE_US);
  if (window.open) return { memory: m, findings };
  for (const [key, pair] of [...p.pairs].sort((x, y) => (x[0] < y[0] ? -1 : 1))) {
    let s = m.sweeps.get(key);
    if (!s) {
      if (m.sweeps.size >= PAIRS) continue;
      s = { pairs: [], firstWindowUs: window.fromUs, raisedUs: 0, told: 0 };
      m.sweeps.set(key, s);
    }
    s.pairs = [...s.pairs.filter((one) => minute - one.minute < SPAN_MINUTES), { minute, pair }];
    const paths = new Set(s.pairs.flatMap((one) => [...one.pair.paths]));
    if (paths.size >= PATHS && s.raisedUs === 0) s.raisedUs = pair.lastUs;
    if (s.raisedUs !== 0 && paths.size >= 2 * s.told) { s.told = paths.size; findings.push(tell(s, paths.size, window, false)); }
  }
  for (const [key, s] of m.sweeps) {
    const last = s.pairs.at(-1);
    if (last && minute - last.minute < SPAN_MINUTES) continue;
    if (s.raisedUs !== 0) findings.push(tell(s, s.told, window, true));
    m.sweeps.delete(key);
  }
  return { memory: m, findings };
}

function tell(s: Sweep, paths: number, window: Window, ended: boolean): FindingDraft {
  const { pair } = s.pairs[0] as { pair: Pair };
  const firstUs = Math.min(...s.pairs.map((one) => one.pair.firstUs)), lastUs = Math.max(...s.pairs.map((one) => one.pair.lastUs)), requests = s.pairs.reduce((sum, one) => sum + one.pair.requests, 0);
  const text = paths >= KEPT ? `${KEPT} or more` : paths;
  return draft(scanWeb, window, {
    name: 'scan.vertical', subject: `${pair.src} ${pair.dst} web`, firstWindowUs: s.firstWindowUs, fromUs: firstUs, toUs: lastUs + 1, firstRaisedUs: s.raisedUs, ended,
    ports: [formatPortKey(pair.port)], sensors: [...new Set(s.pairs.flatMap((one) => [...one.pair.sensors]))].sort(), sources: 1, sourceList: [pair.src], countries: countryList([pair.country]),
    sourceRole: 'scanner', score: 0.9, severity: 1,
    facts: { source: pair.src, destination: pair.dst, ports: text, what: 'web paths', seconds: Math.max(1, Math.round((lastUs - firstUs) / SECOND_US)), technique: 'web paths' },
    evidence: { query: `src == ${pair.src} && dst == ${pair.dst} && port == ${formatPortKey(pair.port)}`, fromUs: firstUs, toUs: lastUs + 1, figures: { distinctPaths: text, requests, threshold: PATHS, spanMinutes: SPAN_MINUTES }, series: [] },
  });
}

export const scanWeb = {
  name: 'scan-web', version: `scan-web/1 paths=${PATHS}`, source: 'Distinct first path segments of one server in five minutes (our definition)',
  about: 'Raises sweeps of many web paths of one server.',
  windowUs: MINUTE_US, input: 'screened', memoryBytes: 3 * PAIRS * 2_000,
  empty: (): WebPartial => ({ level: 0, pairs: new Map() }), add, merge, memory: (): WebMemory => ({ sweeps: new Map() }), conclude,
} as const satisfies Engine<WebPartial, WebMemory>;
