/**
 * The first minute: nothing is stored yet, and three ways to change that. Each shows its progress here and leads to Now.
 *
 * The upload goes by XMLHttpRequest because `fetch` cannot tell how much was sent.
 * @module
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type DragEvent, type FormEvent } from 'react';
import { ApiError, call, urlOf } from '../../frame/api-client.ts';
import { useLive } from '../../frame/live.ts';
import { navigate } from '../../frame/location.ts';
import { useMay } from '../../frame/session.tsx';
import { useWords } from '../../i18n/language.tsx';
import { Icon } from '../../parts/icon.tsx';
import { JobProgress } from '../../parts/job-progress.tsx';
import './first-minute.css';

type Choice = 'read' | 'listen' | 'replay';
interface Running { readonly id: string; readonly label: string }

/** A sensor's name from a file's: lower case, digits and dashes. */
export function sensorNameOf(file: string): string {
  return file.toLowerCase().replace(/\.(pcap|pcapng|cap|gz|zst|log|json|jsonl|csv)\b/g, '').replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40) || 'upload';
}

export function FirstMinutePage() {
  const { t } = useWords();
  const w = t.first;
  const may = { read: useMay('analyst'), listen: useMay('administrator'), replay: useMay('analyst') };
  const [choice, setChoice] = useState<Choice | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [running, setRunning] = useState<Running | null>(null);
  const [failure, setFailure] = useState('');
  const fail = (error: unknown): void => setFailure(error instanceof ApiError && error.message ? `${error.message} ${error.remedy}` : w.failed);
  const start = (label: string, job: Promise<{ id: string }>): void => { setFailure(''); job.then(({ id }) => setRunning({ id, label }), fail); };
  const takeFile = (next: File | undefined): void => { if (next && may.read) { setFile(next); setChoice('read'); } };
  const choices: readonly { key: Choice; title: string; about: string }[] = [{ key: 'read', title: w.read, about: w.readAbout }, { key: 'listen', title: w.listen, about: w.listenAbout }, { key: 'replay', title: w.replay, about: w.replayAbout }];
  const press = (key: Choice): void => {
    if (key === 'replay') { setChoice('replay'); start(w.replay, call('POST /sources/replay', { body: {} })); } else setChoice(key);
  };
  const onDrop = (event: DragEvent): void => { event.preventDefault(); takeFile(event.dataTransfer.files[0]); };
  return (
    <div className="page first" onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      <Icon name="flame" />
      <h1>{w.title}</h1>
      <p className="lead">{w.lead}</p>
      {running === null ? (
        <>
          <div className="first-choices">
            {choices.map((c) => (
              <button key={c.key} type="button" className="first-choice" aria-pressed={choice === c.key} disabled={!may[c.key]} onClick={() => press(c.key)}>
                <b>{c.title}</b><span>{c.about}</span>
              </button>
            ))}
          </div>
          {!may.replay && <p className="dim">{w.needsAnalyst}</p>}
          {choice === 'read' && <ReadForm file={file} onFile={takeFile} onStarted={setRunning} onFailed={fail} />}
          {choice === 'listen' && <ListenForm onStart={(name, body) => start(name, call('POST /sources/listen', { body }))} />}
        </>
      ) : <JobWatch job={running} onFailed={(message) => { setRunning(null); setFailure(message); }} />}
      {failure && <p className="failed" role="alert">{failure}</p>}
    </div>
  );
}

