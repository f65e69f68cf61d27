// `npm run bench -- [name …]`: runs the benches whose names contain the words (all without); each prints one JSON line.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

await build();
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
const benches = readdirSync(join(root, 'dist/bench'), { recursive: true }).map(String).filter((p) => p.endsWith('.bench.js') && (words.length === 0 || words.some((w) => p.includes(w)))).sort();
if (benches.length === 0) { console.error(`no bench matches ${words.join(', ')}`); process.exit(2); }
let failed = 0;
for (const bench of benches) {
  console.error(`── ${bench.replace('.bench.js', '')}`);
  const { status } = spawnSync(process.execPath, ['--no-warnings', '--expose-gc', join(root, 'dist/bench', bench)], { stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
