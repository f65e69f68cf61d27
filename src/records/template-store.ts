/**
 * A fresh PostgreSQL cluster kept as a file, so that a new DATA opens in under a second.
 *
 * PGlite makes a cluster by running initdb in WebAssembly, which takes seconds; the result is the same every time. The first one
 * made on a machine is dumped to `.cache/` of the clone, named by PGlite's version; later ones are unpacked from it. Without a
 * cache that can be written (an installation that is read-only) every cluster is simply made anew.
 * @module
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { shipped } from '../core/root.ts';

function templatePath(): string {
  const { version } = JSON.parse(readFileSync(shipped('node_modules/@electric-sql/pglite/package.json'), 'utf8')) as { version: string };
  return shipped(`.cache/records-${version}.tar`);
}

/** Opens the cluster in `dir`, unpacking the template if it is new. */
export async function openCluster(dir: string, parsers: NonNullable<PGliteOptions['parsers']>): Promise<PGlite> {
  if (existsSync(join(dir, 'PG_VERSION'))) return PGlite.create({ dataDir: dir, parsers });
  const template = templatePath();
  if (existsSync(template)) return PGlite.create({ dataDir: dir, parsers, loadDataDir: new Blob([readFileSync(template)]) });
  const lite = await PGlite.create({ dataDir: dir, parsers });
  const half = `${template}.${process.pid}`;
  try {
    mkdirSync(dirname(template), { recursive: true });
    writeFileSync(half, new Uint8Array(await (await lite.dumpDataDir('none')).arrayBuffer()));
    renameSync(half, template);
  } catch (error) {
    if (!['EACCES', 'EROFS', 'ENOSPC', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    rmSync(half, { force: true });
  }
  return lite;
}
