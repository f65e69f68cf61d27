/**
 * Rules compiled to filters over a batch: each condition is one loop over a list of packet numbers that it shortens.
 *
 * In: checked conditions (`expression.ts`). Out: {@link Filter}s.
 * Idea: column-at-a-time evaluation with selection lists (Boncz, Zukowski, Nes, "MonetDB/X100", CIDR 2005, section 4): a rule's
 * most selective condition sees every packet of its class, the next ones hardly any. No code is generated.
 * Shapes: lists are Uint16Array(65,536) of packet numbers, ascending; expressions fill Uint32Array registers, one a nesting level.
 * Cost: about 1–2 ns a packet and rule for a constant, 1.5 ns a field more for a relation; nothing is allocated per batch.
 * @module
 */
import { BATCH_CAPACITY, type PacketBatch } from '../../core/packet-batch.ts';
import { optionPattern, payloadBytes, type Condition, type Expression, type RuleField } from './expression.ts';

/** Copies the packet numbers of `from[0 .. n)` that satisfy it to `to` (which may be `from`), and returns how many. */
export type Filter = (batch: PacketBatch, from: Uint16Array, n: number, to: Uint16Array) => number;

/** Least of 32, 64, 128, 255 not below the TTL: the usual initial values (p0f and Nmap databases agree). */
export function ttlOrigin(ttl: number): number {
  return ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}
const TTL_ORIGIN = Uint8Array.from({ length: 256 }, (_, ttl) => ttlOrigin(ttl));

/** All conditions, in their order. */
export function compileAll(conditions: readonly Condition[]): Filter {
  const filters = conditions.map(compile);
  return (batch, from, n, to) => {
    let list = from, left = n;
    for (let f = 0; f < filters.length && left > 0; f++) { left = (filters[f] as Filter)(batch, list, left, to); list = to; }
    return left;
  };
}

export function compile(condition: Condition): Filter {
  if ('eq' in condition) {
    const [a, b] = condition.eq;
    if (typeof b === 'number') return compileRange(a, b, b);
    return compileRelation(a, b, true);
  }
  if ('ne' in condition) return compileRelation(condition.ne[0], condition.ne[1], false);
  if ('between' in condition) return compileRange(...condition.between);
  if ('in' in condition) return compileIn(...condition.in);
  if ('bits' in condition) return compileBits(...condition.bits);
  if ('options' in condition) return compileOptions(condition.options);
  if ('payload' in condition) return compilePayload(condition.payload.at, payloadBytes(condition.payload));
  if ('contains' in condition) return compileContains(payloadBytes(condition.contains), condition.contains.within);
  if ('all' in condition) return compileAll(condition.all);
  return compileAny(condition.any);
}

type Column = Uint8Array | Uint16Array | Uint32Array;

/** Column of a field, and how packet i finds itself in it: `i * stride + offset`. */
function columnOf(batch: PacketBatch, field: RuleField): Column {
  return field === 'ttlOrigin' ? batch.ttl : batch[field];
}
function strideOf(batch: PacketBatch, field: RuleField): number {
  return batch.family === 6 && (field === 'src' || field === 'dst') ? 4 : 1;
}

function compileRange(a: Expression, low: number, high: number): Filter {
  if (a === 'ttlOrigin') {
    // A range of initial values is a range of received ones.
    const ttls = Array.from(TTL_ORIGIN.keys()).filter((ttl) => (TTL_ORIGIN[ttl] as number) >= low && (TTL_ORIGIN[ttl] as number) <= high);
    return compileRange('ttl', ttls[0] ?? 1, ttls[ttls.length - 1] ?? 0);
  }
  if (typeof a === 'string') {
    return (batch, from, n, to) => keepRange(columnOf(batch, a), strideOf(batch, a), low, high, from, n, to);
  }
  const read = compileExpression(a, 0), register = registerOf(0);
  return (batch, from, n, to) => {
    read(batch, from, n);
    let kept = 0;
    for (let k = 0; k < n; k++) {
      const value = register[k] as number;
      if (value >= low && value <= high) to[kept++] = from[k] as number;
    }
    return kept;
  };
}

