/**
 * The evidence tray: rows, values and findings that a person keeps while working, in this browser only.
 *
 * At most 200 items, newest first. Each holds what it was and the address that shows it again.
 * @module
 */
import { useSyncExternalStore } from 'react';

export interface EvidenceItem { readonly id: string; readonly text: string; readonly href: string; readonly atMs: number }
const KEY = 'noroshi.evidence';
const MAX_ITEMS = 200;

function load(): readonly EvidenceItem[] {
  try {
    const parsed: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(parsed) ? parsed.filter((i): i is EvidenceItem => typeof i?.id === 'string' && typeof i.text === 'string' && typeof i.href === 'string' && i.href.startsWith('/')) : [];
  } catch { return []; }
}
let items = load();
const listeners = new Set<() => void>();
function set(next: readonly EvidenceItem[]): void {
  items = next.slice(0, MAX_ITEMS);
  window.localStorage.setItem(KEY, JSON.stringify(items));
  for (const listener of listeners) listener();
}

export function useEvidence(): readonly EvidenceItem[] {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => items);
}
/** Keeps an item; the returned function takes it out again. */
export function keep(item: EvidenceItem): () => void {
  const before = items;
  set([item, ...items.filter((i) => i.id !== item.id)]);
  return () => set(before);
}
export function drop(id: string): void { set(items.filter((i) => i.id !== id)); }
export function clearEvidence(): void { set([]); }
export function evidenceText(list: readonly EvidenceItem[]): string {
  return list.map((i) => `- ${new Date(i.atMs).toISOString()} ${i.text}\n  ${window.location.origin}${i.href}`).join('\n');
}
