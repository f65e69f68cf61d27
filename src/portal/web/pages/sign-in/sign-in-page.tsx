/**
 * Signing in: by a one-time link (`#token=…`, which never reaches a server log), or by name and password.
 * @module
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { ApiError, call, type Me } from '../../frame/api-client.ts';
import { currentPlace, navigate } from '../../frame/location.ts';
import { setLanguage, useWords } from '../../i18n/language.tsx';
import { Brand } from '../../parts/icon.tsx';
import './sign-in.css';

function tokenOfHash(): string { return new URLSearchParams(window.location.hash.slice(1)).get('token') ?? ''; }

export function SignInPage() {
  const { t, language } = useWords();
  const client = useQueryClient();
  const [token] = useState(tokenOfHash);
  const [failure, setFailure] = useState<'' | 'link' | 'form' | string>('');
  const [busy, setBusy] = useState(token !== '');
  const asked = useRef(false);
  const enter = (me: Me): void => {
    client.clear();
    client.setQueryData(['me'], me);
    const { path, params } = currentPlace();
    const query = params.toString();
    navigate(path === '/sign-in' ? '/now' : `${path}${query ? `?${query}` : ''}`, 'replace');
  };
  useEffect(() => {
    if (token === '' || asked.current) return;
    asked.current = true;
    // The token must not stay in the address bar or in the history.
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
    call('POST /session/link', { body: { token } }).then(enter, (error: unknown) => { setBusy(false); setFailure(error instanceof ApiError && error.status === 0 ? t.offline : 'link'); });
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    call('POST /session', { body: { name: String(form.get('name') ?? ''), password: String(form.get('password') ?? '') } }).then(enter, (error: unknown) => {
      setBusy(false);
      setFailure(error instanceof ApiError && error.status === 0 ? t.offline : error instanceof ApiError && error.status === 401 ? 'form' : error instanceof ApiError && error.message ? error.message : 'form');
    });
  };
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <p className="brand"><Brand /><span>{t.brand}</span></p>
        <h1>{t.signIn.title}</h1>
        <p className="dim">{t.signIn.lead}</p>
        {busy && token !== '' ? <p role="status">{t.signIn.byLink}</p> : (
          <>
            {failure === 'link' && <div className="failed" role="alert"><p><b>{t.signIn.linkFailed}</b></p><p>{t.signIn.linkHint} <code>./noroshi admin link</code></p></div>}
            <form className="form" onSubmit={submit}>
              <label>{t.signIn.name}<input name="name" autoComplete="username" required maxLength={200} /></label>
              <label>{t.signIn.password}<input name="password" type="password" autoComplete="current-password" required maxLength={200} /></label>
              {failure !== '' && failure !== 'link' && <p className="bad" role="alert">{failure === 'form' ? t.signIn.failed : failure}</p>}
              <p className="acts"><button type="submit" className="main" disabled={busy}>{t.signIn.enter}</button></p>
            </form>
            {failure !== 'link' && <p className="dim hint">{t.signIn.linkHint}<br /><code>./noroshi admin link</code></p>}
          </>
        )}
        <p className="sign-in-language">{(['en', 'ja'] as const).map((l) => <button key={l} type="button" className="textlink" lang={l} aria-pressed={l === language} onClick={() => setLanguage(l)}>{t.languages[l]}</button>)}</p>
      </div>
    </main>
  );
}
