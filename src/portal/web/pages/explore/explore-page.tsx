/**
 * Explore: what happened, exactly? The histogram to brush first, then facets, then the rows in a window of a long list.
 * @module
 */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { call, urlOf, type ObservationRow } from '../../frame/api-client.ts';
import { Drawer, ROW_PREFIX } from '../../frame/drawer.tsx';
import { keep } from '../../frame/evidence.ts';
import { hrefOf, setParams, usePlace } from '../../frame/location.ts';
import { useMay } from '../../frame/session.tsx';
import { LIVE_REFETCH_MS, liveOptions, useTimeRange } from '../../frame/time-range.ts';
import { say } from '../../frame/toast.tsx';
import { useWords } from '../../i18n/language.tsx';
import { RankList } from '../../parts/bars.tsx';
import { Figure } from '../../parts/figure.tsx';
import { portText } from '../../parts/names.ts';
import { Answered, Empty, Failed, Loading } from '../../parts/states.tsx';
import { TimeChart } from '../../parts/time-chart.tsx';
import { Value, type Field } from '../../parts/value.tsx';
import { ObservationCard } from './observation-card.tsx';
import { RowWindow } from './row-window.tsx';
import './explore.css';

const SaveView = lazy(() => import('./save-view.tsx').then((m) => ({ default: m.SaveView })));
const FACETS = ['port', 'src', 'country', 'tool', 'label'] as const satisfies readonly Field[];
const PAGE_ROWS = 200;

/** Identity of a row within the URL: enough to find it again among the same rows. */
export function rowKey(row: ObservationRow): string { return `${row.atUs}-${row.sensor}-${row.src}-${row.dst}-${row.sport}-${row.port}`; }

export function ExplorePage() {
  const { t, f } = useWords();
  const { params } = usePlace();
  const range = useTimeRange();
  const query = params.get('q') ?? '';
  const selection = params.get('sel') ?? '';
  const asked = { query, from: range.from, to: range.to };
  const histogram = useQuery({
    queryKey: ['histogram', query, range.from, range.to], queryFn: ({ signal }) => call('GET /observations/histogram', { query: { ...asked, bins: 180 }, signal }), ...liveOptions(range), placeholderData: (previous) => previous,
  });
  const rows = useInfiniteQuery({
    queryKey: ['observations', query, range.from, range.to],
    queryFn: ({ pageParam, signal }) => call('GET /observations', { query: { ...asked, limit: PAGE_ROWS, ...(pageParam === null ? {} : { beforeUs: pageParam }) }, signal }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.more ? (last.rows.at(-1)?.atUs ?? null) : null),
    // A costly question shows its histogram first.
    enabled: histogram.data !== undefined && !histogram.isPlaceholderData,
    refetchInterval: (q) => (range.live && (q.state.data?.pages.length ?? 0) <= 1 ? LIVE_REFETCH_MS : false), placeholderData: (previous) => previous,
  });
  const list = useMemo(() => rows.data?.pages.flatMap((p) => p.rows) ?? [], [rows.data]);
  const selected = selection.startsWith(ROW_PREFIX) ? selection.slice(ROW_PREFIX.length) : null;
  const shown = selected === null ? undefined : list.find((r) => rowKey(r) === selected);
  const keepRow = (row: ObservationRow): void => {
    const key = rowKey(row);
    say(t.evidence.added, keep({ id: key, text: `${row.at} ${row.sensor} ${row.src} → ${row.dst} ${portText(row.port)}${row.tool ? ` (${row.tool})` : ''}`, href: hrefOf('/explore', { sel: ROW_PREFIX + key }), atMs: Date.now() }));
  };
  return (
    <div className="page explore">
      <div className="page-head">
        <h1>{t.explore.title}</h1>
        {histogram.data && <p className="totals">{t.explore.totals(f.n(histogram.data.totalPackets), histogram.data.totalRecords > 0 ? f.n(histogram.data.totalRecords) : '', `${histogram.data.approximate ? '≈ ' : ''}${f.n(histogram.data.totalSources)}`)}</p>}
        <Acts query={query} />
      </div>
      {query === '' && (
        <p className="try"><span>{t.explore.examples}</span>{t.explore.exampleList.map((example) => <button key={example} type="button" className="chip code" onClick={() => setParams({ q: example })}>{example}</button>)}</p>
      )}
      <Answered query={histogram} lines={3}>
        {(data) => {
          const at = (i: number): number => data.fromUs + i * data.binUs;
          return (
            <Figure title={t.explore.histogram} summary={t.explore.histogramSummary(f.n(data.totalPackets), f.time(data.fromUs), f.time(data.toUs))} note={`${f.fromTo(data.fromUs, data.toUs).join(' – ')} · ${f.duration(data.binUs)}`}
              twin={{ head: [t.col.time, t.col.packets, t.col.records, t.col.sources], rows: () => data.packets.map((p, i) => [f.time(at(i)), f.n(p), f.n(data.records[i] ?? 0), f.n(data.sources[i] ?? 0)]) }}>
              <TimeChart label={t.col.packets} height={104} bars points={data.packets.map((value, i) => ({ atUs: at(i), value }))} />
            </Figure>
          );
        }}
      </Answered>
      <div className="explore-body">
        <section className="facets" aria-label={t.explore.facets}>
          {FACETS.map((field) => <Facet key={field} field={field} asked={asked} ready={rows.data !== undefined || rows.error !== null} />)}
        </section>
        <section className="rows" aria-label={t.explore.rows}>
          {rows.error && <Failed error={rows.error} retry={() => void rows.refetch()} />}
          {rows.data === undefined && !rows.error && !histogram.error && <Loading lines={10} />}
          {rows.data && list.length === 0 && <Empty title={t.explore.nothing}><p className="dim">{t.explore.nothingHint}</p></Empty>}
          {list.length > 0 && (
            <RowWindow rows={list} rowKey={rowKey} selected={selected} onOpen={(row) => setParams({ sel: ROW_PREFIX + rowKey(row) }, selected === null ? 'push' : 'replace')} onEvidence={keepRow}
              more={rows.hasNextPage} loadingMore={rows.isFetchingNextPage} loadMore={() => void rows.fetchNextPage()} total={Math.max(list.length, (histogram.data?.totalPackets ?? 0) + (histogram.data?.totalRecords ?? 0))} />
          )}
        </section>
      </div>
      {selected !== null && rows.data && (
        <Drawer label={shown ? t.explore.rowLabel(shown.src, portText(shown.port), f.exact(shown.atUs)) : t.drawer}>{shown ? <ObservationCard row={shown} keep={() => keepRow(shown)} /> : <Empty title={t.explore.nothing}><p className="dim">{t.explore.nothingHint}</p></Empty>}</Drawer>
      )}
    </div>
  );
}