interface ReadFormProps { readonly file: File | null; readonly onFile: (file: File | undefined) => void; readonly onStarted: (job: Running) => void; readonly onFailed: (error: unknown) => void }
function ReadForm({ file, onFile, onStarted, onFailed }: ReadFormProps) {
  const { t, f } = useWords();
  const w = t.first;
  const [sent, setSent] = useState<number | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!file) return;
    const sensor = String(new FormData(event.currentTarget).get('sensor') ?? '').trim();
    const request = new XMLHttpRequest();
    request.open('POST', urlOf('POST /sources/upload', {}, { sensor, name: file.name }));
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = (e) => setSent(e.lengthComputable ? e.loaded / e.total : null);
    request.onerror = () => { setSent(null); onFailed(new ApiError(0, 'unreachable', t.offline, '')); };
    request.onload = () => {
      setSent(null);
      const body = ((): { id?: string; error?: { code: string; message: string; remedy: string } } => { try { return JSON.parse(request.responseText) as { id?: string }; } catch { return {}; } })();
      if (request.status < 300 && body.id !== undefined) onStarted({ id: body.id, label: w.reading(file.name) });
      else onFailed(new ApiError(request.status, body.error?.code ?? '', body.error?.message ?? w.failed, body.error?.remedy ?? ''));
    };
    setSent(0);
    request.send(file);
  };
  return (
    <form className="form narrow-form" onSubmit={submit} key={file?.name ?? 'none'}>
      <label>{w.choose} <span className="dim">{w.drop}</span><input type="file" required={!file} onChange={(event) => onFile(event.target.files?.[0])} /></label>
      {file && <p><b>{file.name}</b> <span className="dim">{f.bytes(file.size)}</span></p>}
      <label>{w.sensor}<input name="sensor" required pattern="[a-z0-9][a-z0-9\-]*" maxLength={64} defaultValue={file ? sensorNameOf(file.name) : ''} /></label>
      {sent !== null && <p role="status"><JobProgress done={sent} total={1} label={w.uploading(f.pct(sent))} running /></p>}
      <p className="acts"><button type="submit" className="main" disabled={!file || sent !== null}>{w.start}</button></p>
    </form>
  );
}

function ListenForm({ onStart }: { readonly onStart: (label: string, body: { interface: string; sensor: string; regions: string[] }) => void }) {
  const { t } = useWords();
  const w = t.first;
  const found = useQuery({ queryKey: ['interfaces'], queryFn: ({ signal }) => call('GET /sources/interfaces', { signal }) });
  if (found.data && !found.data.possible) return <p className="note"><b>{w.noInterfaces}.</b> {found.data.reason}</p>;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    onStart(`${w.listen}: ${text('interface')}`, { interface: text('interface'), sensor: text('sensor'), regions: text('regions').split(/[\s,]+/).filter((r) => r !== '') });
  };
  return (
    <form className="form narrow-form" onSubmit={submit}>
      <label>{w.interface}<select name="interface">{found.data?.interfaces.map((i) => <option key={i.name} value={i.name}>{i.name} {i.addresses[0] ?? ''}</option>)}</select></label>
      <label>{w.sensor}<input name="sensor" required pattern="[a-z0-9][a-z0-9\-]*" maxLength={64} defaultValue="telescope" /></label>
      <label>{w.regions}<input name="regions" placeholder="192.0.2.0/24" /></label>
      <p className="acts"><button type="submit" className="main" disabled={!found.data}>{w.start}</button></p>
    </form>
  );
}

/** Follows a job until the first picture exists, then goes there. */
function JobWatch({ job, onFailed }: { readonly job: Running; readonly onFailed: (message: string) => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const state = useLive((s) => s.jobs.get(job.id));
  const packets = useLive((s) => s.counters?.lastUs ?? null);
  const gone = useRef(false);
  const me = useQuery({ queryKey: ['me'], queryFn: ({ signal }) => call('GET /me', { signal }), refetchInterval: 1_000 });
  useEffect(() => {
    if (state?.state === 'failed' || state?.state === 'cancelled') { onFailed(state.message || t.first.failed); return; }
    if (!gone.current && me.data && !me.data.empty && (packets !== null || state?.state === 'done' || (state?.done ?? 0) > 0)) {
      gone.current = true;
      void client.invalidateQueries();
      navigate('/now');
    }
  }, [state, packets, me.data, client, onFailed, t]);
  return (
    <div className="job-watch" role="status">
      <p><b>{job.label}</b></p>
      <JobProgress done={state?.done ?? 0} total={state?.total ?? null} label={t.first.progress} running />
      <p className="dim">{state?.message ?? ''}</p>
      <p className="acts"><button type="button" onClick={() => navigate('/now')}>{t.first.goNow}</button></p>
    </div>
  );
}
