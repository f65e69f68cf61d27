/**
 * One finding, explained: why it is seen, its figures, the picture of its hosts, the query that reproduces it, what people did, its like before.
 *
 * The drawer and the page show the same body; the page has room for the long lists.
 * @module
 */
import { useState, type ReactNode } from 'react';
import type { FindingDetail, Outcome } from '../../frame/api-client.ts';
import { keep } from '../../frame/evidence.ts';
import { useKeys } from '../../frame/keys.ts';
import { Link } from '../../frame/link.tsx';
import { findingPath, hrefOf } from '../../frame/location.ts';
import { useMe } from '../../frame/session.tsx';
import { isoOf } from '../../frame/time-range.ts';
import { say } from '../../frame/toast.tsx';
import { findingAdvice, findingKind, findingTitle, findingWhy } from '../../i18n/finding-text.ts';
import { useWords } from '../../i18n/language.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Matrix } from '../../parts/matrix.tsx';
import { portText, sensorText } from '../../parts/names.ts';
import { Severity } from '../../parts/severity.tsx';
import { BandLine } from '../../parts/spark.tsx';
import { TimeChart } from '../../parts/time-chart.tsx';
import { Value } from '../../parts/value.tsx';
import { useTriage } from './triage.ts';
import './finding.css';

const OUTCOMES: readonly (readonly [Exclude<Outcome, 'open'>, string])[] = [['true', 't'], ['benign', 'b'], ['false', 'f'], ['snoozed', 'z']];
/** The drawer shows the strongest; the page shows what the answer holds. */
const DRAWER_SOURCES = 8;
const DRAWER_FIGURES = 4;

/** `baselineMedian` → `baseline median`; figures keep the engine's own names. */
export function figureName(key: string): string { return key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase(); }

