// `npm run docs`: writes the generated pages of docs/.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

await build();
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { renderDocs } = await import(join(root, 'dist/scripts/render-docs.js'));
for (const [path, text] of renderDocs()) { writeFileSync(join(root, path), text); console.log(path); }
