/**
 * Now: what is attacking us right now? A sentence, three series with their normal bands, the map, the newest changes, the ports.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { call, type FindingRow, type NowPicture, type PortRow } from '../../frame/api-client.ts';
import { keep } from '../../frame/evidence.ts';
import { Link } from '../../frame/link.tsx';
import { useLive } from '../../frame/live.ts';
import { hrefOf, navigate, portPath, setParams, usePlace } from '../../frame/location.ts';
import { useWarnedPorts } from '../../frame/open-findings.ts';
import { useMe } from '../../frame/session.tsx';
import { useHealth } from '../../frame/status-line.tsx';
import { liveOptions, useTimeRange } from '../../frame/time-range.ts';
import { say } from '../../frame/toast.tsx';
import { useWords, type Words } from '../../i18n/language.tsx';
import { findingTitle, findingWhy } from '../../i18n/finding-text.ts';
import { plain, type Segment } from '../../i18n/segment.ts';
import { ShareBar } from '../../parts/bars.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Figure } from '../../parts/figure.tsx';
import { portText, sensorText } from '../../parts/names.ts';
import { Severity } from '../../parts/severity.tsx';
import { aboveBand, BandLine, Trend } from '../../parts/spark.tsx';
import { Answered } from '../../parts/states.tsx';
import { Value } from '../../parts/value.tsx';
import './now.css';

const WorldMap = lazy(() => import('../../parts/world-map.tsx').then((m) => ({ default: m.WorldMap })));
/** A change worth a colour. */
export function rises(ratio: number | null): boolean { return ratio !== null && ratio > 1.15; }
/** Within this of normal, people say "as usual". */
const USUAL_RATIO = 0.05;
const HOUR_US = 3_600e6;
/** As many as stand beside the map; the rest is a link. */
const SHOWN_CHANGES = 4;

/** What the sentence names, then the gravest; among equals the newest. */
export function gravestFirst(changes: readonly FindingRow[], headline: FindingRow | null): FindingRow[] {
  const all = headline === null || changes.some((x) => x.id === headline.id) ? [...changes] : [headline, ...changes];
  return all.sort((a, b) => Number(b.id === headline?.id) - Number(a.id === headline?.id) || b.severity - a.severity || b.firstRaisedUs - a.firstRaisedUs);
}

/** The sentence a person would say, in pieces. */
export function sentenceOf(now: NowPicture, org: string, { t, f, language }: Words): Segment[] {
  const spanUs = now.toUs - now.fromUs;
  const near = (us: number): boolean => Math.abs(spanUs - us) < us * 0.02;
  // Replayed or stored time is named: "the last hour" would mean the hour by the clock on the wall.
  const elsewhere = Math.abs(now.toUs - Date.now() * 1000) > 2 * HOUR_US;
  const span = !now.live || elsewhere ? t.now.span.range(...f.fromTo(now.fromUs, now.toUs)) : near(HOUR_US) ? t.now.span.h : near(24 * HOUR_US) ? t.now.span.d : t.now.span.last(f.duration(spanUs));
  const ratio = now.hostsNormal !== null && now.hostsNormal > 0 ? now.hosts / now.hostsNormal - 1 : null;
  const change = ratio === null ? null : { text: f.pct(Math.abs(ratio)), kind: Math.abs(ratio) < USUAL_RATIO ? 'as' as const : ratio > 0 ? 'above' as const : 'below' as const };
  const first = t.now.sentence({ span, hosts: f.n(now.hosts), hostsN: now.hosts, sensors: now.sensors, sensorsText: f.n(now.sensors), change, when: t.now.weekdayPart(f.weekday(now.toUs), f.dayPart(now.toUs)) });
  const head = now.headline;
  if (head === null) return [...first, ...t.now.quiet()];
  const port = head.ports[0];
  if (port === undefined || head.sourceRole === 'victim') return [...first, ...t.now.headlineOther(findingTitle(head, language))];
  const places = head.sensors.map((s) => sensorText(s, org)).slice(0, 3);
  return [...first, ...t.now.rising({ port, places: t.now.listNames(places), hosts: f.n(head.sources), hostsN: head.sources, countries: f.n(head.countries.length), countriesN: head.countries.length })];
}

