/**
 * Reads the pieces of an expression: the parser says whether it wants a term's name, an operator or a value, because
 * values hold characters that mean something elsewhere (`2001:db8::1`, `10:00`, `syn|ack`, `tcp/23`).
 *
 * In: the text, at most MAX_QUERY_CHARS. Out: tokens with offsets. One pass: every character is looked at a bounded
 * number of times. Errors are {@link QuerySyntaxError}.
 * @module
 */
import type { GlobPart } from './ast.ts';
import { QuerySyntaxError } from './query-error.ts';

/** Longest expression, UTF-16 code units. */
export const MAX_QUERY_CHARS = 4_000;

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | ':' | '~';

/** A value as written: quoted text, or a word that may hold wildcards. */
export interface ValueToken {
  readonly at: number;
  readonly end: number;
  /** The text with escapes resolved; wildcards stand as `*` and `?`. */
  readonly text: string;
  readonly quoted: boolean;
  /** The same as literal pieces and wildcards; `quoted` text has none of the latter. */
  readonly glob: readonly GlobPart[];
}

const SPACE = /\s/;
/** Ends an unquoted value, besides white space, `&&` and `||`. */
const VALUE_END = new Set('()[]{},"\'<>=');
const NAME = /[A-Za-z_@][A-Za-z0-9_.@-]*/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

export class Lexer {
  readonly text: string;
  at = 0;
  constructor(text: string) {
    this.text = text;
  }

  skipSpace(): void {
    while (this.at < this.text.length && SPACE.test(this.text[this.at] as string)) this.at++;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  peek(length = 1): string {
    return this.text.slice(this.at, this.at + length);
  }

  /** Takes `piece` if it stands here. */
  take(piece: string): boolean {
    if (!this.text.startsWith(piece, this.at)) return false;
    this.at += piece.length;
    return true;
  }

  /** The name standing here, or ''; does not move. */
  peekName(): string {
    NAME.lastIndex = this.at;
    return NAME.exec(this.text)?.[0] ?? '';
  }

  /** Takes a keyword (any letter case) if it stands here as a whole word that no operator follows. */
  takeKeyword(word: string): boolean {
    const found = this.text.slice(this.at, this.at + word.length);
    if (found.toLowerCase() !== word) return false;
    const next = this.text[this.at + word.length] ?? ' ';
    if (!SPACE.test(next) && !'()[]{}"\'!*'.includes(next)) return false;
    this.at += word.length;
    return true;
  }

  /** Takes a comparison operator; `=` is `==`. Null if none stands here. */
  takeOperator(): Operator | null {
    for (const [written, operator] of OPERATORS) if (this.take(written)) return operator;
    return null;
  }

  /** Reads a value: `"quoted"`, `'quoted'`, or a word. Empty words are an error that names what was expected. */
  value(expected: string): ValueToken {
    const quote = this.text[this.at];
    return quote === '"' || quote === "'" ? this.quoted(quote) : this.word(expected);
  }

  private quoted(quote: string): ValueToken {
    const from = this.at;
    let text = '';
    for (let i = from + 1; i < this.text.length; i++) {
      const char = this.text[i] as string;
      if (char === quote) {
        this.at = i + 1;
        return { at: from, end: this.at, text, quoted: true, glob: text === '' ? [] : [{ literal: text }] };
      }
      if (char !== '\\') { text += char; continue; }
      const [piece, length] = this.escape(i);
      text += piece;
      i += length - 1;
    }
    throw new QuerySyntaxError('This quotation is not closed', from, this.text.length);
  }

  private word(expected: string): ValueToken {
    const from = this.at;
    let text = '', literal = '', i = from;
    const glob: GlobPart[] = [];
    const wildcard = (part: 'any' | 'one') => {
      if (literal !== '') glob.push({ literal });
      literal = '';
      if (part === 'one' || glob.at(-1) !== 'any') glob.push(part);
    };
    while (i < this.text.length) {
      const char = this.text[i] as string;
      if (SPACE.test(char) || VALUE_END.has(char)) break;
      if ((char === '&' || char === '|') && this.text[i + 1] === char) break;
      if (char === '\\') {
        const [piece, length] = this.escape(i);
        text += piece;
        literal += piece;
        i += length;
        continue;
      }
      text += char;
      if (char === '*') wildcard('any');
      else if (char === '?') wildcard('one');
      else literal += char;
      i++;
    }
    if (i === from) throw new QuerySyntaxError(`Expected ${expected}${this.done ? ', but the expression ends' : ` before '${this.peek()}'`}`, from);
    if (literal !== '') glob.push({ literal });
    this.at = i;
    return { at: from, end: i, text, quoted: false, glob };
  }

  /** The escape at offset i: its text and its length. `\n \r \t \0 \uXXXX \xXX`; any other character stands for itself. */
  private escape(i: number): [string, number] {
    const next = this.text[i + 1];
    if (next === undefined) throw new QuerySyntaxError('Nothing follows this backslash', i);
    const digits = next === 'u' ? 4 : next === 'x' ? 2 : 0;
    if (digits > 0) {
      const hex = this.text.slice(i + 2, i + 2 + digits);
      if (hex.length === digits && /^[0-9a-fA-F]+$/.test(hex)) return [String.fromCharCode(parseInt(hex, 16)), 2 + digits];
      if (next === 'u' || next === 'x') return [next, 2];
    }
    return [ESCAPES[next] ?? next, 2];
  }
}

/** Longest first. */
const OPERATORS: readonly (readonly [string, Operator])[] = [
  ['==', '=='], ['!=', '!='], ['<=', '<='], ['>=', '>='], ['=', '=='], ['<', '<'], ['>', '>'], [':', ':'], ['~', '~'],
];
