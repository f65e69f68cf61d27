/**
 * Severity as five small bars and a text for those who do not see them; colour only repeats what the count says.
 * @module
 */
import { useWords } from '../i18n/language.tsx';

export function Severity({ level, wordy = false }: { readonly level: number; readonly wordy?: boolean }) {
  const { t } = useWords();
  const filled = Math.max(0, Math.min(5, Math.round(level)));
  return (
    <span className="severity" data-level={filled} role="img" aria-label={t.severity(filled)} title={t.severity(filled)}>
      {[1, 2, 3, 4, 5].map((i) => <i key={i} data-on={i <= filled || undefined} />)}
      {wordy && <b aria-hidden="true">{filled}/5</b>}
    </span>
  );
}
