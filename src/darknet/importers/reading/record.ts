/**
 * From a record's parts to an {@link Observation}: checked getters, bounded fields, quoted defects.
 *
 * A getter that meets something impossible (a port of 70,000, an address that is none) throws {@link RecordDefect}, which
 * the readers of this folder turn into a counted, quoted defect; nothing else is caught anywhere.
 * @module
 */
import { formatAddress, parseAddress } from '../../../core/address.ts';
import { PAYLOAD_KEPT } from '../../../core/packet-batch.ts';
import { protoNumber } from '../../../core/ports.ts';
import type { Defect, Observation } from '../../../observations/observation.ts';
import type { Imported, ImportOptions } from '../../importer.ts';
import { logTime } from './naive-time.ts';

export type JsonObject = { readonly [key: string]: unknown };

/** Longest text of one field, UTF-16 code units; the rest is cut and `event.truncated` set. */
const MAX_FIELD_CHARS = 8_192;
/** Budget of all fields of an observation as JSON, bytes at worst (below the contract's 64 KiB). */
const MAX_FIELDS_BYTES = 60_000;
/** Most fields of an observation. */
const MAX_FIELDS = 200;
const MAX_QUOTE_CHARS = 200;

/** Why a record cannot be an observation. */
export class RecordDefect extends Error {}

/** Outside text made safe to show: control, bidirectional and unpaired characters replaced, at most 200 characters. */
export function quoted(text: string): string {
  return text.slice(0, MAX_QUOTE_CHARS).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '·');
}

export function defect(line: number, reason: string, text: string): Imported {
  return { kind: 'defect', defect: { line, reason, quote: quoted(text) } satisfies Defect };
}

/** Runs one record's reading; a RecordDefect becomes a defect that quotes `text`. */
export function observed(line: number, text: string, read: () => Observation): Imported {
  try {
    return { kind: 'observation', observation: read() };
  } catch (error) {
    if (error instanceof RecordDefect) return defect(line, error.message, text);
    throw error;
  }
}

/** What a reader gives for one observation; the rest is empty. */
export type Parts = Pick<Observation, 'kind' | 'atUs' | 'line' | 'role'> & Partial<Omit<Observation, 'fields'>> & { readonly fields?: Fields };

/** A complete observation. Time 0 is a defect: it is what tools write when they have no time. */
export function observation(parts: Parts): Observation {
  if (parts.atUs === 0) throw new RecordDefect('expected a time, got 1970-01-01T00:00:00Z, which tools write when they have none');
  return {
    kind: parts.kind, atUs: parts.atUs, src: parts.src ?? '', dst: parts.dst ?? '', sport: parts.sport ?? 0, dport: parts.dport ?? 0,
    proto: parts.proto ?? 0, role: parts.role, session: (parts.session ?? '').slice(0, 256), label: (parts.label ?? '').slice(0, 256),
    payload: parts.payload && parts.payload.length > 0 ? parts.payload : null, fields: parts.fields?.all ?? {}, line: parts.line,
  };
}

/** Text that JSON writes as it stands: printable ASCII without quote and backslash. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Collects fields within their budget: empty values are left out, long ones cut. */
export class Fields {
  readonly all: Record<string, string | number> = {};
  private bytes = 0;
  private count = 0;

