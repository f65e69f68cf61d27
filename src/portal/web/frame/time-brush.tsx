/**
 * The time brush: a small picture of a longer span with the chosen window on it. Moving it moves every chart.
 *
 * Drag on it to choose, drag the window to move, its edges to resize; arrow keys move, with Shift they resize. Beside it the usual spans and live/paused.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useWords } from '../i18n/language.tsx';
import { call } from './api-client.ts';
import { useLive } from './live.ts';
import { setParams } from './location.ts';
import { DEFAULT_SPAN_US, isoOf, showSpan, toggleLive, useTimeRange, type Resolved } from './time-range.ts';

const MINUTE_US = 60e6;
const DAY_US = 86_400e6;
const SPANS: Readonly<Record<string, number>> = { '15m': 15 * MINUTE_US, '1h': DEFAULT_SPAN_US, '6h': 6 * 3_600e6, '1d': DAY_US, '7d': 7 * DAY_US, '30d': 30 * DAY_US };
type SpanKey = '15m' | '1h' | '6h' | '1d' | '7d' | '30d' | 'all';
/** An edge is caught within this many pixels. */
const EDGE_PX = 7;

/** The longer span the window is drawn on: a day, or enough to show a window that is longer or lies further back. */
export function overviewOf(window: Resolved, latestUs: number): Resolved {
  const span = window.toUs - window.fromUs;
  const width = Math.max(DAY_US, span * 1.5);
  const newest = Math.max(latestUs, window.toUs);
  const toUs = newest - width <= window.fromUs ? newest : Math.min(newest, window.toUs + width * 0.25);
  return { fromUs: toUs - width, toUs };
}

