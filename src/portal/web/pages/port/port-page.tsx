/**
 * One port: hosts over time against its normal band, from where, with which tools, which sensor saw it first, the busiest hosts.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { call } from '../../frame/api-client.ts';
import { Link } from '../../frame/link.tsx';
import { hostPath, hrefOf, navigate } from '../../frame/location.ts';
import { useMe } from '../../frame/session.tsx';
import { liveOptions, useTimeRange } from '../../frame/time-range.ts';
import { isWarning } from '../../i18n/finding-text.ts';
import { useWords } from '../../i18n/language.tsx';
import { RankList } from '../../parts/bars.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Figure } from '../../parts/figure.tsx';
import { FindingList } from '../../parts/finding-list.tsx';
import { portOfPath, portText, sensorText } from '../../parts/names.ts';
import { aboveBand } from '../../parts/spark.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { TimeChart } from '../../parts/time-chart.tsx';
import { condition, Value } from '../../parts/value.tsx';

export function PortPage({ id }: { readonly id: string }) {
  const { t, f } = useWords();
  const me = useMe();
  const range = useTimeRange();
  const port = portOfPath(id);
  const answer = useQuery({ queryKey: ['port', id, range.from, range.to], queryFn: ({ signal }) => call('GET /ports/:port', { params: { port: id }, query: { from: range.from, to: range.to }, signal }), ...liveOptions(range), placeholderData: (previous) => previous });
  return (
    <div className="page port">
      <div className="page-head">
        <h1><Value field="port" value={port}>{portText(port)}</Value> {answer.data && <span className="head-note">{answer.data.service || t.port.noService}</span>}</h1>
        {answer.data && <p className="totals">{t.port.lead(f.n(answer.data.hosts), f.n(answer.data.packets))}</p>}
        <div className="page-acts"><Link className="button" to="/explore" with={{ q: condition('port', port) }}>{t.port.explore}</Link></div>
      </div>
      <Answered query={answer} lines={10}>
        {(data) => {
          if (data.packets === 0) return <Empty title={t.port.nothing} />;
          const values = data.series.map((p) => p.value);
          const first = Math.min(...data.sensors.map((s) => s.firstUs));
          return (
            <>
              <Figure title={t.port.hosts} note={data.series.some((p) => p.low !== null) ? t.normalBand : t.learning} summary={t.now.seriesSummary(t.port.hosts, f.n(values.at(-1) ?? 0), f.n(Math.min(...values)), f.n(Math.max(...values)))}
                twin={{ head: [t.col.time, t.col.hosts, t.col.low, t.col.high], rows: () => data.series.map((p) => [f.time(p.atUs), f.n(p.value, 1), p.low === null ? '–' : f.n(p.low, 1), p.high === null ? '–' : f.n(p.high, 1)]) }}>
                <TimeChart label={t.col.hosts} points={data.series} hot={aboveBand(data.series) && data.findings.some((x) => isWarning(x) && !x.ended)} height={190} />
              </Figure>
              <section aria-labelledby="port-findings"><h2 id="port-findings">{t.port.findings}</h2><FindingList findings={data.findings} empty={t.port.noFindings} /></section>
              <div className="columns three">
                <section aria-labelledby="port-countries"><h2 id="port-countries">{t.port.countries}</h2>
                  <RankList label={t.port.countries} items={data.countries.slice(0, 12).map((c) => ({ key: c.country, value: c.hosts, text: f.n(c.hosts), label: <Value field="country" value={c.country} /> }))} />
                </section>
                <section aria-labelledby="port-tools"><h2 id="port-tools">{t.port.tools}</h2>
                  <RankList label={t.port.tools} items={data.tools.map((x) => ({ key: x.tool, value: x.hosts, text: f.n(x.hosts), label: x.tool === '' ? <span className="dim">{t.explore.noTool}</span> : <Value field="tool" value={x.tool} /> }))} />
                </section>
                <section aria-labelledby="port-sensors"><h2 id="port-sensors">{t.port.sensors}</h2>
                  <ol className="arrivals">{[...data.sensors].sort((a, b) => a.firstUs - b.firstUs).map((s) => <li key={s.sensor}><Value field="sensor" value={s.sensor}>{sensorText(s.sensor, me.org)}</Value><time>{f.time(s.firstUs)}</time><span className="dim">{s.firstUs === first ? t.port.first : t.port.after(f.duration(s.firstUs - first))}</span><span>{t.findings.hosts(s.hosts, f.n(s.hosts))}</span></li>)}</ol>
                </section>
              </div>
              <section aria-labelledby="port-hosts"><h2 id="port-hosts">{t.port.topHosts}</h2>
                <DataTable primary label={t.port.topHosts} rows={data.topHosts} rowKey={(h) => h.src} onOpen={(h) => navigate(hrefOf(hostPath(h.src), { q: null }))}
                  columns={[
                    { key: 'src', head: t.col.src, cell: (h) => <Value field="src" value={h.src} inRow /> },
                    { key: 'country', head: t.col.country, cell: (h) => <Value field="country" value={h.country} inRow quiet /> },
                    { key: 'asn', head: t.col.asn, wide: true, cell: (h) => <Value field="asn" value={h.asn} inRow quiet /> },
                    { key: 'packets', head: t.col.packets, align: 'end', cell: (h) => f.n(h.packets) },
                  ]} />
              </section>
            </>
          );
        }}
      </Answered>
    </div>
  );
}
