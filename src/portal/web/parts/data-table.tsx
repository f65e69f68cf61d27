/**
 * A table of at most some hundred rows: real `<table>`, roving focus by `j`/`k` and arrows, Enter opens, values are reached by ←/→.
 *
 * Columns may leave at narrow widths (`wide`). Longer lists are `row-window.tsx`.
 * @module
 */
import type { KeyboardEvent, ReactNode } from 'react';
import { useRows } from './rows.ts';

export interface Column<R> {
  readonly key: string;
  readonly head: ReactNode;
  readonly cell: (row: R) => ReactNode;
  readonly align?: 'end';
  /** Shown only where there is room. */
  readonly wide?: boolean;
  readonly sort?: { readonly label: string; readonly active: 'ascending' | 'descending' | null; readonly press: () => void };
  readonly className?: string;
}
interface DataTableProps<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly rowKey: (row: R) => string;
  readonly onOpen?: (row: R) => void;
  readonly onEvidence?: (row: R) => void;
  readonly selected?: string | null;
  readonly hot?: (row: R) => boolean;
  /** This table answers the page's j, k, Enter, e and `.`. */
  readonly primary?: boolean;
  readonly className?: string;
}

export function DataTable<R>({ label, columns, rows, rowKey, onOpen, onEvidence, selected = null, hot, primary = false, className }: DataTableProps<R>) {
  const { place, props } = useRows({
    count: rows.length, primary,
    open: (i) => { const row = rows[i]; if (row !== undefined) onOpen?.(row); },
    evidence: (i) => { const row = rows[i]; if (row !== undefined) onEvidence?.(row); },
  });
  return (
    <div className={`table-place ${className ?? ''}`} ref={place} onKeyDown={props.onKeyDown as (event: KeyboardEvent) => void}>
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.key} scope="col" data-align={c.align} data-wide={c.wide || undefined} className={c.className} {...(c.sort?.active ? { 'aria-sort': c.sort.active } : {})}>
                {c.sort ? <button type="button" className="sort" aria-label={c.sort.label} onClick={c.sort.press}>{c.head}<i aria-hidden="true">{c.sort.active === 'ascending' ? '↑' : c.sort.active === 'descending' ? '↓' : ''}</i></button> : c.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => {
            const key = rowKey(row);
            return (
              <tr key={key} data-row={i} data-hot={hot?.(row) || undefined} data-openable={onOpen ? true : undefined} tabIndex={i === props.active ? 0 : -1} aria-current={key === selected || undefined}
                onFocus={() => props.setActive(i)}
                onClick={onOpen && ((event) => { if (!(event.target as Element).closest('a, button')) onOpen(row); })}>
                {columns.map((c) => <td key={c.key} data-align={c.align} data-wide={c.wide || undefined} className={c.className}>{c.cell(row)}</td>)}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
