/**
 * Findings: what needs a human? The queue by state, grouped as a view, with the drawer beside it; t, b, f, z decide and u takes back.
 * Without a time range the queue holds everything that waits, however old.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { call, type FindingRow } from '../../frame/api-client.ts';
import { keep } from '../../frame/evidence.ts';
import { hrefOf, setParams, usePlace } from '../../frame/location.ts';
import { useMe } from '../../frame/session.tsx';
import { useHealth } from '../../frame/status-line.tsx';
import { useTimeRange } from '../../frame/time-range.ts';
import { say } from '../../frame/toast.tsx';
import { findingKind, findingTitle } from '../../i18n/finding-text.ts';
import { useWords } from '../../i18n/language.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { portText, sensorText } from '../../parts/names.ts';
import { Severity } from '../../parts/severity.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import './findings.css';

/** `noted` is what is open but small: it waits in its own list, so that the queue holds what needs a human. */
const STATES = ['open', 'true', 'benign', 'false', 'snoozed', 'noted'] as const;
const GRAVE = 'severity >= 3', SMALL = 'severity < 3';
const GROUPS = ['none', 'kind', 'port', 'sensor'] as const;
type State = (typeof STATES)[number];
type Group = (typeof GROUPS)[number];

/** A grouping is a view: the findings stay as they are. Groups keep the order of their strongest member. */
export function grouped(findings: readonly FindingRow[], by: (finding: FindingRow) => string): { key: string; members: FindingRow[] }[] {
  const groups = new Map<string, FindingRow[]>();
  for (const finding of findings) {
    const key = by(finding);
    const members = groups.get(key);
    if (members) members.push(finding); else groups.set(key, [finding]);
  }
  return [...groups].map(([key, members]) => ({ key, members }));
}

export function FindingsPage() {
  const { t, f, language } = useWords();
  const me = useMe();
  const { params } = usePlace();
  const range = useTimeRange();
  const query = params.get('q') ?? '';
  const state = (STATES as readonly string[]).includes(params.get('state') ?? '') ? (params.get('state') as State) : 'open';
  const group = (GROUPS as readonly string[]).includes(params.get('group') ?? '') ? (params.get('group') as Group) : 'none';
  const within = (part: string): string => (query === '' ? part : part === '' ? query : `(${query}) && ${part}`);
  const ask = (states: string, part: string, limit: number) => ({
    queryKey: ['findings', states, within(part), range.from, range.to, limit], placeholderData: <T,>(previous: T | undefined) => previous,
    queryFn: ({ signal }: { signal: AbortSignal }) => call('GET /findings', { query: { state: states, query: within(part), from: range.from, to: range.to, limit }, signal }),
  });
  const findings = useQuery(ask(state === 'noted' ? 'open' : state, state === 'open' ? GRAVE : state === 'noted' ? SMALL : '', 1000));
  const all = useQuery(ask('open', '', 1)), grave = useQuery(ask('open', GRAVE, 1)), small = useQuery(ask('open', SMALL, 1));
  const selected = params.get('sel');
  const counts: Readonly<Record<string, number | undefined>> = { ...all.data?.counts, open: grave.data?.counts['open'], noted: small.data?.counts['open'] };
  const by = (x: FindingRow): string => (group === 'kind' ? findingKind(x, language) : group === 'port' ? (x.ports[0] ? portText(x.ports[0]) : t.none) : group === 'sensor' ? x.sensors.map((s) => sensorText(s, me.org)).join(', ') || t.none : '');
  const total = useHealth().data?.sensors.length ?? 0;
  const allSensors = (x: FindingRow): string => (x.sensors.length > 1 && x.sensors.length >= Math.min(total || 4, 4) ? t.findings.allSensors : x.sensors.map((s) => sensorText(s, me.org)).join(', '));
  const open = (x: FindingRow): void => setParams({ sel: x.id }, selected ? 'replace' : 'push');
  return (
    <div className="page findings">
      <div className="page-head"><h1>{t.findings.title}</h1></div>
      <div className="findings-bar">
        <div className="chips" role="group" aria-label={t.col.state}>
          {STATES.map((s) => (
            <button key={s} type="button" className="chip" aria-pressed={s === state} onClick={() => setParams({ state: s === 'open' ? null : s, sel: null })}>
              {t.findings.states[s]} <span className="chip-count">{f.n(counts[s] ?? 0)}</span>
            </button>
          ))}
        </div>
        <label className="group-by">{t.findings.group}
          <select value={group} onChange={(event) => setParams({ group: event.target.value === 'none' ? null : event.target.value })}>
            {GROUPS.map((g) => <option key={g} value={g}>{t.findings.groups[g]}</option>)}
          </select>
        </label>
      </div>
      <Answered query={findings} lines={8}>
        {(data) => {
          if (data.findings.length === 0) {
            return query !== '' ? <Empty title={t.findings.filtered} /> : state === 'open' ? <Empty title={t.findings.emptyOpen}><p className="dim">{t.findings.emptyOpenHint}</p></Empty> : <Empty title={t.findings.empty} />;
          }
          const gravest = [...data.findings].sort((a, b) => b.severity - a.severity || b.firstRaisedUs - a.firstRaisedUs);
          return grouped(gravest, by).map(({ key, members }, index) => (
            <section key={key} className="finding-group" aria-label={key || t.findings.title}>
              {group !== 'none' && <h2>{key} <span className="dim">{f.n(members.length)}</span></h2>}
              <DataTable className="queue" primary={index === 0} label={key || t.findings.title} rows={members} rowKey={(x) => x.id} selected={selected} onOpen={open}
                onEvidence={(x) => say(t.evidence.added, keep({ id: x.id, text: findingTitle(x, language), href: hrefOf(`/findings/${x.id}`, { q: null }), atMs: Date.now() }))}
                columns={[
                  { key: 'severity', head: t.col.severity, className: 'severity-cell', cell: (x) => <Severity level={x.severity} /> },
                  { key: 'title', head: t.col.finding, className: 'title-cell', cell: (x) => <b>{findingTitle(x, language)}</b> },
                  { key: 'kind', head: t.col.kind, wide: true, className: 'kind-cell', cell: (x) => <span className="tag">{findingKind(x, language)}</span> },
                  { key: 'who', head: t.findings.who, wide: true, className: 'who-cell', cell: (x) => (x.sources === 0 ? '–' : x.sourceRole === 'victim' ? t.findings.victims(x.sources, f.n(x.sources)) : t.findings.hosts(x.sources, f.n(x.sources))) },
                  { key: 'where', head: t.findings.where, wide: true, className: 'where-cell', cell: allSensors },
                  { key: 'when', head: t.findings.when, align: 'end', className: 'when-cell', cell: (x) => <time dateTime={new Date(x.firstRaisedUs / 1000).toISOString()}>{f.time(x.firstRaisedUs)}</time> },
                ]} />
            </section>
          ));
        }}
      </Answered>
    </div>
  );
}
