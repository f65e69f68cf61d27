/**
 * Rollups against the rows they sum: rebuilding them for a time, and finding where they differ.
 *
 * Rebuilding deletes the buckets of the range and sums the rows again; nothing may be inserted meanwhile (the store holds its
 * lock). It is noted in the table `rebuild` first, so that a crash halfway is made good when the store opens.
 * @module
 */
import type { Range } from './contract.ts';
import type { EventEngine } from './dialect.ts';
import { rangeCondition } from './sql/compile.ts';
import { numberLiteral, timeLiteral } from './sql/literal.ts';
import { ROLLUPS, ROLLUP_TIME, type Rollup } from './sql/migrations/001-observations.ts';

const NAMES = Object.keys(ROLLUPS) as Rollup[];

/** Ranges widened to whole buckets, joined where they touch, ascending. */
export function wholeBuckets(ranges: readonly Range[], bucketUs: number): Range[] {
  const wide = ranges.filter((range) => range.toUs > range.fromUs)
    .map(({ fromUs, toUs }) => ({ fromUs: Math.floor(fromUs / bucketUs) * bucketUs, toUs: Math.ceil(toUs / bucketUs) * bucketUs }))
    .sort((a, b) => a.fromUs - b.fromUs);
  const out: Range[] = [];
  for (const range of wide) {
    const last = out.at(-1);
    if (last && range.fromUs <= last.toUs) out[out.length - 1] = { fromUs: last.fromUs, toUs: Math.max(last.toUs, range.toUs) };
    else out.push(range);
  }
  return out;
}

/** Sums these times again from the rows. */
export async function rebuild(engine: EventEngine, ranges: readonly Range[], nowUs: number): Promise<void> {
  if (ranges.length === 0) return;
  const id = numberLiteral(nowUs);
  for (const { fromUs, toUs } of ranges) await engine.command(`INSERT INTO rebuild SELECT ${id}, ${timeLiteral(fromUs)}, ${timeLiteral(toUs)}, 0`);
  await rebuildNow(engine, ranges);
  await engine.command(`INSERT INTO rebuild SELECT id, from_us, to_us, 1 FROM rebuild WHERE id = ${id} GROUP BY id, from_us, to_us`);
}

async function rebuildNow(engine: EventEngine, ranges: readonly Range[]): Promise<void> {
  for (const name of NAMES) {
    const { column, bucketUs } = ROLLUP_TIME[name];
    for (const range of wholeBuckets(ranges, bucketUs)) {
      await engine.command(`DELETE FROM ${name} WHERE ${rangeCondition(range, column)}`);
      const source = `(SELECT * FROM observation WHERE ${rangeCondition(range)})`;
      await engine.command(`INSERT INTO ${name} (${ROLLUPS[name].columns.join(', ')}) ${selectInOrder(name, source)}`);
    }
  }
}

/** The rollup's SELECT; its columns come in the order of `columns`. */
function selectInOrder(name: Rollup, source: string): string {
  return `SELECT ${ROLLUPS[name].columns.join(', ')} FROM (${ROLLUPS[name].select(source)})`;
}

/** Finishes rebuilding that a crash cut short. Returns the ranges concerned. */
export async function finishRebuilds(engine: EventEngine): Promise<Range[]> {
  const open = await engine.select<{ id: number; f: number; t: number }>('SELECT id, from_us AS f, to_us AS t FROM rebuild GROUP BY id, f, t HAVING max(done) = 0');
  const ranges = open.map(({ f, t }) => ({ fromUs: f, toUs: t }));
  await rebuildNow(engine, ranges);
  for (const { id, f, t } of open) await engine.command(`INSERT INTO rebuild SELECT ${numberLiteral(id)}, ${timeLiteral(f)}, ${timeLiteral(t)}, 1`);
  if (open.length === 0) await engine.command('TRUNCATE TABLE rebuild');
  return ranges;
}

/** Keys and figures of each rollup, comparable: sketches by their estimate, which is a function of the set of sources. */
const COMPARED: Readonly<Record<Rollup, string>> = {
  by_minute: 'org, sensor, minute_us AS bucket, toInt64(sum(packets)) AS a, toInt64(sum(records)) AS b, uniqCombinedMerge(sources) AS c FROM @ GROUP BY org, sensor, bucket',
  by_port: 'org, sensor, proto, port, minute_us AS bucket, own_label, toInt64(sum(packets)) AS a, toInt64(sum(records)) AS b, uniqCombinedMerge(sources) AS c FROM @ GROUP BY org, sensor, proto, port, bucket, own_label',
  by_source: `host, day_us AS bucket, sensor, port_key, facet, toInt64(sum(packets)) AS a, toInt64(sum(records)) AS b, groupBitOr(hours) AS h FROM @
    GROUP BY host, bucket, sensor, port_key, facet`,
};

/** Start times (µs) of buckets where a rollup and the rows disagree, ascending: minutes, or days for the sources' rollup. */
export async function differingBuckets(engine: EventEngine, range: Range): Promise<number[]> {
  const found = new Set<number>();
  for (const name of NAMES) {
    const { column, bucketUs } = ROLLUP_TIME[name];
    const [whole] = wholeBuckets([range], bucketUs);
    if (!whole) continue;
    const kept = `SELECT ${COMPARED[name].replace('@', `${name} WHERE ${rangeCondition(whole, column)}`)}`;
    const again = `SELECT ${COMPARED[name].replace('@', `(${selectInOrder(name, `(SELECT * FROM observation WHERE ${rangeCondition(whole)})`)})`)}`;
    const rows = await engine.select<{ bucket: number }>(`SELECT bucket FROM (
      SELECT *, 1 AS side FROM (${kept}) UNION ALL SELECT *, -1 AS side FROM (${again})) GROUP BY ${keysOf(name)} HAVING sum(side) != 0`);
    for (const { bucket } of rows) found.add(bucket);
  }
  return [...found].sort((a, b) => a - b);
}

const keysOf = (name: Rollup): string => ({
  by_minute: 'org, sensor, bucket, a, b, c',
  by_port: 'org, sensor, proto, port, bucket, own_label, a, b, c',
  by_source: 'host, bucket, sensor, port_key, facet, a, b, h',
})[name];
