/**
 * `noroshi discover`: header relations that no rule names yet, found in stored packets; and one of them as a rule.
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import { createFinder, toRule } from '../../observations/tag/finder.ts';
import { line, text, type Command } from '../command.ts';
import { RANGE_OPTIONS, rangeOf } from '../ranges.ts';
import { table } from '../table.ts';

/** Chance, over all relations and sources tested, that anything at all is reported by coincidence. */
const FAMILY_WISE = 1e-6;
const OWN_RULES = 'found.json';

export const discover: Command & { readonly name: 'discover' } = {
  name: 'discover', data: 'shared', about: 'Header relations in stored packets that no fingerprint names yet; --save makes one a rule.',
  options: [...RANGE_OPTIONS, { flags: '--save <n>', about: 'keep relation number n as a rule of this installation (tool == custom)' }],
  example: 'noroshi discover --from now-1d',
  async run(ctx, _args, options) {
    const hub = await ctx.hub();
    const viewer = await hub.viewer();
    const finder = createFinder();
    const total = (await hub.store.extent(viewer)).reduce((sum, e) => sum + e.packets, 0);
    const bar = ctx.progress('looking', total, 'packets');
    let done = 0;
    for await (const batch of hub.store.scan(viewer, { range: rangeOf(ctx, options) })) {
      if (ctx.signal.aborted) return;
      finder.add(batch);
      done += batch.n;
      bar.set(done);
    }
    bar.end();
    const found = finder.conclude(FAMILY_WISE);
    const wanted = text(options, 'save');
    if (wanted !== undefined) {
      const chosen = found[Number(wanted) - 1];
      if (!chosen) throw new OperatorError('usage', { message: `There is no relation number ${wanted}; there are ${found.length}.` });
      const dir = join(hub.dataDir, 'rules', 'fingerprints'), path = join(dir, OWN_RULES);
      mkdirSync(dir, { recursive: true });
      let rules: { id: string }[] = [];
      try { rules = JSON.parse(readFileSync(path, 'utf8')) as { id: string }[]; } catch (error) { if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; }
      const id = `found-${rules.length + 1}`;
      writeFileSync(path, `${JSON.stringify([...rules, toRule(chosen, id)], null, 1)}\n`);
      if (ctx.json) await line(ctx, { saved: id, path });
      else ctx.note(`Kept as ${id} in ${path}; packets read from the next start on carry tool custom.`);
      return;
    }
    if (ctx.json) { for (const [i, relation] of found.entries()) await line(ctx, { number: i + 1, ...relation }); return; }
    if (found.length === 0) { ctx.note('No relation stands out. Sources need at least 8 packets, and those that a rule names already are left out.'); return; }
    await ctx.out(table(['number', 'relation', 'protocol', 'sources', 'of', 'chance'], found.map((f, i) => [String(i + 1), f.text, f.proto, f.sourceCount, f.tested, `2^${Math.ceil(f.familyWiseLog2)}`])));
    ctx.note('`noroshi discover --save 1` keeps the first as a rule.');
  },
};
