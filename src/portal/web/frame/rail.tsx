/**
 * The rail: the pages as words, with what waits there; below it language, looks and the way out. At narrow widths it lies at the bottom.
 * @module
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { setLanguage, useWords } from '../i18n/language.tsx';
import type { Language } from '../i18n/format.ts';
import { Brand, Icon } from '../parts/icon.tsx';
import { call } from './api-client.ts';
import type { PageName } from './app.tsx';
import { setContrast, setTheme, useAppearance, type Theme } from './appearance.ts';
import { useEvidence } from './evidence.ts';
import { Link } from './link.tsx';
import { setParams } from './location.ts';
import { useOpenFindings, useOpenWarnings } from './open-findings.ts';
import { useMe } from './session.tsx';
import { sayError } from './toast.tsx';

export function Rail({ page, onHelp }: { readonly page: PageName; readonly onHelp: () => void }) {
  const { t, f } = useWords();
  const { data } = useOpenFindings();
  const open = data?.counts['open'] ?? 0;
  const warnings = useOpenWarnings().data?.findings.length ?? 0;
  const entries = [
    { path: '/now', label: t.pages.now, here: page === 'now' || page === 'first' },
    { path: '/explore', label: t.pages.explore, here: page === 'explore' || page === 'host' },
    { path: '/findings', label: t.pages.findings, here: page === 'findings' || page === 'finding', count: open },
    { path: '/early-warning/ports', label: t.pages.earlyWarning, here: page === 'portsAtRisk' || page === 'port', count: warnings, hot: true },
    { path: '/health', label: t.pages.health, here: page === 'health' },
  ];
  return (
    <nav className="rail" aria-label={t.nav}>
      <Link to="/now" className="brand" aria-label={t.brand}><Brand /><span>{t.brand}</span></Link>
      <div className="rail-pages">
        <ul>
          {entries.map((e) => (
            <li key={e.path}>
              <Link to={e.path} aria-current={e.here ? 'page' : undefined}>
                <span>{e.label}</span>
                {e.count ? <b className="count" data-hot={e.hot || undefined}>{f.n(e.count)}</b> : null}
              </Link>
            </li>
          ))}
        </ul>
      </div>
      <Profile onHelp={onHelp} />
    </nav>
  );
}

function Profile({ onHelp }: { readonly onHelp: () => void }) {
  const { t, f, language } = useWords();
  const me = useMe();
  const client = useQueryClient();
  const { theme, contrast } = useAppearance();
  const evidence = useEvidence();
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: Event): void => { if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false); };
    const escape = (event: KeyboardEvent): void => { if (event.key === 'Escape') { setOpen(false); event.stopPropagation(); place.current?.querySelector('button')?.focus(); } };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('keydown', escape);
    return () => { document.removeEventListener('pointerdown', outside); document.removeEventListener('keydown', escape); };
  }, [open]);
  const speak = (next: Language): void => {
    setLanguage(next);
    call('PATCH /me', { body: { language: next } }).catch((error: unknown) => sayError(error instanceof Error && error.message ? error.message : t.loadFailed));
  };
  const leave = async (): Promise<void> => {
    await call('DELETE /session').catch(() => undefined);
    client.clear();
    window.location.assign('/sign-in');
  };
  return (
    <div className="profile" ref={place}>
      <button type="button" className="profile-button" aria-expanded={open} aria-controls="profile-panel" aria-label={`${t.profile}: ${me.name || me.person}`} onClick={() => setOpen(!open)}>
        <Icon name="menu" /><span className="profile-name">{me.name || me.person}</span>
      </button>
      {open && (
        <div className="profile-panel" id="profile-panel" role="group" aria-label={t.profile}>
          <p className="profile-who"><b>{me.name || me.person}</b><span>{t.roles[me.role]} · {me.org}</span></p>
          <fieldset>
            <legend>{t.language}</legend>
            <div className="choice">{(['en', 'ja'] as const).map((l) => <button key={l} type="button" lang={l} aria-pressed={l === language} onClick={() => speak(l)}>{t.languages[l]}</button>)}</div>
          </fieldset>
          <fieldset>
            <legend>{t.theme}</legend>
            <div className="choice">{(['system', 'light', 'dark'] as const satisfies readonly Theme[]).map((x) => <button key={x} type="button" aria-pressed={x === theme} onClick={() => setTheme(x)}>{t.themes[x]}</button>)}</div>
          </fieldset>
          <label className="tick"><input type="checkbox" checked={contrast === 'more'} onChange={(event) => setContrast(event.target.checked ? 'more' : 'system')} /> {t.contrast}</label>
          <div className="profile-acts">
            <button type="button" onClick={() => { setOpen(false); setParams({ sel: 'evidence' }); }}>{t.evidenceCount(f.n(evidence.length))}</button>
            <button type="button" onClick={() => { setOpen(false); onHelp(); }}>{t.help} <kbd>?</kbd></button>
            <button type="button" onClick={() => void leave()}>{t.signOut}</button>
          </div>
        </div>
      )}
    </div>
  );
}
