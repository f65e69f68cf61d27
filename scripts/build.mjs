// Builds src/, test/, bench/, examples/ and scripts/ one to one into dist/ (esbuild, types stripped), and the web with Vite.
// Incremental: a file is rebuilt when it is newer than its output. `node scripts/build.mjs [--web|--no-web] [--quiet]`.
import { transform } from 'esbuild';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const AREAS = ['src', 'test', 'bench', 'examples', 'scripts'];

function* files(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) { if (!path.endsWith('portal/web') && entry.name !== 'node_modules') yield* files(path); }
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) yield path;
  }
}
const mtime = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

export async function build() {
  const wanted = new Set();
  let built = 0;
  const jobs = [];
  for (const area of AREAS) {
    const dir = join(root, area);
    if (!existsSync(dir)) continue;
    for (const file of files(dir)) {
      const out = join(dist, relative(root, file)).replace(/\.tsx?$/, '.js');
      wanted.add(out);
      if (mtime(out) > mtime(file)) continue;
      built++;
      jobs.push(transform(readFileSync(file, 'utf8'), { loader: file.endsWith('x') ? 'tsx' : 'ts', format: 'esm', target: 'node20', sourcemap: 'inline', sourcefile: file, jsx: 'automatic' }).then(({ code }) => {
        const linked = code
          .replace(/^((?:import|export)\b[^"';]*?\bfrom\s*|import\s*)(["'])(\.{1,2}\/[^"']+)\.tsx?\2/gm, '$1$2$3.js$2')
          .replace(/(\bimport\(\s*)(["'])(\.{1,2}\/[^"']+)\.tsx?\2/g, '$1$2$3.js$2');
        mkdirSync(dirname(out), { recursive: true });
        writeFileSync(out, linked);
      }));
    }
  }
  await Promise.all(jobs);
  for (const area of AREAS) if (existsSync(join(dist, area))) for (const path of readdirSync(join(dist, area), { recursive: true })) {
    const full = join(dist, area, String(path));
    if (full.endsWith('.js') && !wanted.has(full)) rmSync(full);
  }
  return built;
}

/** Builds the web if any of its sources is newer than its output. */
export async function buildWeb() {
  const web = join(root, 'src/portal/web');
  const out = join(dist, 'web/index.html');
  if (!existsSync(join(web, 'index.html'))) return false;
  const newest = Math.max(...readdirSync(web, { recursive: true }).map((p) => mtime(join(web, String(p)))), mtime(join(root, 'src/portal/api.ts')), mtime(join(root, 'package-lock.json')));
  if (mtime(out) > newest) return false;
  const { build: vite } = await import('vite');
  await vite({ root: web, configFile: join(web, 'vite.config.mjs'), logLevel: 'warn' });
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const quiet = process.argv.includes('--quiet');
  const built = await build();
  const web = process.argv.includes('--no-web') ? false : await buildWeb();
  if (!quiet && (built || web)) console.error(`built ${built} files${web ? ' and the web' : ''}`);
}