export function NowPage() {
  const words = useWords();
  const { t, f, language } = words;
  const me = useMe();
  const range = useTimeRange();
  const now = useQuery({ queryKey: ['now', range.from, range.to], queryFn: ({ signal }) => call('GET /now', { query: { from: range.from, to: range.to }, signal }), ...liveOptions(range), placeholderData: (previous) => previous });
  return (
    <div className="page now">
      <h1 className="unseen">{t.pages.now}</h1>
      <Answered query={now} lines={8}>
        {(data) => {
          const segments = sentenceOf(data, me.org, words);
          return (
            <>
              <p className="sentence" data-language={language}>
                {segments.map((s, i) => (typeof s === 'string' ? s : 'b' in s ? <b key={i}>{s.b}</b>
                  : 'port' in s ? <Link key={i} className="hot" to={portPath(s.port)} with={{ q: null }}>{portText(s.port)}</Link>
                    : <button key={i} type="button" className="hot" onClick={() => data.headline && setParams({ sel: data.headline.id })}>{s.hot}</button>))}
              </p>
              <Tiles now={data} />
              <div className="now-middle">
                <Origins now={data} />
                <Changes changes={gravestFirst(data.changes, data.headline)} />
              </div>
              <PortsNow ports={data.ports} />
              <span className="unseen" role="status">{range.live ? '' : plain(segments)}</span>
            </>
          );
        }}
      </Answered>
      <span className="unseen">{t.asOf(f.dateTime(now.dataUpdatedAt * 1000))}</span>
    </div>
  );
}

function Tiles({ now }: { readonly now: NowPicture }) {
  const { t, f } = useWords();
  const range = useTimeRange();
  const counters = useLive((s) => s.counters);
  // Counters are of this second; without a live sensor they would say 0 about stored time.
  const live = range.live && counters !== null && counters.sensorsLive > 0;
  const last = (points: NowPicture['portsAbove']): number => points.at(-1)?.value ?? 0;
  const tiles = [
    { key: 'pps', title: t.now.packetsPerSecond, points: now.packetsPerSecond, value: live ? counters.packetsPerSecond : last(now.packetsPerSecond) },
    { key: 'hpm', title: t.now.hostsPerMinute, points: now.hostsPerMinute, value: live ? counters.hostsPerMinute : last(now.hostsPerMinute) },
    { key: 'ports', title: t.now.portsAbove, points: now.portsAbove, value: last(now.portsAbove) },
  ];
  return (
    <div className="tiles">
      {tiles.map((tile) => {
        const values = tile.points.map((p) => p.value);
        const digits = tile.value !== 0 && Math.abs(tile.value) < 10 && !Number.isInteger(tile.value) ? 1 : 0;
        return (
          <Figure key={tile.key} title={tile.title} note={tile.points.some((p) => p.low !== null) ? t.normalBand : t.learning}
            summary={t.now.seriesSummary(tile.title, f.n(tile.value, digits), f.n(Math.min(...values, Infinity) === Infinity ? 0 : Math.min(...values), digits), f.n(Math.max(0, ...values), digits))}
            lead={<p className="tile-value">{f.n(tile.value, digits)}</p>}
            twin={{ head: [t.col.time, t.col.value, t.col.low, t.col.high], rows: () => [...tile.points].reverse().map((p) => [f.time(p.atUs), f.n(p.value, 1), p.low === null ? '–' : f.n(p.low, 1), p.high === null ? '–' : f.n(p.high, 1)]) }}>
            <BandLine points={tile.points} hot={aboveBand(tile.points) || (tile.key === 'ports' && tile.value > 0)} />
          </Figure>
        );
      })}
    </div>
  );
}

