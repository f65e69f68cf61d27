/**
 * The large time series: uPlot on a canvas, normal band behind, drag to choose a span.
 *
 * In: points in microseconds. uPlot comes with the first chart that is shown (23 KB). Colours are read from the tokens and again when the
 * theme changes. The canvas is hidden from readers; `figure.tsx` around it has the name and the table.
 * @module
 */
import { useEffect, useRef } from 'react';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { token, useAppearance } from '../frame/appearance.ts';
import { showSpan } from '../frame/time-range.ts';
import { useWords } from '../i18n/language.tsx';

export interface TimePoint { readonly atUs: number; readonly value: number; readonly low?: number | null; readonly high?: number | null }
interface TimeChartProps { readonly points: readonly TimePoint[]; readonly height?: number; readonly bars?: boolean; readonly hot?: boolean; readonly label: string }

export function TimeChart({ points, height = 150, bars = false, hot = false, label }: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const { dark, more } = useAppearance();
  const { f } = useWords();
  const hasBand = points.some((p) => p.low !== null && p.low !== undefined);
  const data = (): uPlot.AlignedData => {
    const xs = points.map((p) => p.atUs / 1e6);
    const values = points.map((p) => p.value);
    return hasBand ? [xs, values, points.map((p) => p.high ?? null), points.map((p) => p.low ?? null)] : [xs, values];
  };
  const newest = useRef(data);
  newest.current = data;

  useEffect(() => {
    const holder = place.current;
    if (!holder) return undefined;
    let gone = false;
    let watcher: ResizeObserver | undefined;
    void import('uplot').then(({ default: Plot }) => {
      if (gone) return;
      const ink = token(hot ? '--ember' : bars ? '--r2' : '--sea');
      const axis = { stroke: token('--ink-3'), font: `11px ${token('--font')}`, grid: { stroke: token('--line'), width: 1 }, ticks: { stroke: token('--line'), width: 1, size: 4 } };
      const band = token('--band');
      const paths = bars ? Plot.paths.bars?.({ size: [0.85, 40] }) : undefined;
      const series: uPlot.Series[] = [{}, { label, stroke: ink, width: bars ? 0 : 1.5, fill: bars ? ink : undefined as unknown as string, points: { show: false }, ...(paths ? { paths } : {}) }];
      if (hasBand) for (const edge of ['high', 'low']) series.push({ label: edge, stroke: 'transparent', width: 0, points: { show: false } });
      plot.current = new Plot({
        width: holder.clientWidth, height, series, legend: { show: false },
        ...(hasBand ? { bands: [{ series: [2, 3] as [number, number], fill: band }] } : {}),
        padding: [8, 18, 0, 0],
        cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { show: !bars } },
        scales: { x: { time: true }, y: { range: (_u, _min, max) => [0, max > 0 ? max * 1.08 : 1] } },
        axes: [
          { ...axis, size: 26, gap: 4, values: (_u, splits) => splits.map((s, i) => { const d = new Date(s * 1000); return (i === 0 && splits.length > 2 && (splits.at(-1) ?? 0) - s > 86_400) || (d.getHours() === 0 && d.getMinutes() === 0) ? f.time(s * 1e6).split(/[ ,]/).slice(0, 2).join(' ') : f.clock(s * 1e6); }) },
          { ...axis, size: 48, gap: 4, values: (_u, splits) => splits.map((v) => f.short(v)) },
        ],
        hooks: {
          setSelect: [(u) => {
            if (u.select.width < 4) return;
            const [from, to] = [u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')];
            u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
            showSpan(from * 1e6, to * 1e6);
          }],
        },
      }, newest.current(), holder);
      watcher = new ResizeObserver(() => { if (holder.clientWidth > 0) plot.current?.setSize({ width: holder.clientWidth, height }); });
      watcher.observe(holder);
    });
    return () => { gone = true; watcher?.disconnect(); plot.current?.destroy(); plot.current = null; };
  }, [dark, more, f, height, bars, hot, hasBand, label]);
  useEffect(() => { plot.current?.setData(newest.current()); }, [points]);
  return <div className="timechart" ref={place} style={{ minHeight: height }} aria-hidden="true" />;
}
