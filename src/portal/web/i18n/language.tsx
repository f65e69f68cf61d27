/**
 * Which language the portal speaks: the person's choice here, else their profile, else the browser's first that we have.
 * @module
 */
import { useSyncExternalStore } from 'react';
import { en, type Catalogue } from './en.ts';
import { formatOf, type Format, type Language } from './format.ts';
import { ja } from './ja.ts';

const CATALOGUES: Record<Language, Catalogue> = { en, ja };
const KEY = 'noroshi.language';

function isLanguage(text: string | null): text is Language { return text === 'en' || text === 'ja'; }
function initial(): Language {
  const chosen = window.localStorage.getItem(KEY);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((l) => l.slice(0, 2)).find(isLanguage) ?? 'en';
}

let language: Language = initial();
const listeners = new Set<() => void>();
function apply(next: Language): void {
  language = next;
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}
apply(language);

/** The person chose: remembered in this browser. */
export function setLanguage(next: Language): void { window.localStorage.setItem(KEY, next); apply(next); }
/** Their profile says: taken unless they chose otherwise in this browser. */
export function suggestLanguage(next: Language): void { if (!isLanguage(window.localStorage.getItem(KEY)) && next !== language) apply(next); }

export interface Words { readonly t: Catalogue; readonly f: Format; readonly language: Language }
const ready = new Map<Language, Words>();

/** `t` the words, `f` the numbers and times. */
export function useWords(): Words {
  const now = useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => language);
  const words = ready.get(now) ?? { t: CATALOGUES[now], f: formatOf(now), language: now };
  ready.set(now, words);
  return words;
}
