/**
 * The relation language of header rules, as data: what a packet's fields must satisfy.
 *
 * In: JSON of a rule file. Out: a checked {@link Condition}; anything unknown is refused with its place.
 * An expression (unsigned 32-bit) is a number, a field name, or one operation over expressions:
 *   { xor: [a, b, …] } { add: [a, b, …] } { sub: [a, b] } { and: [a, mask] } { low16: a } { high16: a } { swap16: a } { swap32: a } { not: a }
 *   { payload16: offset }
 * `low16` and `high16` give 16-bit numbers; `swap16` swaps the two bytes of the low half (the rest is cut); `swap32` swaps all four.
 * `payload16` is the two payload bytes at a place, most significant first, and 0 where none were kept: say so with `payKept`.
 * A condition is one of
 *   { eq: [a, b] } { ne: [a, b] } { in: [a, [n, …]] } { between: [a, low, high] } { bits: [a, mask, value] }
 *   { options: "MSS=1460,NOP,WS=8,NOP,NOP,SACK" }   TCP options exactly as laid out, padding (EOL, NOP) included; "none" = no options
 *   { payload: { at: 0, hex: "…" } | { at: 0, text: "…" } }   bytes at a place;   { contains: { text | hex: "…", within: 256 } }   anywhere in the first bytes
 *   { any: [c, …] } { all: [c, …] }
 * Source: the tuple of tkiwa (YNU, CSS 2014), where a fixed value or a fixed relation between fields names a stack, widened by
 * the operations that published scanners use (docs/fingerprints.md cites each).
 * Limits: conditions look at one packet; what needs several packets of a source is in `source-verdicts.ts`.
 * @module
 */
import { PAYLOAD_KEPT } from '../../core/packet-batch.ts';

/** Fields a rule can name. `ttlOrigin` is the TTL before its hops: the least of 32, 64, 128, 255 not below the received one. For IPv6 `src`, `dst` are the low 32 bits. */
export const RULE_FIELDS = [
  'src', 'dst', 'proto', 'sport', 'dport', 'ttl', 'ttlOrigin', 'ipid', 'ipBits', 'flags', 'seq', 'ack', 'window', 'ipLen', 'payloadLen',
  'optLen', 'payKept',
] as const;
export type RuleField = (typeof RULE_FIELDS)[number];

export type Expression =
  | number | RuleField
  | { readonly xor: readonly Expression[] } | { readonly add: readonly Expression[] }
  | { readonly sub: readonly [Expression, Expression] } | { readonly and: readonly [Expression, number] }
  | { readonly low16: Expression } | { readonly high16: Expression } | { readonly swap16: Expression } | { readonly swap32: Expression }
  | { readonly not: Expression } | { readonly payload16: number };

export type Condition =
  | { readonly eq: readonly [Expression, Expression] } | { readonly ne: readonly [Expression, Expression] }
  | { readonly in: readonly [Expression, readonly number[]] }
  | { readonly between: readonly [Expression, number, number] }
  | { readonly bits: readonly [Expression, number, number] }
  | { readonly options: string }
  | { readonly payload: { readonly at: number; readonly hex: string } | { readonly at: number; readonly text: string } }
  | { readonly contains: { readonly within: number; readonly hex: string } | { readonly within: number; readonly text: string } }
  | { readonly any: readonly Condition[] } | { readonly all: readonly Condition[] };

/** Deepest nesting of conditions and of expressions. */
const MAX_DEPTH = 8;

/** Checks a condition from a file; throws RangeError naming the place of what is wrong. */
export function checkCondition(value: unknown, where = 'when', depth = 0): Condition {
  if (depth > MAX_DEPTH) throw new RangeError(`${where} is nested deeper than ${MAX_DEPTH}`);
  const [key, body] = onlyEntry(value, where);
  const at = `${where}.${key}`;
  switch (key) {
    case 'eq': case 'ne': { const [a, b] = list(body, at, 2); checkExpression(a, at); checkExpression(b, at); break; }
    case 'in': {
      const [a, set] = list(body, at, 2);
      checkExpression(a, at);
      for (const n of list(set, at)) number(n, at);
      break;
    }
    case 'between': case 'bits': { const [a, b, c] = list(body, at, 3); checkExpression(a, at); number(b, at); number(c, at); break; }
    case 'options': optionPattern(text(body, at)); break;
    case 'payload': {
      const { at: offset, hex, text: words } = record(body, at);
      if (number(offset, at) >= PAYLOAD_KEPT) throw new RangeError(`${at} looks behind the ${PAYLOAD_KEPT} payload bytes that are kept`);
      if (hex === undefined) text(words, at);
      else if (!/^([0-9a-f]{2})+$/.test(text(hex, at))) throw new RangeError(`${at}.hex is not pairs of hexadecimal digits`);
      break;
    }
    case 'contains': {
      const { text: words, hex, within } = record(body, at);
      if (hex !== undefined ? !/^([0-9a-f]{2})+$/.test(text(hex, at)) : text(words, at).length === 0) throw new RangeError(`${at} needs a text or pairs of hexadecimal digits`);
      if (number(within, at) > PAYLOAD_KEPT) throw new RangeError(`${at} looks behind the ${PAYLOAD_KEPT} payload bytes that are kept`);
      break;
    }
    case 'any': case 'all': {
      const parts = list(body, at);
      if (parts.length === 0) throw new RangeError(`${at} is empty`);
      parts.forEach((part, i) => checkCondition(part, `${at}[${i}]`, depth + 1));
      break;
    }
    default: throw new RangeError(`${where} has an unknown condition '${key}'`);
  }
  return value as Condition;
}

