/**
 * `noroshi score`: engines against the simulator's truth.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { OperatorError } from '../../core/errors.ts';
import { DEFAULT_ENGINES, enginesNamed } from '../../engines/registry.ts';
import { SCORED_SCENARIOS, scenarios } from '../../simulator/registry.ts';
import { scoreScenarios } from '../../simulator/score.ts';
import { line, list, text, type Command } from '../command.ts';
import { wholeNumber } from '../ranges.ts';
import { runEnginesOver } from '../score-engines.ts';
import { table } from '../table.ts';

const minutes = (ms: number | null): string => (ms === null ? '–' : `${(ms / 60_000).toFixed(1)} min`);
const ratio = (value: number | null): string => (value === null ? '–' : value.toFixed(2));

export const score: Command & { readonly name: 'score' } = {
  name: 'score', data: 'none', about: 'Run engines over scenarios and judge them against the truth.',
  options: [
    { flags: '--scenario <name...>', about: 'only these scenarios (default: all)' },
    { flags: '--seeds <n>', about: 'seeds 1 … n (default 2)' },
    { flags: '--engine <name...>', about: 'only these engines (default: all)' },
    { flags: '--report <file>', about: 'also write the whole report as JSON' },
  ],
  example: 'noroshi score --scenario calm-day --seeds 1',
  async run(ctx, _args, options) {
    const wanted = list(options, 'scenario').flatMap((n) => n.split(','));
    for (const name of wanted) if (!Object.hasOwn(scenarios, name)) throw new OperatorError('unknown-scenario', { name, known: Object.keys(scenarios).join(', ') });
    const named = list(options, 'engine').flatMap((n) => n.split(','));
    const engines = named.length > 0 ? enginesNamed(named) : DEFAULT_ENGINES;
    const seeds = Array.from({ length: wholeNumber(options, 'seeds', 2, 1, 1000) }, (_, i) => i + 1);
    const names = wanted.length > 0 ? wanted : SCORED_SCENARIOS;
    const bar = ctx.progress('scoring', names.length * seeds.length, 'runs');
    let runs = 0;
    const report = await scoreScenarios({
      scenarios: names, seeds, engines: engines.map((e) => e.name),
      runEngines: async (simulation) => {
        const drafts = await runEnginesOver(engines, simulation);
        bar.set(++runs, `${simulation.scenario} ${simulation.seed}`);
        return drafts;
      },
    });
    bar.end();
    const file = text(options, 'report');
    if (file !== undefined) {
      try { writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`); readFileSync(file); } catch (error) { throw new OperatorError('directory', { path: file, reason: (error as Error).message }); }
    }
    if (ctx.json) { for (const row of report.lines) await line(ctx, row); return; }
    await ctx.out(table(['scenario', 'engine', 'seeds', 'campaigns', 'found', 'recall', 'precision', 'false/sensor-day', 'delay (median)'], report.lines.map((l) => [
      l.scenario, l.engine, l.seeds, l.campaigns, l.found, ratio(l.recall), ratio(l.precision), l.falsePerSensorDay.toFixed(2), minutes(l.delayMedianMs)])));
  },
};