function keepRange(column: Column, stride: number, low: number, high: number, from: Uint16Array, n: number, to: Uint16Array): number {
  let kept = 0;
  if (stride === 1) {
    for (let k = 0; k < n; k++) {
      const i = from[k] as number, value = column[i] as number;
      if (value >= low && value <= high) to[kept++] = i;
    }
    return kept;
  }
  for (let k = 0; k < n; k++) {
    const i = from[k] as number, value = column[i * stride + stride - 1] as number;
    if (value >= low && value <= high) to[kept++] = i;
  }
  return kept;
}

function compileBits(a: Expression, mask: number, value: number): Filter {
  const read = compileExpression(a, 0), register = registerOf(0);
  return (batch, from, n, to) => {
    read(batch, from, n);
    let kept = 0;
    for (let k = 0; k < n; k++) if ((((register[k] as number) & mask) >>> 0) === value) to[kept++] = from[k] as number;
    return kept;
  };
}

function compileIn(a: Expression, values: readonly number[]): Filter {
  const read = compileExpression(a, 0), register = registerOf(0);
  const small = new Uint8Array(65_536);
  const large = new Set(values);
  for (const value of values) if (value < 65_536) small[value] = 1;
  return (batch, from, n, to) => {
    read(batch, from, n);
    let kept = 0;
    for (let k = 0; k < n; k++) {
      const value = register[k] as number;
      if (value < 65_536 ? small[value] === 1 : large.has(value)) to[kept++] = from[k] as number;
    }
    return kept;
  };
}

function compileRelation(a: Expression, b: Expression, equal: boolean): Filter {
  if (typeof a === 'string' && typeof b === 'string' && a !== 'ttlOrigin' && b !== 'ttlOrigin') {
    return (batch, from, n, to) => keepRelated(columnOf(batch, a), strideOf(batch, a), columnOf(batch, b), strideOf(batch, b), equal, from, n, to);
  }
  if (!equal && typeof a === 'string' && a !== 'ttlOrigin' && typeof b === 'number') {
    return (batch, from, n, to) => keepDifferent(columnOf(batch, a), strideOf(batch, a), b, from, n, to);
  }
  const readA = compileExpression(a, 0), readB = compileExpression(b, 1);
  const left = registerOf(0), right = registerOf(1);
  const general: Filter = (batch, from, n, to) => {
    readA(batch, from, n);
    readB(batch, from, n);
    let kept = 0;
    for (let k = 0; k < n; k++) if ((left[k] === right[k]) === equal) to[kept++] = from[k] as number;
    return kept;
  };
  const fields = equal ? halfXorFields(a, b) : null;
  if (!fields) return general;
  const [f0, f1, f2, f3] = fields;
  return (batch, from, n, to) => (batch.family === 4
    ? keepHalfXor(columnOf(batch, f0), columnOf(batch, f1), columnOf(batch, f2), columnOf(batch, f3), from, n, to)
    : general(batch, from, n, to));
}

/** The four fields of `f0 == low16(f1 ^ f2 ^ f3)`, masscan's relation and its likes, which gets a loop of its own. */
function halfXorFields(a: Expression, b: Expression): readonly [RuleField, RuleField, RuleField, RuleField] | null {
  if (typeof a !== 'string' || !['ipid', 'window', 'sport'].includes(a) || typeof b !== 'object' || !('low16' in b)) return null;
  const inner = b.low16;
  if (typeof inner !== 'object' || !('xor' in inner) || inner.xor.length !== 3) return null;
  const [f1, f2, f3] = inner.xor;
  return typeof f1 === 'string' && typeof f2 === 'string' && typeof f3 === 'string' && ![f1, f2, f3].includes('ttlOrigin') ? [a, f1, f2, f3] : null;
}

