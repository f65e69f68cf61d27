// Runs tests in one process: builds, then imports every built *.test.js whose path contains one of the arguments (all without).
// `npm test`, `npm test -- src/wire`, `npm test -- darknet/importers`.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

await build();
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const filters = process.argv.slice(2).filter((a) => !a.startsWith('-'));
const tests = readdirSync(dist, { recursive: true }).map(String)
  .filter((p) => p.endsWith('.test.js') && (filters.length === 0 ? !p.startsWith('test/e2e') : filters.some((f) => p.includes(f))))
  .sort();
if (tests.length === 0) { console.error(`no test matches ${filters.join(', ')}`); process.exit(1); }
for (const path of tests) await import(join(dist, path));
