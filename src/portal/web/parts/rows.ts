/**
 * Keys of a list of rows: `j`/`k` and ↑/↓ move, Enter opens, `e` keeps as evidence, `.` opens the menu of the row's value, ←/→ walk its values.
 *
 * The row elements carry `data-row` with their index; exactly one of them is a tab stop.
 * @module
 */
import { useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { useKeys } from '../frame/keys.ts';
import { openMenuNear } from './value.tsx';

interface RowsOptions {
  readonly count: number;
  readonly primary: boolean;
  readonly open: (index: number) => void;
  readonly evidence?: (index: number) => void;
  /** Brings a row that is not in the document into it (virtual lists). */
  readonly reveal?: (index: number) => void;
}
export interface RowsState {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly props: { readonly active: number; readonly setActive: (index: number) => void; readonly onKeyDown: (event: KeyboardEvent) => void };
  readonly move: (index: number) => void;
}

export function useRows({ count, primary, open, evidence, reveal }: RowsOptions): RowsState {
  const place = useRef<HTMLDivElement>(null);
  const [wanted, setActive] = useState(0);
  const active = Math.max(0, Math.min(wanted, count - 1));
  const rowAt = (index: number): HTMLElement | null => place.current?.querySelector<HTMLElement>(`[data-row="${index}"]`) ?? null;
  const focused = (): boolean => place.current?.contains(document.activeElement) === true && document.activeElement?.closest('[data-row]') !== null;

  const move = (index: number): void => {
    if (count === 0) return;
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    reveal?.(next);
    const focus = (): void => { const row = rowAt(next); row?.focus({ preventScroll: reveal !== undefined }); if (!reveal) row?.scrollIntoView({ block: 'nearest' }); };
    if (rowAt(next)) focus(); else requestAnimationFrame(focus);
  };
  const step = (by: number): void => move(focused() ? active + by : active);
  const acts = {
    j: () => step(1), k: () => step(-1),
    e: () => evidence?.(active),
    '.': () => { openMenuNear(focused() ? document.activeElement : rowAt(active)); },
    Enter: () => open(active),
  };
  useKeys(primary ? acts : {});

  const onKeyDown = (event: KeyboardEvent): void => {
    const row = (event.target as Element).closest<HTMLElement>('[data-row]');
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const values = [...row.querySelectorAll<HTMLElement>('button.value, a[href]')];
    const at = values.indexOf(document.activeElement as HTMLElement);
    const onRow = event.target === row;
    let done = true;
    if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(count - 1);
    else if (event.key === 'ArrowRight') (values[at + 1] ?? values.at(-1))?.focus();
    else if (event.key === 'ArrowLeft') (at > 0 ? values[at - 1] : row)?.focus();
    else if (event.key === 'Enter' && onRow) open(active);
    else if (!primary && event.key === 'j') step(1);
    else if (!primary && event.key === 'k') step(-1);
    else if (!primary && event.key === 'e' && evidence) evidence(active);
    else if (!primary && event.key === '.') openMenuNear(document.activeElement);
    else done = false;
    if (done) { event.preventDefault(); event.stopPropagation(); }
  };
  return { place, props: { active, setActive, onKeyDown }, move };
}
