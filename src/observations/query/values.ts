/**
 * From written values to typed tests: what each field type accepts, and how comparisons become intervals.
 *
 * A written value of a numeric type covers a closed interval (`23` is [23, 23], `20-25` is [20, 25], a bare date is its
 * whole day); `<` then means before its first, `>` after its last member, as Kibana does with rounded dates.
 * @module
 */
import { parseCidr } from '../../core/address.ts';
import { PROTO } from '../../core/packet-batch.ts';
import { protoNumber } from '../../core/ports.ts';
import { DAY_US, parseTime } from '../../core/time.ts';
import { anyOf, test, type Expr, type GlobPart, type Test } from './ast.ts';
import type { FieldSpec } from './fields.ts';
import type { Operator, ValueToken } from './lexer.ts';
import { didYouMean, QuerySyntaxError } from './query-error.ts';

/** TCP flag letters and words → bit (RFC 9293, §3.1; AE: RFC 9768, formerly NS). */
export const FLAG_BITS: Readonly<Record<string, number>> = Object.freeze({
  f: 1, s: 2, r: 4, p: 8, a: 16, u: 32, e: 64, c: 128, n: 256,
  fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128, ns: 256, ae: 256,
});
/** All TCP flag bits that a packet can carry, reserved ones included. */
export const FLAGS_MASK = 0xfff;
/** Longest pattern of bytes to look for. */
const MAX_PAYLOAD_BYTES = 256;

interface Interval { readonly from: number; readonly to: number }

/** `value` of `field` compared by `operator`, as a checked test. Throws QuerySyntaxError. */
export function comparison(field: FieldSpec, operator: Operator, value: ValueToken, nowUs: number): Expr {
  if (operator === '!=') return { kind: 'not', item: comparison(field, '==', value, nowUs) };
  const equal = operator === '==' || operator === ':';
  if (equal && !value.quoted && value.glob.length === 1 && value.glob[0] === 'any') return test(field.name, { type: 'exists' });
  switch (field.type) {
    case 'time': case 'integer': case 'asn': case 'proto':
      needOperator(field, operator, ORDERED, value);
      return test(field.name, { type: 'integer', ...bounded(field, operator, intervalOf(field, value, nowUs), value) });
    case 'real': {
      needOperator(field, operator, ORDERED, value);
      const { from, to } = realOf(field, value);
      return test(field.name, equal ? { type: 'real', from, to, openFrom: false, openTo: false }
        : operator.startsWith('<') ? { type: 'real', from: -Infinity, to: operator === '<' ? from : to, openFrom: false, openTo: operator === '<' }
          : { type: 'real', from: operator === '>' ? to : from, to: Infinity, openFrom: operator === '>', openTo: false });
    }
    case 'port': {
      needOperator(field, operator, ORDERED, value);
      const { protos, interval } = portOf(field, value);
      return test(field.name, { type: 'port', protos, ...bounded(field, operator, interval, value) });
    }
    case 'address':
      needOperator(field, operator, EQUAL, value);
      return test(field.name, { type: 'network', cidr: networkOf(field, value) });
    case 'flags':
      needOperator(field, operator, CONTAINS, value);
      return test(field.name, flagsOf(value, operator === '~'));
    case 'payload':
      needOperator(field, operator, CONTAINS, value);
      return test(field.name, { type: 'contains', bytes: bytesOf(value) });
    case 'country': {
      needOperator(field, operator, EQUAL, value);
      const code = value.text.toUpperCase();
      if (!/^[A-Z]{2}$/.test(code)) throw wrong(field, value, 'a country is two letters, such as JP');
      return test(field.name, { type: 'word', value: code });
    }
    case 'word':
      needOperator(field, operator, CONTAINS, value);
      return test(field.name, wordOf(field, value, operator === '~'));
  }
}

