/**
 * What could be typed next: fields, operators, values of closed vocabularies and of lists handed in, `and`/`or`.
 *
 * In: the text and the cursor. Out: suggestions that replace [from, to), best first, at most MAX_ITEMS.
 * @module
 */
import { LABELS, ROLES } from '../../core/vocabulary.ts';
import { OBSERVATION_FIELDS, type FieldSet, type FieldSpec } from './fields.ts';
import { MAX_QUERY_CHARS } from './lexer.ts';
import { probeQuery } from './parser.ts';
import { operatorsOf } from './values.ts';

/** Most suggestions at once. */
const MAX_ITEMS = 50;

export interface Completion {
  readonly text: string;
  readonly kind: 'field' | 'operator' | 'value' | 'keyword';
  /** What it means, one line; '' if there is nothing to say. */
  readonly about: string;
}

export interface Completions { readonly from: number; readonly to: number; readonly items: readonly Completion[] }

export interface CompleteOptions {
  readonly fields?: FieldSet;
  /** Known values by field (sensors, countries, tags, ports seen), most wanted first. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

/** Suggestions at offset `at` of `text`. Never throws; nothing sensible is an empty list. */
export function complete(text: string, at: number, options: CompleteOptions = {}): Completions {
  const set = options.fields ?? OBSERVATION_FIELDS;
  const cursor = Math.max(0, Math.min(at, text.length, MAX_QUERY_CHARS));
  const before = text.slice(0, cursor);
  const reached = probeQuery(before, { nowUs: 0, fields: set });
  if (!reached) return { from: cursor, to: cursor, items: [] };
  const typed = before.slice(reached.from).replace(/^["']/, '').toLowerCase();
  const items = candidates(reached.want, reached.fields, set, options.values ?? {})
    .filter((item) => item.text.toLowerCase().startsWith(typed) || (typed.length > 1 && item.kind === 'value' && item.text.toLowerCase().includes(typed)))
    .sort((a, b) => Number(b.text.toLowerCase().startsWith(typed)) - Number(a.text.toLowerCase().startsWith(typed)));
  const rest = /^[A-Za-z0-9_.@-]*/.exec(text.slice(cursor))?.[0].length ?? 0;
  return { from: reached.from, to: typed === '' ? cursor : cursor + rest, items: items.slice(0, MAX_ITEMS) };
}

function candidates(want: string, fields: readonly FieldSpec[], set: FieldSet, values: Readonly<Record<string, readonly string[]>>): Completion[] {
  const names = (): Completion[] => [...set.fields.values()].map((field) => ({ text: field.name, kind: 'field', about: field.about }));
  switch (want) {
    case 'term': return [...names(), { text: 'not', kind: 'keyword', about: 'what follows must not hold' }];
    case 'joint': return [{ text: 'and', kind: 'keyword', about: 'both hold' }, { text: 'or', kind: 'keyword', about: 'one holds' }, ...(fields.length === 0 ? names() : [])];
    case 'operator': {
      const type = fields[0]?.type;
      return (type ? operatorsOf(type) : []).map((text) => ({ text, kind: 'operator', about: OPERATOR_ABOUT[text] ?? '' }));
    }
    default: {
      const seen = new Set<string>(), list: Completion[] = [];
      for (const field of fields) for (const text of [...(values[field.name] ?? []), ...(field.values ?? []), ...(EXAMPLES[field.type] ?? [])]) {
        if (seen.has(text)) continue;
        seen.add(text);
        list.push({ text: field.type === 'word' && /[\s"'()[\]{},<>=\\*?]/.test(text) ? JSON.stringify(text) : text, kind: 'value', about: aboutValue(field, text) });
      }
      return list;
    }
  }
}

const OPERATOR_ABOUT: Readonly<Record<string, string>> = {
  '==': 'equals', ':': 'equals', '!=': 'does not equal', '<': 'below', '<=': 'at most', '>': 'above', '>=': 'at least', '~': 'contains',
};

/** Ways to write values of types that have no closed vocabulary. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  time: ['now-1h', 'now-1d', 'now-7d', 'now'], proto: ['tcp', 'udp', 'icmp', 'icmp6'], flags: ['S', 'SA', 'R', 'RA', 'F', 'FPU', '0'],
  port: ['tcp/', 'udp/'],
};

function aboutValue(field: FieldSpec, text: string): string {
  if (field.name === 'label' && text === LABELS[0]) return 'what screening does not explain';
  if (field.name === 'role' && text === ROLES[4]) return 'target of spoofed traffic';
  return '';
}
