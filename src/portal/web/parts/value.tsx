/**
 * Values are handles: a value anywhere on the screen is a button with one and the same menu
 * (only this · not this · pivot · page · evidence · copy · tag), also reached by `.` on its row.
 *
 * Values are plain buttons with data attributes, so that a table of hundreds costs nothing; one listener and one lazily loaded menu serve all.
 * @module
 */
import { useSyncExternalStore, type ReactNode } from 'react';
import { portText } from './names.ts';
import { useWords } from '../i18n/language.tsx';

/** Fields of the query language that a value can stand for. */
export type Field = 'src' | 'dst' | 'port' | 'sport' | 'proto' | 'country' | 'asn' | 'tool' | 'sensor' | 'role' | 'label' | 'kind' | 'tag' | 'ttl' | 'ipid' | 'window' | 'flags' | 'seq' | 'payload' | 'org' | 'region';
export interface Handle { readonly field: Field; readonly value: string; readonly anchor: HTMLElement }

let opened: Handle | null = null;
const listeners = new Set<() => void>();
export function openMenu(next: Handle | null): void {
  opened = next;
  for (const listener of listeners) listener();
}
export function useOpenMenu(): Handle | null {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => opened);
}

/** Condition of the query language that a value stands for. */
export function condition(field: Field, value: string, how: '==' | '!=' = '=='): string {
  const bare = /^[A-Za-z0-9_./:+-]+$/.test(value);
  return `${field} ${how} ${bare ? value : JSON.stringify(value)}`;
}

interface ValueProps { readonly field: Field; readonly value: string | number; readonly children?: ReactNode; readonly inRow?: boolean; readonly quiet?: boolean }

/** `inRow`: not a tab stop of its own; the row is, and arrow keys reach it. */
export function Value({ field, value, children, inRow = false, quiet = false }: ValueProps) {
  const { t, f } = useWords();
  const text = String(value);
  if (text === '' || (field === 'asn' && text === '0')) return <span className="value-none">–</span>;
  const shown = children ?? (field === 'port' ? portText(text) : field === 'country' ? f.country(text) : field === 'asn' ? `AS${text}` : field === 'role' ? ((t.role as Readonly<Record<string, string>>)[text] ?? text) : field === 'label' ? ((t.label as Readonly<Record<string, string>>)[text] ?? text) : text);
  return (
    <button
      type="button" className="value" data-field={field} data-value={text} data-quiet={quiet || undefined}
      tabIndex={inRow ? -1 : 0} aria-haspopup="menu"
      onClick={(event) => { event.stopPropagation(); openMenu({ field, value: text, anchor: event.currentTarget }); }}
    >{shown}</button>
  );
}

/** Opens the menu of the focused value, or of the first value within the focused row. */
export function openMenuNear(place: Element | null): boolean {
  const own = place?.closest<HTMLElement>('button.value');
  const within = own ?? place?.querySelector<HTMLElement>('button.value');
  const { field, value } = within?.dataset ?? {};
  if (!within || field === undefined || value === undefined) return false;
  openMenu({ field: field as Field, value, anchor: within });
  return true;
}