function keepHalfXor(a: Column, b: Column, c: Column, d: Column, from: Uint16Array, n: number, to: Uint16Array): number {
  let kept = 0;
  for (let k = 0; k < n; k++) {
    const i = from[k] as number;
    if ((((a[i] as number) ^ (b[i] as number) ^ (c[i] as number) ^ (d[i] as number)) & 0xffff) === 0) to[kept++] = i;
  }
  return kept;
}

function keepRelated(a: Column, strideA: number, b: Column, strideB: number, equal: boolean, from: Uint16Array, n: number, to: Uint16Array): number {
  let kept = 0;
  if (strideA === 1 && strideB === 1) {
    for (let k = 0; k < n; k++) {
      const i = from[k] as number;
      if ((a[i] === b[i]) === equal) to[kept++] = i;
    }
    return kept;
  }
  for (let k = 0; k < n; k++) {
    const i = from[k] as number;
    if ((a[i * strideA + strideA - 1] === b[i * strideB + strideB - 1]) === equal) to[kept++] = i;
  }
  return kept;
}

function keepDifferent(column: Column, stride: number, value: number, from: Uint16Array, n: number, to: Uint16Array): number {
  let kept = 0;
  for (let k = 0; k < n; k++) {
    const i = from[k] as number;
    if (column[i * stride + stride - 1] !== value) to[kept++] = i;
  }
  return kept;
}

/** Registers are shared by all rules of a thread: a filter never runs inside another's loop. */
const registers: Uint32Array[] = [];
function registerOf(level: number): Uint32Array {
  while (registers.length <= level) registers.push(new Uint32Array(BATCH_CAPACITY));
  return registers[level] as Uint32Array;
}

/** Fills register `level` with the expression's value for each packet of the list; uses higher levels for its parts. */
function compileExpression(expression: Expression, level: number): (batch: PacketBatch, list: Uint16Array, n: number) => void {
  const out = registerOf(level);
  if (typeof expression === 'number') return (_batch, _list, n) => { out.fill(expression, 0, n); };
  if (typeof expression === 'string') {
    if (expression === 'ttlOrigin') {
      return (batch, list, n) => { for (let k = 0; k < n; k++) out[k] = TTL_ORIGIN[batch.ttl[list[k] as number] as number] as number; };
    }
    return (batch, list, n) => gather(columnOf(batch, expression), strideOf(batch, expression), list, n, out);
  }
  if ('xor' in expression || 'add' in expression || 'sub' in expression) {
    const parts = 'xor' in expression ? expression.xor : 'add' in expression ? expression.add : expression.sub;
    const first = compileExpression(parts[0] as Expression, level);
    const rest = parts.slice(1).map((part) => compileExpression(part, level + 1));
    const other = registerOf(level + 1);
    const join = 'xor' in expression ? joinXor : 'add' in expression ? joinAdd : joinSub;
    return (batch, list, n) => {
      first(batch, list, n);
      for (let p = 0; p < rest.length; p++) { (rest[p] as typeof first)(batch, list, n); join(out, other, n); }
    };
  }
  if ('payload16' in expression) return payloadWord(expression.payload16, out);
  const [part, change] = 'and' in expression ? [expression.and[0], (x: number) => x & expression.and[1]]
    : 'low16' in expression ? [expression.low16, (x: number) => x & 0xffff]
    : 'high16' in expression ? [expression.high16, (x: number) => x >>> 16]
    : 'swap16' in expression ? [expression.swap16, (x: number) => ((x & 0xff) << 8) | ((x >>> 8) & 0xff)]
    : 'swap32' in expression ? [expression.swap32, (x: number) => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)]
    : [expression.not, (x: number) => ~x];
  const read = compileExpression(part, level);
  return (batch, list, n) => {
    read(batch, list, n);
    for (let k = 0; k < n; k++) out[k] = change(out[k] as number);
  };
}

