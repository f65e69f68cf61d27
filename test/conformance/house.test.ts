/**
 * House rules that a machine can hold: headers, names, lengths, registries' keys, catalogues, documented paths.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../src/core/errors.ts';
import { KINDS } from '../../src/observations/observation.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { projectRoot } from '../needs.ts';
import { codeOnly, sourceOf, sourcesUnder, type Source } from './sources.ts';

const MOST_LINES = 600;
const isCatalogue = (path: string) => /\.catalogue\.tsx?$|\/i18n\/|^rules\/|\/scenarios\//.test(path);

export function headerBreaks(sources: readonly Source[]): string[] {
  return sources.filter((s) => !s.path.endsWith('.d.ts') && !(s.text.startsWith('/**') && s.text.slice(0, s.text.indexOf('*/')).includes('@module'))).map((s) => s.path);
}

export function nameBreaks(sources: readonly Source[]): string[] {
  return sources.map((s) => s.path).filter((p) => /(^|\/)(utils?|helpers?|common|misc|manager|base)(\.|\/|-)/.test(p) || /[A-Z_]/.test(p.slice(p.lastIndexOf('/') + 1)));
}

export function lengthBreaks(sources: readonly Source[]): string[] {
  return sources.filter((s) => !isCatalogue(s.path)).map((s) => ({ path: s.path, lines: s.text.split('\n').length })).filter((s) => s.lines > MOST_LINES).map((s) => `${s.path}: ${s.lines} lines`);
}

/** Casts that turn the checker off, and tests switched off. */
export function looseBreaks(sources: readonly Source[]): string[] {
  return sources.filter((s) => /\bas any\b|: any\b|\b(test|it|describe)\.(skip|only|todo)\b/.test(codeOnly(s.text)) || /@ts-(ignore|nocheck|expect-error)/.test(s.text.replace(/\/@ts-[^/]*\//g, ''))).map((s) => s.path);
}

/** Kinds and error codes written in code that their catalogue does not hold. */
export function catalogueBreaks(sources: readonly Source[]): string[] {
  const breaks: string[] = [];
  for (const source of sources) {
    for (const match of source.text.matchAll(/new OperatorError\(\s*'([a-z-]+)'/g)) if (!((match[1] ?? '') in ERRORS)) breaks.push(`${source.path}: error code ${match[1]}`);
    for (const match of source.text.matchAll(/\bkind: '([a-z]+\.[a-z-]+\.[a-z-]+)'/g)) if (!((match[1] ?? '') in KINDS)) breaks.push(`${source.path}: kind ${match[1]}`);
  }
  return breaks;
}

/** Paths in backticks that a document names and the clone does not have. */
export function pathBreaks(document: string, text: string): string[] {
  const breaks: string[] = [];
  for (const match of text.matchAll(/`((?:src|test|bench|rules|docs|scripts|examples)\/[A-Za-z0-9_./-]+)`/g)) {
    const path = match[1] ?? '';
    if (!existsSync(join(projectRoot, path))) breaks.push(`${document} names ${path}, which does not exist`);
  }
  return breaks;
}

const all = () => [...sourcesUnder('src'), ...sourcesUnder('test'), ...sourcesUnder('bench')];

test('every source opens with what it is', () => assert.deepEqual(headerBreaks(all()), []));
test('names are kebab-case and say what is inside', () => assert.deepEqual(nameBreaks(all()), []));
test(`no source but a catalogue is longer than ${MOST_LINES} lines`, () => assert.deepEqual(lengthBreaks(all()), []));
test('nothing switches the type checker or a test off', () => assert.deepEqual(looseBreaks(sourcesUnder('src')), []));
test('codes and kinds used in code stand in their catalogues', () => assert.deepEqual(catalogueBreaks(sourcesUnder('src')), []));

test('every registry key is its command, and every command has an example that parses', async () => {
  const { parseCommandLine } = await import('../../src/cli/parse.ts');
  for (const [key, command] of Object.entries(COMMANDS)) {
    assert.equal(key, command.name.split(' ')[0] === key ? key : command.name);
    const words = command.example.replace(/^(?:\.\/)?noroshi /, '').match(/"[^"]*"|\S+/g)?.map((w) => w.replace(/^"|"$/g, '')) ?? [];
    assert.equal(parseCommandLine(words, Object.values(COMMANDS), '0', {}).kind, 'run', command.example);
  }
});

test('documents name only paths that exist', () => {
  const breaks: string[] = [];
  for (const document of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'ETHICS.md', 'SECURITY.md']) breaks.push(...pathBreaks(document, readFileSync(join(projectRoot, document), 'utf8')));
  assert.deepEqual(breaks, []);
});

test('the house rules bite', () => {
  assert.equal(headerBreaks([sourceOf('src/a/b.ts', 'export const x = 1;')]).length, 1);
  assert.equal(nameBreaks([sourceOf('src/a/utils.ts', ''), sourceOf('src/a/fooBar.ts', '')]).length, 2);
  assert.equal(lengthBreaks([sourceOf('src/a/long.ts', '\n'.repeat(MOST_LINES + 1))]).length, 1);
  assert.equal(looseBreaks([sourceOf('src/a/b.ts', 'const x = y as any;')]).length, 1);
  assert.equal(catalogueBreaks([sourceOf('src/a/b.ts', "throw new OperatorError('no-such-code')")]).length, 1);
  assert.equal(pathBreaks('README.md', 'see `src/no/such.ts`').length, 1);
});
