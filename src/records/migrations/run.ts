/**
 * Brings a record store to the newest format: each missing migration once, in one transaction with its record.
 *
 * A store that knows a higher number was written by a newer program and is refused (`data-newer`), untouched.
 * On PostgreSQL an advisory lock lets only one process migrate; PGlite has one connection anyway.
 * @module
 */
import { sql, type Kysely } from 'kysely';
import type { Clock } from '../../core/clock.ts';
import { OperatorError } from '../../core/errors.ts';
import type { Migration } from './migration.ts';
import { spine } from './001-spine.ts';

/** All migrations, in order. */
export const MIGRATIONS: readonly Migration[] = [spine];

/** Any number, the same in every process: 'noro' in ASCII. */
const LOCK = 0x6e6f726f;

/** Runs what is missing; returns the numbers that were applied. `where` names the store in the error. */
export async function migrate<DB>(db: Kysely<DB>, clock: Clock, where: string, migrations: readonly Migration[] = MIGRATIONS): Promise<number[]> {
  const applied: number[] = [];
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(tx);
    await sql`create table if not exists migration (number integer primary key, name text not null, applied_us bigint not null)`.execute(tx);
    const done = await sql<{ number: number }>`select coalesce(max(number), 0)::integer as number from migration`.execute(tx);
    const found = done.rows[0]?.number ?? 0;
    const known = migrations.at(-1)?.number ?? 0;
    if (found > known) throw new OperatorError('data-newer', { path: where, found, known });
    for (const migration of migrations) {
      if (migration.number <= found) continue;
      for (const statement of migration.statements) await sql.raw(statement).execute(tx);
      await sql`insert into migration values (${migration.number}, ${migration.name}, ${clock.nowUs()})`.execute(tx);
      applied.push(migration.number);
    }
  });
  return applied;
}
