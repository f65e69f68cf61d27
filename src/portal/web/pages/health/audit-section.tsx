/**
 * The audit log, newest first, and whether its chain still holds.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../frame/api-client.ts';
import { useWords } from '../../i18n/language.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Failed, Loading } from '../../parts/states.tsx';

export function AuditSection() {
  const { t, f } = useWords();
  const h = t.health;
  const audit = useInfiniteQuery({
    queryKey: ['audit'], queryFn: ({ pageParam, signal }) => call('GET /audit', { query: { limit: 100, ...(pageParam === null ? {} : { before: pageParam }) }, signal }),
    initialPageParam: null as number | null, getNextPageParam: (last) => (last.more ? (last.entries.at(-1)?.seq ?? null) : null),
  });
  if (audit.data === undefined) return audit.error ? <Failed error={audit.error} retry={() => void audit.refetch()} /> : <Loading lines={8} />;
  const entries = audit.data.pages.flatMap((p) => p.entries);
  const intact = audit.data.pages.every((p) => p.intact);
  return (
    <>
      <p className="lead">{h.auditLead}</p>
      <p className={intact ? 'good' : 'bad'} role={intact ? undefined : 'alert'}>{intact ? h.intact : h.broken}</p>
      <DataTable label={h.tabs.audit} rows={entries} rowKey={(e) => String(e.seq)}
        columns={[
          { key: 'at', head: t.col.time, cell: (e) => <time>{f.exact(e.atUs).slice(0, -4)}</time> }, { key: 'person', head: h.person, cell: (e) => <b>{e.person}</b> },
          { key: 'action', head: h.action, cell: (e) => <code>{e.action}</code> }, { key: 'subject', head: h.subject, wide: true, cell: (e) => e.subject }, { key: 'detail', head: h.detail, wide: true, cell: (e) => <span className="dim">{e.detail}</span> },
        ]} />
      {audit.hasNextPage && <p><button type="button" onClick={() => void audit.fetchNextPage()}>{h.older}</button></p>}
    </>
  );
}
