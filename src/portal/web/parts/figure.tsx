/**
 * A chart and its twin: every picture has a name for screen readers and the same numbers as a table, one button away.
 *
 * Rows of the twin are made only when it is opened.
 * @module
 */
import { useId, useState, type ReactNode } from 'react';
import { useWords } from '../i18n/language.tsx';
import { Icon } from './icon.tsx';

export interface Twin { readonly head: readonly string[]; readonly rows: () => readonly (readonly ReactNode[])[] }
interface FigureProps {
  readonly title: string;
  readonly note?: ReactNode;
  /** The picture in one sentence. */
  readonly summary: string;
  readonly twin: Twin;
  readonly children: ReactNode;
  readonly className?: string;
  readonly lead?: ReactNode;
}
/** More rows than a person reads; the rest is in Explore. */
const MAX_TWIN_ROWS = 500;

export function Figure({ title, note, summary, twin, children, className, lead }: FigureProps) {
  const { t } = useWords();
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <figure className={`figure ${className ?? ''}`} aria-labelledby={id}>
      <figcaption>
        <span id={id} className="figure-title">{title}</span>
        <span className="figure-note">{note}</span>
        <button type="button" className="twin-button" aria-pressed={asTable} aria-label={`${asTable ? t.chart : t.table}: ${title}`} title={asTable ? t.chart : t.table} onClick={() => setAsTable(!asTable)}>
          <Icon name={asTable ? 'chart' : 'table'} />
        </button>
      </figcaption>
      {lead}
      {asTable ? <TwinTable title={title} twin={twin} /> : (
        <div className="picture" role="group" aria-label={summary}>{children}</div>
      )}
    </figure>
  );
}

function TwinTable({ title, twin }: { readonly title: string; readonly twin: Twin }) {
  const rows = twin.rows();
  return (
    <div className="twin" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead><tr>{twin.head.map((h) => <th key={h} scope="col">{h}</th>)}</tr></thead>
        <tbody>{rows.slice(0, MAX_TWIN_ROWS).map((row, i) => <tr key={i}>{row.map((cell, j) => <td key={j}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}
