/**
 * The store, the jobs that fill it, what of their input could not be read, and the packaged tables with their licences.
 * @module
 */
import { useQueryClient } from '@tanstack/react-query';
import { ApiError, call, type HealthPicture } from '../../frame/api-client.ts';
import { Link } from '../../frame/link.tsx';
import { useLive } from '../../frame/live.ts';
import { useMay } from '../../frame/session.tsx';
import { sayError } from '../../frame/toast.tsx';
import { useWords } from '../../i18n/language.tsx';
import { JobProgress } from '../../parts/job-progress.tsx';

export function StoreSection({ health }: { readonly health: HealthPicture }) {
  const { t, f } = useWords();
  const h = t.health;
  const analyst = useMay('analyst');
  const client = useQueryClient();
  const live = useLive((s) => s.jobs);
  const { store } = health;
  const stop = (id: string): void => {
    call('DELETE /sources/jobs/:id', { params: { id } }).then(() => void client.invalidateQueries({ queryKey: ['health'] }), (error: unknown) => sayError(error instanceof ApiError && error.message ? error.message : t.loadFailed));
  };
  return (
    <>
      <dl className="headline-facts">
        <div><dt>{h.storeEngine}</dt><dd>{store.engine}</dd></div>
        <div><dt>{t.col.packets}</dt><dd>{f.n(store.packets)}</dd></div>
        <div><dt>{t.col.records}</dt><dd>{f.n(store.records)}</dd></div>
        <div><dt>{h.size}</dt><dd>{f.bytes(store.bytes)}</dd></div>
        <div><dt>{h.free}</dt><dd>{f.bytes(store.freeBytes)}</dd></div>
      </dl>
      <div className="section-head"><h2>{h.jobs}</h2>{analyst && <Link className="button" to="/first">{h.addData}</Link>}</div>
      {health.jobs.length === 0 ? <p className="dim">{h.noJobs}</p> : (
        <ul className="jobs">
          {health.jobs.map((stored) => {
            const job = { ...stored, ...live.get(stored.id) };
            return (
              <li key={job.id}>
                <span className="job-label"><b>{job.label}</b><span className="dim"> {job.kind} · {f.time(stored.startedUs)}</span></span>
                <span className="state" data-state={job.state}>{h.jobStates[job.state] ?? job.state}</span>
                <JobProgress done={job.done} total={job.total} label={job.label} running={job.state === 'running'} />
                <span className="job-message">{job.message}</span>
                {analyst && job.state === 'running' && <button type="button" onClick={() => stop(job.id)} aria-label={`${h.stop}: ${job.label}`}>{h.stop}</button>}
              </li>
            );
          })}
        </ul>
      )}
      <h2>{h.defects}</h2>
      {health.defects.length === 0 ? <p className="dim">{h.noDefects}</p> : (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={h.defects}>
          <table className="plain defects"><tbody>{health.defects.map((d, i) => <tr key={i}><td><b>{d.path}</b><span className="under">{d.sensor} · {h.line(f.n(d.line))}</span></td><td>{d.reason}</td><td><code>{d.quote}</code></td></tr>)}</tbody></table>
        </div>
      )}
      <h2>{h.tables}</h2>
      <div className="scroll-x" tabIndex={0} role="region" aria-label={h.tables}>
        <table className="plain"><thead><tr><th scope="col">{t.col.name}</th><th scope="col">{h.licence}</th><th scope="col">{h.date}</th></tr></thead>
          <tbody>{health.tables.map((x) => <tr key={x.name}><td>{x.name}</td><td>{x.licence}</td><td>{x.date}</td></tr>)}</tbody></table>
      </div>
    </>
  );
}
