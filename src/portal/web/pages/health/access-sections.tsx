/**
 * Who may come in: API keys (shown once) and people (invited by a link that works once).
 * @module
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ApiError, call, type Answer } from '../../frame/api-client.ts';
import type { Role } from '../../frame/session.tsx';
import { say, sayError } from '../../frame/toast.tsx';
import { useWords } from '../../i18n/language.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Answered } from '../../parts/states.tsx';

const ROLES: readonly Role[] = ['viewer', 'analyst', 'administrator'];

function RoleSelect() {
  const { t } = useWords();
  return <label>{t.health.role}<select name="role" defaultValue="viewer">{ROLES.map((r) => <option key={r} value={r}>{t.roles[r]}</option>)}</select></label>;
}
/** A secret that is shown once, with a way to copy it. */
function Secret({ about, text }: { readonly about: string; readonly text: string }) {
  const { t } = useWords();
  return (
    <div className="secret" role="status">
      <p>{about}</p>
      <p><code className="block">{text}</code> <button type="button" onClick={() => { navigator.clipboard.writeText(text).then(() => say(t.copied(t.health.key)), () => sayError(t.copyFailed)); }}>{t.value.copy}</button></p>
    </div>
  );
}
function useFailure(): (error: unknown) => void {
  const { t } = useWords();
  return (error) => sayError(error instanceof ApiError && error.message ? `${error.message} ${error.remedy}` : t.loadFailed);
}

export function KeysSection() {
  const { t, f } = useWords();
  const h = t.health;
  const client = useQueryClient();
  const failed = useFailure();
  const [made, setMade] = useState<Answer<'POST /keys'> | null>(null);
  const keys = useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => call('GET /keys', { signal }) });
  const refresh = (): void => { void client.invalidateQueries({ queryKey: ['keys'] }); };
  const create = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    call('POST /keys', { body: { role: String(new FormData(event.currentTarget).get('role')) as Role } }).then((key) => { setMade(key); refresh(); }, failed);
  };
  return (
    <>
      <p className="lead">{h.keysLead}</p>
      <form className="inline-form" onSubmit={create}><RoleSelect /><button type="submit" className="main">{h.newKey}</button></form>
      {made && <Secret about={h.keyOnce} text={made.key} />}
      <Answered query={keys}>
        {(data) => (data.keys.length === 0 ? <p className="dim">{t.none}</p> : (
          <DataTable label={h.tabs.keys} rows={data.keys} rowKey={(k) => k.id}
            columns={[
              { key: 'id', head: h.key, cell: (k) => <code>{k.id}</code> }, { key: 'role', head: h.role, cell: (k) => t.roles[k.role] }, { key: 'by', head: h.by, wide: true, cell: (k) => k.by },
              { key: 'created', head: h.created, wide: true, align: 'end', cell: (k) => f.time(k.createdUs) }, { key: 'used', head: h.used, align: 'end', cell: (k) => (k.lastUsedUs === null ? h.never : f.time(k.lastUsedUs)) },
              { key: 'acts', head: <span className="unseen">{t.menu}</span>, align: 'end', cell: (k) => <button type="button" className="textlink" aria-label={`${h.revoke}: ${k.id}`} onClick={() => { call('DELETE /keys/:id', { params: { id: k.id } }).then(() => { refresh(); say(h.revoked); }, failed); }}>{h.revoke}</button> },
            ]} />
        ))}
      </Answered>
    </>
  );
}

export function PeopleSection() {
  const { t, f } = useWords();
  const h = t.health;
  const client = useQueryClient();
  const failed = useFailure();
  const [link, setLink] = useState('');
  const people = useQuery({ queryKey: ['people'], queryFn: ({ signal }) => call('GET /people', { signal }) });
  const refresh = (): void => { void client.invalidateQueries({ queryKey: ['people'] }); };
  const invite = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    call('POST /people', { body: { name: String(form.get('name') ?? '').trim(), role: String(form.get('role')) as Role } }).then((made) => { setLink(made.link); refresh(); }, failed);
  };
  return (
    <>
      <p className="lead">{h.peopleLead}</p>
      <form className="inline-form" onSubmit={invite}><label>{t.col.name}<input name="name" required maxLength={80} /></label><RoleSelect /><button type="submit" className="main">{h.invite}</button></form>
      {link && <Secret about={h.inviteLink} text={new URL(link, window.location.origin).href} />}
      <Answered query={people}>
        {(data) => (
          <DataTable label={h.tabs.people} rows={data.people} rowKey={(p) => p.id}
            columns={[
              { key: 'name', head: t.col.name, cell: (p) => <b>{p.name}</b> }, { key: 'role', head: h.role, cell: (p) => t.roles[p.role] }, { key: 'org', head: t.col.org, wide: true, cell: (p) => p.org },
              { key: 'seen', head: h.lastSeen, align: 'end', cell: (p) => (p.lastSeenUs === null ? h.never : f.time(p.lastSeenUs)) },
              { key: 'acts', head: <span className="unseen">{t.menu}</span>, align: 'end', cell: (p) => <button type="button" className="textlink" aria-label={`${t.remove}: ${p.name}`} onClick={() => { call('DELETE /people/:id', { params: { id: p.id } }).then(() => { refresh(); say(h.removed(p.name)); }, failed); }}>{t.remove}</button> },
            ]} />
        )}
      </Answered>
    </>
  );
}
