/**
 * A copy of an open embedded store that is itself an embedded store: restoring is copying it back while nothing runs.
 *
 * How: merges stop and the caller holds writing, so the active parts stand still; they are copied together with the tables'
 * definitions and the tokens of their last blocks. Parts that are not active, temporary and detached ones stay behind.
 * Cost: reading and writing the store's bytes once (files are cloned where the file system can).
 * @module
 */
import { constants } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import type { EventEngine } from './dialect.ts';

/** Name of a part's folder: partition, first and last block, level, mutation. */
const PART = /^[0-9a-z]+_\d+_\d+_\d+(_\d+)?$/;
const LEFT_BEHIND = new Set(['detached', 'moving', 'incoming', 'metadata_dropped', 'tmp']);

export async function copyChdb(engine: EventEngine, from: string, to: string): Promise<void> {
  const source = resolve(from), target = resolve(to);
  await mkdir(target, { recursive: true, mode: 0o700 });
  if ((await readdir(target)).length > 0) throw new OperatorError('directory', { path: to, reason: 'it is not empty' });
  await engine.command('SYSTEM STOP MERGES');
  try {
    const parts = await engine.select<{ path: string }>('SELECT path FROM system.parts WHERE active');
    const active = new Set(parts.map(({ path }) => path.replace(/\/$/, '')));
    await cp(source, target, {
      recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE,
      filter: (path) => {
        const name = basename(path);
        if (path !== source && LEFT_BEHIND.has(name)) return false;
        if (name.startsWith('tmp_') || name.startsWith('delete_tmp_')) return false;
        const inTable = /^[0-9a-f-]{36}$/.test(basename(dirname(path)));
        return !(inTable && PART.test(name)) || active.has(path);
      },
    });
  } finally { await engine.command('SYSTEM START MERGES'); }
  await mkdir(join(target, 'incoming'), { recursive: true, mode: 0o700 });
}
