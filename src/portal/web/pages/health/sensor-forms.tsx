/**
 * Forms of a sensor: what it is (administrators), and marking a gap that is known to its people.
 * @module
 */
import { useState, type FormEvent } from 'react';
import { ApiError, call, type SensorRow } from '../../frame/api-client.ts';
import { Window } from '../../frame/modal.tsx';
import { useWords } from '../../i18n/language.tsx';

interface FormProps { readonly sensor: SensorRow; readonly onClose: () => void; readonly onDone: () => void }

function useSubmit(onDone: () => void): { error: string; send: (request: Promise<unknown>) => void } {
  const { t } = useWords();
  const [error, setError] = useState('');
  return { error, send: (request) => { request.then(onDone, (failure: unknown) => setError(failure instanceof ApiError && failure.message ? `${failure.message} ${failure.remedy}` : t.loadFailed)); } };
}
/** `org/name` of a sensor for the path of its route. */
function pathOf(sensor: SensorRow): { org: string; name: string } {
  return { org: sensor.org, name: sensor.name.startsWith(`${sensor.org}/`) ? sensor.name.slice(sensor.org.length + 1) : sensor.name };
}
/** Local date and time as `<input type="datetime-local">` writes it. */
function localText(us: number): string { const d = new Date(us / 1000); return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16); }

export function EditSensor({ sensor, onClose, onDone }: FormProps) {
  const { t } = useWords();
  const { error, send } = useSubmit(onDone);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    send(call('PATCH /sensors/:org/:name', { params: pathOf(sensor), body: { zone: text('zone'), country: text('country').toUpperCase(), regions: text('regions').split(/\s+/).filter((r) => r !== '') } }));
  };
  return (
    <Window title={t.health.editTitle(sensor.name)} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label>{t.health.zone}<input name="zone" defaultValue={sensor.zone} maxLength={64} autoFocus /></label>
        <label>{t.health.countryCode}<input name="country" defaultValue={sensor.country} maxLength={2} pattern="[A-Za-z]{0,2}" /></label>
        <label>{t.health.regions}<textarea name="regions" rows={5} defaultValue={sensor.regions.join('\n')} aria-describedby="regions-hint" /></label>
        <p className="dim" id="regions-hint">{t.health.regionsHint}</p>
        {error && <p className="bad" role="alert">{error}</p>}
        <p className="acts"><button type="submit" className="main">{t.save}</button><button type="button" onClick={onClose}>{t.cancel}</button></p>
      </form>
    </Window>
  );
}

export function MarkGap({ sensor, onClose, onDone }: FormProps) {
  const { t } = useWords();
  const { error, send } = useSubmit(onDone);
  const end = sensor.lastUs ?? Date.now() * 1000;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const iso = (name: string): string => new Date(String(form.get(name) ?? '')).toISOString();
    send(call('POST /sensors/:org/:name/gaps', { params: pathOf(sensor), body: { from: iso('from'), to: iso('to'), reason: String(form.get('reason') ?? '') } }));
  };
  return (
    <Window title={t.health.gapTitle(sensor.name)} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label>{t.health.gapFrom}<input name="from" type="datetime-local" required defaultValue={localText(end - 3_600e6)} autoFocus /></label>
        <label>{t.health.gapTo}<input name="to" type="datetime-local" required defaultValue={localText(end)} /></label>
        <label>{t.health.gapReason}<input name="reason" required maxLength={200} /></label>
        {error && <p className="bad" role="alert">{error}</p>}
        <p className="acts"><button type="submit" className="main">{t.save}</button><button type="button" onClick={onClose}>{t.cancel}</button></p>
      </form>
    </Window>
  );
}
