/**
 * Engines: what runs, on whose idea, how far behind.
 * @module
 */
import type { HealthPicture } from '../../frame/api-client.ts';
import { useWords } from '../../i18n/language.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/states.tsx';

export function EnginesSection({ health }: { readonly health: HealthPicture }) {
  const { t, f } = useWords();
  const h = t.health;
  if (health.engines.length === 0) return <Empty title={h.noEngines} />;
  return (
    <DataTable primary label={h.engines} rows={health.engines} rowKey={(e) => e.name}
      columns={[
        { key: 'name', head: t.findings.engine, className: 'engine-cell', cell: (e) => <><b>{e.name}</b><span className="under">{e.about}</span></> },
        { key: 'source', head: h.paper, wide: true, className: 'engine-cell', cell: (e) => <span className="dim">{e.source}</span> },
        { key: 'window', head: h.window, align: 'end', wide: true, cell: (e) => f.duration(e.windowUs) },
        { key: 'last', head: h.lastWindow, align: 'end', cell: (e) => (e.lastUs === null ? '–' : f.time(e.lastUs)) },
        { key: 'behind', head: h.behind, align: 'end', cell: (e) => f.duration(e.behindMs * 1000) },
        { key: 'findings', head: h.raised, align: 'end', cell: (e) => f.n(e.findings) },
      ]} />
  );
}
