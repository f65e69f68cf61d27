/**
 * Saves the question as a view, an alert or a hunt.
 * @module
 */
import { useState, type FormEvent } from 'react';
import { ApiError, call, type Body } from '../../frame/api-client.ts';
import { Window } from '../../frame/modal.tsx';
import { useWords } from '../../i18n/language.tsx';

interface SaveViewProps { readonly query: string; readonly from: string; readonly to: string; readonly onClose: () => void; readonly onSaved: (name: string) => void }

export function SaveView({ query, from, to, onClose, onSaved }: SaveViewProps) {
  const { t } = useWords();
  const [error, setError] = useState('');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get('name') ?? '').trim();
    const kind = String(form.get('kind')) as Body<'POST /views'>['kind'];
    call('POST /views', { body: { name, kind, query, from, to } }).then(() => onSaved(name), (failure: unknown) => setError(failure instanceof ApiError && failure.message ? failure.message : t.loadFailed));
  };
  return (
    <Window title={t.explore.saveTitle} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p><code className="block">{query || '—'}</code></p>
        <label>{t.explore.saveName}<input name="name" required maxLength={120} autoFocus /></label>
        <label>{t.explore.saveKind}<select name="kind">{(['view', 'alert', 'hunt'] as const).map((k) => <option key={k} value={k}>{t.explore.kinds[k]}</option>)}</select></label>
        {error && <p className="bad" role="alert">{error}</p>}
        <p className="acts"><button type="submit" className="main">{t.save}</button><button type="button" onClick={onClose}>{t.cancel}</button></p>
      </form>
    </Window>
  );
}
