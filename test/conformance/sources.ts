/**
 * The project's own sources as data for the conformance tests: files, areas, imports, globals that they use.
 *
 * Parsed with oxc-parser (TypeScript 7 has no compiler API). Every rule in this folder is a function over {@link Source}s,
 * so that one failing case can be given to it as text.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { projectRoot } from '../needs.ts';

export interface Source {
  /** Path from the root of the clone, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Module specifiers as written, with whether only types are taken. */
  readonly imports: readonly { readonly from: string; readonly typeOnly: boolean }[];
}

/** Parses a text as the file `path`. */
export function sourceOf(path: string, text: string): Source {
  const { module } = parseSync(path, text);
  const imports = [
    ...module.staticImports.map((i) => ({ from: i.moduleRequest.value, typeOnly: i.entries.length > 0 && i.entries.every((e) => e.isType) })),
    ...module.staticExports.flatMap((e) => e.entries.flatMap((x) => (x.moduleRequest ? [{ from: x.moduleRequest.value, typeOnly: x.isType }] : []))),
    ...module.dynamicImports.flatMap((d) => {
      const written = text.slice(d.moduleRequest.start, d.moduleRequest.end);
      const literal = /^['"](.+)['"]$/.exec(written);
      return literal?.[1] ? [{ from: literal[1], typeOnly: false }] : [];
    }),
  ];
  return { path, text, imports };
}

/** All TypeScript files under `dir` of the clone. */
export function sourcesUnder(dir: string): Source[] {
  const found: Source[] = [];
  for (const entry of readdirSync(join(projectRoot, dir), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
    const path = posix.join(entry.parentPath.slice(projectRoot.length + 1).split('\\').join('/'), entry.name);
    if (path.includes('node_modules/')) continue;
    found.push(sourceOf(path, readFileSync(join(projectRoot, path), 'utf8')));
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `src/darknet/importers/p0f.ts` → `darknet`; '' outside src. */
export function areaOf(path: string): string {
  return /^src\/([a-z]+)\//.exec(path)?.[1] ?? '';
}

/** Path of a relative import, from the root of the clone; null for a package. */
export function resolved(source: Source, from: string): string | null {
  return from.startsWith('.') ? posix.normalize(posix.join(posix.dirname(source.path), from)) : null;
}

/** Source text without comments and string contents, for looking at identifiers. */
export function codeOnly(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ').replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

export const isTest = (path: string): boolean => /\.test\.ts$|\.contract\.ts$|test-support|-temporary\.ts$/.test(path);
