/**
 * The query bar: one language everywhere. `/` comes here, completions from the server's own parser, an error points at its character.
 *
 * Enter asks: on Findings it filters the queue, elsewhere it goes to Explore. An expression with an error is not asked.
 * @module
 */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useWords } from '../i18n/language.tsx';
import { call, type Answer } from './api-client.ts';
import type { PageName } from './app.tsx';
import { hrefOf, navigate, setParams, usePlace } from './location.ts';

/** Waits for a pause in typing before it asks. */
const PAUSE_MS = 120;
type Completions = Answer<'GET /observations/complete'>;
const NOTHING: Completions = { items: [], error: null };

export function QueryBar({ page }: { readonly page: PageName }) {
  const { t, f } = useWords();
  const { params } = usePlace();
  const asked = params.get('q') ?? '';
  const [text, setText] = useState(asked);
  const [answer, setAnswer] = useState<Completions>(NOTHING);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const [insisted, setInsisted] = useState(false);
  const [caret, setCaret] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => { setText(asked); setAnswer(NOTHING); setInsisted(false); }, [asked]);

  useEffect(() => {
    if (!open) return undefined;
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      call('GET /observations/complete', { query: { text, at: caret }, signal: stop.signal })
        .then((next) => { setAnswer(next); setChosen(-1); })
        // Without completions the bar still works; the page itself reports a dead server.
        .catch(() => { if (!stop.signal.aborted) setAnswer(NOTHING); });
    }, PAUSE_MS);
    return () => { window.clearTimeout(timer); stop.abort(); };
  }, [text, caret, open]);

  const ask = async (): Promise<void> => {
    const wanted = text.trim();
    const checked = wanted === '' ? NOTHING : await call('GET /observations/complete', { query: { text: wanted, at: wanted.length } }).catch(() => NOTHING);
    if (checked.error) { setAnswer(checked); setInsisted(true); setOpen(true); return; }
    setOpen(false); setInsisted(false);
    if (page === 'explore' || page === 'findings') setParams({ q: wanted, sel: null });
    else if (wanted !== '') navigate(hrefOf('/explore', { q: wanted }));
    else setParams({ q: null });
  };
  const take = (index: number): void => {
    const item = answer.items[index];
    if (!item) return;
    const next = text.slice(0, item.from) + item.text + text.slice(item.to);
    const at = item.from + item.text.length;
    setText(next); setCaret(at); setChosen(-1);
    requestAnimationFrame(() => field.current?.setSelectionRange(at, at));
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    const n = answer.items.length;
    if (event.key === 'ArrowDown' && n > 0) { setOpen(true); setChosen((chosen + 1) % n); event.preventDefault(); }
    else if (event.key === 'ArrowUp' && n > 0) { setChosen((chosen + n) % (n + 1) === n ? n - 1 : (chosen - 1 + n) % n); event.preventDefault(); }
    else if (event.key === 'Tab' && open && chosen >= 0) { take(chosen); event.preventDefault(); }
    else if (event.key === 'Enter') { if (chosen >= 0 && open) take(chosen); else void ask(); event.preventDefault(); }
    else if (event.key === 'Escape') { if (open) setOpen(false); else field.current?.blur(); event.stopPropagation(); }
  };
  const error = answer.error;
  // While typing, an unfinished end is not yet a mistake.
  const showError = error !== null && (insisted || error.at < text.trimEnd().length - 1);
  const items = open ? answer.items : [];
  return (
    <form className="query" role="search" onSubmit={(event) => { event.preventDefault(); void ask(); }}>
      <kbd aria-hidden="true">/</kbd>
      <input
        ref={field} id="query" type="text" role="combobox" autoComplete="off" autoCapitalize="off" spellCheck={false} enterKeyHint="search"
        aria-label={t.queryLabel} aria-autocomplete="list" aria-expanded={items.length > 0} aria-controls={`${id}-list`} placeholder={t.queryPlaceholder}
        {...(chosen >= 0 ? { 'aria-activedescendant': `${id}-${chosen}` } : {})} {...(showError ? { 'aria-invalid': true, 'aria-describedby': `${id}-error` } : {})}
        value={text}
        onChange={(event) => { setText(event.target.value); setCaret(event.target.selectionStart ?? event.target.value.length); setOpen(true); setInsisted(false); }}
        onFocus={() => { setCaret(field.current?.selectionStart ?? text.length); setOpen(true); }}
        onBlur={() => setOpen(false)} onKeyDown={onKey}
      />
      {text !== '' && <button type="button" className="quiet query-clear" aria-label={t.queryClear} onClick={() => { setText(''); setInsisted(false); setParams({ q: null }); field.current?.focus(); }}>×</button>}
      <div className="query-panel" hidden={items.length === 0 && !showError}>
        {showError && error && (
          <div className="query-error" id={`${id}-error`} role={insisted ? 'alert' : undefined}>
            <pre aria-hidden="true">{text || ' '}{'\n'}{' '.repeat(Math.min(error.at, text.length))}<b>^</b></pre>
            <p>{error.message} <span>({t.queryErrorAt(f.n(error.at + 1))})</span></p>
          </div>
        )}
        <ul id={`${id}-list`} role="listbox" aria-label={t.completions}>
          {items.map((item, i) => (
            <li key={`${item.text}-${i}`} id={`${id}-${i}`} role="option" aria-selected={i === chosen} onPointerDown={(event) => { event.preventDefault(); take(i); }}>
              <code>{item.text}</code><span>{item.about}</span>
            </li>
          ))}
        </ul>
      </div>
    </form>
  );
}