/** `[from TO to]`: null bounds are `*`; an open bound is excluded. */
export function range(field: FieldSpec, from: ValueToken | null, to: ValueToken | null, open: { from: boolean; to: boolean }, nowUs: number, at: number): Expr {
  if (!RANGED.has(field.type)) throw new QuerySyntaxError(`'${field.name}' has no order, so it takes no range; write a list [a, b] or a value`, at);
  if (!from && !to) return test(field.name, { type: 'exists' });
  if (field.type === 'real') {
    const low = from ? realOf(field, from) : null, high = to ? realOf(field, to) : null;
    const test_: Test = { type: 'real', from: low?.from ?? -Infinity, to: high?.to ?? Infinity, openFrom: open.from && low !== null, openTo: open.to && high !== null };
    if (test_.from > test_.to || (test_.from === test_.to && (test_.openFrom || test_.openTo))) throw new QuerySyntaxError('This range is empty: its first value is not below its last', at);
    return test(field.name, test_);
  }
  if (field.type === 'port') {
    const low = from ? portOf(field, from) : null, high = to ? portOf(field, to) : null;
    const protos = low?.protos ?? high?.protos ?? TRANSPORT;
    if (low && high && low.protos.join() !== high.protos.join() && high.protos !== TRANSPORT) throw new QuerySyntaxError('Both ends of a range of ports must be of one protocol', at);
    return test(field.name, { type: 'port', protos, ...ends(field, low?.interval ?? null, high?.interval ?? null, open, at) });
  }
  return test(field.name, { type: 'integer', ...ends(field, from ? intervalOf(field, from, nowUs) : null, to ? intervalOf(field, to, nowUs) : null, open, at) });
}

/** A value that stands without a field: an address or network (source or destination), or `tcp/23`. Null if it is neither. */
export function bareValue(value: ValueToken, fields: ReadonlyMap<string, FieldSpec>): Expr | null {
  const cidr = value.quoted ? null : parseCidr(value.text);
  if (cidr) {
    const holders = ['src', 'dst'].filter((name) => fields.get(name)?.type === 'address');
    return holders.length === 0 ? null : anyOf(holders.map((name) => test(name, { type: 'network', cidr })));
  }
  const port = fields.get('port');
  if (!port || value.quoted || !/^[a-z0-9-]+\/\d+$/i.test(value.text)) return null;
  return comparison(port, '==', value, 0);
}

const EQUAL: readonly Operator[] = ['==', ':'];
const ORDERED: readonly Operator[] = ['==', ':', '<', '<=', '>', '>='];
const CONTAINS: readonly Operator[] = ['==', ':', '~'];
const RANGED = new Set<FieldSpec['type']>(['time', 'integer', 'asn', 'proto', 'real', 'port']);
const TRANSPORT: readonly number[] = Object.freeze([PROTO.tcp, PROTO.udp]);

/** Operators that fields of a type take, for completions and messages. */
export function operatorsOf(type: FieldSpec['type']): readonly Operator[] {
  const base = type === 'address' || type === 'country' ? EQUAL : type === 'flags' || type === 'payload' || type === 'word' ? CONTAINS : ORDERED;
  return [base[0] as Operator, '!=', ...base.slice(1)];
}

function needOperator(field: FieldSpec, operator: Operator, allowed: readonly Operator[], value: ValueToken): void {
  if (allowed.includes(operator)) return;
  throw new QuerySyntaxError(`'${field.name}' cannot be compared with '${operator}'; use one of ${operatorsOf(field.type).join(' ')}`, value.at, value.end);
}

function wrong(field: FieldSpec, value: ValueToken, remedy: string): QuerySyntaxError {
  const shown = value.text.length > 40 ? `${value.text.slice(0, 40)}…` : value.text;
  return new QuerySyntaxError(`'${shown}' is not a value of '${field.name}': ${remedy}`, value.at, value.end);
}

/** Applies a comparison to an interval and cuts it to the field's domain; an empty result is an error. */
function bounded(field: FieldSpec, operator: Operator, { from, to }: Interval, value: ValueToken): Interval {
  const cut = operator === '<' ? { from: field.min, to: from - 1 } : operator === '<=' ? { from: field.min, to }
    : operator === '>' ? { from: to + 1, to: field.max } : operator === '>=' ? { from, to: field.max } : { from, to };
  if (cut.from > cut.to) throw wrong(field, value, `no value is ${operator} it (${domain(field)})`);
  return cut;
}

function ends(field: FieldSpec, low: Interval | null, high: Interval | null, open: { from: boolean; to: boolean }, at: number): Interval {
  const from = low === null ? field.min : open.from ? low.to + 1 : low.from;
  const to = high === null ? field.max : open.to ? high.from - 1 : high.to;
  if (from > to) throw new QuerySyntaxError('This range is empty: its first value is not below its last', at);
  return { from, to };
}

