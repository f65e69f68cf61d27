/**
 * The status line: what is live, how late, what is missing today, who may see this, and whether it is simulated.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../i18n/language.tsx';
import { sensorText } from '../parts/names.ts';
import { call, type HealthPicture } from './api-client.ts';
import { Link } from './link.tsx';
import { useLive } from './live.ts';
import { useOpenFindings, useOpenWarnings } from './open-findings.ts';
import { useMe } from './session.tsx';

/** From free to strict, as TLP 2.0 orders them. */
const STRICTNESS = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'];

export function useHealth() {
  return useQuery({ queryKey: ['health'], queryFn: ({ signal }) => call('GET /health', { signal }), refetchInterval: 15_000 });
}
/** Gaps that touch the viewer's day. */
export function gapsToday(health: HealthPicture): { sensor: string; fromUs: number; toUs: number; reason: string }[] {
  const midnight = new Date(health.nowUs / 1000);
  midnight.setHours(0, 0, 0, 0);
  return health.sensors.flatMap((s) => s.gaps.filter((g) => g.toUs >= midnight.getTime() * 1000 && g.fromUs <= health.nowUs).map((g) => ({ ...g, sensor: s.name })));
}

export function StatusLine() {
  const { t, f } = useWords();
  const me = useMe();
  const health = useHealth();
  const counters = useLive((s) => s.counters);
  const connected = useLive((s) => s.connected);
  const open = [...(useOpenFindings().data?.findings ?? []), ...(useOpenWarnings().data?.findings ?? [])];
  const sensors = health.data?.sensors ?? [];
  const live = counters?.sensorsLive ?? sensors.filter((s) => s.state === 'live').length;
  const lagMs = counters?.lagMs ?? Math.max(0, ...sensors.map((s) => s.lagMs ?? 0));
  const gaps = health.data ? gapsToday(health.data) : [];
  const first = gaps[0];
  const marking = open.reduce((worst, x) => (STRICTNESS.indexOf(x.marking) > STRICTNESS.indexOf(worst) ? x.marking : worst), '');
  const simulated = sensors.some((s) => s.simulated) || open.some((x) => x.simulated);
  return (
    <footer className="status">
      {health.data && <Link to="/health">{live > 0 ? `${t.sensorsLive(live, f.n(live))} · ${t.lag(f.duration(lagMs * 1000))}` : sensors.length > 0 ? t.noSensorLive : t.sensorsLive(0, f.n(0))}</Link>}
      {health.data && sensors.length > 0 && <Link to="/health">{t.gapsToday(gaps.length, f.n(gaps.length), first ? `${sensorText(first.sensor, me.org)} ${f.clock(first.fromUs)}–${f.clock(first.toUs)}` : '')}</Link>}
      <span>{marking ? `${marking} · ` : ''}{t.orgSharing(me.org)}</span>
      {(counters !== null && !connected) && <span className="status-bad" role="status">{t.disconnected}</span>}
      {simulated && <b className="badge">{t.simulated}</b>}
    </footer>
  );
}
