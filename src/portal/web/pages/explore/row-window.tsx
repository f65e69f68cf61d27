/**
 * A long list of observations: only the rows in sight exist; more are asked for as the end comes near.
 *
 * An ARIA grid with `aria-rowcount`, so that readers know its true length. Cost: some 40 rows in the document, whatever the length.
 * @module
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect } from 'react';
import type { ObservationRow } from '../../frame/api-client.ts';
import { useMe } from '../../frame/session.tsx';
import { useWords } from '../../i18n/language.tsx';
import { portText, sensorText } from '../../parts/names.ts';
import { useRows } from '../../parts/rows.ts';
import { Value } from '../../parts/value.tsx';

const ROW_PX = 30;
interface RowWindowProps {
  readonly rows: readonly ObservationRow[];
  readonly rowKey: (row: ObservationRow) => string;
  readonly selected: string | null;
  readonly onOpen: (row: ObservationRow) => void;
  readonly onEvidence: (row: ObservationRow) => void;
  readonly more: boolean;
  readonly loadingMore: boolean;
  readonly loadMore: () => void;
  readonly total: number;
}

export function RowWindow({ rows, rowKey, selected, onOpen, onEvidence, more, loadingMore, loadMore, total }: RowWindowProps) {
  const { t, f } = useWords();
  const me = useMe();
  const { place, props } = useRows({
    count: rows.length, primary: true,
    open: (i) => { const row = rows[i]; if (row) onOpen(row); },
    evidence: (i) => { const row = rows[i]; if (row) onEvidence(row); },
    reveal: (i) => window_.scrollToIndex(i, { align: 'auto' }),
  });
  const window_ = useVirtualizer({ count: rows.length, getScrollElement: () => place.current, estimateSize: () => ROW_PX, overscan: 12 });
  const items = window_.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => { if (more && !loadingMore && last >= rows.length - 30) loadMore(); }, [more, loadingMore, last, rows.length, loadMore]);
  const heads = [t.col.time, t.col.src, t.col.country, t.col.port, t.col.tool, t.col.label, t.col.sensor];
  return (
    <>
      <div className="grid" role="grid" aria-label={t.explore.rows} aria-rowcount={Math.max(total, rows.length) + 1} aria-colcount={heads.length} ref={place} onKeyDown={props.onKeyDown}>
        <div className="grid-head" role="row" aria-rowindex={1}>
          {heads.map((h, i) => <span key={h} role="columnheader" data-col={i}>{h}</span>)}
        </div>
        <div className="grid-body" role="presentation" style={{ height: window_.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const key = rowKey(row);
            return (
              <div key={item.key} role="row" aria-rowindex={item.index + 2} aria-selected={key === selected} data-row={item.index} className="grid-row" tabIndex={item.index === props.active ? 0 : -1}
                aria-label={t.explore.rowLabel(row.src, portText(row.port), f.exact(row.atUs))} style={{ transform: `translateY(${item.start}px)` }}
                onFocus={() => props.setActive(item.index)} onClick={(event) => { if (!(event.target as Element).closest('button')) onOpen(row); }}>
                <span role="gridcell" data-col={0} className="mono"><time dateTime={row.at}>{f.exact(row.atUs).slice(-12)}</time></span>
                <span role="gridcell" data-col={1}><Value field="src" value={row.src} inRow /></span>
                <span role="gridcell" data-col={2}><Value field="country" value={row.country} inRow quiet /></span>
                <span role="gridcell" data-col={3}><Value field="port" value={row.port} inRow /></span>
                <span role="gridcell" data-col={4}><Value field="tool" value={row.tool} inRow quiet /></span>
                <span role="gridcell" data-col={5}><Value field="label" value={row.label} inRow quiet /></span>
                <span role="gridcell" data-col={6}><Value field="sensor" value={row.sensor} inRow quiet>{sensorText(row.sensor, me.org)}</Value></span>
              </div>
            );
          })}
        </div>
      </div>
      <p className="grid-foot dim" role="status">{loadingMore ? t.explore.loadMore : more ? '' : t.explore.end}</p>
    </>
  );
}