function domain(field: FieldSpec): string {
  return field.type === 'time' ? 'times reach from 1684 to 2255' : `it is ${field.min}–${field.max}`;
}

function intervalOf(field: FieldSpec, value: ValueToken, nowUs: number): Interval {
  const text = value.text;
  if (field.type === 'time') {
    const us = parseTime(text, nowUs);
    if (us === null) throw wrong(field, value, 'write 2026-11-22, 2026-11-22T10:00Z, now or now-1d (s, m, h, d, w)');
    return within(field, { from: us, to: /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? us + DAY_US - 1 : us }, value);
  }
  if (field.type === 'proto') {
    const proto = protoNumber(text);
    if (proto !== null) return { from: proto, to: proto };
    throw wrong(field, value, `write tcp, udp, icmp, another name, or 0–255${didYouMean(text, ['tcp', 'udp', 'icmp', 'icmp6', 'gre', 'sctp'])}`);
  }
  const plain = field.type === 'asn' ? text.replace(/^as/i, '') : text;
  return numbersOf(field, plain, value);
}

/** `23`, `0x17` or `20-25`, within the field's domain. */
function numbersOf(field: FieldSpec, text: string, value: ValueToken): Interval {
  const match = /^(\d{1,16}|0x[0-9a-fA-F]{1,12})(?:-(\d{1,16}|0x[0-9a-fA-F]{1,12}))?$/.exec(text);
  if (!match) throw wrong(field, value, field.type === 'asn' ? 'write AS64496 or a number' : `write a whole number, or a range such as 20-25 (${domain(field)})`);
  const from = Number(match[1]), to = match[2] === undefined ? from : Number(match[2]);
  if (from > to) throw wrong(field, value, 'the first number of a range must not exceed the last');
  return within(field, { from, to }, value);
}

function within(field: FieldSpec, interval: Interval, value: ValueToken): Interval {
  if (interval.from < field.min || interval.to > field.max) throw wrong(field, value, domain(field));
  return interval;
}

function realOf(field: FieldSpec, value: ValueToken): Interval {
  const match = /^(\d{1,16}(?:\.\d{1,24})?(?:e[+-]?\d{1,3})?)(?:-(\d{1,16}(?:\.\d{1,24})?))?$/i.exec(value.text);
  if (!match) throw wrong(field, value, `write a number (${domain(field)})`);
  const from = Number(match[1]), to = match[2] === undefined ? from : Number(match[2]);
  if (from > to) throw wrong(field, value, 'the first number of a range must not exceed the last');
  return within(field, { from, to }, value);
}

/** `23`, `20-25`, `tcp/23`, `tcp/20-25`, `tcp/*`. */
function portOf(field: FieldSpec, value: ValueToken): { protos: readonly number[]; interval: Interval } {
  const slash = value.text.indexOf('/');
  if (slash < 0) return { protos: TRANSPORT, interval: numbersOf(field, value.text, value) };
  const name = value.text.slice(0, slash), proto = protoNumber(name);
  if (proto === null) throw wrong(field, value, `'${name.slice(0, 20)}' is no protocol${didYouMean(name, ['tcp', 'udp', 'icmp', 'icmp6', 'sctp'])}`);
  const rest = value.text.slice(slash + 1);
  if (rest === '*' && !value.quoted) return { protos: [proto], interval: { from: field.min, to: field.max } };
  return { protos: [proto], interval: numbersOf(field, rest, value) };
}

function networkOf(field: FieldSpec, value: ValueToken) {
  const octets = value.quoted ? null : /^((?:\d{1,3}\.){1,3})\*$/.exec(value.text);
  const parts = octets ? (octets[1] as string).split('.').length - 1 : 0;
  const text = octets ? `${octets[1] as string}${['', '0.0.0', '0.0', '0'][parts] ?? ''}/${8 * parts}` : value.text;
  const cidr = parseCidr(text);
  if (!cidr) throw wrong(field, value, 'write an address (192.0.2.7, 2001:db8::1) or a network (192.0.2.0/24)');
  return cidr;
}

