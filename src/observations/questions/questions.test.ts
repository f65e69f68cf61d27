/**
 * Read models of the portal agree with exact counts, stay within the viewer's organisations, and bear an empty store.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { manualClock } from '../../core/clock.ts';
import { orgId, sensorId } from '../../core/ids.ts';
import { newPacketBatch } from '../../core/packet-batch.ts';
import { parsePortKey } from '../../core/ports.ts';
import { seededRng } from '../../core/rng.ts';
import type { EventStore, Viewer } from '../contract.ts';
import { temporaryStore } from '../store-temporary.ts';
import { histogram } from './histogram.ts';
import { askHost } from './host.ts';
import { askNow } from './now.ts';
import { askPort } from './port.ts';
import { askPortsAtRisk } from './ports-at-risk.ts';
import { askSensors } from './sensors.ts';
import { slotFor, withBands } from './series.ts';

const HOUR_US = 3_600_000_000, DAY_US = 24 * HOUR_US, NOW_US = Date.UTC(2026, 10, 22, 12) * 1000;
const VIEWER: Viewer = { person: 'p', orgs: [orgId('local')], role: 'viewer' };
const NOBODY: Viewer = { ...VIEWER, orgs: [orgId('stranger')] };
const LAST_HOUR = { fromUs: NOW_US - HOUR_US, toUs: NOW_US };

/** Nine days of two sensors, an hour each around the same time; on the last, four times as many hosts try tcp/2323 and somebody new tcp/7547. */
async function nineDays(store: EventStore): Promise<void> {
  const rng = seededRng('nine days');
  for (const name of ['north', 'south']) for (let day = 8; day >= 0; day--) {
    const sensor = sensorId(name), n = 3000, batch = newPacketBatch(4, sensor, n);
    batch.n = n;
    for (let i = 0; i < n; i++) {
      const surge = day === 0 && i > n / 2;
      batch.atUs[i] = NOW_US - day * DAY_US - HOUR_US + Math.floor((i / n) * HOUR_US);
      batch.src[i] = 0x0a000000 + (surge ? 5000 + rng.below(800) : rng.below(400));
      batch.dst[i] = 0xc6336401;
      batch.proto[i] = 6;
      batch.dport[i] = surge ? rng.pick([2323, 2323, 2323, 7547]) : rng.pick([22, 23, 80, 2323]);
      batch.country[i] = rng.pick([0x4a50, 0x5553]);
      batch.asn[i] = 64_500;
      batch.tool[i] = surge ? 1 : 0;
      batch.record[i] = i;
    }
    await store.insertPackets({ content: `${name}${day}`, sensor, first: 0, count: n }, [batch], []);
  }
}

async function withStore(fill: (store: EventStore) => Promise<void>, check: (store: EventStore) => Promise<void>): Promise<void> {
  const store = await temporaryStore({ clock: manualClock(NOW_US) });
  try { await fill(store); await check(store); } finally { await store.close(); }
}

test('Now: totals, countries and ports are the exact counts, and the surge stands above its band', () => withStore(nineDays, async (store) => {
  const now = await askNow(store, VIEWER, LAST_HOUR);
  const [total] = await store.countBy(VIEWER, { expression: '', range: LAST_HOUR, by: [], limit: 1 });
  assert.deepEqual([now.hosts, now.packets, now.sensors, now.simulated], [total?.sources, total?.packets, 2, false]);
  const byPort = new Map((await store.countBy(VIEWER, { expression: '', range: LAST_HOUR, by: ['port'], limit: 100 })).map((row) => [row['port'], row]));
  assert.equal(now.ports.length, byPort.size);
  for (const port of now.ports) assert.deepEqual([port.hosts, port.packets], [byPort.get(port.port)?.sources, byPort.get(port.port)?.packets], port.port);
  assert.equal(now.ports[0]?.port, 'tcp/2323');
  assert.equal(now.ports[0]?.tools[0]?.tool, 'mirai');
  assert.equal(now.ports.find((port) => port.port === 'tcp/7547')?.service, 'cwmp');
  const byCountry = new Map((await store.countBy(VIEWER, { expression: '', range: LAST_HOUR, by: ['country'], limit: 100 })).map((row) => [row['country'], row.sources]));
  for (const row of now.map) assert.equal(row.hosts, byCountry.get(row.country));
  assert.ok(now.hostsNormal !== null && now.hosts > 2 * now.hostsNormal, `${now.hosts} against ${now.hostsNormal}`);
  assert.equal(now.hostsPerMinute.length, 60);
  const above = now.hostsPerMinute.filter((point) => point.high !== null && point.value > point.high);
  assert.ok(above.length >= 20 && above.every((point) => point.atUs >= NOW_US - HOUR_US / 2 - 60_000_000), `${above.length} minutes stand above`);
  assert.equal(Math.round(now.packetsPerSecond.reduce((sum, point) => sum + point.value * 60, 0)), now.packets);
}));

