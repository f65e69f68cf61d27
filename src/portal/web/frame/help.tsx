/**
 * `?`: the keys, and how a query is written.
 * @module
 */
import { useWords } from '../i18n/language.tsx';
import { Window } from './modal.tsx';

export function Help({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords();
  const k = t.helpKeys;
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['/'], k.query], [['g'], k.pages], [['j', 'k'], k.rows], [['Enter'], k.drawer], [['.'], k.pivot], [['e'], k.evidence],
    [['t', 'b', 'f', 'z'], k.triage], [['u'], k.undo], [['Space'], k.live], [['Esc'], k.escape], [['?'], k.help],
  ];
  return (
    <Window title={t.helpTitle} onClose={onClose} wide>
      <dl className="keys">
        {rows.map(([names, about]) => <div key={about}><dt>{names.map((n) => <kbd key={n}>{n}</kbd>)}</dt><dd>{about}</dd></div>)}
      </dl>
      <h3>{t.helpLanguage}</h3>
      <ul className="examples">{t.helpExamples.map((e) => <li key={e}><code>{e}</code></li>)}</ul>
    </Window>
  );
}
