/**
 * Horizontal bars: the parts of a whole in one line (tools of a port), and a ranked list (facets, countries).
 * @module
 */
import type { ReactNode } from 'react';
import { useWords } from '../i18n/language.tsx';

/** Shares of one whole, largest first; what no name explains stays grey. */
export function ShareBar({ shares, hot = false }: { readonly shares: readonly { readonly tool: string; readonly share: number }[]; readonly hot?: boolean }) {
  const named = shares.filter((s) => s.tool !== '' && s.share > 0);
  const rest = Math.max(0, 1 - named.reduce((sum, s) => sum + s.share, 0));
  return (
    <span className="sharebar" data-hot={hot || undefined} aria-hidden="true">
      {named.map((s, i) => <i key={s.tool} data-rank={Math.min(i, 2)} style={{ flexGrow: s.share }} />)}
      {rest > 0.005 && <i data-rank="rest" style={{ flexGrow: rest }} />}
    </span>
  );
}

export interface Ranked { readonly key: string; readonly label: ReactNode; readonly value: number; readonly text: string; readonly note?: string }

/** A ranked list with a bar behind each label. */
export function RankList({ items, label, tone }: { readonly items: readonly Ranked[]; readonly label: string; readonly tone?: 'hot' }) {
  const { t } = useWords();
  if (items.length === 0) return <p className="dim">{t.none}</p>;
  const top = Math.max(1, ...items.map((i) => i.value));
  return (
    <ul className="ranklist" aria-label={label} data-tone={tone}>
      {items.map((item) => (
        <li key={item.key}>
          <span className="rank-label">{item.label}</span>
          <span className="rank-value">{item.text}</span>
          <span className="rank-bar" aria-hidden="true"><i style={{ width: `${Math.max(0.5, (100 * item.value) / top)}%` }} /></span>
        </li>
      ))}
    </ul>
  );
}
