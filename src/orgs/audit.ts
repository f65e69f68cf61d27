/**
 * The audit log: every change and every export, one entry each, chained by hash so that an edit or a gap shows.
 *
 * An entry's hash is SHA-256 over its fields and the hash of the entry before (as in Schneier and Kelsey, "Secure Audit Logs to
 * Support Computer Forensics", ACM TISSEC 2(2), 1999, section 3, without their key evolution). `meta` keeps the head, so
 * that a cut-off end shows too. Limits: who may write the database may forge the whole chain; keep the head elsewhere to know.
 * Cost: one row an entry; verifying reads all of them, about 5 µs each.
 * @module
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { OrgId } from '../core/ids.ts';
import type { RecordStore, RecordTransaction } from '../records/store.ts';
import type { AuditTable } from '../records/tables.ts';

/** Any number, the same in every process: 'audt'. Serialises writers on PostgreSQL. */
const LOCK = 0x61756474;
const HEAD = 'audit.head';
const PAGE = 2_000;
const MOST_SUBJECT = 300, MOST_DETAIL = 2_000;

export interface AuditEntry {
  readonly org: OrgId;
  readonly person: string;
  /** `<area>.<what>`: `finding.outcome`, `key.create`, `observations.export`. */
  readonly action: string;
  readonly subject: string;
  readonly detail?: string;
}
export interface AuditRow { seq: number; atUs: number; person: string; action: string; subject: string; detail: string }
export interface AuditVerdict { readonly intact: boolean; readonly entries: number; readonly firstBroken: number | null; readonly reason: string }

function hashOf(row: Omit<AuditTable, 'hash'>): string {
  return createHash('sha256').update(JSON.stringify([row.seq, row.at_us, row.org, row.person, row.action, row.subject, row.detail, row.previous])).digest('hex');
}

/** PostgreSQL text holds no NUL and no lone surrogate. */
function storable(text: string, most: number): string {
  return Buffer.from(text.slice(0, most).replaceAll('\0', '\ufffd')).toString();
}

/** Adds an entry within a transaction, so that a change and its entry stand or fall together. */
export async function appendAudit(tx: RecordTransaction, clock: Clock, entry: AuditEntry): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(tx);
  const last = await tx.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  const row = {
    seq: (last?.seq ?? 0) + 1, at_us: clock.nowUs(), org: entry.org, person: storable(entry.person, MOST_SUBJECT), action: entry.action,
    subject: storable(entry.subject, MOST_SUBJECT), detail: storable(entry.detail ?? '', MOST_DETAIL), previous: last?.hash ?? '',
  };
  const hash = hashOf(row);
  await tx.insertInto('audit').values({ ...row, hash }).execute();
  const head = `${row.seq} ${hash}`;
  await tx.insertInto('meta').values({ key: HEAD, value: head }).onConflict((c) => c.column('key').doUpdateSet({ value: head })).execute();
}

export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** Newest first, of these organisations; `before` is a sequence number. */
  list(orgs: readonly OrgId[], question: { before?: number | undefined; limit: number }): Promise<{ entries: AuditRow[]; more: boolean }>;
  /** Recomputes the whole chain. */
  verify(): Promise<AuditVerdict>;
}

export function auditLog(records: RecordStore): AuditLog {
  const { db, clock } = records;
  return {
    append: (entry) => records.transaction((tx) => appendAudit(tx, clock, entry)),

    async list(orgs, { before, limit }) {
      let query = db.selectFrom('audit').select(['seq', 'at_us', 'person', 'action', 'subject', 'detail']).where('org', 'in', orgs.length > 0 ? [...orgs] : ['']);
      if (before !== undefined) query = query.where('seq', '<', before);
      const rows = await query.orderBy('seq', 'desc').limit(limit + 1).execute();
      return {
        entries: rows.slice(0, limit).map((r) => ({ seq: r.seq, atUs: r.at_us, person: r.person, action: r.action, subject: r.subject, detail: r.detail })),
        more: rows.length > limit,
      };
    },

    async verify() {
      let seq = 0, previous = '';
      for (;;) {
        const rows = await db.selectFrom('audit').selectAll().where('seq', '>', seq).orderBy('seq').limit(PAGE).execute();
        for (const { hash, ...row } of rows) {
          const reason = row.seq !== seq + 1 ? `entry ${seq + 1} is missing` : row.previous !== previous || hashOf(row) !== hash ? `entry ${row.seq} was changed` : '';
          if (reason !== '') return { intact: false, entries: row.seq, firstBroken: seq + 1, reason };
          seq = row.seq;
          previous = hash;
        }
        if (rows.length < PAGE) break;
      }
      const head = await db.selectFrom('meta').select('value').where('key', '=', HEAD).executeTakeFirst();
      const wanted = seq === 0 ? undefined : `${seq} ${previous}`;
      if (head?.value !== wanted) return { intact: false, entries: seq, firstBroken: seq + 1, reason: `the log ends at ${seq}, its head says otherwise` };
      return { intact: true, entries: seq, firstBroken: null, reason: '' };
    },
  };
}