/** Checks an expression; throws RangeError. */
export function checkExpression(value: unknown, where: string, depth = 0): Expression {
  if (depth > MAX_DEPTH) throw new RangeError(`${where} is nested deeper than ${MAX_DEPTH}`);
  if (typeof value === 'number') { number(value, where); return value; }
  if (typeof value === 'string') {
    if (!(RULE_FIELDS as readonly string[]).includes(value)) throw new RangeError(`${where} names '${value}', which is not a field (${RULE_FIELDS.join(', ')})`);
    return value as RuleField;
  }
  const [key, body] = onlyEntry(value, where);
  switch (key) {
    case 'xor': case 'add': {
      const parts = list(body, `${where}.${key}`);
      if (parts.length < 2) throw new RangeError(`${where}.${key} needs two or more parts`);
      for (const part of parts) checkExpression(part, `${where}.${key}`, depth + 1);
      break;
    }
    case 'sub': for (const part of list(body, `${where}.sub`, 2)) checkExpression(part, `${where}.sub`, depth + 1); break;
    case 'and': { const [a, mask] = list(body, `${where}.and`, 2); checkExpression(a, `${where}.and`, depth + 1); number(mask, `${where}.and`); break; }
    case 'low16': case 'high16': case 'swap16': case 'swap32': case 'not': checkExpression(body, `${where}.${key}`, depth + 1); break;
    case 'payload16': if (number(body, `${where}.payload16`) > PAYLOAD_KEPT - 2) throw new RangeError(`${where}.payload16 looks behind the ${PAYLOAD_KEPT} payload bytes that are kept`); break;
    default: throw new RangeError(`${where} has an unknown operation '${key}'`);
  }
  return value as Expression;
}

/** TCP options as bytes to compare: byte i matters where mask[i] is 255. */
export interface OptionPattern { readonly bytes: Uint8Array; readonly mask: Uint8Array }

/** `MSS=1460,NOP,WS=8,SACK,TS,TS=4294967295:0,EOL` → bytes (RFC 9293 section 3.2, RFC 7323, RFC 2018); `none` → no bytes. Throws RangeError. */
export function optionPattern(layout: string): OptionPattern {
  const bytes: number[] = [], mask: number[] = [];
  const put = (value: number, width: number, known: boolean) => {
    for (let shift = 8 * (width - 1); shift >= 0; shift -= 8) { bytes.push(known ? (value >>> shift) & 255 : 0); mask.push(known ? 255 : 0); }
  };
  for (const token of layout === 'none' ? [] : layout.split(',')) {
    const match = /^(EOL|NOP|MSS|WS|SACK|TS)(?:=(\d+)(?::(\d+))?)?$/.exec(token);
    if (!match) throw new RangeError(`'${token}' is not a TCP option (EOL, NOP, MSS[=n], WS[=n], SACK, TS[=n:n])`);
    const value = Number(match[2] ?? 0), known = match[2] !== undefined;
    switch (match[1]) {
      case 'EOL': put(0, 1, true); break;
      case 'NOP': put(1, 1, true); break;
      case 'MSS': put(0x0204, 2, true); put(value, 2, known); break;
      case 'WS': put(0x0303, 2, true); put(value, 1, known); break;
      case 'SACK': put(0x0402, 2, true); break;
      default: put(0x080a, 2, true); put(value, 4, known); put(Number(match[3] ?? 0), 4, match[3] !== undefined);
    }
  }
  if (bytes.length > 40) throw new RangeError(`'${layout}' is longer than the 40 bytes TCP has for options`);
  return { bytes: Uint8Array.from(bytes), mask: Uint8Array.from(mask) };
}

/** Bytes of a `payload` condition. */
export function payloadBytes(part: { readonly hex: string } | { readonly text: string }): Uint8Array {
  return 'hex' in part ? Uint8Array.from(Buffer.from(part.hex, 'hex')) : Uint8Array.from(Buffer.from(part.text, 'latin1'));
}

function onlyEntry(value: unknown, where: string): [string, unknown] {
  const entries = Object.entries(record(value, where));
  if (entries.length !== 1) throw new RangeError(`${where} must have exactly one key, got ${entries.length}`);
  return entries[0] as [string, unknown];
}
function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RangeError(`${where} must be an object`);
  return value as Record<string, unknown>;
}
function list(value: unknown, where: string, length?: number): unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw new RangeError(`${where} must be a list${length === undefined ? '' : ` of ${length}`}`);
  return value;
}
function number(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new RangeError(`${where}: ${String(value)} is not an unsigned 32-bit number`);
  return value;
}
function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new RangeError(`${where} must be text`);
  return value;
}
