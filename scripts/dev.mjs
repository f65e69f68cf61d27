// `npm run dev`: rebuilds on change and restarts the platform with DATA in data/dev (arguments go to `noroshi up`).
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildWeb } from './build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
let child = null;
async function restart() {
  await build();
  await buildWeb();
  if (child) await new Promise((resolve) => { child.once('exit', resolve); child.kill('SIGTERM'); });
  child = spawn(process.execPath, ['--no-warnings', join(root, 'dist/src/cli/main.js'), 'up', '--data', join(root, 'data/dev'), ...process.argv.slice(2)], { stdio: 'inherit' });
}
let timer = null;
const later = () => { clearTimeout(timer); timer = setTimeout(() => restart().catch((error) => console.error(String(error))), 300); };
for (const dir of ['src', 'rules']) watch(join(root, dir), { recursive: true }, later);
process.on('SIGINT', () => { child?.kill('SIGTERM'); process.exit(); });
await restart();