export function TimeBrush({ resolved }: { readonly resolved: Resolved | undefined }) {
  const { t, f } = useWords();
  const range = useTimeRange();
  const latest = useLive((s) => s.counters?.lastUs ?? null);
  const sensorsLive = useLive((s) => s.counters?.sensorsLive ?? null);
  const track = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState<Resolved | null>(null);
  const grip = useRef<{ kind: 'new' | 'move' | 'from' | 'to'; startX: number; start: Resolved } | null>(null);
  const area = resolved ? overviewOf(resolved, latest ?? 0) : undefined;
  // Rounded to the minute, so that a live picture asks once a minute and not at every packet.
  const key = area ? [Math.floor(area.fromUs / MINUTE_US), Math.ceil(area.toUs / MINUTE_US)] as const : undefined;
  const overview = useQuery({
    queryKey: ['overview', key?.[0], key?.[1]],
    queryFn: ({ signal }) => call('GET /observations/histogram', { query: { from: isoOf((key?.[0] ?? 0) * MINUTE_US), to: isoOf((key?.[1] ?? 0) * MINUTE_US), bins: 120 }, signal }),
    enabled: key !== undefined, staleTime: 60_000, placeholderData: (previous) => previous,
  });

  const shown = draft ?? resolved;
  const x = (us: number): number => (area ? Math.max(0, Math.min(1, (us - area.fromUs) / (area.toUs - area.fromUs))) : 0);
  const usAt = (clientX: number): number => {
    const box = track.current?.getBoundingClientRect();
    if (!box || !area) return 0;
    return area.fromUs + Math.max(0, Math.min(1, (clientX - box.left) / box.width)) * (area.toUs - area.fromUs);
  };
  const down = (event: PointerEvent<HTMLDivElement>): void => {
    if (!resolved || !area || event.button !== 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    const px = event.clientX - box.left;
    const [from, to] = [x(resolved.fromUs) * box.width, x(resolved.toUs) * box.width];
    const kind = Math.abs(px - from) < EDGE_PX ? 'from' : Math.abs(px - to) < EDGE_PX ? 'to' : px > from && px < to ? 'move' : 'new';
    grip.current = { kind, startX: event.clientX, start: kind === 'new' ? { fromUs: usAt(event.clientX), toUs: usAt(event.clientX) } : resolved };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const moveTo = (event: PointerEvent<HTMLDivElement>): void => {
    const held = grip.current;
    if (!held || !area) return;
    const by = usAt(event.clientX) - usAt(held.startX);
    const { fromUs, toUs } = held.start;
    if (held.kind === 'move') setDraft({ fromUs: fromUs + by, toUs: toUs + by });
    else {
      const [a, b] = held.kind === 'from' ? [fromUs + by, toUs] : [fromUs, toUs + by];
      setDraft({ fromUs: Math.min(a, b), toUs: Math.max(a, b) });
    }
  };
  const up = (event: PointerEvent<HTMLDivElement>): void => {
    const held = grip.current;
    grip.current = null;
    setDraft(null);
    if (!held || !resolved) return;
    if (draft && Math.abs(event.clientX - held.startX) > 3) showSpan(draft.fromUs, draft.toUs);
    else if (held.kind === 'new') {
      const half = (resolved.toUs - resolved.fromUs) / 2;
      showSpan(usAt(event.clientX) - half, usAt(event.clientX) + half);
    }
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!resolved) return;
    const span = resolved.toUs - resolved.fromUs;
    const sign = event.key === 'ArrowLeft' || event.key === 'ArrowDown' ? -1 : event.key === 'ArrowRight' || event.key === 'ArrowUp' ? 1 : 0;
    if (sign === 0) return;
    event.preventDefault();
    if (event.shiftKey) showSpan(resolved.fromUs - (sign * span) / 4, resolved.toUs);
    else showSpan(resolved.fromUs + (sign * span) / 4, resolved.toUs + (sign * span) / 4);
  };

  const spanUs = resolved ? resolved.toUs - resolved.fromUs : DEFAULT_SPAN_US;
  const named = (Object.keys(SPANS) as SpanKey[]).find((k) => range.live && Math.abs((SPANS[k] ?? 0) - spanUs) < 0.02 * spanUs);
  const spanText = resolved ? f.fromTo(resolved.fromUs, resolved.toUs).join(' – ') : '';
  const choose = (value: string): void => {
    if (value === 'custom') return;
    if (value === 'all') setParams({ from: '1970-01-01T00:00:00Z', to: null });
    else if (value === '1h') setParams({ from: null, to: null });
    // Stored time that ended long ago: the span counts back from its end, not from now.
    else if (resolved && resolved.toUs < Date.now() * 1000 - DEFAULT_SPAN_US) showSpan(resolved.toUs - (SPANS[value] ?? 0), resolved.toUs);
    else setParams({ from: `now-${value}`, to: null });
  };
  const values = overview.data?.packets ?? [];
  const top = Math.max(1, ...values);
  const path = values.map((v, i) => `${i === 0 ? 'M' : 'L'}${((i / Math.max(1, values.length - 1)) * 100).toFixed(2)} ${(27 - 22 * (v / top)).toFixed(2)}`).join('');
  return (
    <div className="time">
      <div
        ref={track} className="brush" role="slider" tabIndex={0} aria-label={t.brushLabel} aria-description={t.brushHint} title={t.brushHint}
        aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(x(resolved?.toUs ?? 0) * 100)} aria-valuetext={spanText}
        onPointerDown={down} onPointerMove={moveTo} onPointerUp={up} onPointerCancel={() => { grip.current = null; setDraft(null); }} onKeyDown={onKey}
      >
        <svg viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true"><path d={path} /></svg>
        {shown && <i className="brush-window" style={{ left: `${x(shown.fromUs) * 100}%`, width: `max(4px, ${(x(shown.toUs) - x(shown.fromUs)) * 100}%)` }} />}
      </div>
      <select className="span" aria-label={t.timeRange} value={named ?? 'custom'} onChange={(event) => choose(event.target.value)}>
        {named === undefined && <option value="custom">{spanText}</option>}
        {([...Object.keys(SPANS), 'all'] as SpanKey[]).map((k) => <option key={k} value={k}>{t.lastSpan[k]}</option>)}
      </select>
      <button type="button" className="live" data-live={(range.live && sensorsLive !== 0) || undefined} aria-pressed={range.live} title={range.live ? t.pause : t.goLive} onClick={() => toggleLive(range, resolved)}>
        <i aria-hidden="true" />{range.live ? (sensorsLive === 0 ? t.newest : t.live) : t.paused}
      </button>
    </div>
  );
}
