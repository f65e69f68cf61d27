/**
 * `noroshi analyse`: engines over stored packets, in event time, as if they came live. Twice changes nothing.
 * @module
 */
import { DEFAULT_ENGINES, enginesNamed } from '../../engines/registry.ts';
import { line, list, type Command } from '../command.ts';
import { RANGE_OPTIONS, rangeOf } from '../ranges.ts';
import { table } from '../table.ts';

export const analyse: Command & { readonly name: 'analyse' } = {
  name: 'analyse', data: 'shared', about: 'Run engines over what is stored, in event time, as if live; twice changes nothing.',
  options: [{ flags: '--engine <name...>', about: 'only these engines (default: all)' }, ...RANGE_OPTIONS],
  example: 'noroshi analyse --engine port-distributed',
  async run(ctx, _args, options) {
    const names = list(options, 'engine').flatMap((n) => n.split(','));
    const engines = names.length > 0 ? enginesNamed(names) : DEFAULT_ENGINES;
    const hub = await ctx.hub();
    const bar = { current: null as ReturnType<typeof ctx.progress> | null };
    const result = await hub.analyse(engines, rangeOf(ctx, options), ctx.signal, (done, total) => { (bar.current ??= ctx.progress('analysing', total, 'packets')).set(done); });
    bar.current?.end();
    if (ctx.json) { for (const row of result) await line(ctx, row); return; }
    await ctx.out(table(['engine', 'windows', 'findings', 'seconds'], result.map((r) => [r.engine, r.windows, r.findings, r.seconds])));
    ctx.note('`noroshi findings` lists what they concluded.');
  },
};
