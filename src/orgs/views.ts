/**
 * Saved questions: a name, a query, a time range. Seen by everybody of the organisation, removed by who saved it or an analyst.
 * @module
 */
import { OperatorError } from '../core/errors.ts';
import type { OrgId } from '../core/ids.ts';
import type { RecordStore } from '../records/store.ts';
import type { AccessViewer } from './access.ts';
import { appendAudit } from './audit.ts';
import { newId } from './secrets.ts';

export type ViewKind = 'view' | 'alert' | 'hunt';
export interface SavedView { readonly id: string; readonly name: string; readonly query: string; readonly from: string; readonly to: string; readonly kind: ViewKind }

/** Saved views of one organisation. */
const MOST_VIEWS = 1_000;

export interface Views {
  list(viewer: AccessViewer): Promise<SavedView[]>;
  save(viewer: AccessViewer, view: Omit<SavedView, 'id'>): Promise<void>;
  remove(viewer: AccessViewer, id: string): Promise<void>;
}

export function views(records: RecordStore): Views {
  const { db, clock } = records;
  return {
    async list(viewer) {
      const rows = await db.selectFrom('view').selectAll().where('org', 'in', [...viewer.orgs]).orderBy('created_us', 'desc').limit(MOST_VIEWS).execute();
      return rows.map((r) => ({ id: r.id, name: r.name, query: r.query, from: r.from_text, to: r.to_text, kind: r.kind === 'alert' || r.kind === 'hunt' ? r.kind : 'view' }));
    },

    async save(viewer, { name, query, from, to, kind }) {
      const org = viewer.orgs[0];
      if (org === undefined) throw new OperatorError('forbidden', { needs: 'viewer', where: '' });
      await records.transaction(async (tx) => {
        const { n } = await tx.selectFrom('view').select((b) => b.fn.countAll<number>().as('n')).where('org', '=', org).executeTakeFirstOrThrow();
        if (Number(n) >= MOST_VIEWS) throw new OperatorError('usage', { message: `An organisation keeps at most ${MOST_VIEWS} views.` });
        const id = newId('v');
        await tx.insertInto('view').values({ id, org, person: viewer.person, name, query, from_text: from, to_text: to, kind, created_us: clock.nowUs() }).execute();
        await appendAudit(tx, clock, { org, person: viewer.person, action: 'view.save', subject: id, detail: name });
      });
    },

    async remove(viewer, id) {
      await records.transaction(async (tx) => {
        let gone = tx.deleteFrom('view').where('id', '=', id).where('org', 'in', [...viewer.orgs]);
        if (viewer.role === 'viewer') gone = gone.where('person', '=', viewer.person);
        const row = await gone.returning(['org', 'name']).executeTakeFirst();
        if (!row) throw new OperatorError('unknown-view', { id: id.slice(0, 64) });
        await appendAudit(tx, clock, { org: row.org as OrgId, person: viewer.person, action: 'view.remove', subject: id, detail: row.name });
      });
    },
  };
}