  /** Adds text or a finite number; undefined, null, '' and other types are left out. Booleans become 0 and 1. */
  add(name: string, value: unknown): this {
    if (typeof value === 'boolean') return this.add(name, value ? 1 : 0);
    if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'string' || value === '') return this;
    const kept = typeof value === 'string' && value.length > MAX_FIELD_CHARS ? value.slice(0, MAX_FIELD_CHARS) : value as string | number;
    const cost = typeof kept === 'number' ? name.length + 30 : name.length + 6 + (PLAIN.test(kept) ? kept.length : Buffer.byteLength(JSON.stringify(kept), 'utf8'));
    if (name === '__proto__' || this.count >= MAX_FIELDS || this.bytes + cost > MAX_FIELDS_BYTES) {
      this.all['event.truncated'] = 1;
      return this;
    }
    if (kept !== value) this.all['event.truncated'] = 1;
    this.all[name] = kept;
    this.bytes += cost;
    this.count++;
    return this;
  }

  /** Adds a list as one text, joined by commas, or as JSON if its members are not plain. */
  addList(name: string, value: unknown): this {
    if (!Array.isArray(value)) return this.add(name, value);
    const list = value.slice(0, 1_000) as unknown[];
    return this.add(name, list.every((one) => typeof one === 'string' || typeof one === 'number') ? list.join(',') : JSON.stringify(list));
  }

  /** Adds the plain values of a nested object under `prefix.key.key`, lists joined, at most `depth` levels. */
  addNested(prefix: string, value: unknown, depth = 4): this {
    if (!isObject(value)) return this.addList(prefix, value);
    if (depth <= 0) return this.add(prefix, JSON.stringify(value));
    for (const key of Object.keys(value).slice(0, MAX_FIELDS)) this.addNested(`${prefix}.${key.slice(0, 64)}`, value[key], depth - 1);
    return this;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Member as text: strings as they are, numbers and booleans written out, anything else ''. */
export function textOf(record: JsonObject, key: string): string {
  const value = own(record, key);
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Member as an object; an empty one if it is none. */
export function objectOf(record: JsonObject, key: string): JsonObject {
  const value = own(record, key);
  return isObject(value) ? value : EMPTY;
}
const EMPTY: JsonObject = Object.freeze({});

export function own(record: JsonObject, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Member as a whole number within [0, max], from a number or decimal text; `missing` (default 0) if absent, null or ''. */
export function wholeOf(record: JsonObject, key: string, max: number, missing = 0): number {
  const value = own(record, key);
  return whole(typeof value === 'number' ? String(value) : value, key, max, missing);
}

/** As {@link wholeOf} for a value in hand. */
export function whole(value: unknown, name: string, max: number, missing = 0): number {
  if (value === undefined || value === null || value === '') return missing;
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : NaN;
  if (!(number <= max)) throw new RecordDefect(`expected '${name}' to be 0–${max}, got ${quoted(String(JSON.stringify(value))).slice(0, 40)}`);
  return number;
}

export function portOf(record: JsonObject, key: string): number {
  return wholeOf(record, key, 65_535);
}

/** Member as a canonical address; '' if absent. */
export function addressOf(record: JsonObject, key: string): string {
  return address(own(record, key), key);
}

const CANONICAL_V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;

/** As {@link addressOf} for a value in hand. `fe80::1%eth0` loses its zone, `::ffff:192.0.2.1` becomes IPv4. */
export function address(value: unknown, name: string): string {
  if (value === undefined || value === null || value === '') return '';
  if (typeof value === 'string' && CANONICAL_V4.test(value)) return value;
  const parsed = typeof value === 'string' ? parseAddress(value.includes('%') ? value.slice(0, value.indexOf('%')) : value) : null;
  if (!parsed) throw new RecordDefect(`expected '${name}' to be an address, got ${quoted(String(JSON.stringify(value))).slice(0, 60)}`);
  return formatAddress(parsed);
}

/** Member as a time; a record without one is a defect. */
export function timeOf(record: JsonObject, key: string, options: ImportOptions): number {
  return time(own(record, key), key, options);
}

/** As {@link timeOf} for a value in hand. */
export function time(value: unknown, name: string, options: ImportOptions): number {
  const us = typeof value === 'string' ? logTime(value, options.zoneOffsetMinutes) : null;
  if (us === null) throw new RecordDefect(`expected '${name}' to be a time, got ${value === undefined ? 'nothing' : quoted(String(JSON.stringify(value))).slice(0, 60)}`);
  return us;
}

/** IP protocol number of a transport's name (`TCP`, `udp`, `IPv6-ICMP`); 0 if it names none. */
export function protoOf(name: string): number {
  const lowered = name.toLowerCase();
  return lowered === 'ipv6-icmp' || lowered === 'icmpv6' ? 58 : lowered === '' || lowered === 'ip' ? 0 : protoNumber(lowered) ?? 0;
}

/** First PAYLOAD_KEPT bytes of base64 text; null if it is empty or none. */
export function base64Payload(text: string): Uint8Array | null {
  if (text === '' || !/^[A-Za-z0-9+/_=\s-]*$/.test(text.slice(0, 4 * PAYLOAD_KEPT))) return null;
  return Uint8Array.from(Buffer.from(text.slice(0, 2 * PAYLOAD_KEPT), 'base64').subarray(0, PAYLOAD_KEPT));
}

/** First PAYLOAD_KEPT bytes of hexadecimal text; null if it is empty or none. */
export function hexPayload(text: string): Uint8Array | null {
  const kept = text.slice(0, 2 * PAYLOAD_KEPT);
  if (kept.length < 2 || !/^[0-9a-fA-F]+$/.test(kept)) return null;
  return Uint8Array.from(Buffer.from(kept.slice(0, kept.length & ~1), 'hex'));
}

/** First PAYLOAD_KEPT bytes of text as UTF-8. */
export function textPayload(text: string): Uint8Array | null {
  return text === '' ? null : new TextEncoder().encode(text.slice(0, PAYLOAD_KEPT)).slice(0, PAYLOAD_KEPT);
}

/** `b'SSH-2.0-Go\r\n'` (a Python bytes literal in a log) as the text it stands for; other text as it is. */
export function unwrapPythonBytes(text: string): string {
  const match = /^b(['"])([\s\S]*)\1$/.exec(text);
  if (!match) return text;
  return (match[2] as string).replace(/\\(?:x([0-9a-fA-F]{2})|([\s\S]))/g, (_, hex: string | undefined, char: string | undefined) => (
    hex === undefined ? PYTHON_ESCAPES[char ?? ''] ?? char ?? '' : String.fromCharCode(parseInt(hex, 16))));
}
const PYTHON_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };
