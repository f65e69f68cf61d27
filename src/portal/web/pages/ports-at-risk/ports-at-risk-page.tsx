/**
 * Early warning → Ports at risk: what is growing? Each port against its own learned distribution, and what rises at several sensors together.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { call, type FindingRow, type RiskRow } from '../../frame/api-client.ts';
import { keep } from '../../frame/evidence.ts';
import { hrefOf, navigate, portPath, setParams, usePlace } from '../../frame/location.ts';
import { useWarnedPorts } from '../../frame/open-findings.ts';
import { useMe } from '../../frame/session.tsx';
import { liveOptions, useTimeRange } from '../../frame/time-range.ts';
import { say } from '../../frame/toast.tsx';
import { findingTitle, findingWhy } from '../../i18n/finding-text.ts';
import { useWords } from '../../i18n/language.tsx';
import { ShareBar } from '../../parts/bars.tsx';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { portText, sensorText } from '../../parts/names.ts';
import { Severity } from '../../parts/severity.tsx';
import { Trend } from '../../parts/spark.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { Value } from '../../parts/value.tsx';
import './ports-at-risk.css';

/** Shown as unusual: one window in ten thousand, or a warning names the port. */
const UNUSUAL_TAIL = 1e-4;
type SortKey = 'tail' | 'hosts' | 'ratio' | 'median';

/** The sensors in the order in which they saw it, with their delay, where the finding tells. */
export function arrivals(finding: FindingRow, org: string): string[] {
  const order = finding.facts['order'];
  return typeof order === 'string' && order !== '' ? order.split(', ') : finding.sensors.map((s) => sensorText(s, org));
}

export function unusual(row: RiskRow, warned: ReadonlySet<string>): boolean { return warned.has(row.port) || (row.tail !== null && row.tail < UNUSUAL_TAIL); }
/** Rows by one figure; what is not known stands last whichever way. */
export function sorted(rows: readonly RiskRow[], key: SortKey, way: 1 | -1, warned: ReadonlySet<string>): RiskRow[] {
  const value = (r: RiskRow): number => { const v = r[key]; return v === null ? (way === 1 ? Infinity : -Infinity) : v; };
  return [...rows].sort((a, b) => { const [x, y] = [value(a), value(b)]; return (x === y ? 0 : way * (x < y ? -1 : 1)) || Number(warned.has(b.port)) - Number(warned.has(a.port)) || b.hosts - a.hosts; });
}

