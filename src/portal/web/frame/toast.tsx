/**
 * One line at the bottom that says what just happened, with a way back (`u`). It stays until the next one, or 12 s without a way back.
 * @module
 */
import { useEffect, useSyncExternalStore } from 'react';
import { useWords } from '../i18n/language.tsx';
import { useKeys } from './keys.ts';

interface Toast { readonly text: string; readonly tone: 'plain' | 'bad'; readonly undo: (() => void) | null }

let toast: Toast | null = null;
const listeners = new Set<() => void>();
function set(next: Toast | null): void {
  toast = next;
  for (const listener of listeners) listener();
}
const PLAIN_MS = 12_000;

export function say(text: string, undo: (() => void) | null = null): void { set({ text, tone: 'plain', undo }); }
export function sayError(text: string): void { set({ text, tone: 'bad', undo: null }); }

export function ToastLine() {
  const { t } = useWords();
  const now = useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => toast);
  const undo = (): void => { const act = toast?.undo; set(null); act?.(); };
  useKeys(now?.undo ? { u: undo } : {});
  useEffect(() => {
    if (now === null || now.undo) return undefined;
    const timer = window.setTimeout(() => set(null), PLAIN_MS);
    return () => window.clearTimeout(timer);
  }, [now]);
  return (
    <div className="toast-place" role="status" aria-live="polite">
      {now && (
        <div className="toast" data-tone={now.tone}>
          <span>{now.text}</span>
          {now.undo && <button type="button" onClick={undo}>{t.undo} <kbd>u</kbd></button>}
          <button type="button" className="quiet" aria-label={t.close} onClick={() => set(null)}>×</button>
        </div>
      )}
    </div>
  );
}
