/**
 * Questions of the portal on a hundred million packets of ten sensors over thirty days: Now, a port over a day, a host over a month,
 * Explore over a day.
 *
 * The rows are made inside the engine from a seeded hash (INSERT SELECT FROM numbers), through the same rollups: 131,072 sources
 * by Zipf's law, nine of ten packets to the source's own port. Out: one JSON line a question, p50 and p95 in ms of ROUNDS runs with
 * varied parameters. Goals: 150 ms at p95, Explore 1 s. There is no peer: the alternative is the rows without rollups.
 * `NOROSHI_BENCH_ROWS` sets the number of rows, `NOROSHI_BENCH_DIR` a folder that is kept and used again.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatV4 } from '../src/core/address.ts';
import { manualClock } from '../src/core/clock.ts';
import { orgId } from '../src/core/ids.ts';
import { parsePortKey } from '../src/core/ports.ts';
import { seededRng } from '../src/core/rng.ts';
import type { EventStore, Viewer } from '../src/observations/contract.ts';
import { openChdb } from '../src/observations/chdb-connection.ts';
import { histogram } from '../src/observations/questions/histogram.ts';
import { askHost } from '../src/observations/questions/host.ts';
import { askNow } from '../src/observations/questions/now.ts';
import { askPort } from '../src/observations/questions/port.ts';
import { OBSERVATION_COLUMNS } from '../src/observations/sql/migrations/001-observations.ts';
import { openEventStore } from '../src/observations/store.ts';
import { peakMiB, quantile, result } from './measure.ts';

const ROWS = Number(process.env['NOROSHI_BENCH_ROWS'] ?? 100_000_000), ROUNDS = 25, SENSORS = 10, DAYS = 30;
const kept = process.env['NOROSHI_BENCH_DIR'], dir = kept ?? mkdtempSync(join(tmpdir(), 'noroshi-100m-'));
const NOW_US = Date.UTC(2026, 10, 1) * 1000, DAY_US = 86_400_000_000, START_US = NOW_US - DAYS * DAY_US;
const VIEWER: Viewer = { person: 'bench', orgs: [orgId('local')], role: 'viewer' };
const PORTS = [23, 22, 80, 443, 2323, 445, 5555, 8080, 3389, 6379, 37215, 60023];

/** The columns of row `number` as SQL; columns not named have their type's default. */
function generator(from: number, count: number): string {
  const h = (salt: number): string => `cityHash64(number, ${salt})`;
  const columns: Record<string, string> = {
    at_us: `toInt64(${START_US} + intDiv(number * ${(DAYS * DAY_US) / 1000}, ${ROWS / 1000}))`, org: "'local'", sensor: `concat('local/s', toString(${h(1)} % ${SENSORS}))`,
    region: `concat('198.51.', toString(${h(5)} % 256), '.0/24')`, kind: "'darknet.packet.seen'", packet: '1', family: '4',
    src: `toFixedString(unhex(concat('00000000000000000000FFFF', hex(reverse(reinterpretAsString(toUInt32(address)))))), 16)`, host: 'toUInt64(281470681743360) + address',
    proto: '6', sport: `${h(6)} % 65536`, dport: `if(${h(2)} % 10 < 9, [${PORTS.join(', ')}][rank % ${PORTS.length} + 1], ${h(3)} % 65536)`, ttl: '40 + rank % 24', ip_bits: '128', flags: '2',
    seq: `${h(4)} % 4294967296`, ipid: `${h(7)} % 65536`, window: `${h(8)} % 65536`, ip_len: '44', tool: "['', 'mirai', 'zmap', 'masscan'][rank % 4 + 1]", label: "'unexplained'", role: "'unknown'",
    facet: "concat('darknet.packet.seen ', ['', 'mirai', 'zmap', 'masscan'][rank % 4 + 1], ' unexplained unknown')",
    country: "['JP', 'US', 'CN', 'BR', 'DE', 'RU', 'IN', 'KR', 'FR', 'VN'][rank % 10 + 1]", asn: '64496 + rank % 4000', source: "'bench'", record: 'number', ingested_us: `${NOW_US}`,
  };
  const names = OBSERVATION_COLUMNS.map(([name]) => name).filter((name) => name in columns);
  return `INSERT INTO observation (${names.join(', ')}) SELECT ${names.map((name) => `${columns[name]} AS c_${name}`).join(', ')} FROM (
    SELECT number, toUInt32(pow(2, (${h(0)} % 1000000) / 1000000 * 17)) AS rank, toUInt32(167772160 + rank) AS address FROM numbers(${from}, ${count}))`;
}

async function fill(): Promise<number> {
  const engine = await openChdb(join(dir, 'events'));
  const [before] = await engine.select<{ n: number }>('SELECT count() AS n FROM observation');
  const start = performance.now(), STEP = 2_000_000;
  for (let from = before?.n ?? 0; from < ROWS; from += STEP) await engine.command(generator(from, Math.min(STEP, ROWS - from)));
  await engine.close();
  return (performance.now() - start) / 1000;
}

async function measure(store: EventStore, name: string, goalMs: number, ask: (round: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let round = -2; round < ROUNDS; round++) { // two runs to warm up
    const start = performance.now();
    await ask(round);
    if (round >= 0) times.push(performance.now() - start);
  }
  result({ name: `questions-100m ${name}`, n: ROWS, unit: 'ms at p95', ours: Math.round(quantile(times, 0.95)), p50: Math.round(quantile(times, 0.5)), goal: goalMs, engine: store.engine });
}

try {
  const clock = manualClock(NOW_US);
  const first = await openEventStore({ dir: join(dir, 'events'), clock });
  await first.close();
  const seconds = await fill();
  const store = await openEventStore({ dir: join(dir, 'events'), clock });
  process.stderr.write(`${ROWS} rows in ${Math.round(seconds)} s, ${Math.round(await store.bytesOnDisk() / 2 ** 20)} MiB\n`);
  const rng = seededRng('questions');
  const hour = (): { fromUs: number; toUs: number } => { const toUs = NOW_US - rng.below(12) * 3_600_000_000; return { fromUs: toUs - 3_600_000_000, toUs }; };
  const day = (): { fromUs: number; toUs: number } => { const toUs = NOW_US - rng.below(20) * DAY_US; return { fromUs: toUs - DAY_US, toUs }; };
  await measure(store, 'Now, an hour', 150, () => askNow(store, VIEWER, hour()));
  await measure(store, 'a port over a day', 150, () => askPort(store, VIEWER, parsePortKey(`tcp/${rng.pick(PORTS)}`) ?? 0, day()));
  await measure(store, 'a host over a month', 150, () => askHost(store, VIEWER, formatV4(167_772_160 + Math.floor(2 ** (rng.float() * 17))), { fromUs: START_US, toUs: NOW_US }));
  await measure(store, 'Explore, histogram of a day', 1000, () => histogram(store, VIEWER, { expression: '', range: day(), bins: 200 }));
  await measure(store, 'Explore, rows of a day', 1000, async () => {
    const rows = [];
    for await (const row of store.rows(VIEWER, { expression: 'port == 23 && country == JP', range: day(), limit: 200 })) rows.push(row);
    if (rows.length !== 200) throw new Error(`${rows.length} rows`);
  });
  await measure(store, 'Explore, facet of a day', 1000, () => store.countBy(VIEWER, { expression: '', range: day(), by: ['port'], limit: 20 }));
  process.stderr.write(`peak ${peakMiB()} MiB\n`);
  await store.close();
} finally { if (kept === undefined) rmSync(dir, { recursive: true, force: true }); }
