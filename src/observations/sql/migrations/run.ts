/**
 * Brings an event store to the newest format: each missing migration once, in order. A newer store than the program is refused.
 *
 * Statements are idempotent (`IF NOT EXISTS`), so a migration that a crash cut short is simply run again.
 * @module
 */
import { OperatorError } from '../../../core/errors.ts';
import type { Dialect, EventEngine } from '../../dialect.ts';
import { numberLiteral, textLiteral } from '../literal.ts';
import { observationsMigration } from './001-observations.ts';

export interface Migration { readonly number: number; readonly name: string; readonly statements: (dialect: Dialect) => string[] }

export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: 'observations', statements: observationsMigration },
];

/** Runs what is missing; returns the numbers applied. */
export async function migrate(engine: EventEngine, where: string, nowUs: () => number, migrations: readonly Migration[] = MIGRATIONS): Promise<number[]> {
  await engine.command(`CREATE TABLE IF NOT EXISTS migration (number UInt32, name String, applied_us Int64) ENGINE = ${engine.dialect.engineOf('MergeTree')} ORDER BY number`);
  const rows = await engine.select<{ found: number }>('SELECT max(number) AS found FROM migration');
  const found = rows[0]?.found ?? 0, known = migrations.at(-1)?.number ?? 0;
  if (found > known) throw new OperatorError('data-newer', { path: where, found, known });
  const applied: number[] = [];
  for (const migration of migrations) {
    if (migration.number <= found) continue;
    for (const statement of migration.statements(engine.dialect)) await engine.command(statement);
    await engine.command(`INSERT INTO migration SELECT ${numberLiteral(migration.number)}, ${textLiteral(migration.name)}, ${numberLiteral(nowUs())}`);
    applied.push(migration.number);
  }
  return applied;
}
