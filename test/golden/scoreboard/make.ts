/**
 * Writes `docs/scoreboard.json` and `docs/scoreboard.md`: all scenarios, seeds 1 and 2 for the quick table, 1–5 for the full one.
 *
 * `node dist/test/golden/scoreboard/make.js [--quick] [--seeds N] [--engine A,B | --engine all] [--only-text]`. Without `--engine` the engines of the
 * committed table run again. Engines that raised no early warning in any run are left out: there is nothing to judge.
 * Cost: N × 14 runs of a quarter of a million packets.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runEnginesOver } from '../../../src/cli/score-engines.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { DEFAULT_ENGINES, enginesNamed } from '../../../src/engines/registry.ts';
import { SCORED_SCENARIOS } from '../../../src/simulator/registry.ts';
import { lineOf, scoreScenarios, totalOf, type RunScore, type ScoreReport } from '../../../src/simulator/score.ts';
import { renderScoreboard, type Scoreboard } from '../../../src/simulator/scoreboard.ts';
import { projectRoot } from '../../needs.ts';

export const BOARD_PATH = join(projectRoot, 'docs/scoreboard.json');
export const QUICK_SEEDS: readonly number[] = [1, 2];

/** The committed table, null if there is none yet. */
export function committedBoard(): Scoreboard | null {
  return existsSync(BOARD_PATH) ? JSON.parse(readFileSync(BOARD_PATH, 'utf8')) as Scoreboard : null;
}

/** Runs and judges; hears of each run. */
export async function scored(engines: readonly Engine[], seeds: readonly number[], onRun: (runs: readonly RunScore[]) => void): Promise<ScoreReport> {
  return scoreScenarios({ scenarios: SCORED_SCENARIOS, seeds, engines: engines.map((e) => e.name), runEngines: (simulation) => runEnginesOver(engines, simulation), onRun });
}

/** The report of a part of the runs, without engines that had nothing to say. */
function reportOf(runs: readonly RunScore[], seeds: readonly number[], durationHours: number): ScoreReport {
  const kept = runs.filter((r) => seeds.includes(r.seed)), engines = [...new Set(kept.map((r) => r.engine))].filter((engine) => runs.some((r) => r.engine === engine && r.verdicts.length > 0));
  return {
    seeds, durationHours,
    lines: SCORED_SCENARIOS.flatMap((scenario) => engines.map((engine) => lineOf(scenario, engine, kept.filter((r) => r.scenario === scenario && r.engine === engine)))),
    totals: engines.map((engine) => totalOf(engine, kept.filter((r) => r.engine === engine))),
  };
}

function commitId(): string {
  try { return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: projectRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(); } catch (error) { process.stderr.write(`no commit id: ${(error as Error).message}\n`); return 'unknown'; }
}

/** Engines asked for, else those of the committed table, else all. */
function enginesOf(args: readonly string[], old: Scoreboard | null): readonly Engine[] {
  const at = args.indexOf('--engine'), asked = at >= 0 ? (args[at + 1] ?? '').split(',') : old?.quick.totals.map((t) => t.engine).filter((name) => name !== 'all') ?? ['all'];
  return asked.includes('all') ? DEFAULT_ENGINES : enginesNamed(asked);
}

async function main(args: readonly string[]): Promise<void> {
  const old = committedBoard(), quickOnly = args.includes('--quick'), at = args.indexOf('--seeds');
  const seeds = quickOnly ? QUICK_SEEDS : Array.from({ length: at >= 0 ? Math.max(2, Number(args[at + 1])) : 5 }, (_, k) => k + 1);
  let board = old;
  if (!args.includes('--only-text') || !old) {
    const runs: RunScore[] = [], engines = enginesOf(args, old);
    const report = await scored(engines, seeds, (judged) => {
      runs.push(...judged);
      const all = judged.at(-1);
      if (all) process.stderr.write(`${all.scenario} seed ${all.seed}: ${all.campaigns.filter((c) => c.found).length} of ${all.campaigns.length} found, ${all.falseAlerts} false\n`);
    });
    const quick = reportOf(runs, QUICK_SEEDS, report.durationHours);
    board = { format: 'noroshi-scoreboard/1', commit: commitId(), quick, full: quickOnly ? old?.full ?? null : reportOf(runs, seeds, report.durationHours) };
  }
  if (!board) return;
  writeFileSync(BOARD_PATH, `${JSON.stringify(board, null, 1)}\n`);
  writeFileSync(BOARD_PATH.replace('.json', '.md'), renderScoreboard(board));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2));
}
