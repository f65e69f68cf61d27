/**
 * Sensors: state, last packet, lag, drops, and a day's calendar on which gaps are hatched, so that silence and outage differ.
 * @module
 */
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { HealthPicture, SensorRow } from '../../frame/api-client.ts';
import { useMay, useMe } from '../../frame/session.tsx';
import { say } from '../../frame/toast.tsx';
import { useWords } from '../../i18n/language.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { sensorText } from '../../parts/names.ts';
import { Empty } from '../../parts/states.tsx';
import { Value } from '../../parts/value.tsx';

const EditSensor = lazy(() => import('./sensor-forms.tsx').then((m) => ({ default: m.EditSensor })));
const MarkGap = lazy(() => import('./sensor-forms.tsx').then((m) => ({ default: m.MarkGap })));
const HOUR_US = 3_600e6;

export function SensorsSection({ health }: { readonly health: HealthPicture }) {
  const { t, f } = useWords();
  const h = t.health;
  const me = useMe();
  const administrator = useMay('administrator');
  const analyst = useMay('analyst');
  const client = useQueryClient();
  const [form, setForm] = useState<{ kind: 'edit' | 'gap'; sensor: SensorRow } | null>(null);
  const done = (text: string): void => { setForm(null); void client.invalidateQueries({ queryKey: ['health'] }); say(text); };
  if (health.sensors.length === 0) return <Empty title={h.noSensors} />;
  return (
    <>
      <DataTable primary className="sensors" label={h.tabs.sensors} rows={health.sensors} rowKey={(s) => s.id}
        columns={[
          { key: 'name', head: t.col.sensor, cell: (s) => <><Value field="sensor" value={s.name} inRow><b>{sensorText(s.name, me.org)}</b></Value>{s.simulated && <b className="badge">{t.simulated}</b>}<span className="under">{[f.country(s.country), s.zone].filter((x) => x !== '' && x !== '–').join(' · ')}</span></> },
          { key: 'state', head: t.col.state, cell: (s) => <span className="state" data-state={s.state} title={h.stateAbout[s.state]}>{h.states[s.state]}</span> },
          { key: 'calendar', head: h.calendar, wide: true, className: 'calendar-cell', cell: (s) => <Calendar sensor={s} nowUs={health.nowUs} /> },
          { key: 'last', head: h.lastPacket, align: 'end', cell: (s) => (s.lastUs === null ? '–' : <time title={f.exact(s.lastUs)}>{f.time(s.lastUs)}</time>) },
          { key: 'lag', head: h.lag, align: 'end', wide: true, cell: (s) => (s.lagMs === null ? '–' : f.duration(s.lagMs * 1000)) },
          { key: 'dropped', head: h.dropped, align: 'end', wide: true, cell: (s) => <span className="change" data-hot={s.dropped > 0 || undefined}>{f.n(s.dropped)}</span> },
          { key: 'packets', head: t.col.packets, align: 'end', cell: (s) => f.short(s.packets) },
          { key: 'regions', head: h.regions, wide: true, className: 'mono', cell: (s) => <span title={s.regions.join(', ')}>{s.regions[0] ?? '–'}{s.regions.length > 1 ? ` +${f.n(s.regions.length - 1)}` : ''}</span> },
          ...(analyst ? [{ key: 'acts', head: <span className="unseen">{t.menu}</span>, align: 'end' as const, wide: true, cell: (s: SensorRow) => <span className="row-acts"><button type="button" className="textlink" onClick={() => setForm({ kind: 'gap', sensor: s })}>{h.addGap}</button>{administrator && <button type="button" className="textlink" onClick={() => setForm({ kind: 'edit', sensor: s })}>{h.editSensor}</button>}</span> }] : []),
        ]} />
      <h2>{h.gaps}</h2>
      <ul className="plain-list">
        {health.sensors.flatMap((s) => s.gaps.slice(-20).map((g) => <li key={`${s.id}-${g.fromUs}`}><b>{sensorText(s.name, me.org)}</b> <time>{f.time(g.fromUs)} – {f.time(g.toUs)}</time> <span className="dim">{f.duration(g.toUs - g.fromUs)} · {g.reason}</span></li>))}
        {health.sensors.every((s) => s.gaps.length === 0) && <li className="dim">{h.noGaps}</li>}
      </ul>
      <Suspense fallback={null}>
        {form?.kind === 'edit' && <EditSensor sensor={form.sensor} onClose={() => setForm(null)} onDone={() => done(h.saved)} />}
        {form?.kind === 'gap' && <MarkGap sensor={form.sensor} onClose={() => setForm(null)} onDone={() => done(h.gapAdded)} />}
      </Suspense>
    </>
  );
}

/** One bar an hour, newest right, ending now; a gap is hatched over the hours it touches. */
function Calendar({ sensor, nowUs }: { readonly sensor: SensorRow; readonly nowUs: number }) {
  const { t, f } = useWords();
  const bins = sensor.perHour;
  const n = Math.max(1, bins.length);
  const startUs = nowUs - n * HOUR_US;
  const top = Math.max(1, ...bins);
  const gaps = sensor.gaps.filter((g) => g.toUs > startUs && g.fromUs < nowUs);
  const x = (us: number): number => Math.max(0, Math.min(n, (us - startUs) / HOUR_US));
  return (
    <svg className="calendar" viewBox={`0 0 ${n} 10`} preserveAspectRatio="none" role="img" aria-label={t.health.calendarLabel(sensor.name, gaps.length === 0 ? t.health.noGaps : t.health.gapsN(gaps.length, f.n(gaps.length)))}>
      {bins.map((v, i) => <rect key={i} className="bar" x={i + 0.1} width={0.8} y={10 - Math.max(0.4, (9 * v) / top)} height={Math.max(0.4, (9 * v) / top)} />)}
      {gaps.map((g) => <rect key={g.fromUs} className="gap" x={x(g.fromUs)} width={Math.max(0.15, x(g.toUs) - x(g.fromUs))} y={0} height={10} />)}
    </svg>
  );
}
