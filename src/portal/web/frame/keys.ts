/**
 * Keys that work everywhere: one listener, pages and drawers add theirs while they are on the screen.
 *
 * A key does nothing while a person types in a field, and Space and Enter stay with a focused button or link. `g` waits for a second
 * letter (1.5 s). The newest registration wins, so a drawer overrides its page.
 * @module
 */
import { useEffect, useRef } from 'react';

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const layers: { current: KeyMap }[] = [];
/** How long `g` waits for its letter. */
const PREFIX_MS = 1_500;
let prefixAtMs = -Infinity;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
function pressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a[href], summary, [role="slider"], [role="menuitem"], [role="option"]') !== null;
}

function listen(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== 'Escape' && typing(event.target)) return;
  if ((event.key === ' ' || event.key === 'Enter') && pressable(event.target)) return;
  if (document.querySelector('[role="dialog"][data-modal], [role="menu"]') && event.key !== 'Escape') return;
  const prefixed = event.timeStamp - prefixAtMs < PREFIX_MS;
  prefixAtMs = -Infinity;
  const name = prefixed ? `g ${event.key}` : event.key;
  for (let i = layers.length - 1; i >= 0; i--) {
    const handler = layers[i]?.current[name];
    if (handler) { event.preventDefault(); handler(event); return; }
  }
  if (event.key === 'g' && !prefixed) prefixAtMs = event.timeStamp;
}
window.addEventListener('keydown', listen);

/** Adds keys while the calling component is mounted. */
export function useKeys(map: KeyMap): void {
  const layer = useRef(map);
  layer.current = map;
  useEffect(() => {
    layers.push(layer);
    return () => { layers.splice(layers.indexOf(layer), 1); };
  }, []);
}
