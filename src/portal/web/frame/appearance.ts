/**
 * Theme and contrast: what the person chose, else what the system says. Written to `<html>` as `data-theme` and `data-contrast`,
 * which tokens.css reads; charts drawn on a canvas listen for changes.
 * @module
 */
import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
export type Contrast = 'system' | 'more';
export interface Appearance { readonly theme: Theme; readonly contrast: Contrast; readonly dark: boolean; readonly more: boolean }

const darkQuery = window.matchMedia('(prefers-color-scheme: dark)');
const contrastQuery = window.matchMedia('(prefers-contrast: more)');
const listeners = new Set<() => void>();

function stored<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
  const value = window.localStorage.getItem(key);
  return (allowed as readonly (string | null)[]).includes(value) ? (value as T) : fallback;
}
function compute(): Appearance {
  const theme = stored<Theme>('noroshi.theme', ['system', 'light', 'dark'], 'system');
  const contrast = stored<Contrast>('noroshi.contrast', ['system', 'more'], 'system');
  return { theme, contrast, dark: theme === 'dark' || (theme === 'system' && darkQuery.matches), more: contrast === 'more' || contrastQuery.matches };
}
let appearance = compute();

function apply(): void {
  appearance = compute();
  document.documentElement.dataset['theme'] = appearance.dark ? 'dark' : 'light';
  document.documentElement.dataset['contrast'] = appearance.more ? 'more' : 'normal';
  for (const listener of listeners) listener();
}
darkQuery.addEventListener('change', apply);
contrastQuery.addEventListener('change', apply);
apply();

export function setTheme(theme: Theme): void { window.localStorage.setItem('noroshi.theme', theme); apply(); }
export function setContrast(contrast: Contrast): void { window.localStorage.setItem('noroshi.contrast', contrast); apply(); }
export function useAppearance(): Appearance {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => appearance);
}
/** Value of a token of tokens.css as the theme has it now, for canvases. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
/** Whether the person asked for less motion. */
export function stillness(): boolean { return window.matchMedia('(prefers-reduced-motion: reduce)').matches; }
