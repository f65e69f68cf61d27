/**
 * One's own account: a name and a password, so that a link is not needed next time.
 * @module
 */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ApiError, call } from '../../frame/api-client.ts';
import { useMe } from '../../frame/session.tsx';
import { say } from '../../frame/toast.tsx';
import { useWords } from '../../i18n/language.tsx';

export function AccountSection() {
  const { t } = useWords();
  const me = useMe();
  const client = useQueryClient();
  const [error, setError] = useState('');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const target = event.currentTarget;
    const form = new FormData(target);
    call('PUT /me/password', { body: { name: String(form.get('name') ?? '').trim(), password: String(form.get('password') ?? '') } }).then(() => {
      setError(''); target.reset(); void client.invalidateQueries({ queryKey: ['me'] }); say(t.health.passwordSaved);
    }, (failure: unknown) => setError(failure instanceof ApiError && failure.message ? `${failure.message} ${failure.remedy}` : t.loadFailed));
  };
  return (
    <form className="form narrow-form" onSubmit={submit}>
      <p className="lead">{t.health.accountLead}</p>
      <label>{t.signIn.name}<input name="name" autoComplete="username" required maxLength={80} defaultValue={me.name} /></label>
      <label>{t.health.password}<input name="password" type="password" autoComplete="new-password" required minLength={12} maxLength={200} aria-describedby="password-hint" /></label>
      <p className="dim" id="password-hint">{t.health.passwordHint}</p>
      {error && <p className="bad" role="alert">{error}</p>}
      <p className="acts"><button type="submit" className="main">{t.save}</button></p>
    </form>
  );
}
