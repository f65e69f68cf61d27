/**
 * The address bar is the state: path, query, time range and selection live in the URL, so a shared link shows the same thing.
 *
 * Parameters shared by every page: `q` (query), `from`, `to` (times as people write them; no `to` means live), `sel` (what the drawer shows).
 * Everything else belongs to one page and is dropped on leaving it.
 * @module
 */
import { useSyncExternalStore } from 'react';

export interface Place { readonly path: string; readonly params: URLSearchParams }

const SHARED = ['q', 'from', 'to'] as const;
const listeners = new Set<() => void>();
let place: Place = read();

function read(): Place {
  return { path: window.location.pathname, params: new URLSearchParams(window.location.search) };
}
function moved(): void {
  place = read();
  for (const listener of listeners) listener();
}
window.addEventListener('popstate', moved);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => place);
}
export function currentPlace(): Place { return place; }

export function navigate(href: string, how: 'push' | 'replace' = 'push'): void {
  const before = window.location.pathname;
  if (how === 'push') window.history.pushState(null, '', href); else window.history.replaceState(null, '', href);
  moved();
  if (how === 'push' && window.location.pathname !== before) document.getElementById('main')?.scrollTo(0, 0);
}

function compose(path: string, params: URLSearchParams): string {
  // Colons and commas are legal in a query string, and people read these addresses.
  const text = params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/');
  return text === '' ? path : `${path}?${text}`;
}

/** Changes parameters of this page; null or '' removes one. */
export function setParams(changes: Readonly<Record<string, string | null>>, how: 'push' | 'replace' = 'push'): void {
  const params = new URLSearchParams(place.params);
  for (const [key, value] of Object.entries(changes)) if (value === null || value === '') params.delete(key); else params.set(key, value);
  const href = compose(place.path, params);
  if (href !== window.location.pathname + window.location.search) navigate(href, how);
}

/** Address of another page that keeps the query and the time range, with changes. */
export function hrefOf(path: string, changes: Readonly<Record<string, string | null>> = {}, from: Place = place): string {
  const params = new URLSearchParams();
  for (const key of SHARED) { const value = from.params.get(key); if (value) params.set(key, value); }
  for (const [key, value] of Object.entries(changes)) if (value === null || value === '') params.delete(key); else params.set(key, value);
  return compose(path, params);
}

/** The page of a port: `tcp/23` → `/ports/tcp-23`. */
export function portPath(port: string): string { return `/ports/${encodeURIComponent(port.replace('/', '-'))}`; }
export function hostPath(src: string): string { return `/hosts/${encodeURIComponent(src)}`; }
export function findingPath(id: string): string { return `/findings/${encodeURIComponent(id)}`; }