export function FindingBody({ detail, full }: { readonly detail: FindingDetail; readonly full: boolean }) {
  const { t, f, language } = useWords();
  const me = useMe();
  const triage = useTriage();
  const [reason, setReason] = useState('');
  const { finding, evidence, matrix } = detail;
  const w = t.findings;
  const title = findingTitle(finding, language);
  const victim = finding.sourceRole === 'victim';
  const decide = (outcome: Outcome): void => { triage(finding, outcome, reason); setReason(''); };
  useKeys({
    t: () => decide('true'), b: () => decide('benign'), f: () => decide('false'), z: () => decide('snoozed'),
    e: () => say(t.evidence.added, keep({ id: finding.id, text: title, href: hrefOf(findingPath(finding.id), { q: null }), atMs: Date.now() })),
  });
  const number = (value: string | number): ReactNode => (typeof value === 'string' ? value : value !== 0 && Math.abs(value) < 1 && value > 0 ? f.tiny(value) : f.n(value, Number.isInteger(value) ? 0 : 2));
  const advice = findingAdvice(finding, language);
  const explore = { q: evidence.query, from: isoOf(evidence.fromUs), to: isoOf(evidence.toUs), sel: null };
  const totals = matrix.hosts.map((host, r) => ({ host, packets: matrix.packets.slice(r * matrix.slots, (r + 1) * matrix.slots).reduce((sum, p) => sum + p, 0) }));
  const Heading = full ? 'h1' : 'h2';
  const Sub = full ? 'h2' : 'h3';
  const basis = (
      <section aria-labelledby={`basis-${finding.id}`}>
        <Sub id={`basis-${finding.id}`}>{w.advice}</Sub>
        {advice && <p>{advice}</p>}
        <dl className="facts">
          <div><dt>{w.basis}</dt><dd>{detail.source}</dd></div>
          <div><dt>{w.firstRaised}</dt><dd>{f.exact(finding.firstRaisedUs)}</dd></div>
          {finding.ports.length > 0 && <div><dt>{t.col.port}</dt><dd>{finding.ports.map((p) => <Value key={p} field="port" value={p} />)}</dd></div>}
          <div><dt>{w.score}</dt><dd>{f.pct(finding.score)}</dd></div>
          <div><dt>{w.marking}</dt><dd>{finding.marking}</dd></div>
        </dl>
      </section>
  );
  const decision = (
      <section className="triage" aria-label={w.triage}>
        <label className="reason"><span>{w.reason}</span><input value={reason} maxLength={500} placeholder={w.stateNow(w.states[finding.state])} onChange={(event) => setReason(event.target.value)} /></label>
        <p className="acts">
          {OUTCOMES.map(([outcome, key]) => <button key={outcome} type="button" className={outcome === 'true' ? 'main' : ''} title={w.outcomeHint[outcome]} aria-pressed={finding.state === outcome} onClick={() => decide(outcome)}>{w.outcomes[outcome]} <kbd>{key}</kbd></button>)}
          {finding.state !== 'open' && <button type="button" onClick={() => decide('open')}>{w.outcomes.open}</button>}
        </p>
      </section>
  );
  return (
    <article className={full ? 'finding full' : 'finding'}>
      <header>
        <Severity level={finding.severity} />
        <Heading>{title}</Heading>
        <p className="finding-id mono">{finding.ports.slice(0, 3).map((p) => portText(p)).join(' ') || finding.subject} · #{finding.id.slice(0, 8)} {finding.simulated && <b className="badge">{t.simulated}</b>}</p>
      </header>
      <div className="finding-columns">
        <div>
          <section aria-labelledby={`why-${finding.id}`}>
            <Sub id={`why-${finding.id}`}>{w.why}</Sub>
            <p>{findingWhy(finding, language)}</p>
            {victim && <p className="note">{w.victimNote}</p>}
            <dl className="facts">
              <div><dt>{w.engine}</dt><dd>{detail.version}</dd></div>
              {Object.entries(evidence.figures).slice(0, full ? 40 : DRAWER_FIGURES).map(([key, value]) => <div key={key}><dt>{t.figures[key] ?? figureName(key)}</dt><dd>{number(value)}</dd></div>)}
              <div><dt>{victim ? w.victimsHead : w.who}</dt><dd>{victim ? w.victims(finding.sources, f.n(finding.sources)) : w.hosts(finding.sources, f.n(finding.sources))}{finding.countries.length > 0 && ` · ${w.countries(finding.countries.length, f.n(finding.countries.length))}`}</dd></div>
              <div><dt>{w.where}</dt><dd>{finding.sensors.map((s) => <Value key={s} field="sensor" value={s}>{sensorText(s, me.org)}</Value>)}</dd></div>
              <div><dt>{w.when}</dt><dd>{f.fromTo(finding.fromUs, finding.toUs).join(' – ')} · {finding.ended ? w.ended : w.ongoing}</dd></div>
            </dl>
          </section>
          {full && basis}
          {full && decision}
        </div>
        <div>
          <section aria-label={w.evidence}>
            <Sub>{w.evidence}</Sub>
            {matrix.hosts.length > 0 && (
              <Figure title={w.matrixNote} className="minor" summary={w.matrixLabel(f.n(matrix.hosts.length), f.n(matrix.slots))}
                twin={{ head: [t.col.src, t.col.packets], rows: () => totals.map((x) => [<Value key={x.host} field="src" value={x.host} />, f.n(x.packets)]) }}>
                <Matrix matrix={matrix} />
              </Figure>
            )}
            {evidence.series.length > 1 && (
              <Figure title={w.series} className="minor" summary={t.now.seriesSummary(w.series, f.n(evidence.series.at(-1)?.value ?? 0, 1), f.n(Math.min(...evidence.series.map((p) => p.value)), 1), f.n(Math.max(...evidence.series.map((p) => p.value)), 1))}
                twin={{ head: [t.col.time, t.col.value, t.col.low, t.col.high], rows: () => evidence.series.map((p) => [f.time(p.atUs), f.n(p.value, 1), p.low === null ? '–' : f.n(p.low, 1), p.high === null ? '–' : f.n(p.high, 1)]) }}>
                {full ? <TimeChart label={w.series} hot points={evidence.series} /> : <BandLine points={evidence.series} hot height={64} />}
              </Figure>
            )}
            <p className="reproduce"><span className="dim">{w.reproduce}</span><code className="block">{evidence.query}</code></p>
            <p className="acts">
              <Link className="button" to="/explore" with={explore}>{w.openExplore}</Link>
              {!full && <Link className="button" to={findingPath(finding.id)} with={{ q: null, from: null, to: null }}>{w.openPage}</Link>}
            </p>
          </section>
        </div>
      </div>
      {!full && basis}
      {!full && decision}
      <section aria-labelledby={`sources-${finding.id}`}>
        <Sub id={`sources-${finding.id}`}>{victim ? w.victimsHead : w.sources} <span className="dim">{f.n(finding.sources)}</span></Sub>
        <div className="scroll-x" tabIndex={0} role="region" aria-label={victim ? w.victimsHead : w.sources}>
          <table className="plain">
            <thead><tr><th scope="col">{t.col.src}</th><th scope="col">{t.col.country}</th>{full && <th scope="col">{t.col.asn}</th>}<th scope="col" data-align="end">{t.col.packets}</th><th scope="col" data-align="end">{t.col.first}</th></tr></thead>
            <tbody>{detail.sourceList.slice(0, full ? 500 : DRAWER_SOURCES).map((s) => <tr key={s.src}><td><Value field="src" value={s.src} /></td><td>{f.country(s.country)}</td>{full && <td><Value field="asn" value={s.asn} /></td>}<td data-align="end">{f.n(s.packets)}</td><td data-align="end">{f.time(s.firstUs)}</td></tr>)}</tbody>
          </table>
        </div>
        {(detail.moreSources || (!full && detail.sourceList.length > DRAWER_SOURCES)) && <p className="dim">{w.moreSources}</p>}
      </section>
      <section aria-labelledby={`like-${finding.id}`}>
        <Sub id={`like-${finding.id}`}>{w.like}</Sub>
        {detail.like.length === 0 ? <p className="dim">{w.noLike}</p> : (
          <ul className="plain-list">{detail.like.map((x) => <li key={x.id}><Link to={findingPath(x.id)} with={{ q: null, sel: null }}>{f.dateTime(x.fromUs)}</Link> <span className="tag">{(w.states as Readonly<Record<string, string>>)[x.state] ?? x.state}</span> {x.reason}</li>)}</ul>
        )}
      </section>
      <section aria-labelledby={`history-${finding.id}`}>
        <Sub id={`history-${finding.id}`}>{w.history}</Sub>
        {detail.history.length === 0 ? <p className="dim">{w.noHistory}</p> : (
          <ul className="plain-list">{detail.history.map((h, i) => <li key={i}><time>{f.time(h.atUs)}</time> <b>{h.person}</b> <span className="tag">{(w.states as Readonly<Record<string, string>>)[h.action] ?? w.actions[h.action] ?? h.action}</span> {h.reason}</li>)}</ul>
        )}
      </section>
      {full && <p className="dim about">{findingKind(finding, language)} — {detail.about}</p>}
    </article>
  );
}
