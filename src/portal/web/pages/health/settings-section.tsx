/**
 * Settings with their defaults, who changed them and when.
 * @module
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, call, type Answer } from '../../frame/api-client.ts';
import { say, sayError } from '../../frame/toast.tsx';
import { useWords } from '../../i18n/language.tsx';
import { Answered } from '../../parts/states.tsx';

type Setting = Answer<'GET /settings'>['settings'][number];

export function SettingsSection() {
  const { t } = useWords();
  const settings = useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => call('GET /settings', { signal }) });
  return (
    <>
      <p className="lead">{t.health.settingsLead}</p>
      <Answered query={settings} lines={6}>{(data) => <ul className="settings">{data.settings.map((s) => <SettingRow key={`${s.key}-${s.changedUs ?? 0}`} setting={s} />)}</ul>}</Answered>
    </>
  );
}

function SettingRow({ setting }: { readonly setting: Setting }) {
  const { t, f } = useWords();
  const client = useQueryClient();
  const [value, setValue] = useState(setting.value);
  const save = useMutation({
    mutationFn: (next: Setting['value']) => call('PUT /settings/:key', { params: { key: setting.key }, body: { value: next } }),
    onSuccess: (answer) => { client.setQueryData(['settings'], answer); say(`${t.health.saved}: ${setting.key}`); },
    onError: (error) => sayError(error instanceof ApiError && error.message ? `${error.message} ${error.remedy}` : t.loadFailed),
  });
  const id = `setting-${setting.key}`;
  const shown = (v: Setting['value']): string => (typeof v === 'boolean' ? (v ? t.yes : t.no) : String(v));
  return (
    <li>
      <form onSubmit={(event) => { event.preventDefault(); save.mutate(value); }}>
        <label htmlFor={id}><code>{setting.key}</code><span className="under">{setting.about}</span></label>
        <span className="setting-value">
          {setting.kind === 'boolean'
            ? <input id={id} type="checkbox" checked={value === true} onChange={(event) => setValue(event.target.checked)} />
            : <input id={id} type={setting.kind === 'number' ? 'number' : 'text'} step="any" value={String(value)} onChange={(event) => setValue(setting.kind === 'number' ? Number(event.target.value) : event.target.value)} />}
          <button type="submit" disabled={value === setting.value || save.isPending}>{t.save}</button>
        </span>
        <span className="under">{t.health.default} {shown(setting.default)}{setting.changedUs !== null && ` · ${t.health.changed(setting.changedBy, f.time(setting.changedUs))}`}
          {setting.value !== setting.default && <> · <button type="button" className="textlink" onClick={() => save.mutate(setting.default)}>{t.health.reset}</button></>}</span>
      </form>
    </li>
  );
}