export function PortsAtRiskPage() {
  const { t, f, language } = useWords();
  const me = useMe();
  const { params } = usePlace();
  const range = useTimeRange();
  const warned = useWarnedPorts();
  const only = params.get('only') === 'unusual';
  const [sortKey, sortWay] = ((): [SortKey, 1 | -1] => {
    const text = params.get('sort') ?? 'tail';
    const key = text.replace(/^-/, '');
    return [key === 'hosts' || key === 'ratio' || key === 'median' ? key : 'tail', text.startsWith('-') ? -1 : 1];
  })();
  const ports = useQuery({ queryKey: ['ports', range.from, range.to], queryFn: ({ signal }) => call('GET /ports', { query: { from: range.from, to: range.to }, signal }), ...liveOptions(range), placeholderData: (previous) => previous });
  const sort = (key: SortKey, name: string): NonNullable<Column<RiskRow>['sort']> => ({
    label: t.risk.sort(name), active: key !== sortKey ? null : sortWay === 1 ? 'ascending' : 'descending',
    // Small chances first, large counts first; a second press turns it round.
    press: () => { const natural = key === 'tail' ? 1 : -1; const way = key === sortKey ? -sortWay : natural; setParams({ sort: key === 'tail' && way === 1 ? null : `${way === -1 ? '-' : ''}${key}` }, 'replace'); },
  });
  return (
    <div className="page risk">
      <div className="page-head"><h1>{t.risk.title}</h1></div>
      <p className="lead">{t.risk.lead}</p>
      <Answered query={ports} lines={10}>
        {(data) => {
          const rows = sorted(only ? data.rows.filter((r) => unusual(r, warned)) : data.rows, sortKey, sortWay, warned);
          return (
            <>
              <section className="rising" aria-labelledby="rising-title">
                <h2 id="rising-title">{t.risk.rising}</h2>
                {data.global.length === 0 ? <p className="dim">{t.risk.noRising}</p> : (
                  <ul>
                    {data.global.map((x) => (
                      <li key={x.id}>
                        <Severity level={x.severity} />
                        <div><button type="button" className="change-title" onClick={() => setParams({ sel: x.id })}>{findingTitle(x, language)}</button><p>{findingWhy(x, language)}</p></div>
                        <ol className="order" aria-label={t.findings.where}>{arrivals(x, me.org).map((s) => <li key={s}>{s}</li>)}</ol>
                        <time>{f.time(x.firstRaisedUs)}</time>
                      </li>
                    ))}
                  </ul>
                )}
              </section>
              <section aria-labelledby="watch-title">
                <div className="section-head">
                  <h2 id="watch-title">{t.risk.watch} <span className="dim">{f.n(rows.length)}</span></h2>
                  <div className="chips" role="group" aria-label={t.risk.watch}>
                    <button type="button" className="chip" aria-pressed={!only} onClick={() => setParams({ only: null })}>{t.all}</button>
                    <button type="button" className="chip" aria-pressed={only} onClick={() => setParams({ only: 'unusual' })}>{t.risk.only}</button>
                  </div>
                </div>
                {rows.length === 0 ? <Empty title={t.risk.none} /> : (
                  <DataTable primary label={t.risk.watch} rows={rows.slice(0, 300)} rowKey={(r) => r.port} hot={(r) => warned.has(r.port)}
                    onOpen={(r) => navigate(hrefOf(portPath(r.port), { q: null }))}
                    onEvidence={(r) => say(t.evidence.added, keep({ id: `risk-${r.port}`, text: `${portText(r.port)}: ${f.n(r.hosts)}, p ${r.tail === null ? '–' : f.tiny(r.tail)}`, href: hrefOf(portPath(r.port), { q: null }), atMs: Date.now() }))}
                    columns={[
                      { key: 'port', head: t.col.port, cell: (r) => <><Value field="port" value={r.port} inRow /><span className="service">{r.service}</span></> },
                      { key: 'trend', head: t.now.trend, className: 'trend-cell', wide: true, cell: (r) => <Trend values={r.trend} hot={unusual(r, warned)} /> },
                      { key: 'hosts', head: t.col.hosts, align: 'end', sort: sort('hosts', t.col.hosts), cell: (r) => f.n(r.hosts) },
                      { key: 'median', head: t.risk.median, align: 'end', wide: true, sort: sort('median', t.risk.median), cell: (r) => (r.median === null ? '–' : f.n(r.median, 1)) },
                      { key: 'ratio', head: t.now.change, align: 'end', sort: sort('ratio', t.now.change), cell: (r) => <span className="change" data-hot={(warned.has(r.port) && r.ratio !== null && r.ratio > 1.15) || undefined}>{f.change(r.ratio)}</span> },
                      { key: 'tail', head: t.risk.tail, align: 'end', sort: sort('tail', t.risk.tail), cell: (r) => (r.tail === null ? <span className="dim">{t.risk.learning}</span> : <span className="change" data-hot={unusual(r, warned) || undefined}>{f.tiny(r.tail)}</span>) },
                      { key: 'countries', head: t.col.country, wide: true, cell: (r) => <span className="change" title={r.countries.map((c) => f.country(c)).join(', ')}>{r.countries.slice(0, 3).join(' ')}{r.countries.length > 3 ? ` +${f.n(r.countries.length - 3)}` : ''}</span> },
                      { key: 'tools', head: t.now.tools, wide: true, className: 'tools-cell', cell: (r) => <span className="tools"><ShareBar shares={r.tools} hot={warned.has(r.port)} /><span>{r.tools.filter((x) => x.tool !== '').slice(0, 2).map((x) => x.tool).join(' · ') || '—'}</span></span> },
                      { key: 'finding', head: t.col.finding, align: 'end', cell: (r) => (r.finding === null ? '' : <button type="button" className="textlink" tabIndex={-1} aria-label={`${t.open}: ${portText(r.port)}`} onClick={() => setParams({ sel: r.finding })}>{t.open}</button>) },
                    ]} />
                )}
              </section>
            </>
          );
        }}
      </Answered>
    </div>
  );
}
