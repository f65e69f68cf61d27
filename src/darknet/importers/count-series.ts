/**
 * Published counts of a telescope: one row an interval, such as `"JST","packetnum","hostnum"` / `201906010000,54397,693`.
 *
 * Out: `darknet.count.seen`, one a row, with `count.packets`, `count.hosts` (other columns as `count.NAME`) and
 * `count.period_s`, the shortest step between rows so far. These are counts of a period, not packets, and their sources are
 * not known. Times `YYYYMMDD[hh[mm[ss]]]` or ISO are the start of the interval: in the zone that the column is named for
 * (JST, UTC, GMT), else local to the sensor.
 * Source: data of Han et al., "Dark-TRACER", IEEE Access 10, 2022 (github.com/Gotchance/Dark-TRACER). Memory: one row.
 * @module
 */
import { HOUR_US, MINUTE_US, parseIso, SECOND_US } from '../../core/time.ts';
import type { Observation } from '../../observations/observation.ts';
import type { Imported, Importer, ImportOptions } from '../importer.ts';
import { splitCells } from './reading/csv-rows.ts';
import { readTable } from './reading/csv-table.ts';
import { headLines } from './reading/line-reader.ts';
import { logTime } from './reading/naive-time.ts';
import { Fields, observation, RecordDefect } from './reading/record.ts';

/** Column names that say the zone; Japan has had no clock changes since 1951 (tz database). */
const ZONE_US: Readonly<Record<string, number>> = Object.freeze({ jst: 9 * HOUR_US, utc: 0, gmt: 0 });
const TIME_COLUMN = /^(jst|utc|gmt|time|date|datetime|timestamp|interval|start)$/i;
const COUNT_COLUMN = /^(packet|host|source|src|unique|flow|byte|count)[a-z_ ]*$/i;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(?:(\d{2})(\d{2})?)?)?$/;

export const countSeries = {
  name: 'count-series',
  about: 'Published counts of a telescope per interval, CSV (such as Dark-TRACER data, github.com/Gotchance/Dark-TRACER)',
  detect(head: Uint8Array): number {
    const lines = headLines(head, 3), columns = splitCells(lines[0] ?? '', ',', true) ?? [], cells = splitCells(lines[1] ?? '', ',', true) ?? [];
    const counts = columns.slice(1).length > 0 && columns.slice(1).every((name) => COUNT_COLUMN.test(name.trim()));
    return TIME_COLUMN.test((columns[0] ?? '').trim()) && counts && instant(cells[0] ?? '', '', () => 0) !== null ? 0.95 : 0;
  },
  async *read(chunks: AsyncIterable<Uint8Array>, options: ImportOptions) {
    let held: Imported | null = null, periodUs = Infinity, lastUs = NaN;
    const rows = readTable(chunks, { separator: ',', quotes: true, needed: [] }, (columns, cells, line) => interval(columns, cells, line, options));
    for await (const row of rows) {
      if (row.kind === 'observation') {
        const stepUs = row.observation.atUs - lastUs;
        if (stepUs > 0) periodUs = Math.min(periodUs, stepUs);
        lastUs = row.observation.atUs;
      }
      // A row is given out when the next is known, so that the first has its period too.
      if (held) yield timed(held, periodUs);
      held = row;
    }
    if (held) yield timed(held, periodUs);
  },
} as const satisfies Importer;

function interval(columns: readonly string[], cells: readonly string[], line: number, options: ImportOptions): Observation {
  const atUs = instant((cells[0] ?? '').trim(), columns[0] ?? '', options.zoneOffsetMinutes);
  if (atUs === null) throw new RecordDefect(`expected a time such as 201906010000, got '${(cells[0] ?? '').slice(0, 40)}'`);
  const fields = new Fields().add('event.module', 'count-series').add('event.action', 'count');
  for (let i = 1; i < columns.length; i++) {
    const name = (columns[i] ?? '').toLowerCase(), text = (cells[i] ?? '').trim();
    if (text === '') continue;
    if (!/^\d{1,15}(\.\d{1,9})?$/.test(text)) throw new RecordDefect(`expected '${name.slice(0, 40)}' to be a count, got '${text.slice(0, 40)}'`);
    fields.add(name.startsWith('packet') ? 'count.packets' : /^(host|source|src|unique)/.test(name) ? 'count.hosts' : `count.${name.slice(0, 40)}`, Number(text));
  }
  if (Object.keys(fields.all).length === 2) throw new RecordDefect('expected at least one count, got none');
  return observation({ kind: 'darknet.count.seen', atUs, line, role: 'unknown', fields });
}

function instant(text: string, column: string, zoneOffsetMinutes: (naiveUs: number) => number): number | null {
  const compact = COMPACT.exec(text);
  const zoneUs = ZONE_US[column.trim().toLowerCase()];
  const offset = zoneUs === undefined ? zoneOffsetMinutes : () => zoneUs / MINUTE_US;
  if (!compact) return logTime(text, offset);
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = compact;
  const naiveUs = parseIso(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  return naiveUs === null ? null : naiveUs - offset(naiveUs) * MINUTE_US;
}

function timed(row: Imported, periodUs: number): Imported {
  if (row.kind === 'defect' || !Number.isFinite(periodUs)) return row;
  return { kind: 'observation', observation: { ...row.observation, fields: { ...row.observation.fields, 'count.period_s': periodUs / SECOND_US } } };
}