/** Two payload bytes, 0 where they were not kept. */
function payloadWord(offset: number, out: Uint32Array): (batch: PacketBatch, list: Uint16Array, n: number) => void {
  return ({ payOff, payKept, raw }, list, n) => {
    for (let k = 0; k < n; k++) {
      const i = list[k] as number, at = (payOff[i] as number) + offset;
      out[k] = (payKept[i] as number) >= offset + 2 && at + 2 <= raw.length ? ((raw[at] as number) << 8) | (raw[at + 1] as number) : 0;
    }
  };
}

function gather(column: Column, stride: number, list: Uint16Array, n: number, out: Uint32Array): void {
  if (stride === 1) for (let k = 0; k < n; k++) out[k] = column[list[k] as number] as number;
  else for (let k = 0; k < n; k++) out[k] = column[(list[k] as number) * stride + stride - 1] as number;
}
function joinXor(out: Uint32Array, other: Uint32Array, n: number): void { for (let k = 0; k < n; k++) out[k] = (out[k] as number) ^ (other[k] as number); }
function joinAdd(out: Uint32Array, other: Uint32Array, n: number): void { for (let k = 0; k < n; k++) out[k] = (out[k] as number) + (other[k] as number); }
function joinSub(out: Uint32Array, other: Uint32Array, n: number): void { for (let k = 0; k < n; k++) out[k] = (out[k] as number) - (other[k] as number); }

function compileOptions(layout: string): Filter {
  const { bytes, mask } = optionPattern(layout);
  const length = bytes.length;
  return (batch, from, n, to) => {
    const { optLen, optOff, raw } = batch;
    let kept = 0;
    for (let k = 0; k < n; k++) {
      const i = from[k] as number;
      if (optLen[i] !== length) continue;
      const at = optOff[i] as number;
      if (at + length > raw.length) continue;
      let b = 0;
      while (b < length && (((raw[at + b] as number) & (mask[b] as number)) === bytes[b])) b++;
      if (b === length) to[kept++] = i;
    }
    return kept;
  };
}

function compilePayload(offset: number, bytes: Uint8Array): Filter {
  const length = bytes.length;
  return (batch, from, n, to) => {
    const { payOff, payKept, raw } = batch;
    let kept = 0;
    for (let k = 0; k < n; k++) {
      const i = from[k] as number;
      if ((payKept[i] as number) < offset + length) continue;
      const at = (payOff[i] as number) + offset;
      if (at + length > raw.length) continue;
      let b = 0;
      while (b < length && raw[at + b] === bytes[b]) b++;
      if (b === length) to[kept++] = i;
    }
    return kept;
  };
}

function compileContains(bytes: Uint8Array, within: number): Filter {
  const length = bytes.length, first = bytes[0];
  return (batch, from, n, to) => {
    const { payOff, payKept, raw } = batch;
    let kept = 0;
    for (let k = 0; k < n; k++) {
      const i = from[k] as number;
      const start = payOff[i] as number;
      const end = Math.min(start + Math.min(payKept[i] as number, within), raw.length) - length;
      for (let at = start; at <= end; at++) {
        if (raw[at] !== first) continue;
        let b = 1;
        while (b < length && raw[at + b] === bytes[b]) b++;
        if (b === length) { to[kept++] = i; break; }
      }
    }
    return kept;
  };
}

function compileAny(conditions: readonly Condition[]): Filter {
  const filters = conditions.map(compile);
  const scratch = new Uint16Array(BATCH_CAPACITY), marked = new Uint8Array(BATCH_CAPACITY);
  return (batch, from, n, to) => {
    let any = 0;
    for (let f = 0; f < filters.length; f++) {
      const found = (filters[f] as Filter)(batch, from, n, scratch);
      for (let k = 0; k < found; k++) marked[scratch[k] as number] = 1;
      any += found;
    }
    if (any === 0) return 0;
    let kept = 0;
    for (let k = 0; k < n; k++) {
      const i = from[k] as number;
      if (marked[i] === 1) { marked[i] = 0; to[kept++] = i; }
    }
    return kept;
  };
}
