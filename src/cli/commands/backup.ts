/**
 * `noroshi backup` and `noroshi restore`: a copy of DATA that is whole, and DATA from such a copy.
 * @module
 */
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import { formatTime } from '../../core/time.ts';
import { line, type Command } from '../command.ts';
import { DATA_FORMAT } from '../data-format.ts';

const NOTE = 'backup.json';

async function isEmptyOrNew(path: string): Promise<boolean> {
  try { return (await readdir(path)).length === 0; } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw new OperatorError('directory', { path, reason: (error as Error).message });
  }
}

export const backup: Command & { readonly name: 'backup' } = {
  name: 'backup', args: '<dir>', data: 'shared', about: 'A safe copy of everything, while it runs.', options: [],
  example: 'noroshi backup /tmp/noroshi-backup',
  async run(ctx, args) {
    const target = resolve(ctx.cwd, args[0] ?? '');
    if (!(await isEmptyOrNew(target))) throw new OperatorError('data-not-empty', { path: args[0] ?? '' });
    const hub = await ctx.hub();
    await mkdir(target, { recursive: true, mode: 0o700 });
    const facts = await hub.backup(target);
    const note = { format: DATA_FORMAT, at: formatTime(ctx.clock.nowUs()), ...facts };
    await writeFile(join(target, NOTE), `${JSON.stringify(note)}\n`);
    if (ctx.json) await line(ctx, note);
    else ctx.note(`Copied ${facts.packets} packets and ${facts.records} records, and all settings and findings, to ${args[0]}.`);
  },
};

export const restore: Command & { readonly name: 'restore' } = {
  name: 'restore', args: '<dir>', data: 'none', about: 'DATA from a backup; DATA must be empty or new.', options: [],
  example: 'noroshi restore /tmp/noroshi-backup --data /tmp/noroshi-restored',
  async run(ctx, args) {
    const source = resolve(ctx.cwd, args[0] ?? '');
    let note: { format?: number; packets?: number; records?: number };
    try { note = JSON.parse(await readFile(join(source, NOTE), 'utf8')) as typeof note; } catch (error) {
      throw new OperatorError('not-a-backup', { path: args[0] ?? '', reason: (error as NodeJS.ErrnoException).code === 'ENOENT' ? `it has no ${NOTE}` : (error as Error).message });
    }
    if (typeof note.format !== 'number') throw new OperatorError('not-a-backup', { path: args[0] ?? '', reason: `${NOTE} names no format` });
    if (note.format > DATA_FORMAT) throw new OperatorError('data-newer', { path: args[0] ?? '', found: note.format, known: DATA_FORMAT });
    if (!(await isEmptyOrNew(ctx.dataDir))) throw new OperatorError('data-not-empty', { path: ctx.dataDir });
    await mkdir(ctx.dataDir, { recursive: true, mode: 0o700 });
    await cp(source, ctx.dataDir, { recursive: true });
    await rm(join(ctx.dataDir, NOTE));
    if (ctx.json) await line(ctx, { restored: true, packets: note.packets ?? 0, records: note.records ?? 0 });
    else ctx.note(`Restored to ${ctx.dataDir}. Start it with: noroshi up --data ${ctx.dataDir}`);
  },
};