test('a port: exact hosts, countries, tools, sensors; the busiest hosts first', () => withStore(nineDays, async (store) => {
  const page = await askPort(store, VIEWER, parsePortKey('tcp/2323') ?? 0, LAST_HOUR);
  const question = { expression: 'port == tcp/2323', range: LAST_HOUR, limit: 1000 };
  const [total] = await store.countBy(VIEWER, { ...question, by: [] });
  assert.deepEqual([page.hosts, page.packets], [total?.sources, total?.packets]);
  const sensors = await store.countBy(VIEWER, { ...question, by: ['sensor'] });
  assert.deepEqual(page.sensors.map((one) => one.hosts).sort(), sensors.map((one) => one.sources).sort());
  const hosts = await store.countBy(VIEWER, { ...question, by: ['src'] });
  assert.deepEqual(page.topHosts.map((one) => one.packets), hosts.slice(0, 20).map((one) => one.packets));
  assert.ok(page.series.some((point) => point.high !== null && point.value > point.high));
}));

test('a host: the same sums from rows and from the rollup, in any range', () => withStore(nineDays, async (store) => {
  await store.addHostTags([{ org: orgId('local'), src: '10.0.0.7', range: { fromUs: 0, toUs: NOW_US }, field: 'tag', value: 'seen-before', by: 'person:1', reason: 'a test' }]);
  for (const range of [LAST_HOUR, { fromUs: NOW_US - 30 * DAY_US, toUs: NOW_US }, { fromUs: NOW_US - 6 * DAY_US - HOUR_US / 2, toUs: NOW_US - HOUR_US / 3 }]) {
    const page = await askHost(store, VIEWER, '10.0.0.7', range);
    assert.ok(page);
    const question = { expression: 'src == 10.0.0.7', range, limit: 1000 };
    const [total] = await store.countBy(VIEWER, { ...question, by: [] });
    assert.ok((total?.packets ?? 0) > 0);
    assert.deepEqual([page.packets, page.records, page.country === 'JP' || page.country === 'US', page.asn], [total?.packets, 0, true, 64_500]);
    const ports = await store.countBy(VIEWER, { ...question, by: ['port'] });
    assert.deepEqual(new Map(page.ports.map((row) => [row.port, row.packets])), new Map(ports.map((row) => [row['port'], row.packets])));
    assert.equal(page.timeline.flatMap((line) => line.bins).reduce((a, b) => a + b, 0), page.packets);
    const times: number[] = [];
    for await (const row of store.rows(VIEWER, { expression: 'src == 10.0.0.7', range, limit: 1e6, ascending: true })) times.push(row.atUs);
    assert.deepEqual([page.firstUs, page.lastUs], [times[0], times.at(-1)]);
    assert.deepEqual(page.tags.map((tag) => tag.value), ['seen-before']);
  }
  assert.equal(await askHost(store, VIEWER, 'nonsense', LAST_HOUR), null);
}));

test('Explore: bins add up to the totals', () => withStore(nineDays, async (store) => {
  const range = { fromUs: NOW_US - 9 * DAY_US, toUs: NOW_US };
  const answer = await histogram(store, VIEWER, { expression: 'port == 23 || country == JP', range, bins: 100 });
  const [total] = await store.countBy(VIEWER, { expression: 'port == 23 || country == JP', range, by: [], limit: 1 });
  assert.deepEqual([answer.totalPackets, answer.totalSources, answer.packets.length, answer.approximate], [total?.packets, total?.sources, 100, false]);
}));

test('sensors: extent and rows per hour', () => withStore(nineDays, async (store) => {
  const sensors = await askSensors(store, VIEWER, NOW_US);
  assert.deepEqual(sensors.map((one) => [one.id, one.packets, one.perHour.length]), [['local/north', 27_000, 24], ['local/south', 27_000, 24]]);
  assert.equal(sensors[0]?.perHour.reduce((a, b) => a + b, 0), 3000, 'of the day before now, one hour has data');
}));

test('an empty store and a stranger get empty answers', () => withStore(async () => undefined, async (store) => {
  for (const viewer of [VIEWER, NOBODY]) {
    const now = await askNow(store, viewer, LAST_HOUR);
    assert.deepEqual([now.hosts, now.packets, now.ports, now.map, now.hostsNormal], [0, 0, [], [], null]);
    assert.deepEqual(await askSensors(store, viewer, NOW_US), []);
    assert.deepEqual(await askPortsAtRisk(store, viewer, LAST_HOUR), []);
    const port = await askPort(store, viewer, parsePortKey('udp/53') ?? 0, LAST_HOUR);
    assert.deepEqual([port.hosts, port.topHosts], [0, []]);
    assert.equal((await askHost(store, viewer, '10.0.0.7', LAST_HOUR))?.packets, 0);
  }
  await nineDays(store);
  assert.equal((await askNow(store, NOBODY, LAST_HOUR)).packets, 0);
  assert.equal((await askHost(store, NOBODY, '10.0.0.7', { fromUs: 0, toUs: NOW_US }))?.packets, 0);
}));

test('slots are whole minutes of the ladder, and a band needs history', () => {
  assert.equal(slotFor(LAST_HOUR, 120), 60_000_000);
  assert.equal(slotFor({ fromUs: 0, toUs: 30 * DAY_US }, 200), 6 * HOUR_US);
  assert.deepEqual(withBands([NOW_US], [5], LAST_HOUR, []), [{ atUs: NOW_US, value: 5, low: null, high: null }]);
});
