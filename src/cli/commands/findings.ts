/**
 * `noroshi findings` and `noroshi finding ID`: what engines concluded, and the evidence of one.
 * @module
 */
import { findingDetailJson, findingJson } from '../../findings/finding-json.ts';
import { MOST_SOURCES } from '../../findings/growth.ts';
import { FINDINGS } from '../../findings/findings.catalogue.ts';
import { formatTime } from '../../core/time.ts';
import { line, type Command } from '../command.ts';
import { RANGE_OPTIONS, rangeOf, wholeNumber } from '../ranges.ts';
import { harmless, table } from '../table.ts';

export const findings: Command & { readonly name: 'findings' } = {
  name: 'findings', args: '[expression]', data: 'shared', about: 'What engines concluded, newest first.',
  options: [...RANGE_OPTIONS, { flags: '--limit <n>', about: 'most findings (default 1000)' }],
  example: 'noroshi findings "port == tcp/23 && severity >= 3"',
  async run(ctx, args, options) {
    const hub = await ctx.hub();
    const { findings: found, more } = await hub.findings.list(await hub.viewer(), { expression: args[0] ?? '', range: rangeOf(ctx, options), limit: wholeNumber(options, 'limit', 1000, 1, 20_000) });
    if (ctx.json) { for (const finding of found) await line(ctx, findingJson(finding)); return; }
    if (found.length === 0) { ctx.note('No finding matches. `noroshi analyse` runs the engines over what is stored.'); return; }
    await ctx.out(table(['id', 'raised', 'finding', 'subject', 'severity', 'sources', 'sensors', 'state', 'why'], found.map((f) => [
      f.id.slice(0, 8), formatTime(Math.floor(f.firstRaisedUs / 1e6) * 1e6), f.name, f.subject, '▮'.repeat(f.severity) + '▯'.repeat(5 - f.severity), f.sources, f.sensors.join(' '), f.state, f.why,
    ])));
    if (more) ctx.note('There are more; --limit shows them.');
  },
};

export const finding: Command & { readonly name: 'finding' } = {
  name: 'finding', args: '<id>', data: 'shared', about: 'One finding with its sources and evidence.',
  options: [{ flags: '--evidence', about: 'run its query again and show what it gives now' }],
  example: 'noroshi finding 4f1c0a9be2d71c33 --evidence',
  async run(ctx, args, options) {
    const hub = await ctx.hub();
    const viewer = await hub.viewer();
    const found = await hub.findings.get(viewer, args[0] ?? '');
    const sourceList = await hub.findings.sources(viewer, found.id, MOST_SOURCES);
    const { evidence } = found;
    const rerun = options['evidence'] === true
      ? (await hub.store.countBy(viewer, { expression: evidence.query, range: { fromUs: evidence.fromUs, toUs: evidence.toUs }, by: [], limit: 1 }))[0] ?? { packets: 0, records: 0, sources: 0 }
      : null;
    if (ctx.json) { await line(ctx, { ...findingDetailJson(found, sourceList), ...(rerun ? { rerun } : {}) }); return; }
    const entry = FINDINGS[found.name];
    await ctx.out(`${entry.title.en}: ${harmless(found.subject)}   ${'▮'.repeat(found.severity)}${'▯'.repeat(5 - found.severity)}${found.simulated ? '   SIMULATED' : ''}\n`
      + `${harmless(found.why)}\n\n${entry.advice.en}\n\n`
      + `first seen ${formatTime(found.fromUs)}, raised ${formatTime(found.firstRaisedUs)}, last ${formatTime(found.toUs)}${found.ended ? ' (ended)' : ''}\n`
      + `engine ${found.version}, score ${found.score.toFixed(2)}, ${found.marking}, ${found.state}\n`
      + `sources ${found.sources}: ${sourceList.slice(0, 10).map(harmless).join(', ')}${found.sources > 10 ? ', …' : ''}\n\nEvidence\n`);
    await ctx.out(table(['figure', 'value'], Object.entries(evidence.figures).map(([k, v]) => [k, String(v)])));
    await ctx.out(`\nreproduce: noroshi query ${JSON.stringify(evidence.query)} --from ${formatTime(evidence.fromUs)} --to ${formatTime(evidence.toUs)} --by src\n`);
    if (rerun) await ctx.out(`run again now: ${rerun.packets} packets, ${rerun.records} records, ${rerun.sources} sources\n`);
  },
};