function Origins({ now }: { readonly now: NowPicture }) {
  const { t, f } = useWords();
  const health = useHealth();
  const sensorCountries = [...new Set((health.data?.sensors ?? []).map((s) => s.country).filter((c) => c !== ''))];
  const sorted = [...now.map].sort((a, b) => b.hosts - a.hosts);
  const top = sorted.slice(0, 3).map((m) => `${f.country(m.country)} ${f.n(m.hosts)}`);
  return (
    <Figure className="origins" title={t.now.map}
      note={<>{t.now.mapNote}<span className="ramp" aria-hidden="true">{[1, 2, 3, 4, 5].map((i) => <i key={i} data-step={i} />)}</span></>}
      summary={t.now.mapSummary(f.n(now.map.length), t.now.listNames(top))}
      twin={{ head: [t.col.country, t.col.hosts, t.col.packets, t.col.ratio], rows: () => sorted.map((m) => [<Value key="c" field="country" value={m.country} />, f.n(m.hosts), f.n(m.packets), f.change(m.ratio)]) }}>
      <Suspense fallback={<div className="map" />}>
        <WorldMap map={now.map} hotCountries={now.headline?.sourceRole === 'victim' ? [] : (now.headline?.countries ?? [])} sensorCountries={sensorCountries} />
      </Suspense>
    </Figure>
  );
}

function Changes({ changes }: { readonly changes: readonly FindingRow[] }) {
  const { t, f, language } = useWords();
  const { params } = usePlace();
  return (
    <section className="changes" aria-labelledby="changes-title">
      <h2 id="changes-title">{t.now.changes}</h2>
      {changes.length === 0 && <p className="dim">{t.now.noChanges}</p>}
      <ol>
        {changes.slice(0, SHOWN_CHANGES).map((x) => (
          <li key={x.id} aria-current={params.get('sel') === x.id || undefined}>
            <div className="change-top"><Severity level={x.severity} /><time dateTime={new Date(x.firstRaisedUs / 1000).toISOString()}>{f.time(x.firstRaisedUs)}</time></div>
            <button type="button" className="change-title" onClick={() => setParams({ sel: x.id })}>{findingTitle(x, language)}</button>
            <p>{findingWhy(x, language)}</p>
          </li>
        ))}
      </ol>
      {changes.length > SHOWN_CHANGES && <p><Link to="/findings">{t.now.andMore(f.n(changes.length - SHOWN_CHANGES))}</Link></p>}
    </section>
  );
}

function PortsNow({ ports }: { readonly ports: readonly PortRow[] }) {
  const warned = useWarnedPorts();
  const isHot = (r: PortRow): boolean => warned.has(r.port);
  const { t, f } = useWords();
  const me = useMe();
  return (
    <section className="ports-now" aria-labelledby="ports-title">
      <h2 id="ports-title">{t.now.ports}</h2>
      {ports.length === 0 ? <p className="dim">{t.now.noPorts}</p> : (
        <DataTable primary label={t.now.ports} rows={ports.slice(0, 20)} rowKey={(r) => r.port} hot={isHot}
          onOpen={(r) => navigate(hrefOf(portPath(r.port), { q: null }))}
          onEvidence={(r) => say(t.evidence.added, keep({ id: r.port, text: `${portText(r.port)}: ${f.n(r.hosts)} (${f.change(r.ratio)})`, href: hrefOf(portPath(r.port), { q: null }), atMs: Date.now() }))}
          columns={[
            { key: 'port', head: t.col.port, cell: (r) => <><Value field="port" value={r.port} inRow /><span className="service">{r.service}</span></> },
            { key: 'trend', head: t.now.trend, cell: (r) => <Trend values={r.trend} hot={isHot(r)} />, className: 'trend-cell' },
            { key: 'hosts', head: t.col.hosts, align: 'end', cell: (r) => f.n(r.hosts) },
            { key: 'change', head: t.now.change, align: 'end', cell: (r) => <span data-hot={(isHot(r) && rises(r.ratio)) || undefined} className="change">{f.change(r.ratio)}</span> },
            { key: 'tools', head: t.now.tools, wide: true, className: 'tools-cell', cell: (r) => <span className="tools"><ShareBar shares={r.tools} hot={isHot(r)} /><span>{r.tools.filter((x) => x.tool !== '').slice(0, 2).map((x) => x.tool).join(' · ') || '—'}</span></span> },
            { key: 'first', head: t.now.firstSeenAt, wide: true, cell: (r) => <>{r.firstSensor && <Value field="sensor" value={r.firstSensor} inRow>{sensorText(r.firstSensor, me.org)}</Value>}{isHot(r) && <span className="dim"> {f.clock(r.firstUs)}</span>}</> },
          ]} />
      )}
    </section>
  );
}

