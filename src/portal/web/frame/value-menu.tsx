/**
 * The one menu of all values: only this, not this, pivot, its page, evidence, copy, tag. Opened by a press or by `.`.
 * @module
 */
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { Menu, MenuItem } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { useWords } from '../i18n/language.tsx';
import { portText } from '../parts/names.ts';
import { condition, openMenu, useOpenMenu, type Handle } from '../parts/value.tsx';
import { ApiError, call } from './api-client.ts';
import { keep } from './evidence.ts';
import { currentPlace, hostPath, hrefOf, navigate, portPath, setParams } from './location.ts';
import { Window } from './modal.tsx';
import { useMay } from './session.tsx';
import { say, sayError } from './toast.tsx';

/** Adds a condition to the query of the place, without doubling it. */
export function withCondition(query: string, added: string): string {
  if (query.trim() === '') return added;
  if (query.includes(added)) return query;
  return `${/\|\||\bor\b/i.test(query) ? `(${query})` : query} && ${added}`;
}

export function ValueMenu() {
  const { t, language } = useWords();
  const handle = useOpenMenu();
  const analyst = useMay('analyst');
  const [tagging, setTagging] = useState<string | null>(null);
  const anchor = useRef<HTMLElement | null>(null);
  if (handle) anchor.current = handle.anchor;

  const act = (key: string, { field, value }: Handle): void => {
    const place = currentPlace();
    const query = place.params.get('q') ?? '';
    const here = place.path === '/explore' || place.path === '/findings';
    const narrow = (how: '==' | '!='): void => {
      const q = withCondition(query, condition(field, value, how));
      if (here) setParams({ q, sel: null }); else navigate(hrefOf('/explore', { q }));
    };
    if (key === 'only') narrow('==');
    else if (key === 'not') narrow('!=');
    else if (key === 'pivot') navigate(hrefOf('/explore', { q: condition(field === 'dst' ? 'dst' : field, value) }));
    else if (key === 'page') navigate(hrefOf(field === 'port' ? portPath(value) : hostPath(value), { q: null }));
    else if (key === 'evidence') {
      const text = condition(field, value);
      say(t.evidence.added, keep({ id: text, text, href: hrefOf('/explore', { q: text }), atMs: Date.now() }));
    } else if (key === 'copy') navigator.clipboard.writeText(value).then(() => say(t.copied(value)), () => sayError(t.copyFailed));
    else if (key === 'tag') setTagging(value);
  };
  const hasPage = handle !== null && (handle.field === 'src' || handle.field === 'port');
  const items = handle === null ? [] : [
    { id: 'only', text: t.value.only }, { id: 'not', text: t.value.not }, { id: 'pivot', text: t.value.pivot },
    ...(hasPage ? [{ id: 'page', text: t.value.page }] : []),
    { id: 'evidence', text: t.value.evidence }, { id: 'copy', text: t.value.copy },
    ...(handle.field === 'src' && analyst ? [{ id: 'tag', text: t.value.tag }] : []),
  ];
  const name = handle ? (handle.field === 'port' ? portText(handle.value) : handle.value) : '';
  return (
    <I18nProvider locale={language === 'ja' ? 'ja-JP' : 'en-GB'}>
      {handle && (
        <Popover className="menu" triggerRef={anchor} isOpen placement="bottom start" onOpenChange={(open) => { if (!open) openMenu(null); }}>
          <p className="menu-head" aria-hidden="true"><code>{name}</code></p>
          <Menu aria-label={t.value.menu(name)} autoFocus="first" onAction={(key) => { openMenu(null); act(String(key), handle); }} onClose={() => openMenu(null)}>
            {items.map((item) => <MenuItem key={item.id} id={item.id} textValue={item.text}>{item.text}</MenuItem>)}
          </Menu>
        </Popover>
      )}
      {tagging !== null && <TagWindow src={tagging} onClose={() => setTagging(null)} />}
    </I18nProvider>
  );
}

/** Asks for a tag and its reason. */
export function TagWindow({ src, onClose }: { readonly src: string; readonly onClose: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [error, setError] = useState('');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = String(form.get('value') ?? '').trim();
    call('POST /hosts/:src/tags', { params: { src }, body: { value, reason: String(form.get('reason') ?? '') } })
      .then(() => { void client.invalidateQueries({ queryKey: ['host', src] }); say(t.tag.added(value, src)); onClose(); })
      .catch((failure: unknown) => setError(failure instanceof ApiError && failure.message ? failure.message : t.loadFailed));
  };
  return (
    <Window title={t.tag.title(src)} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label>{t.tag.value}<input name="value" required pattern="[a-z0-9:._\-]{1,64}" maxLength={64} autoFocus aria-describedby="tag-hint" /></label>
        <p className="dim" id="tag-hint">{t.tag.valueHint}</p>
        <label>{t.tag.reason}<input name="reason" maxLength={200} /></label>
        {error && <p className="bad" role="alert">{error}</p>}
        <p className="acts"><button type="submit" className="main">{t.tag.add}</button><button type="button" onClick={onClose}>{t.cancel}</button></p>
      </form>
    </Window>
  );
}
