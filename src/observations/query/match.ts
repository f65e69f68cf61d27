/**
 * Evaluates an expression on one thing in memory: findings in the queue, rows of a live stream.
 *
 * In: a tree and a getter of fields. A field the thing lacks (undefined, null, '', an empty list) fails every test.
 * A list holds if any member does. Cost: linear in tree and values; patterns O(text · pattern) at worst.
 * @module
 */
import { cidrContains, parseAddress } from '../../core/address.ts';
import { parsePortKey } from '../../core/ports.ts';
import { foldExpr, type Expr, type GlobPart, type Test } from './ast.ts';

/** Numbers for times (µs) and counts; text for words, addresses and ports (`tcp/23`, or a number: a port key of core/ports). */
export type FieldValue = undefined | null | string | number | Uint8Array | readonly (string | number)[];

/** Whether the thing that `get` reads matches. */
export function matches(expr: Expr, get: (field: string) => FieldValue): boolean {
  return foldExpr<() => boolean>(expr, {
    all: () => () => true,
    and: (items) => () => items.every((item) => item()),
    or: (items) => () => items.some((item) => item()),
    not: (item) => () => !item(),
    test: (field, test) => () => holds(test, get(field)),
  })();
}

function holds(test: Test, value: FieldValue): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (value instanceof Uint8Array) {
    return test.type === 'exists' ? value.length > 0 : test.type === 'contains' && holdsBytes(value, test.bytes);
  }
  if (typeof value === 'object') return value.some((one) => holds(test, one));
  switch (test.type) {
    case 'exists': return true;
    case 'integer': return typeof value === 'number' && value >= test.from && value <= test.to;
    case 'real': return typeof value === 'number' && (test.openFrom ? value > test.from : value >= test.from) && (test.openTo ? value < test.to : value <= test.to);
    case 'port': {
      const key = typeof value === 'number' ? value : parsePortKey(value);
      if (key === null) return false;
      const port = key % 65_536;
      return test.protos.includes(Math.floor(key / 65_536)) && port >= test.from && port <= test.to;
    }
    case 'network': {
      const address = typeof value === 'string' ? parseAddress(value) : null;
      return address !== null && address.family === test.cidr.family && cidrContains(test.cidr, address.words);
    }
    case 'word': return String(value).toLowerCase() === test.value.toLowerCase();
    case 'pattern': return matchesGlob(test.glob, String(value).toLowerCase());
    case 'flags': return typeof value === 'number' && (value & test.mask) === test.bits;
    case 'contains': return holdsBytes(Buffer.from(String(value), 'utf8'), test.bytes);
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);

function holdsBytes(within: Uint8Array, wanted: Uint8Array): boolean {
  return asBuffer(within).includes(asBuffer(wanted));
}

/** Whether `text` (already in the pattern's letter case) matches from start to end: greedy, returning to the last `*` only. */
export function matchesGlob(glob: readonly GlobPart[], text: string): boolean {
  const symbols: (string | 1 | 2)[] = glob.flatMap((part): (string | 1 | 2)[] => (part === 'any' ? [1] : part === 'one' ? [2] : part.literal.split('')));
  let i = 0, j = 0, star = -1, from = 0;
  while (i < text.length) {
    const symbol = symbols[j];
    if (symbol === 1) { star = j++; from = i; continue; }
    if (symbol === 2 || symbol === text[i]) { i++; j++; continue; }
    if (star < 0) return false;
    j = star + 1;
    i = ++from;
  }
  while (symbols[j] === 1) j++;
  return j === symbols.length;
}
