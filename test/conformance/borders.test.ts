/**
 * Borders: an area imports only what the table allows, and entries of a registry never import one another.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { areaOf, isTest, resolved, sourceOf, sourcesUnder, type Source } from './sources.ts';

/** Area → areas it may import besides itself. ARCHITECTURE.md shows the same table. */
const BORDERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wire: ['core'], records: ['core'],
  orgs: ['core', 'records'],
  observations: ['core', 'wire'],
  darknet: ['core', 'wire', 'observations'], simulator: ['core', 'wire', 'observations'],
  findings: ['core', 'observations', 'records'],
  engines: ['core', 'observations', 'findings'],
  sharing: ['core', 'observations', 'findings', 'orgs', 'records'],
  portal: ['core', 'wire', 'darknet', 'simulator', 'observations', 'engines', 'findings', 'sharing', 'records', 'orgs'],
  cli: ['core', 'wire', 'darknet', 'simulator', 'observations', 'engines', 'findings', 'sharing', 'records', 'orgs', 'portal'],
};
/** Node modules that `core` may use: they compute and touch nothing outside. */
const PURE_NODE = ['node:crypto', 'node:url', 'node:path', 'node:util', 'node:assert'];

export function borderBreaks(sources: readonly Source[]): string[] {
  const breaks: string[] = [];
  for (const source of sources) {
    const area = areaOf(source.path);
    if (isTest(source.path)) continue;
    const allowed = BORDERS[area];
    if (!allowed) { breaks.push(`${source.path}: area '${area}' is not in the table`); continue; }
    for (const { from } of source.imports) {
      const target = resolved(source, from);
      if (target === null) {
        if (area === 'core' && !PURE_NODE.includes(from)) breaks.push(`${source.path}: core imports ${from}`);
        continue;
      }
      const other = areaOf(target);
      if (other !== area && !allowed.includes(other)) breaks.push(`${source.path}: ${area} may not import ${target}`);
    }
  }
  return breaks;
}

/** Folders whose files (or sub-folders) are entries of a registry beside or above them. */
const ENTRY_FOLDERS = ['src/darknet/importers/', 'src/simulator/scenarios/', 'src/engines/'] as const;

/** Entries named by a registry never import one another; shared code has a file that no registry names. */
export function entryBreaks(sources: readonly Source[]): string[] {
  const entries = new Set<string>();
  for (const source of sources) {
    if (!source.path.endsWith('/registry.ts')) continue;
    for (const { from, typeOnly } of source.imports) {
      const target = resolved(source, from);
      if (target && !typeOnly && ENTRY_FOLDERS.some((f) => target.startsWith(f))) entries.add(target);
    }
  }
  const breaks: string[] = [];
  for (const source of sources) {
    if (!entries.has(source.path)) continue;
    for (const { from } of source.imports) {
      const target = resolved(source, from);
      if (target && entries.has(target)) breaks.push(`${source.path}: an entry imports the entry ${target}`);
    }
  }
  return breaks;
}

test('every area imports only what the table of borders allows', () => {
  assert.deepEqual(borderBreaks(sourcesUnder('src')), []);
});

test('the border rule bites: wire importing a store is found', () => {
  const wrong = sourceOf('src/wire/tcp.ts', "import { openEventStore } from '../observations/store.ts';");
  assert.deepEqual(borderBreaks([wrong]), ['src/wire/tcp.ts: wire may not import src/observations/store.ts']);
  assert.equal(borderBreaks([sourceOf('src/core/a.ts', "import fs from 'node:fs';")]).length, 1);
});

test('entries of a registry do not import one another', () => {
  assert.deepEqual(entryBreaks(sourcesUnder('src')), []);
});

test('the entry rule bites', () => {
  const registry = sourceOf('src/darknet/registry.ts', "import { a } from './importers/a.ts'; import { b } from './importers/b.ts';");
  const wrong = sourceOf('src/darknet/importers/a.ts', "import { b } from './b.ts';");
  assert.equal(entryBreaks([registry, wrong, sourceOf('src/darknet/importers/b.ts', 'export const b = 1;')]).length, 1);
});
