/**
 * What is wrong with an expression, and where: an operator's error with the offset of the character it points at.
 * @module
 */
import { OperatorError } from '../../core/errors.ts';

/** `at` is the offset (UTF-16 code units, from 0) that the message is about; `end` is where the concerned text ends. */
export class QuerySyntaxError extends OperatorError {
  readonly at: number;
  readonly end: number;
  /** The sentence without its place. */
  readonly sentence: string;
  constructor(sentence: string, at: number, end: number = at + 1) {
    super('query-syntax', { message: `${sentence} (character ${at + 1})`, at });
    this.name = 'QuerySyntaxError';
    this.at = at;
    this.end = Math.max(end, at + 1);
    this.sentence = sentence;
  }
}

/** The expression with a line of carets under the concerned text, for terminals. At most 120 characters around it. */
export function pointOut(text: string, error: QuerySyntaxError): string {
  const from = Math.max(0, error.at - 60);
  const shown = text.slice(from, error.at + 60).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
  const length = Math.max(1, Math.min(error.end, from + shown.length) - error.at);
  return `${shown}\n${' '.repeat(error.at - from)}${'^'.repeat(length)}`;
}

/** The word of `known` nearest to `word`, if it is within 1 edit for up to 4 characters, 2 for up to 8, else 3. */
export function nearest(word: string, known: Iterable<string>): string | null {
  const asked = word.toLowerCase().slice(0, 64);
  const within = asked.length <= 4 ? 1 : asked.length <= 8 ? 2 : 3;
  let best: string | null = null, bestDistance = within + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - asked.length) >= bestDistance) continue;
    const distance = editDistance(asked, candidate.toLowerCase());
    if (distance < bestDistance) { best = candidate; bestDistance = distance; }
  }
  return best;
}

/** Edits with transpositions counted once (optimal string alignment; Boytsov, "Indexing methods for approximate dictionary searching", JEA 16, 2011, §2). */
function editDistance(a: string, b: string): number {
  let before: number[] = [], row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** `, did you mean 'x'?` or ''. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearest(word, known);
  return near === null ? '' : `; did you mean '${near}'?`;
}
