/**
 * The frame: rail of words, query bar and time brush, the page, the drawer, the status line; and the keys that work everywhere.
 * @module
 */
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { useWords } from '../i18n/language.tsx';
import { findingTitle } from '../i18n/finding-text.ts';
import { useOpenMenu } from '../parts/value.tsx';
import type { PageName } from './app.tsx';
import { DrawerHost } from './drawer.tsx';
import { useKeys } from './keys.ts';
import { useLive } from './live.ts';
import { hrefOf, navigate, setParams, usePlace } from './location.ts';
import { QueryBar } from './query-bar.tsx';
import { Rail } from './rail.tsx';
import { StatusLine } from './status-line.tsx';
import { TimeBrush } from './time-brush.tsx';
import { toggleLive, useResolvedRange, useTimeRange } from './time-range.ts';
import { ToastLine } from './toast.tsx';

const ValueMenu = lazy(() => import('./value-menu.tsx').then((m) => ({ default: m.ValueMenu })));
const Help = lazy(() => import('./help.tsx').then((m) => ({ default: m.Help })));
export function Frame({ page, children }: { readonly page: PageName; readonly children: ReactNode }) {
  const { t, language } = useWords();
  const { params } = usePlace();
  const range = useTimeRange();
  const resolved = useResolvedRange(page !== 'first');
  const [help, setHelp] = useState(false);
  const menu = useOpenMenu();
  const menuSeen = useRef(false);
  if (menu) menuSeen.current = true;
  const newest = useLive((s) => s.newest);

  const go = (path: string): void => navigate(hrefOf(path));
  useKeys({
    '/': () => { const field = document.getElementById('query'); if (field instanceof HTMLInputElement) { field.focus(); field.select(); } },
    '?': () => setHelp(true),
    ' ': () => toggleLive(range, resolved),
    Escape: () => { if (params.get('sel')) setParams({ sel: null }); },
    'g n': () => go('/now'), 'g e': () => go('/explore'), 'g f': () => go('/findings'), 'g w': () => go('/early-warning/ports'), 'g h': () => go('/health'),
  });
  // The menus' code arrives while nothing else happens, so that the first opening is instant.
  useEffect(() => { const ahead = window.setTimeout(() => void import('./value-menu.tsx'), 1_500); return () => window.clearTimeout(ahead); }, []);

  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{t.skip}</a>
      <Rail page={page} onHelp={() => setHelp(true)} />
      <header className="top">
        <QueryBar page={page} />
        <TimeBrush resolved={resolved} />
      </header>
      <main id="main" tabIndex={-1}>{children}</main>
      <aside id="drawer-slot" aria-label={t.drawer} />
      <DrawerHost />
      <StatusLine />
      <ToastLine />
      <div className="unseen" aria-live="polite" lang={language}>{newest ? t.newFinding(findingTitle(newest, language)) : ''}</div>
      <Suspense fallback={null}>
        {menuSeen.current && <ValueMenu />}
        {help && <Help onClose={() => setHelp(false)} />}
      </Suspense>
    </div>
  );
}