function flagsOf(value: ValueToken, anyOthers: boolean): Test {
  const text = value.text.toLowerCase();
  let bits = 0;
  if (/^(\d{1,4}|0x[0-9a-f]{1,3})$/.test(text)) bits = Number(text);
  else {
    const words = text.split(/[|+]/);
    for (const word of words) {
      const known = FLAG_BITS[word];
      if (known !== undefined && Object.hasOwn(FLAG_BITS, word)) { bits |= known; continue; }
      if (word === '') throw flagsWrong(value, words);
      for (const letter of word) {
        if (!Object.hasOwn(FLAG_BITS, letter)) throw flagsWrong(value, words);
        bits |= FLAG_BITS[letter] ?? 0;
      }
    }
  }
  if (bits > FLAGS_MASK) throw new QuerySyntaxError(`TCP flags are 0–${FLAGS_MASK}`, value.at, value.end);
  if (anyOthers && bits === 0) throw new QuerySyntaxError("'flags ~' needs at least one flag", value.at, value.end);
  return { type: 'flags', mask: anyOthers ? bits : FLAGS_MASK, bits };
}

function flagsWrong(value: ValueToken, words: readonly string[]): QuerySyntaxError {
  const near = didYouMean(words.find((word) => !Object.hasOwn(FLAG_BITS, word)) ?? '', Object.keys(FLAG_BITS).filter((name) => name.length > 1));
  return new QuerySyntaxError(`'${value.text.slice(0, 40)}' names no TCP flags: write letters (SA), words (syn|ack) or a number${near}`, value.at, value.end);
}

function bytesOf(value: ValueToken): Uint8Array {
  const hex = value.quoted ? null : /^0x((?:[0-9a-fA-F]{2})+)$/.exec(value.text);
  let bytes: Uint8Array;
  if (hex) bytes = Uint8Array.from((hex[1] as string).match(/../g) as string[], (pair) => parseInt(pair, 16));
  else {
    if (!value.quoted && /^0x/i.test(value.text)) throw new QuerySyntaxError('Bytes are written as pairs of hexadecimal digits, such as 0x474554', value.at, value.end);
    const inner = value.glob.filter((part, i) => !(part === 'any' && (i === 0 || i === value.glob.length - 1)));
    const literal = inner[0];
    if (inner.length !== 1 || typeof literal !== 'object') {
      throw new QuerySyntaxError('The payload is searched for one text or 0x… bytes; join several with &&', value.at, value.end);
    }
    bytes = new TextEncoder().encode(literal.literal);
  }
  if (bytes.length > MAX_PAYLOAD_BYTES) throw new QuerySyntaxError(`At most ${MAX_PAYLOAD_BYTES} bytes of a payload are kept, so a longer text is never found`, value.at, value.end);
  return bytes;
}

const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

function wordOf(field: FieldSpec, value: ValueToken, contains: boolean): Test {
  if (value.text === '') throw new QuerySyntaxError(`'${field.name}' cannot be empty here; to find rows without it write !${field.name}:*`, value.at, value.end);
  if (!value.quoted && value.text.length > 2 && value.text.startsWith('/') && value.text.endsWith('/')) {
    throw new QuerySyntaxError('Regular expressions are not understood; use the wildcards * and ?', value.at, value.end);
  }
  const parts = value.glob.map((part): GlobPart => (typeof part === 'object' ? { literal: lower(part.literal) } : part));
  const glob = contains ? merged(['any', ...parts, 'any']) : parts;
  const only = glob[0];
  if (glob.length === 1 && typeof only === 'object') {
    if (field.closed && field.values && !field.values.includes(only.literal)) {
      const known = field.values.length <= 12 ? ` (one of ${field.values.join(', ')})` : '';
      throw new QuerySyntaxError(`There is no ${field.name} '${only.literal.slice(0, 40)}'${known}${didYouMean(only.literal, field.values)}`, value.at, value.end);
    }
    return { type: 'word', value: only.literal };
  }
  if (glob.length === 1 && only === 'any') return { type: 'exists' };
  return { type: 'pattern', glob };
}

/** Adjoining `*` count once. */
function merged(glob: readonly GlobPart[]): GlobPart[] {
  return glob.filter((part, i) => !(part === 'any' && glob[i - 1] === 'any'));
}
