/**
 * The typed tree of a query expression: what the parser gives, the SQL compiler renders and `match` evaluates.
 *
 * Every leaf is checked: numbers are integers within their field's domain, addresses are networks, words of closed
 * vocabularies exist. So a compiler renders typed literals only, and never sees the analyst's text.
 * Comparisons of integers are closed intervals (`ttl < 65` is [0, 64], `at > t` is [t + 1, …]); `!=` is `not`; lists and
 * value groups are `or`. `and`/`or` have at least two items and never hold an item of their own kind ({@link allOf},
 * {@link anyOf} keep it so).
 * @module
 */
import type { Cidr } from '../../core/address.ts';

/** A whole expression. `all` matches everything (the empty expression). */
export type Expr =
  | { readonly kind: 'all' }
  | { readonly kind: 'and'; readonly items: readonly Expr[] }
  | { readonly kind: 'or'; readonly items: readonly Expr[] }
  | { readonly kind: 'not'; readonly item: Expr }
  | { readonly kind: 'test'; readonly field: string; readonly test: Test };

/** One piece of a wildcard pattern: text as it stands, any run of characters (`*`), or exactly one character (`?`). */
export type GlobPart = { readonly literal: string } | 'any' | 'one';

/** What is asked of one field. A field that a row lacks fails every test; `not` of it then holds. */
export type Test =
  /** The field has a value (not '' and not 0-for-unknown). */
  | { readonly type: 'exists' }
  /** Integer within [from, to], both included. Times are microseconds since 1970. */
  | { readonly type: 'integer'; readonly from: number; readonly to: number }
  /** Real number within the bounds; an open bound is excluded. Infinite bounds are ±Infinity. */
  | { readonly type: 'real'; readonly from: number; readonly to: number; readonly openFrom: boolean; readonly openTo: boolean }
  /** Port within [from, to] of one of these IP protocols (`port == 23`: [6, 17]). */
  | { readonly type: 'port'; readonly protos: readonly number[]; readonly from: number; readonly to: number }
  /** Address within a network. */
  | { readonly type: 'network'; readonly cidr: Cidr }
  /** Text equals `value` (already in the field's letter case). */
  | { readonly type: 'word'; readonly value: string }
  /** Text matches a wildcard pattern from its first to its last character. */
  | { readonly type: 'pattern'; readonly glob: readonly GlobPart[] }
  /** TCP flag bits: (flags & mask) == bits. `flags == SA` has mask 0xfff; `flags ~ S` has mask = bits. */
  | { readonly type: 'flags'; readonly mask: number; readonly bits: number }
  /** The payload contains these bytes (at least one). */
  | { readonly type: 'contains'; readonly bytes: Uint8Array };

export type TestType = Test['type'];

/** Matches everything. */
export const ALL: Expr = Object.freeze({ kind: 'all' });

/** Conjunction, flattened; `all` items vanish; none is `all`; one is itself. */
export function allOf(items: readonly Expr[]): Expr {
  const flat = items.flatMap((item) => (item.kind === 'and' ? item.items : item.kind === 'all' ? [] : [item]));
  return flat.length === 0 ? ALL : flat.length === 1 ? (flat[0] as Expr) : { kind: 'and', items: flat };
}

/** Disjunction, flattened; an `all` item makes it `all`; one is itself. At least one item. */
export function anyOf(items: readonly Expr[]): Expr {
  if (items.length === 0) throw new RangeError('anyOf needs an item');
  const flat = items.flatMap((item) => (item.kind === 'or' ? item.items : [item]));
  if (flat.some((item) => item.kind === 'all')) return ALL;
  return flat.length === 1 ? (flat[0] as Expr) : { kind: 'or', items: flat };
}

export function negate(item: Expr): Expr {
  return { kind: 'not', item };
}

export function test(field: string, what: Test): Expr {
  return { kind: 'test', field, test: what };
}

/** How to turn each kind of node into a `T`: what a compiler supplies. */
export interface ExprFold<T> {
  all(): T;
  and(items: readonly T[]): T;
  or(items: readonly T[]): T;
  not(item: T): T;
  test(field: string, what: Test): T;
}

/** Walks a tree bottom-up. Depth is bounded by the parser (MAX_DEPTH), so recursion is safe. */
export function foldExpr<T>(expr: Expr, fold: ExprFold<T>): T {
  switch (expr.kind) {
    case 'all': return fold.all();
    case 'and': return fold.and(expr.items.map((item) => foldExpr(item, fold)));
    case 'or': return fold.or(expr.items.map((item) => foldExpr(item, fold)));
    case 'not': return fold.not(foldExpr(expr.item, fold));
    case 'test': return fold.test(expr.field, expr.test);
  }
}

/** Fields that an expression names, each once, in order of appearance. */
export function fieldsOf(expr: Expr): string[] {
  const names = new Set<string>();
  foldExpr<void>(expr, { all() {}, and() {}, or() {}, not() {}, test(field) { names.add(field); } });
  return [...names];
}
