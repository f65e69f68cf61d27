/**
 * The query language: text in, checked {@link Expr} out. One grammar that takes Arkime's, Kibana's and Lucene's habits.
 *
 *   expression = and { ("or" | "||") and }
 *   and        = unary { ["and" | "&&"] unary }                        adjoining terms are joined by and
 *   unary      = ("not" | "!" | "-") unary | "+" unary | primary
 *   primary    = "(" expression ")" | "*" | "exists" "(" field ")" | "_exists_:" field
 *              | field operator operand | address | protocol "/" port
 *   operand    = value | "[" value { "," value } "]" | ("[" | "{") bound "TO" bound ("]" | "}")
 *              | "(" expression of values ")" | "EXISTS!"
 *
 * Keywords take any letter case. Cost: linear in the text; recursion at most MAX_DEPTH.
 * Sources: Arkime's search help, Kibana KQL reference, Apache Lucene's classic query parser syntax.
 * @module
 */
import { allOf, ALL, anyOf, negate, test, type Expr } from './ast.ts';
import { OBSERVATION_FIELDS, type FieldSet, type FieldSpec } from './fields.ts';
import { Lexer, MAX_QUERY_CHARS, type Operator, type ValueToken } from './lexer.ts';
import { didYouMean, QuerySyntaxError } from './query-error.ts';
import { bareValue, comparison, range } from './values.ts';

/** Deepest nesting of parentheses and negations. */
export const MAX_DEPTH = 64;

/** What stood at the end of the text when the parser got there: what completions are made from. */
export interface Reached { readonly want: 'term' | 'operator' | 'value' | 'joint'; readonly from: number; readonly fields: readonly FieldSpec[] }

export interface ParseOptions {
  /** What `now` means, integer microseconds. */
  readonly nowUs: number;
  /** Fields that may be named; observations' by default. */
  readonly fields?: FieldSet;
}

/** Parses and checks an expression; '' matches everything. Throws QuerySyntaxError, and nothing else, on any text. */
export function parseQuery(text: string, options: ParseOptions): Expr {
  return new Parser(text, options, null).whole();
}

/** Parses as far as it goes and says what could follow; unknown names and values do not stop it. For completions. */
export function probeQuery(text: string, options: ParseOptions): Reached | null {
  const probe: { reached: Reached | null } = { reached: null };
  try {
    new Parser(text, options, probe).whole();
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
  }
  return probe.reached;
}

class Parser {
  private readonly lexer: Lexer;
  private readonly nowUs: number;
  private readonly set: FieldSet;
  private readonly probe: { reached: Reached | null } | null;
  private depth = 0;

  constructor(text: string, options: ParseOptions, probe: { reached: Reached | null } | null) {
    if (text.length > MAX_QUERY_CHARS) throw new QuerySyntaxError(`The expression is longer than ${MAX_QUERY_CHARS} characters; shorten it`, MAX_QUERY_CHARS);
    this.lexer = new Lexer(text);
    this.nowUs = options.nowUs;
    this.set = options.fields ?? OBSERVATION_FIELDS;
    this.probe = probe;
  }

  whole(): Expr {
    this.lexer.skipSpace();
    if (this.lexer.done) {
      this.reach('term', this.lexer.at, []);
      return ALL;
    }
    const expr = this.either(null);
    if (!this.lexer.done) throw new QuerySyntaxError(`'${this.lexer.peek()}' closes nothing here`, this.lexer.at);
    return expr;
  }

  private reach(want: Reached['want'], from: number, fields: readonly FieldSpec[]): void {
    if (this.probe) this.probe.reached = { want, from, fields };
  }

  /** `scope`: fields that bare values belong to, inside `port:( … )`; null outside. */
  private either(scope: readonly FieldSpec[] | null): Expr {
    const items = [this.all(scope)];
    for (;;) {
      this.lexer.skipSpace();
      if (!this.lexer.take('||') && !this.lexer.takeKeyword('or')) break;
      items.push(this.all(scope));
    }
    return anyOf(items);
  }

  private all(scope: readonly FieldSpec[] | null): Expr {
    const items = [this.unary(scope)];
    for (;;) {
      const before = this.lexer.at;
      this.lexer.skipSpace();
      if (this.lexer.done) {
        if (this.lexer.at > before) this.reach('joint', this.lexer.at, scope ?? []);
        break;
      }
      if (this.lexer.take('&&') || this.lexer.takeKeyword('and')) { items.push(this.unary(scope)); continue; }
      const next = this.lexer.peek();
      if (next === ')' || this.lexer.peek(2) === '||') break;
      const mark = this.lexer.at;
      if (this.lexer.takeKeyword('or')) { this.lexer.at = mark; break; }
      if (next === '&' || next === '|') throw new QuerySyntaxError(`'${next}' alone means nothing; write ${next}${next}`, this.lexer.at);
      if (next === ']' || next === '}' || next === ',') break;
      if (this.lexer.at === before && next !== '(' && next !== '!') throw new QuerySyntaxError(`'${next}' is not expected here; put a space, && or || between terms`, this.lexer.at);
      this.reach('joint', mark, scope ?? []);
      items.push(this.unary(scope));
    }
    return allOf(items);
  }

