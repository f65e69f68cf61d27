/**
 * `noroshi query`: observations that match an expression, or exact counts by fields.
 * @module
 */
import { OperatorError } from '../../core/errors.ts';
import { QUERY_FIELDS, type QueryField } from '../../observations/contract.ts';
import { joinWarning } from '../../observations/series-of-kind.ts';
import { line, text, type Command } from '../command.ts';
import { RANGE_OPTIONS, rangeOf, wholeNumber } from '../ranges.ts';
import { table } from '../table.ts';

const MOST_ROWS = 10_000_000;
const DEFAULT_ROWS = 1000;
const DEFAULT_GROUPS = 100;

export const query: Command & { readonly name: 'query' } = {
  name: 'query', args: '[expression]', data: 'shared',
  about: 'Observations that match an expression, or counts by field.',
  options: [
    ...RANGE_OPTIONS,
    { flags: '--by <fields>', about: `count by fields, separated by commas: ${QUERY_FIELDS.join(' ')}; 'all' for totals` },
    { flags: '--limit <n>', about: `most rows (default ${DEFAULT_ROWS}; with --by ${DEFAULT_GROUPS})` },
  ],
  example: 'noroshi query "port == 23 && tool == mirai" --by country',
  async run(ctx, args, options) {
    const hub = await ctx.hub();
    const viewer = await hub.viewer();
    const expression = args[0] ?? '';
    const range = rangeOf(ctx, options);
    const by = text(options, 'by');
    if (by !== undefined) {
      const fields = by === 'all' || by === '' ? [] : by.split(',').map((f) => f.trim());
      for (const field of fields) if (!(QUERY_FIELDS as readonly string[]).includes(field)) throw new OperatorError('usage', { message: `--by knows no field '${field}'; it knows ${QUERY_FIELDS.join(', ')}.` });
      const rows = await hub.store.countBy(viewer, { expression, range, by: fields as QueryField[], limit: wholeNumber(options, 'limit', DEFAULT_GROUPS, 1, MOST_ROWS) });
      if (!fields.includes('kind')) {
        const kinds = await hub.store.countBy(viewer, { expression, range, by: ['kind'], limit: 100 });
        const warning = joinWarning(kinds.map((row) => String(row['kind'])));
        if (warning) ctx.note(warning);
      }
      if (ctx.json) { for (const row of rows) await line(ctx, row); return; }
      if (rows.length === 0) { ctx.note(`Nothing matches ${expression || 'in this time'}.`); return; }
      const columns = [...fields, 'packets', 'records', 'sources'];
      await ctx.out(table(columns, rows.map((row) => columns.map((c) => row[c] ?? null))));
      return;
    }
    const limit = wholeNumber(options, 'limit', DEFAULT_ROWS, 1, MOST_ROWS);
    let shown = 0;
    const page: (string | number | null)[][] = [];
    const header = ['at', 'sensor', 'src', 'dst', 'port', 'kind', 'tool', 'label', 'country'];
    for await (const row of hub.store.rows(viewer, { expression, range, limit })) {
      if (ctx.signal.aborted) return;
      shown++;
      if (ctx.json) { const { atUs: _atUs, ...rest } = row; await line(ctx, rest); } else page.push([row.at, row.sensor, row.src, row.dst, row.port, row.kind, row.tool, row.label, row.country]);
    }
    if (ctx.json) return;
    if (shown === 0) { ctx.note('Nothing matches. `noroshi query --by port` shows what is there; `noroshi read FILE --sensor NAME` adds more.'); return; }
    await ctx.out(table(header, page));
    if (shown === limit) ctx.note(`The newest ${limit} rows; --limit shows more, --by counts all.`);
  },
};
