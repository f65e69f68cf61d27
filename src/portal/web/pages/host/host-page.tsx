/**
 * One host: all that was seen of it, by every sensor, over time.
 * @module
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ApiError, call, type HostPicture } from '../../frame/api-client.ts';
import { Link } from '../../frame/link.tsx';
import { useMay, useMe } from '../../frame/session.tsx';
import { liveOptions, showSpan, useTimeRange } from '../../frame/time-range.ts';
import { say, sayError } from '../../frame/toast.tsx';
import { useWords } from '../../i18n/language.tsx';
import { RankList } from '../../parts/bars.tsx';
import { Figure } from '../../parts/figure.tsx';
import { FindingList } from '../../parts/finding-list.tsx';
import { sensorText } from '../../parts/names.ts';
import { Answered, Empty } from '../../parts/states.tsx';
import { condition, Value } from '../../parts/value.tsx';
import './host.css';

const TagWindow = lazy(() => import('../../frame/value-menu.tsx').then((m) => ({ default: m.TagWindow })));

export function HostPage({ id }: { readonly id: string }) {
  const { t, f } = useWords();
  const range = useTimeRange();
  const host = useQuery({ queryKey: ['host', id, range.from, range.to], queryFn: ({ signal }) => call('GET /hosts/:src', { params: { src: id }, query: { from: range.from, to: range.to }, signal }), ...liveOptions(range), placeholderData: (previous) => previous });
  return (
    <div className="page host">
      <div className="page-head">
        <h1><Value field="src" value={id}>{id}</Value></h1>
        <div className="page-acts"><Link className="button" to="/explore" with={{ q: condition('src', id) }}>{t.host.explore}</Link></div>
      </div>
      <Answered query={host} lines={10}>
        {(data) => (
          <>
            <dl className="headline-facts">
              <div><dt>{t.col.country}</dt><dd><Value field="country" value={data.country} /></dd></div>
              <div><dt>{t.host.network}</dt><dd><Value field="asn" value={data.asn} /> {data.asName}</dd></div>
              <div><dt>{t.col.packets}</dt><dd>{f.n(data.packets)}</dd></div>
              <div><dt>{t.col.role}</dt><dd>{data.roles.map((r) => <Value key={r} field="role" value={r} />)}</dd></div>
              {data.tools.length > 0 && <div><dt>{t.col.tool}</dt><dd>{data.tools.map((x) => <Value key={x} field="tool" value={x} />)}</dd></div>}
              {data.labels.length > 0 && <div><dt>{t.col.label}</dt><dd>{data.labels.map((x) => <Value key={x} field="label" value={x} />)}</dd></div>}
              {data.packets > 0 && <div><dt>{t.col.first}</dt><dd>{f.time(data.firstUs)}</dd></div>}
              {data.packets > 0 && <div><dt>{t.col.last}</dt><dd>{f.time(data.lastUs)}</dd></div>}
            </dl>
            {data.roles.includes('victim') && <p className="note">{t.host.victim}</p>}
            <Tags host={data} />
            {data.packets === 0 && data.records === 0 ? <Empty title={t.host.nothing} /> : (
              <>
                <SensorStrips host={data} />
                <div className="columns">
                  <section aria-labelledby="host-ports"><h2 id="host-ports">{t.host.ports}</h2>
                    <RankList label={t.host.ports} items={data.ports.slice(0, 15).map((p) => ({ key: p.port, value: p.packets, text: f.n(p.packets), label: <Value field="port" value={p.port} /> }))} />
                  </section>
                  {data.kinds.length > 0 && <section aria-labelledby="host-kinds"><h2 id="host-kinds">{t.host.kinds}</h2>
                    <RankList label={t.host.kinds} items={data.kinds.map((k) => ({ key: k.kind, value: k.records, text: f.n(k.records), label: <Value field="kind" value={k.kind} /> }))} />
                  </section>}
                </div>
              </>
            )}
            <section aria-labelledby="host-findings"><h2 id="host-findings">{t.host.findings}</h2><FindingList findings={data.findings} empty={t.host.noFindings} /></section>
          </>
        )}
      </Answered>
    </div>
  );
}

function Tags({ host }: { readonly host: HostPicture }) {
  const { t } = useWords();
  const analyst = useMay('analyst');
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const remove = (value: string): void => {
    call('DELETE /hosts/:src/tags/:value', { params: { src: host.src, value } })
      .then(() => { void client.invalidateQueries({ queryKey: ['host', host.src] }); say(t.tag.removed(value)); }, (error: unknown) => sayError(error instanceof ApiError && error.message ? error.message : t.loadFailed));
  };
  return (
    <section className="tags" aria-label={t.host.tags}>
      <span className="dim">{t.host.tags}</span>
      {host.tags.length === 0 && <span className="dim">{t.host.noTags}</span>}
      {host.tags.map((tag) => (
        <span key={`${tag.field}-${tag.value}`} className="tag" title={`${tag.reason} ${t.host.by(tag.by)}`}>
          <Value field="tag" value={tag.value} />
          {analyst && <button type="button" className="quiet" aria-label={`${t.remove}: ${tag.value}`} onClick={() => remove(tag.value)}>×</button>}
        </span>
      ))}
      {analyst && <button type="button" className="textlink" onClick={() => setAdding(true)}>{t.host.addTag}</button>}
      <Suspense fallback={null}>{adding && <TagWindow src={host.src} onClose={() => setAdding(false)} />}</Suspense>
    </section>
  );
}

/** One strip a sensor: darker is more packets in that time; pressing one shows that time. */
function SensorStrips({ host }: { readonly host: HostPicture }) {
  const { t, f } = useWords();
  const me = useMe();
  const top = Math.max(1, ...host.timeline.flatMap((s) => s.bins));
  const step = (v: number): number => (v <= 0 ? -1 : Math.min(5, Math.floor(1 + (4.99 * Math.log1p(v)) / Math.log1p(top))));
  const name = (s: string): string => sensorText(s, me.org);
  const at = (i: number): number => host.fromUs + i * host.binUs;
  return (
    <Figure title={t.host.timeline} note={`${f.fromTo(host.fromUs, host.toUs).join(' – ')} · ${f.duration(host.binUs)}`} summary={t.host.timelineLabel(host.src, host.timeline.map((s) => name(s.sensor)).join(', '))}
      twin={{ head: [t.col.time, ...host.timeline.map((s) => name(s.sensor))], rows: () => (host.timeline[0]?.bins ?? []).flatMap((_, i) => (host.timeline.some((s) => (s.bins[i] ?? 0) > 0) ? [[f.time(at(i)), ...host.timeline.map((s) => f.n(s.bins[i] ?? 0))]] : [])) }}>
      <div className="strips">
        {host.timeline.map((s) => (
          <div key={s.sensor} className="strip">
            <span>{name(s.sensor)}</span>
            <svg viewBox={`0 0 ${Math.max(1, s.bins.length)} 1`} preserveAspectRatio="none" aria-hidden="true" onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              const i = Math.floor(((event.clientX - box.left) / box.width) * s.bins.length);
              showSpan(at(Math.max(0, i - 2)), at(i + 3));
            }}>
              {s.bins.map((v, i) => (v > 0 ? <rect key={i} x={i} y={0} width={0.9} height={1} data-step={step(v)} /> : null))}
            </svg>
            <span className="strip-total">{f.n(s.bins.reduce((sum, v) => sum + v, 0))}</span>
          </div>
        ))}
      </div>
    </Figure>
  );
}
