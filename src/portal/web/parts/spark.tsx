/**
 * Small line charts in SVG: a bare trend for table rows, and a series with its normal band behind it.
 *
 * Drawn in a 100-unit square that stretches to its place; strokes do not stretch. Cost: one path a series.
 * @module
 */
import type { BandPoint } from '../frame/api-client.ts';

const W = 100;

function scale(values: readonly number[], floor: number | null): { low: number; span: number } {
  let low = floor ?? Infinity;
  let high = -Infinity;
  for (const v of values) { if (v < low) low = v; if (v > high) high = v; }
  if (!Number.isFinite(low)) low = 0;
  if (!Number.isFinite(high)) high = 1;
  return { low, span: high - low || 1 };
}

/** A trend without axes; `hot` when it needs a human. Decorative: the row says the numbers. */
export function Trend({ values, hot = false, height = 22 }: { readonly values: readonly number[]; readonly hot?: boolean; readonly height?: number }) {
  if (values.length < 2) return <svg className="trend" viewBox={`0 0 ${W} ${height}`} aria-hidden="true" />;
  const { low, span } = scale(values, 0);
  const y = (v: number): number => height - 3 - ((v - low) / span) * (height - 6);
  const d = values.map((v, i) => `${i === 0 ? 'M' : 'L'}${((i / (values.length - 1)) * W).toFixed(2)} ${y(v).toFixed(2)}`).join('');
  const end = y(values.at(-1) ?? 0);
  return (
    <span className="trend" data-hot={hot || undefined} style={{ height }} aria-hidden="true">
      <svg viewBox={`0 0 ${W} ${height}`} preserveAspectRatio="none"><path d={d} /></svg>
      <i style={{ top: end }} />
    </span>
  );
}

interface BandProps { readonly points: readonly BandPoint[]; readonly hot?: boolean; readonly height?: number }

/** A series over its normal band. */
export function BandLine({ points, hot = false, height = 56 }: BandProps) {
  if (points.length < 2) return <div className="bandline" style={{ height }} />;
  const known = points.filter((p) => p.low !== null && p.high !== null);
  const all = points.map((p) => p.value).concat(known.map((p) => p.low ?? 0), known.map((p) => p.high ?? 0));
  const { low, span } = scale(all, null);
  const first = points[0]?.atUs ?? 0;
  const width = (points.at(-1)?.atUs ?? 1) - first || 1;
  const x = (us: number): string => (((us - first) / width) * W).toFixed(2);
  const y = (v: number): number => height - 5 - ((v - low) / span) * (height - 10);
  const line = points.map((p, i) => `${i === 0 ? 'M' : 'L'}${x(p.atUs)} ${y(p.value).toFixed(2)}`).join('');
  const band = known.length > 1
    ? `M${known.map((p) => `${x(p.atUs)} ${y(p.high ?? 0).toFixed(2)}`).join('L')}L${[...known].reverse().map((p) => `${x(p.atUs)} ${y(p.low ?? 0).toFixed(2)}`).join('L')}Z`
    : '';
  return (
    <div className="bandline" data-hot={hot || undefined} style={{ height }}>
      <svg viewBox={`0 0 ${W} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {band !== '' && <path className="band" d={band} />}
        <path className="line" d={line} />
      </svg>
      <i style={{ top: y(points.at(-1)?.value ?? 0) }} aria-hidden="true" />
    </div>
  );
}

/** Whether the newest point stands outside its band on the upper side. */
export function aboveBand(points: readonly BandPoint[]): boolean {
  const last = points.at(-1);
  return last !== undefined && last.high !== null && last.value > last.high;
}
