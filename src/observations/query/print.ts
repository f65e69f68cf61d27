/**
 * An expression tree back as text that parses to the same tree: for saved views, evidence and *pivot* in the portal.
 * @module
 */
import { formatCidr } from '../../core/address.ts';
import { PROTO } from '../../core/packet-batch.ts';
import { protoName } from '../../core/ports.ts';
import { formatTime } from '../../core/time.ts';
import type { Expr, GlobPart, Test } from './ast.ts';
import { OBSERVATION_FIELDS, type FieldSet, type FieldSpec } from './fields.ts';
import { FLAG_BITS, FLAGS_MASK } from './values.ts';

/** Canonical text of a tree, in Arkime's style (`==`, `&&`, `||`, `!`). */
export function printQuery(expr: Expr, fields: FieldSet = OBSERVATION_FIELDS): string {
  switch (expr.kind) {
    case 'all': return '*';
    case 'and': return expr.items.map((item) => (item.kind === 'or' ? `(${printQuery(item, fields)})` : printQuery(item, fields))).join(' && ');
    case 'or': return expr.items.map((item) => printQuery(item, fields)).join(' || ');
    case 'not': {
      const inner = printQuery(expr.item, fields);
      return expr.item.kind === 'test' && inner.startsWith(`${expr.item.field} == `) ? inner.replace(' == ', ' != ')
        : expr.item.kind === 'and' || expr.item.kind === 'or' ? `!(${inner})` : `!${inner}`;
    }
    case 'test': return printTest(expr.field, expr.test, fields.fields.get(expr.field));
  }
}

function printTest(name: string, test: Test, spec: FieldSpec | undefined): string {
  switch (test.type) {
    case 'exists': return `${name}:*`;
    case 'integer': return interval(name, test.from, test.to, spec, (n) => number(n, spec));
    case 'real': {
      if (test.from === test.to) return `${name} == ${test.from}`;
      if (test.from === -Infinity) return `${name} ${test.openTo ? '<' : '<='} ${test.to}`;
      if (test.to === Infinity) return `${name} ${test.openFrom ? '>' : '>='} ${test.from}`;
      return `${name}:${test.openFrom ? '{' : '['}${test.from} TO ${test.to}${test.openTo ? '}' : ']'}`;
    }
    case 'port': {
      const any = test.protos.length === 2 && test.protos.includes(PROTO.tcp) && test.protos.includes(PROTO.udp);
      if (any) return interval(name, test.from, test.to, spec, String);
      return test.protos.map((proto) => `${name} == ${protoName(proto)}/${test.from === test.to ? test.from : test.from === spec?.min && test.to === spec.max ? '*' : `${test.from}-${test.to}`}`).join(' || ');
    }
    case 'network': return `${name} == ${test.cidr.prefix === (test.cidr.family === 4 ? 32 : 128) ? formatCidr(test.cidr).split('/')[0] : formatCidr(test.cidr)}`;
    case 'word': return `${name} == ${/^[A-Za-z0-9_.:/@-]+$/.test(test.value) && test.value !== 'EXISTS!' && !/^\/.+\/$/.test(test.value) ? test.value : quote(test.value)}`;
    case 'pattern': return `${name} == ${test.glob.map(globText).join('')}`;
    case 'flags': return test.mask === FLAGS_MASK ? `${name} == ${flagText(test.bits)}` : `${name} ~ ${flagText(test.bits)}`;
    case 'contains': return `${name}:${bytesText(test.bytes)}`;
  }
}

function interval(name: string, from: number, to: number, spec: FieldSpec | undefined, show: (n: number) => string): string {
  if (from === to) return `${name} == ${show(from)}`;
  if (from === spec?.min) return `${name} <= ${show(to)}`;
  if (to === spec?.max) return `${name} >= ${show(from)}`;
  return `${name}:[${show(from)} TO ${show(to)}]`;
}

function number(n: number, spec: FieldSpec | undefined): string {
  return spec?.type === 'time' ? formatTime(n) : spec?.type === 'asn' ? `AS${n}` : spec?.type === 'proto' ? protoName(n) : String(n);
}

/** TCP flags as letters in wire order from FIN (`SA`); a number when they have no letters. */
export function flagText(bits: number): string {
  if (bits === 0 || bits > 0x1ff) return String(bits);
  return ['s', 'a', 'f', 'r', 'p', 'u', 'e', 'c', 'n'].filter((letter) => (bits & (FLAG_BITS[letter] ?? 0)) !== 0).join('').toUpperCase();
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

function globText(part: GlobPart): string {
  if (part === 'any') return '*';
  if (part === 'one') return '?';
  return part.literal.replace(/[^A-Za-z0-9_.:/@-]/g, (c) => (/[\w\s\u0000-\u001f\u007f-\uffff]/.test(c) ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : `\\${c}`));
}

function bytesText(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const same = new TextEncoder().encode(text);
  if (same.length === bytes.length && same.every((byte, i) => byte === bytes[i])) return quote(text);
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
