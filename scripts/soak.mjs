// `npm run soak`: the long runs that ./check has no time for. Stops at the first that fails; prints what each found.
//   fuzz      10^6 cases of mutated captures and logs        kill      ingestion killed at 200 seeded points
//   score     the full scoreboard, 5 seeds a scenario        (arguments choose: `npm run soak -- fuzz kill`)
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

await build();
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = (args, env = {}) => spawnSync(process.execPath, ['--no-warnings', ...args], { stdio: 'inherit', cwd: root, env: { ...process.env, ...env } }).status;
const RUNS = {
  fuzz: () => node(['dist/bench/fuzz-decode.bench.js']),
  kill: () => node(['scripts/test.mjs', 'kill'], { NOROSHI_KILL_POINTS: '200' }),
  score: () => node(['dist/test/golden/scoreboard/make.js', '--seeds', '5']),
};
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(RUNS);
for (const name of wanted) {
  if (!RUNS[name]) { console.error(`there is no soak '${name}'; there are ${Object.keys(RUNS).join(', ')}`); process.exit(2); }
  console.error(`── ${name}`);
  if (RUNS[name]() !== 0) process.exit(1);
}
