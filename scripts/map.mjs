// `npm run map`: prints the tree of areas with what each file is (the first line of its header) and which areas it imports.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const only = process.argv[2];
for (const area of readdirSync(join(root, 'src')).sort()) {
  if (only && only !== area) continue;
  console.log(`\nsrc/${area}/`);
  for (const path of readdirSync(join(root, 'src', area), { recursive: true }).map(String).sort()) {
    if (!/\.tsx?$/.test(path) || /\.test\.tsx?$/.test(path)) continue;
    const text = readFileSync(join(root, 'src', area, path), 'utf8');
    const what = /^\/\*\*\s*\n?\s*\*?\s*(.+)/.exec(text)?.[1] ?? '(no header)';
    const reaches = [...new Set([...text.matchAll(/from '(?:\.\.\/)+([a-z]+)\//g)].map((m) => m[1]).filter((a) => a !== area))].sort().join(' ');
    console.log(`  ${path.padEnd(38)} ${what.slice(0, 90)}${reaches ? `  [${reaches}]` : ''}`);
  }
}