  private unary(scope: readonly FieldSpec[] | null): Expr {
    this.lexer.skipSpace();
    const from = this.lexer.at;
    if (++this.depth > MAX_DEPTH) throw new QuerySyntaxError(`The expression is nested deeper than ${MAX_DEPTH}; simplify it`, from);
    try {
      if (this.lexer.peek(2) !== '!=' && (this.lexer.take('!') || this.lexer.takeKeyword('not'))) return negate(this.unary(scope));
      if (/^-[A-Za-z(_@"]/.test(this.lexer.peek(2)) && this.lexer.take('-')) return negate(this.unary(scope));
      if (/^\+[A-Za-z(_@"]/.test(this.lexer.peek(2)) && this.lexer.take('+')) return this.unary(scope);
      return this.primary(scope);
    } finally {
      this.depth--;
    }
  }

  private primary(scope: readonly FieldSpec[] | null): Expr {
    const from = this.lexer.at;
    if (this.lexer.take('(')) {
      const inner = this.either(scope);
      this.close(')', from);
      return inner;
    }
    if (scope) return this.operand(scope, this.lexer.takeOperator() ?? ':');
    const name = this.lexer.peekName();
    if (from + name.length >= this.lexer.text.length) this.reach('term', from, []);
    if (name === '') return this.bare(from);
    const lowered = name.toLowerCase();
    this.lexer.at += name.length;
    this.lexer.skipSpace();
    if (lowered === 'exists' && this.lexer.take('(')) {
      this.lexer.skipSpace();
      const fields = this.named();
      this.close(')', from);
      return this.exists(fields);
    }
    if (lowered === '_exists_' && this.lexer.take(':')) {
      this.lexer.skipSpace();
      return this.exists(this.named());
    }
    const fields = this.lookup(lowered);
    if (!fields) {
      const bare = this.tryBare(from);
      if (bare) return bare;
      if (!this.probe) throw this.unknown(name, from);
    }
    if (this.lexer.done && this.lexer.at > from + name.length) this.reach('operator', this.lexer.at, fields ?? []);
    const operator = this.lexer.takeOperator();
    if (operator === null) {
      if (this.probe && !fields) return ALL;
      throw new QuerySyntaxError(`Expected a comparison behind '${name}', such as ${name} == …`, Math.min(this.lexer.at, this.lexer.text.length), this.lexer.at + 1);
    }
    return this.operand(fields ?? [], operator);
  }

  /** What stands right of an operator. */
  private operand(fields: readonly FieldSpec[], operator: Operator): Expr {
    this.lexer.skipSpace();
    const from = this.lexer.at;
    const opener = this.lexer.peek();
    if (opener === '(') {
      if (operator !== ':' && operator !== '==' && operator !== '!=') throw new QuerySyntaxError(`A group of values follows : == or !=, not '${operator}'`, from);
      this.lexer.at++;
      if (++this.depth > MAX_DEPTH) throw new QuerySyntaxError(`The expression is nested deeper than ${MAX_DEPTH}; simplify it`, from);
      const inner = this.either(fields);
      this.depth--;
      this.close(')', from);
      return operator === '!=' ? negate(inner) : inner;
    }
    if (opener === '[' || opener === '{') return this.bracket(fields, operator, opener);
    const value = this.read(fields);
    if (value.text === 'EXISTS!' && !value.quoted) return operator === '!=' ? negate(this.exists(fields)) : this.exists(fields);
    return this.compare(fields, operator, value);
  }

  /** `[a, b]`, `[a TO b]`, `{a TO b]`. */
  private bracket(fields: readonly FieldSpec[], operator: Operator, opener: string): Expr {
    const from = this.lexer.at++;
    if (operator !== ':' && operator !== '==' && operator !== '!=') throw new QuerySyntaxError(`A list or range follows : == or !=, not '${operator}'`, from);
    this.lexer.skipSpace();
    if (this.lexer.peek() === ']' || this.lexer.peek() === '}') throw new QuerySyntaxError('This list is empty', from, this.lexer.at + 1);
    const first = this.read(fields);
    this.lexer.skipSpace();
    let found: Expr;
    if (this.lexer.takeKeyword('to')) {
      this.lexer.skipSpace();
      const last = this.read(fields);
      this.lexer.skipSpace();
      const closer = this.lexer.peek();
      if (closer !== ']' && closer !== '}') throw new QuerySyntaxError("Expected ']' or '}' at the end of this range", this.lexer.at);
      this.lexer.at++;
      const bound = (token: ValueToken) => (token.text === '*' && !token.quoted ? null : token);
      found = this.checked(fields, (field) => range(field, bound(first), bound(last), { from: opener === '{', to: closer === '}' }, this.nowUs, from));
    } else {
      const items = [this.compare(fields, '==', first)];
      for (;;) {
        this.lexer.skipSpace();
        if (this.lexer.take(']')) break;
        if (!this.lexer.take(',')) throw new QuerySyntaxError(this.lexer.done ? 'This list is not closed' : "Expected ',' or ']' in this list", this.lexer.done ? from : this.lexer.at);
        this.lexer.skipSpace();
        items.push(this.compare(fields, '==', this.read(fields)));
      }
      found = anyOf(items);
    }
    return operator === '!=' ? negate(found) : found;
  }

  private read(fields: readonly FieldSpec[]): ValueToken {
    const from = this.lexer.at;
    if (this.lexer.done) this.reach('value', from, fields);
    const value = this.lexer.value(fields.length === 1 ? `a value of '${(fields[0] as FieldSpec).name}'` : 'a value');
    if (this.lexer.done && (!value.quoted || value.end > this.lexer.text.length)) this.reach('value', from, fields);
    return value;
  }

  private compare(fields: readonly FieldSpec[], operator: Operator, value: ValueToken): Expr {
    const negated = operator === '!=';
    const found = this.checked(fields, (field) => comparison(field, negated ? '==' : operator, value, this.nowUs));
    return negated ? negate(found) : found;
  }

  /** One test a field, joined by or (an alias such as `ip` has two). */
  private checked(fields: readonly FieldSpec[], build: (field: FieldSpec) => Expr): Expr {
    if (fields.length === 0) return ALL;
    try {
      return anyOf(fields.map(build));
    } catch (error) {
      if (this.probe && error instanceof QuerySyntaxError) return ALL;
      throw error;
    }
  }

  private exists(fields: readonly FieldSpec[]): Expr {
    return fields.length === 0 ? ALL : anyOf(fields.map((field) => test(field.name, { type: 'exists' })));
  }

  /** A field's name standing here. */
  private named(): readonly FieldSpec[] {
    const from = this.lexer.at, name = this.lexer.peekName();
    if (from + name.length >= this.lexer.text.length) this.reach('term', from, []);
    if (name === '') throw new QuerySyntaxError('Expected the name of a field', from);
    this.lexer.at += name.length;
    const fields = this.lookup(name.toLowerCase());
    if (!fields && !this.probe) throw this.unknown(name, from);
    return fields ?? [];
  }

  private lookup(name: string): readonly FieldSpec[] | null {
    const names = this.set.fields.has(name) ? [name] : this.set.aliases.get(name);
    return names ? names.map((one) => this.set.fields.get(one) as FieldSpec) : null;
  }

  private tryBare(from: number): Expr | null {
    const after = this.lexer.at;
    this.lexer.at = from;
    const value = this.lexer.value('a term');
    const found = bareValue(value, this.set.fields);
    if (!found) this.lexer.at = after;
    return found;
  }

  private bare(from: number): Expr {
    if (this.lexer.done) throw new QuerySyntaxError('Expected a term, but the expression ends', from);
    const value = this.lexer.value('a term');
    if (!value.quoted && value.text === '*') return ALL;
    const found = bareValue(value, this.set.fields);
    if (found) return found;
    const example = this.set.fields.has('payload') ? `payload:${value.quoted ? this.lexer.text.slice(value.at, value.end).slice(0, 20) : JSON.stringify(value.text.slice(0, 20))}` : 'port == 23';
    throw new QuerySyntaxError(`Name the field to look in, such as ${example}`, value.at, value.end);
  }

  private close(closer: string, from: number): void {
    this.lexer.skipSpace();
    if (!this.lexer.take(closer)) {
      throw new QuerySyntaxError(this.lexer.done ? `This parenthesis is not closed` : `Expected '${closer}' before '${this.lexer.peek()}'`, this.lexer.done ? from : this.lexer.at);
    }
  }

  private unknown(name: string, from: number): QuerySyntaxError {
    const lowered = name.toLowerCase();
    const holder = [...this.set.fields.values()].find((field) => field.values?.includes(lowered));
    if (holder) return new QuerySyntaxError(`Name the field to look in: ${holder.name} == ${lowered}`, from, from + name.length);
    const near = didYouMean(name, [...this.set.fields.keys(), ...this.set.aliases.keys()]);
    return new QuerySyntaxError(`There is no field '${name.slice(0, 40)}'${near}${near ? '' : ` (fields: ${[...this.set.fields.keys()].join(' ')})`}`, from, from + name.length);
  }
}
