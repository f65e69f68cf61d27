/**
 * What happened, exactly: rows, counts, histogram, completions, and the audited export.
 *
 * Pages go by `beforeUs`: a page never splits a microsecond, so that the next begins where it ended. An export streams from the
 * store to the socket with the reader's pace; its cells are neutral to spreadsheets (OWASP, "CSV Injection").
 * @module
 */
import { Readable } from 'node:stream';
import { OperatorError } from '../../core/errors.ts';
import { QUERY_FIELDS, type ObservationRow, type QueryField } from '../../observations/contract.ts';
import { complete } from '../../observations/query/complete.ts';
import { parseQuery } from '../../observations/query/parser.ts';
import { QuerySyntaxError } from '../../observations/query/query-error.ts';
import { histogram } from '../../observations/questions/histogram.ts';
import { STREAMED, type SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

/** Bytes gathered before they go to the socket. */
const CHUNK_BYTES = 64 << 10;

type Keys = 'GET /observations' | 'GET /observations/count' | 'GET /observations/histogram' | 'GET /observations/complete' | 'GET /observations/export';

export function observationRoutes({ services, ranges }: RouteContext): SomeHandlers<Keys> {
  const { store, orgs, clock } = services;
  return {
    async 'GET /observations'({ viewer, query }) {
      const range = await ranges.resolve(viewer, query);
      const toUs = query.beforeUs === undefined ? range.toUs : Math.min(range.toUs, query.beforeUs);
      const rows: ObservationRow[] = [];
      if (toUs > range.fromUs) {
        for await (const row of store.rows(viewer, { expression: query.query, range: { fromUs: range.fromUs, toUs }, limit: query.limit + 1 })) rows.push(row);
      } else parseQuery(query.query, { nowUs: clock.nowUs() });
      const more = rows.length > query.limit;
      return { ...range, rows: more ? wholeMicroseconds(rows) : rows, more };
    },

    async 'GET /observations/count'({ viewer, query }) {
      const range = await ranges.resolve(viewer, query);
      const by = query.by === '' ? [] : query.by.split(',').map(requireField);
      return { ...range, rows: await store.countBy(viewer, { expression: query.query, range, by, limit: query.limit }) };
    },

    async 'GET /observations/histogram'({ viewer, query }) {
      const range = await ranges.resolve(viewer, query);
      return histogram(store, viewer, { expression: query.query, range, bins: query.bins });
    },

    async 'GET /observations/complete'({ viewer, query }) {
      const sensors = (await ranges.extent(viewer)).map((s) => s.sensor as string);
      const { from, to, items } = complete(query.text, query.at, { values: { sensor: sensors, org: [...viewer.orgs] } });
      return { items: items.map((item) => ({ text: item.text, about: item.about, from, to })), error: mistakeIn(query.text, clock.nowUs()) };
    },

    async 'GET /observations/export'({ viewer, query, reply }) {
      const range = await ranges.resolve(viewer, query);
      parseQuery(query.query, { nowUs: clock.nowUs() });
      const limit = Math.min(query.limit ?? Infinity, Number(await orgs.settings.get('export.most-rows')));
      for (const org of viewer.orgs) await orgs.audit.append({ org, person: viewer.person, action: 'observations.export', subject: query.query, detail: JSON.stringify({ ...range, as: query.as, limit }) });
      const rows = store.rows(viewer, { expression: query.query, range, limit, ascending: true });
      reply.header('cache-control', 'no-store').header('content-disposition', `attachment; filename="observations.${query.as}"`)
        .type(query.as === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8');
      await reply.send(Readable.from(chunks(query.as === 'csv' ? csvLines(rows) : jsonLines(rows)), { objectMode: false }));
      return STREAMED;
    },
  };
}

/** Cuts the last, perhaps incomplete microsecond off a page that has more after it. */
function wholeMicroseconds(rows: ObservationRow[]): ObservationRow[] {
  const cut = rows.at(-1)?.atUs;
  const kept = rows.filter((row) => row.atUs !== cut);
  // More rows in one microsecond than a page holds: those beyond are reached by a narrower question.
  return kept.length > 0 ? kept : rows.slice(0, -1);
}

function requireField(text: string): QueryField {
  const field = QUERY_FIELDS.find((name) => name === text.trim());
  if (!field) throw new OperatorError('usage', { message: `Counts are by ${QUERY_FIELDS.join(', ')}; '${text.slice(0, 40)}' is none of them.` });
  return field;
}

function mistakeIn(text: string, nowUs: number): { message: string; at: number } | null {
  try { parseQuery(text, { nowUs }); return null; } catch (error) {
    if (error instanceof QuerySyntaxError) return { message: error.sentence, at: error.at };
    throw error;
  }
}

async function* jsonLines(rows: AsyncIterable<ObservationRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

const COLUMNS = ['at', 'org', 'sensor', 'region', 'kind', 'src', 'dst', 'sport', 'port', 'proto', 'ttl', 'ipid', 'window', 'flags', 'seq', 'length', 'payload', 'tool', 'label', 'role', 'country', 'asn', 'session', 'tags', 'fields'] as const satisfies readonly (keyof ObservationRow)[];

async function* csvLines(rows: AsyncIterable<ObservationRow>): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  for await (const row of rows) yield `${COLUMNS.map((column) => csvCell(row[column])).join(',')}\r\n`;
}

/** RFC 4180, and no cell that a spreadsheet takes for a formula. */
export function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = Array.isArray(value) ? value.join(' ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

async function* chunks(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let held: string[] = [], size = 0;
  for await (const line of lines) {
    held.push(line);
    size += line.length;
    if (size >= CHUNK_BYTES) { yield Buffer.from(held.join('')); held = []; size = 0; }
  }
  if (size > 0) yield Buffer.from(held.join(''));
}

