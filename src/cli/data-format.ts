/**
 * The format of DATA as a whole: `DATA/VERSION`. Newer is refused, older is migrated forward after a copy of the records.
 * @module
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../core/errors.ts';

/** This program's format. 1: the spine. */
export const DATA_FORMAT = 1;

/** Checks `DATA/VERSION`; writes it in a new directory. Throws `data-newer`. Returns the format found, before any migration. */
export function checkDataFormat(dataDir: string): number {
  const path = join(dataDir, 'VERSION');
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(path, `${DATA_FORMAT}\n`);
    return DATA_FORMAT;
  }
  const found = Number(readFileSync(path, 'utf8').trim());
  if (!Number.isInteger(found) || found < 1 || found > DATA_FORMAT) throw new OperatorError('data-newer', { path: dataDir, found: Number.isNaN(found) ? '?' : found, known: DATA_FORMAT });
  if (found < DATA_FORMAT) {
    const copy = join(dataDir, `records.before-format-${DATA_FORMAT}`);
    if (existsSync(join(dataDir, 'records')) && !existsSync(copy)) cpSync(join(dataDir, 'records'), copy, { recursive: true });
    copyFileSync(path, `${path}.before`);
    writeFileSync(path, `${DATA_FORMAT}\n`);
  }
  return found;
}
