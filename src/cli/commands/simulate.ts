/**
 * `noroshi simulate`: a scenario as one capture a sensor, with the truth beside them.
 * @module
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join, resolve } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import { HOUR_US, requireTime } from '../../core/time.ts';
import { writeCaptures } from '../../simulator/capture.ts';
import { scenarios } from '../../simulator/registry.ts';
import { simulate as simulateScenario } from '../../simulator/simulation.ts';
import { line, text, type Command } from '../command.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../ranges.ts';

export const simulate: Command & { readonly name: 'simulate' } = {
  name: 'simulate', args: '[scenario]', data: 'none', about: 'Telescope traffic of a scenario: a capture per sensor and truth.json.',
  options: [
    { flags: '--seed <n>', about: 'the same seed gives the same bytes (default 1)' },
    { flags: '--out <dir>', about: 'where the captures and truth.json go' },
    { flags: '--hours <n>', about: 'length (default: the scenario\'s own)' },
    { flags: '--start <time>', about: 'first moment (default 2026-06-01T00:00:00Z)' },
    { flags: '--list', about: 'the scenarios there are' },
  ],
  example: 'noroshi simulate mirai-wave --seed 1 --out /tmp/noroshi-wave',
  async run(ctx, args, options) {
    if (options['list'] === true) {
      const all = Object.values(scenarios).map((s) => ({ name: s.name, about: s.about, source: s.source, hours: s.durationUs / HOUR_US }));
      if (ctx.json) await line(ctx, all);
      else await ctx.out(table(['scenario', 'hours', 'what it plants'], all.map((s) => [s.name, s.hours, s.about])));
      return;
    }
    const out = text(options, 'out'), start = text(options, 'start');
    if (args[0] === undefined) throw new OperatorError('usage', { message: 'Name a scenario; --list shows them.' });
    if (out === undefined) throw new OperatorError('usage', { message: 'Say where it goes with --out DIR.' });
    const hours = wholeNumber(options, 'hours', 0, 1, 24 * 400);
    const simulation = simulateScenario(args[0], {
      seed: wholeNumber(options, 'seed', 1, 0, 2 ** 31), ...(hours > 0 ? { durationUs: hours * HOUR_US } : {}),
      ...(start === undefined ? {} : { startUs: requireTime(start, ctx.clock.nowUs()) }),
    });
    const dir = resolve(ctx.cwd, out);
    try { mkdirSync(dir, { recursive: true }); } catch (error) { throw new OperatorError('directory', { path: out, reason: (error as Error).message }); }
    const bar = ctx.progress('simulating', simulation.endUs - simulation.startUs, 'µs');
    const { files, packets, truth } = await writeCaptures(simulation, (name) => {
      const stream = createWriteStream(join(dir, name));
      return {
        write: (bytes) => (stream.write(bytes) ? undefined : new Promise<void>((drained) => { stream.once('drain', () => drained()); })),
        close: async () => { stream.end(); await finished(stream); },
      };
    }, (atUs, count) => bar.set(atUs - simulation.startUs, `${count.toLocaleString('en-US')} packets`));
    bar.end();
    const result = { scenario: args[0], files: files.map((f) => ({ ...f, path: join(out, f.name) })), packets, truth: join(out, 'truth.json') };
    if (ctx.json) { await line(ctx, result); return; }
    await ctx.out(table(['file', 'sensor', 'packets', 'bytes'], result.files.map((f) => [f.path, f.sensor, f.packets, f.bytes])));
    ctx.note(`The truth: ${truth.campaigns.length} planted campaigns in ${result.truth}.`);
  },
};