function Facet({ field, asked, ready }: { readonly field: (typeof FACETS)[number]; readonly asked: { query: string; from: string; to: string }; readonly ready: boolean }) {
  const { t, f } = useWords();
  const range = useTimeRange();
  const facet = useQuery({
    queryKey: ['facet', field, asked.query, asked.from, asked.to], queryFn: ({ signal }) => call('GET /observations/count', { query: { ...asked, by: field, limit: 6 }, signal }),
    enabled: ready, refetchInterval: range.live ? 3 * LIVE_REFETCH_MS : false, placeholderData: (previous) => previous,
  });
  const number = (value: string | number | undefined): number => Number(value ?? 0);
  return (
    <div className="facet">
      <h2>{t.explore.facet[field]}</h2>
      <Answered query={facet} lines={4}>
        {(data) => (data.rows.length === 0 ? <p className="dim">{t.none}</p> : (
          <RankList label={t.explore.facet[field]} items={data.rows.map((r) => {
            const value = String(r[field] ?? '');
            return { key: value, value: number(r['packets']), text: f.short(number(r['packets'])), label: value === '' ? <span className="dim">{field === 'tool' ? t.explore.noTool : t.unknown}</span> : <Value field={field} value={value} /> };
          })} />
        ))}
      </Answered>
    </div>
  );
}

function Acts({ query }: { readonly query: string }) {
  const { t } = useWords();
  const range = useTimeRange();
  const analyst = useMay('analyst');
  const client = useQueryClient();
  const [saving, setSaving] = useState(false);
  const views = useQuery({ queryKey: ['views'], queryFn: ({ signal }) => call('GET /views', { signal }), staleTime: 60_000 });
  const open = (id: string): void => {
    const view = views.data?.views.find((v) => v.id === id);
    if (view) setParams({ q: view.query, from: view.from, to: view.to, sel: null });
  };
  const href = (as: 'jsonl' | 'csv'): string => urlOf('GET /observations/export', {}, { query, from: range.from, to: range.to, as });
  return (
    <div className="page-acts">
      {(views.data?.views.length ?? 0) > 0 && (
        <select aria-label={t.explore.views} value="" onChange={(event) => open(event.target.value)}>
          <option value="">{t.explore.views}</option>
          {views.data?.views.map((v) => <option key={v.id} value={v.id}>{v.name} · {t.explore.kinds[v.kind]}</option>)}
        </select>
      )}
      <button type="button" onClick={() => setSaving(true)}>{t.explore.saveView}</button>
      {analyst && <span className="export"><span>{t.explore.exportLabel}</span><a href={href('jsonl')} download="noroshi.jsonl">{t.explore.exportJson}</a><a href={href('csv')} download="noroshi.csv">{t.explore.exportCsv}</a></span>}
      <Suspense fallback={null}>
        {saving && <SaveView query={query} from={range.from} to={range.to} onClose={() => setSaving(false)} onSaved={(name) => { setSaving(false); void client.invalidateQueries({ queryKey: ['views'] }); say(t.explore.saved(name)); }} />}
      </Suspense>
    </div>
  );
}
