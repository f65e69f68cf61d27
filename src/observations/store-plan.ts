/**
 * Cuts a time range into windows of bounded row counts, by the per-minute rollup: how rows and scans are read piece by piece.
 *
 * In: who asks and a range. Out: minutes with their rows, ascending. Cost: one small query; 24 bytes a minute with data.
 * @module
 */
import { MINUTE_US } from '../core/time.ts';
import type { Range, Viewer } from './contract.ts';
import type { EventEngine } from './dialect.ts';
import { orgCondition, rangeCondition } from './sql/compile.ts';
import { textList } from './sql/literal.ts';

export interface Minute { readonly fromUs: number; readonly packets: number; readonly rows: number }

/** Minutes that hold rows, cut to the range's own minutes. */
export async function minutesOf(engine: EventEngine, viewer: Viewer, range: Partial<Range>, sensors?: readonly string[]): Promise<Minute[]> {
  const outer: Partial<Range> = {
    ...(range.fromUs === undefined ? {} : { fromUs: Math.floor(range.fromUs / MINUTE_US) * MINUTE_US }),
    ...(range.toUs === undefined ? {} : { toUs: range.toUs }),
  };
  const only = sensors === undefined ? '' : sensors.length === 0 ? ' AND 0' : ` AND sensor IN (${textList(sensors)})`;
  const rows = await engine.select<{ m: number; p: number; r: number }>(`SELECT minute_us AS m, sum(packets) AS p, sum(records) AS r FROM by_minute
    WHERE ${orgCondition(viewer)} AND ${rangeCondition(outer, 'minute_us')}${only} GROUP BY minute_us ORDER BY minute_us`);
  return rows.map(({ m, p, r }) => ({ fromUs: m, packets: p, rows: p + r }));
}

/** Joins adjoining minutes into windows of at most `most(k)` rows each (one minute at least), in the order given. */
export function windowsOf(minutes: readonly Minute[], rowsOf: (minute: Minute) => number, most: (k: number) => number): Range[] {
  const out: Range[] = [];
  let from = Infinity, to = -Infinity, rows = 0;
  for (const minute of minutes) {
    const more = rowsOf(minute);
    if (more === 0) continue;
    if (rows > 0 && rows + more > most(out.length)) {
      out.push({ fromUs: from, toUs: to });
      from = Infinity; to = -Infinity; rows = 0;
    }
    from = Math.min(from, minute.fromUs);
    to = Math.max(to, minute.fromUs + MINUTE_US);
    rows += more;
  }
  if (rows > 0) out.push({ fromUs: from, toUs: to });
  return out;
}

/** The part of a window within a range. */
export function cut(window: Range, range: Partial<Range>): Range {
  return { fromUs: Math.max(window.fromUs, range.fromUs ?? -Infinity), toUs: Math.min(window.toUs, range.toUs ?? Infinity) };
}
