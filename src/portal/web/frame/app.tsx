/**
 * From address to page: session first, then the frame around the page that the path names.
 *
 * Now is in the first load; every other page comes when it is first opened and is fetched ahead when the browser is idle.
 * @module
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Component, lazy, Suspense, useEffect, type ComponentType, type ReactNode } from 'react';
import { suggestLanguage, useWords } from '../i18n/language.tsx';
import type { Catalogue } from '../i18n/en.ts';
import { NowPage } from '../pages/now/now-page.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { ApiError, call, onSignedOut } from './api-client.ts';
import { Frame } from './frame.tsx';
import { startLive } from './live.ts';
import { navigate, usePlace } from './location.ts';
import { MeContext } from './session.tsx';

const loaders = {
  explore: () => import('../pages/explore/explore-page.tsx').then((m) => ({ default: m.ExplorePage as ComponentType<{ id: string }> })),
  findings: () => import('../pages/findings/findings-page.tsx').then((m) => ({ default: m.FindingsPage as ComponentType<{ id: string }> })),
  finding: () => import('../pages/finding/finding-page.tsx').then((m) => ({ default: m.FindingPage })),
  portsAtRisk: () => import('../pages/ports-at-risk/ports-at-risk-page.tsx').then((m) => ({ default: m.PortsAtRiskPage as ComponentType<{ id: string }> })),
  health: () => import('../pages/health/health-page.tsx').then((m) => ({ default: m.HealthPage as ComponentType<{ id: string }> })),
  host: () => import('../pages/host/host-page.tsx').then((m) => ({ default: m.HostPage })),
  port: () => import('../pages/port/port-page.tsx').then((m) => ({ default: m.PortPage })),
  first: () => import('../pages/first-minute/first-minute-page.tsx').then((m) => ({ default: m.FirstMinutePage as ComponentType<{ id: string }> })),
};
const SignInPage = lazy(() => import('../pages/sign-in/sign-in-page.tsx').then((m) => ({ default: m.SignInPage })));
const PAGES: Readonly<Record<keyof typeof loaders, ComponentType<{ id: string }>>> = {
  explore: lazy(loaders.explore), findings: lazy(loaders.findings), finding: lazy(loaders.finding), portsAtRisk: lazy(loaders.portsAtRisk),
  health: lazy(loaders.health), host: lazy(loaders.host), port: lazy(loaders.port), first: lazy(loaders.first),
};

export type PageName = keyof typeof loaders | 'now' | 'missing';
export interface Target { readonly page: PageName; readonly id: string; readonly title: keyof Catalogue['pages'] }

/** What a path names; the last part of `/hosts/…`, `/ports/…` and `/findings/…` is its id. */
export function targetOf(path: string): Target {
  const [first = '', second] = path.split('/').slice(1).map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  const depth = path.replace(/\/+$/, '').split('/').length - 1;
  if (depth <= 1 && second === undefined) {
    if (first === '' || first === 'now') return { page: 'now', id: '', title: 'now' };
    if (first === 'explore') return { page: 'explore', id: '', title: 'explore' };
    if (first === 'findings') return { page: 'findings', id: '', title: 'findings' };
    if (first === 'health') return { page: 'health', id: '', title: 'health' };
    if (first === 'early-warning') return { page: 'portsAtRisk', id: '', title: 'portsAtRisk' };
    if (first === 'first') return { page: 'first', id: '', title: 'first' };
  } else if (depth === 2 && second) {
    if (first === 'early-warning' && second === 'ports') return { page: 'portsAtRisk', id: '', title: 'portsAtRisk' };
    if (first === 'findings') return { page: 'finding', id: second, title: 'finding' };
    if (first === 'hosts') return { page: 'host', id: second, title: 'host' };
    if (first === 'ports') return { page: 'port', id: second, title: 'port' };
  }
  return { page: 'missing', id: '', title: 'missing' };
}

export function App() {
  const { t, language } = useWords();
  const { path } = usePlace();
  const client = useQueryClient();
  const signingIn = path === '/sign-in';
  const me = useQuery({ queryKey: ['me'], queryFn: ({ signal }) => call('GET /me', { signal }), staleTime: 60_000, enabled: !signingIn });
  const signedIn = me.data !== undefined && !(me.error instanceof ApiError && me.error.status === 401);
  useEffect(() => onSignedOut(() => { void client.resetQueries({ queryKey: ['me'] }); }), [client]);
  useEffect(() => (signedIn && !signingIn ? startLive(client) : undefined), [client, signedIn, signingIn]);
  const profile = me.data?.language;
  useEffect(() => { if (profile) suggestLanguage(profile); }, [profile]);
  useEffect(() => { if (path === '/') navigate(`/now${window.location.search}${window.location.hash}`, 'replace'); }, [path]);
  useEffect(() => {
    if (!signedIn) return undefined;
    const ahead = window.setTimeout(() => { for (const load of [loaders.findings, loaders.explore, loaders.finding]) void load(); }, 2_500);
    return () => window.clearTimeout(ahead);
  }, [signedIn]);

  const target = targetOf(path);
  const page = signedIn && me.data?.empty && target.page === 'now' ? 'first' : target.page;
  const title = signingIn || !signedIn ? t.pages.signIn : t.pages[page === 'first' ? 'first' : target.title];
  useEffect(() => { document.title = `${target.id ? `${target.id.replace(/^(tcp|udp)-(\d+)$/, '$2/$1')} · ` : ''}${title} · ${t.brand}`; }, [title, target.id, t.brand, language]);

  if (signingIn || (me.error instanceof ApiError && me.error.status === 401)) return <Suspense fallback={<Loading />}><SignInPage /></Suspense>;
  if (me.data === undefined) return <main className="alone">{me.error ? <Failed error={me.error} retry={() => void me.refetch()} /> : <Loading />}</main>;
  const Page = page === 'now' || page === 'missing' ? null : PAGES[page];
  return (
    <MeContext value={me.data}>
      <Frame page={page}>
        <Guard key={path} title={t.crashed.title} lead={t.crashed.lead} reload={t.crashed.reload}>
          <Suspense fallback={<Loading lines={6} />}>
            {Page ? <Page id={target.id} key={target.id} /> : page === 'now' ? <NowPage /> : <Missing />}
          </Suspense>
        </Guard>
      </Frame>
    </MeContext>
  );
}

function Missing() {
  const { t } = useWords();
  return <div className="page lone-message"><h1>{t.missing.title}</h1><p>{t.missing.lead}</p><p><button type="button" onClick={() => navigate('/now')}>{t.missing.back}</button></p></div>;
}

interface GuardProps { readonly title: string; readonly lead: string; readonly reload: string; readonly children: ReactNode }
/** A page that throws does not take the frame with it. */
class Guard extends Component<GuardProps, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError(): { failed: boolean } { return { failed: true }; }
  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <div className="page lone-message" role="alert"><h1>{this.props.title}</h1><p>{this.props.lead}</p><p><button type="button" onClick={() => window.location.reload()}>{this.props.reload}</button></p></div>;
  }
}
