/**
 * The store's contract, on chDB in the process, and on a ClickHouse server where NOROSHI_CLICKHOUSE_URL names one.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { parseAddress } from '../core/address.ts';
import { manualClock } from '../core/clock.ts';
import { orgId, sensorId, type SensorId } from '../core/ids.ts';
import { BATCH_COLUMNS, newPacketBatch, PAYLOAD_KEPT, type PacketBatch } from '../core/packet-batch.ts';
import { seededRng } from '../core/rng.ts';
import { parsePortKey, protoNumber } from '../core/ports.ts';
import { needs } from '../../test/needs.ts';
import type { EventStore, HostTag, ObservationRow, QueryField, Viewer } from './contract.ts';
import { INNER_KEPT } from './native-packets.ts';
import { matches, type FieldValue } from './query/match.ts';
import { OBSERVATION_FIELDS } from './query/fields.ts';
import { parseQuery } from './query/parser.ts';
import { FLAG_BITS } from './query/values.ts';
import { openEventStore } from './store.ts';
import { EXAMPLE_REGIONS, exampleBatch, exampleBlock, exampleObservations } from './store-example.test-support.ts';
import { temporaryStore } from './store-temporary.ts';

const NOW_US = Date.UTC(2026, 10, 22) * 1000, HOUR_US = 3_600_000_000, DAY_US = 24 * HOUR_US;
const A = sensorId('a'), B = sensorId('b'), OTHER = sensorId('other/a');
const LOCAL: Viewer = { person: 'p', orgs: [orgId('local')], role: 'viewer' };
const ALL: Viewer = { ...LOCAL, orgs: [orgId('local'), orgId('other')] };

let serial = 0;
async function openServer(): Promise<EventStore> {
  const url = new URL(process.env['NOROSHI_CLICKHOUSE_URL'] ?? '');
  url.pathname = `/noroshi_test_${process.pid}_${serial++}`;
  const store = await openEventStore({ url: String(url), clock: manualClock(NOW_US) });
  return { ...store, async close() {
    await store.select(`SELECT 1`);
    await store.close();
  } };
}

contract('chDB', () => temporaryStore({ clock: manualClock(NOW_US) }), {});
contract('ClickHouse', openServer, needs('clickhouse'));

function contract(name: string, open: () => Promise<EventStore>, options: { skip?: string }): void {
  const claim = (text: string, body: (store: EventStore) => Promise<void>): void => {
    test(`${name}: ${text}`, options, async () => {
      const store = await open();
      try { await body(store); } finally { await store.close(); }
    });
  };

  claim('the same block twice, and again after others, is there once, in the rows and in every rollup', async (store) => {
    const rng = seededRng('twice');
    const packets = [exampleBatch(rng, A, 4, 500, NOW_US - DAY_US, HOUR_US), exampleBatch(rng, A, 6, 200, NOW_US - DAY_US, HOUR_US, 500)];
    const block = exampleBlock(A, 'one', 0, 700), records = exampleObservations(rng, 50, NOW_US - DAY_US, HOUR_US), log = exampleBlock(A, 'log', 0, 50);
    for (let k = 0; k < 2; k++) {
      assert.deepEqual(await store.insertPackets(block, packets, EXAMPLE_REGIONS), { packets: 700, records: 0, quarantined: 0 });
      assert.deepEqual(await store.insertObservations(log, records), { packets: 0, records: 50, quarantined: 0 });
    }
    await store.insertPackets(exampleBlock(A, 'one', 700, 100), [exampleBatch(rng, A, 4, 100, NOW_US - DAY_US, HOUR_US, 700)], EXAMPLE_REGIONS);
    await store.insertPackets(block, packets, EXAMPLE_REGIONS);
    const [total] = await store.countBy(LOCAL, { expression: '', range: {}, by: [], limit: 1 });
    assert.deepEqual([total?.packets, total?.records], [800, 50]);
    for (const rollup of ['by_minute', 'by_port']) {
      assert.deepEqual(await store.select(`SELECT sum(packets) AS p, sum(records) AS r FROM ${rollup}`), [{ p: 800, r: 50 }], rollup);
    }
    assert.deepEqual(await store.checkRollups({ fromUs: NOW_US - 2 * DAY_US, toUs: NOW_US }), []);
  });

  claim('equal rows within one block are all kept', async (store) => {
    const batch = newPacketBatch(4, A, 3);
    batch.n = 3;
    for (let i = 0; i < 3; i++) { batch.atUs[i] = NOW_US - DAY_US; batch.proto[i] = 17; batch.src[i] = 1; }
    await store.insertPackets(exampleBlock(A, 'same', 0, 3), [batch], []);
    assert.equal((await store.countBy(LOCAL, { expression: 'proto == udp', range: {}, by: [], limit: 1 }))[0]?.packets, 3);
  });

  claim('a scan gives back what was inserted, column by column', async (store) => {
    const rng = seededRng('scan');
    const sent = [exampleBatch(rng, A, 4, 3000, NOW_US - DAY_US, HOUR_US), exampleBatch(rng, B, 6, 1000, NOW_US - DAY_US + HOUR_US / 2, HOUR_US)];
    for (const batch of sent) await store.insertPackets(exampleBlock(batch.sensor as SensorId, 'x', 0, batch.n), [batch], EXAMPLE_REGIONS);
    const expected = sent.flatMap(packetsOf).sort(), got: string[] = [];
    let lastSlice = -Infinity;
    for await (const batch of store.scan(LOCAL, { range: {}, sliceUs: 10 * 60_000_000 })) {
      for (let i = 1; i < batch.n; i++) assert.ok((batch.atUs[i - 1] as number) <= (batch.atUs[i] as number));
      const slice = Math.floor((batch.atUs[0] as number) / (10 * 60_000_000));
      assert.ok(slice >= lastSlice, 'slices come in time order');
      lastSlice = slice;
      got.push(...packetsOf(batch));
    }
    assert.deepEqual(got.sort(), expected);
    let ofB = 0;
    for await (const batch of store.scan(LOCAL, { range: { fromUs: NOW_US - DAY_US + HOUR_US }, sensors: [B] })) { assert.equal(batch.sensor, B); ofB += batch.n; }
    assert.equal(ofB, [...(sent[1] as PacketBatch).atUs].filter((us) => us >= NOW_US - DAY_US + HOUR_US).length);
  });

  claim('a block over 150 months goes in, in pieces, once', async (store) => {
    const months = Array.from({ length: 150 }, (_, k) => Date.UTC(2010, k, 15) * 1000);
    const batch = newPacketBatch(4, A, 300);
    batch.n = 300;
    for (let i = 0; i < 300; i++) { batch.atUs[i] = months[i % 150] as number; batch.src[i] = i + 1; batch.proto[i] = 6; batch.record[i] = i; }
    for (let k = 0; k < 2; k++) assert.equal((await store.insertPackets(exampleBlock(A, 'long', 0, 300), [batch], [])).packets, 300);
    assert.deepEqual(await store.countBy(LOCAL, { expression: '', range: {}, by: [], limit: 1 }), [{ packets: 300, records: 0, sources: 300 }]);
    assert.deepEqual(await store.select('SELECT sum(packets) AS p FROM by_source'), [{ p: 300 }]);
  });

  claim('times before 1970, beyond tomorrow and not a number are set aside and counted', async (store) => {
    const batch = newPacketBatch(4, A, 5);
    batch.n = 5;
    [-1, NOW_US, NaN, NOW_US + DAY_US + 1, NOW_US + DAY_US].forEach((us, i) => { batch.atUs[i] = us; });
    for (let k = 0; k < 2; k++) assert.deepEqual(await store.insertPackets(exampleBlock(A, 'odd', 0, 5), [batch], []), { packets: 2, records: 0, quarantined: 3 });
    assert.deepEqual(await store.select('SELECT count() AS n FROM quarantine'), [{ n: 3 }]);
    const [record] = exampleObservations(seededRng(1), 1, 0, 1);
    assert.ok(record);
    assert.deepEqual(await store.insertObservations(exampleBlock(A, 'odd-log', 0, 1), [{ ...record, atUs: 1e300 }]), { packets: 0, records: 0, quarantined: 1 });
  });

  claim('nobody sees beyond their organisations', async (store) => {
    const rng = seededRng('orgs');
    await store.insertPackets(exampleBlock(A, 'l', 0, 100), [exampleBatch(rng, A, 4, 100, NOW_US - DAY_US, HOUR_US)], EXAMPLE_REGIONS);
    await store.insertPackets(exampleBlock(OTHER, 'o', 0, 30), [exampleBatch(rng, OTHER, 4, 30, NOW_US - DAY_US, HOUR_US)], EXAMPLE_REGIONS);
    const question = { expression: 'org == other || sensor == *', range: {}, by: ['org', 'sensor'] as QueryField[], limit: 10 };
    assert.deepEqual((await store.countBy(LOCAL, question)).map((row) => [row['org'], row['sensor'], row.packets]), [['local', 'a', 100]]);
    assert.deepEqual((await store.countBy(ALL, question)).map((row) => [row['org'], row['sensor'], row.packets]), [['local', 'local/a', 100], ['other', 'other/a', 30]], 'ambiguous names are written in full');
    const nobody: Viewer = { ...LOCAL, orgs: [] };
    assert.equal((await store.countBy(nobody, { ...question, by: [] }))[0]?.packets, 0);
    assert.deepEqual(await collect(store.rows(nobody, { expression: '', range: {}, limit: 10 })), []);
    assert.deepEqual(await collect(store.scan(nobody, { range: {} })), []);
    assert.deepEqual(await store.extent(nobody), []);
    assert.deepEqual((await store.extent(LOCAL)).map((one) => [one.sensor, one.packets]), [[A, 100]]);
    for await (const batch of store.scan(LOCAL, { range: {}, sensors: [A, OTHER] })) assert.equal(batch.sensor, A);
    for await (const row of store.rows(LOCAL, { expression: 'src == 0.0.0.0/0', range: {}, limit: 1000 })) assert.equal(row.org, 'local');
  });

  claim('every expression counts what its evaluation in memory counts', async (store) => {
    const rng = seededRng('expressions');
    await store.insertPackets(exampleBlock(A, 'p', 0, 600), [exampleBatch(rng, A, 4, 600, NOW_US - DAY_US, HOUR_US), exampleBatch(rng, A, 6, 200, NOW_US - DAY_US, HOUR_US, 600)], EXAMPLE_REGIONS);
    await store.insertObservations(exampleBlock(B, 'r', 0, 200), exampleObservations(rng, 200, NOW_US - DAY_US, HOUR_US));
    const rows = await collect(store.rows(LOCAL, { expression: '', range: {}, limit: 10_000 }));
    assert.equal(rows.length, 1000);
    let held = 0;
    for (const expression of expressions()) {
      const expr = parseQuery(expression, { nowUs: NOW_US, fields: OBSERVATION_FIELDS });
      const expected = rows.filter((row) => matches(expr, (field) => valueOf(row, field)));
      const [got] = await store.countBy(LOCAL, { expression, range: {}, by: [], limit: 1 });
      const sources = new Set(expected.filter((row) => row.src !== '' && row.src !== '::').map((row) => hostOf(row.src)));
      assert.deepEqual([got?.packets, got?.records, got?.sources],
        [expected.filter(isPacket).length, expected.filter((row) => !isPacket(row)).length, sources.size], expression);
      if (expected.length > 0 && expected.length < rows.length) held++;
    }
    assert.ok(held > 50, `${held} expressions divide the rows`);
  });

  claim('counts by each field agree with the rows, most first', async (store) => {
    const rng = seededRng('by');
    await store.insertPackets(exampleBlock(A, 'p', 0, 400), [exampleBatch(rng, A, 4, 400, NOW_US - DAY_US, HOUR_US), exampleBatch(rng, A, 6, 100, NOW_US - DAY_US, HOUR_US, 400)], EXAMPLE_REGIONS);
    await store.insertObservations(exampleBlock(B, 'r', 0, 100), exampleObservations(rng, 100, NOW_US - DAY_US, HOUR_US));
    const rows = await collect(store.rows(LOCAL, { expression: '', range: {}, limit: 10_000 }));
    const fields: QueryField[] = ['org', 'sensor', 'region', 'src', 'dst', 'port', 'proto', 'flags', 'tool', 'label', 'role', 'country', 'asn', 'kind', 'sport', 'payload'];
    for (const field of fields) {
      const expected = new Map<string, [number, number]>();
      for (const row of rows) {
        const key = String((row as unknown as Record<string, unknown>)[field] ?? '');
        const counts = expected.get(key) ?? [0, 0];
        counts[isPacket(row) ? 0 : 1]++;
        expected.set(key, counts);
      }
      const got = await store.countBy(LOCAL, { expression: '', range: {}, by: [field], limit: 10_000 });
      assert.deepEqual(new Map(got.map((row) => [String(row[field]), [row.packets, row.records]])), expected, field);
      for (let i = 1; i < got.length; i++) assert.ok((got[i - 1]?.packets ?? 0) >= (got[i]?.packets ?? 0), field);
    }
  });

  claim('rows come newest first or oldest first, and pages join without loss', async (store) => {
    const rng = seededRng('pages');
    // Many packets share a microsecond, so that pages must continue within it.
    const batch = exampleBatch(rng, A, 4, 25_000, NOW_US - DAY_US, 50);
    await store.insertPackets(exampleBlock(A, 'p', 0, 25_000), [batch], EXAMPLE_REGIONS);
    for (const ascending of [false, true]) {
      const rows = await collect(store.rows(LOCAL, { expression: 'sport >= 0 || src == *', range: {}, limit: 24_000, ascending }));
      assert.equal(rows.length, 24_000);
      for (let i = 1; i < rows.length; i++) assert.ok(((rows[i - 1]?.atUs ?? 0) - (rows[i]?.atUs ?? 0)) * (ascending ? 1 : -1) <= 0);
    }
    const all = await collect(store.rows(LOCAL, { expression: '', range: { fromUs: NOW_US - DAY_US + 10, toUs: NOW_US - DAY_US + 20 }, limit: 1e9 }));
    assert.equal(all.length, [...batch.atUs].filter((us) => us >= NOW_US - DAY_US + 10 && us < NOW_US - DAY_US + 20).length);
  });

  claim('text of a record comes back as it was, byte by byte', async (store) => {
    const records = exampleObservations(seededRng('text'), 80, NOW_US - DAY_US, HOUR_US);
    await store.insertObservations(exampleBlock(A, 't', 0, 80), records);
    const rows = await collect(store.rows(LOCAL, { expression: '', range: {}, limit: 100, ascending: true }));
    const key = (one: { atUs: number; session?: string; label: string; fields?: object }): string => JSON.stringify([one.atUs, (one.session ?? '').slice(0, 256), one.label.slice(0, 256), one.fields ?? {}]);
    assert.deepEqual(rows.map(key).sort(), records.map(key).sort());
  });

  claim('tags of hosts are searched like own ones, within their time, a person before an engine', async (store) => {
    const batch = newPacketBatch(4, A, 4);
    batch.n = 4;
    for (let i = 0; i < 4; i++) { batch.atUs[i] = NOW_US - 4 * HOUR_US + i * HOUR_US; batch.src[i] = 0x0a000001; batch.proto[i] = 6; batch.dport[i] = 23; batch.record[i] = i; }
    batch.label[3] = 2;
    await store.insertPackets(exampleBlock(A, 'h', 0, 4), [batch], []);
    const count = async (expression: string): Promise<number> => (await store.countBy(LOCAL, { expression, range: {}, by: [], limit: 1 }))[0]?.packets ?? 0;
    const tag = (field: HostTag['field'], value: string, by: string, from = 0, to = NOW_US): HostTag => (
      { org: orgId('local'), src: '10.0.0.1', range: { fromUs: from, toUs: to }, field, value, by, reason: 'because' });
    assert.equal(await count('label == unexplained'), 3);
    await store.addHostTags([tag('label', 'research', 'engine:screening', NOW_US - 4 * HOUR_US, NOW_US - 2 * HOUR_US), tag('tag', 'botnet:x', 'person:1'), tag('role', 'scanner', 'engine:screening')]);
    assert.deepEqual([await count('label == research'), await count('label == unexplained'), await count('label == backscatter')], [2, 1, 1]);
    assert.deepEqual([await count('tag == botnet:x'), await count('tag == botnet:*'), await count('tag == other'), await count('!tag:*')], [4, 4, 0, 0]);
    assert.equal(await count('role == scanner'), 4);
    await store.addHostTags([tag('label', 'own', 'person:1')]);
    assert.deepEqual([await count('label == own'), await count('label == backscatter')], [4, 0]);
    const rows = await collect(store.rows(LOCAL, { expression: '', range: {}, limit: 10 }));
    assert.deepEqual([rows[0]?.label, rows[0]?.role, rows[0]?.tags], ['own', 'scanner', ['botnet:x']]);
    assert.deepEqual((await store.countBy(LOCAL, { expression: '', range: {}, by: ['tag'], limit: 5 })).map((row) => [row['tag'], row.packets]), [['botnet:x', 4]]);
    await store.removeHostTags(orgId('local'), '10.0.0.1', 'own', 'person:1');
    await store.removeHostTags(orgId('local'), '10.0.0.1', 'botnet:x', 'person:2');
    assert.deepEqual([await count('label == own'), await count('label == research'), await count('tag == botnet:x')], [0, 2, 4], "another person's word stays");
    await store.addHostTags([{ ...tag('label', 'own', 'person:1'), org: orgId('other') }]);
    assert.equal(await count('label == own'), 0, "another organisation's tags do not count");
  });

  claim('rebuilding changes right rollups into themselves and wrong ones into right ones', async (store) => {
    const rng = seededRng('rebuild'), range = { fromUs: NOW_US - 2 * DAY_US, toUs: NOW_US };
    await store.insertPackets(exampleBlock(A, 'p', 0, 500), [exampleBatch(rng, A, 4, 500, range.fromUs, DAY_US)], EXAMPLE_REGIONS);
    await store.insertObservations(exampleBlock(A, 'r', 0, 100), exampleObservations(rng, 100, range.fromUs, DAY_US));
    assert.deepEqual(await store.checkRollups(range), []);
    await store.rebuildRollups([range]);
    assert.deepEqual(await store.checkRollups(range), []);
    await store.insertPackets(exampleBlock(A, 'q', 0, 10), [exampleBatch(rng, A, 4, 10, range.fromUs, 1000)], EXAMPLE_REGIONS);
    // A block that a crash left half summed, as recovery finds it; then it is sent again.
    await store.recover([{ block: exampleBlock(A, 'q', 0, 10), range: { fromUs: range.fromUs, toUs: range.fromUs + 1000 } }]);
    assert.deepEqual(await store.checkRollups(range), []);
  });

  claim('retention drops what is old by ingestion, and then the oldest days', async (store) => {
    const rng = seededRng('retain');
    for (let day = 1; day <= 4; day++) await store.insertPackets(exampleBlock(A, `d${day}`, 0, 200), [exampleBatch(rng, A, 4, 200, NOW_US - day * DAY_US, HOUR_US)], EXAMPLE_REGIONS);
    assert.equal(await store.retain({ keepUs: DAY_US }), 0, 'nothing is old: all was ingested now');
    const bytes = await store.bytesOnDisk();
    assert.ok(bytes > 0);
    assert.equal(await store.retain({ maxBytes: bytes }), 0);
    assert.equal(await store.retain({ maxBytes: 1 }), 600, 'the newest day always stays');
    assert.deepEqual(await store.checkRollups({ fromUs: NOW_US - 5 * DAY_US, toUs: NOW_US }), []);
    assert.equal(await store.retain({ keepUs: -1 }), 200);
    assert.deepEqual(await store.extent(LOCAL), []);
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}

/** Every column of each packet as text, offsets replaced by the bytes they point to. */
function packetsOf(batch: PacketBatch): string[] {
  const words = batch.family === 4 ? 1 : 4;
  return Array.from({ length: batch.n }, (_, i) => {
    const values = BATCH_COLUMNS.filter((name) => !/Off$|Len$|Kept$/.test(name) || name === 'ipLen' || name === 'payloadLen').map((name) => {
      const width = name === 'src' || name === 'dst' ? words : 1;
      return Array.from((batch[name] as Uint32Array).subarray(i * width, (i + 1) * width)).join(':');
    });
    const part = (from: number, length: number): string => Buffer.from(batch.raw.subarray(from, from + length)).toString('hex');
    const at = <K extends 'payOff' | 'optOff' | 'innerOff' | 'payKept' | 'optLen' | 'innerLen'>(name: K): number => batch[name][i] as number;
    return [batch.sensor, batch.family, ...values, part(at('payOff'), Math.min(PAYLOAD_KEPT, at('payKept'))), part(at('optOff'), at('optLen')), part(at('innerOff'), Math.min(INNER_KEPT, at('innerLen')))].join(' ');
  });
}

const isPacket = (row: ObservationRow): boolean => row.kind === 'darknet.packet.seen' || row.kind === 'darknet.frame.other';
/** An IPv4 address, or the /64 of an IPv6 one. */
const hostOf = (src: string): string => (src.includes(':') ? parseAddress(src)?.words.slice(0, 2).join() ?? '' : src);

/** A row's value of a field, as `matches` wants it; undefined where the row lacks it. */
function valueOf(row: ObservationRow, field: string): FieldValue {
  const ports = row.proto !== 'none';
  switch (field) {
    case 'at': return row.atUs;
    case 'sensor': return [row.sensor, `${row.org}/${row.sensor}`];
    case 'port': case 'sport': {
      const key = parsePortKey(row.port);
      if (key === null || !ports) return undefined;
      const proto = protoNumber(row.proto) ?? 0, port = field === 'port' ? key % 65_536 : row.sport;
      if (isPacket(row) ? proto === 47 : port === 0) return undefined;
      return proto * 65_536 + port;
    }
    case 'proto': return isPacket(row) || row.proto !== 'ip-0' ? protoNumber(row.proto) ?? undefined : undefined;
    case 'flags': return row.flags === undefined ? undefined : bitsOf(row.flags);
    case 'asn': return row.asn === 0 ? undefined : row.asn;
    case 'payload': return row.payload === undefined ? undefined : Buffer.from(row.payload.replace(/\\(\\|x[0-9a-f]{2})/g, (_, e: string) => (e === '\\' ? '\\' : String.fromCharCode(parseInt(e.slice(1), 16)))), 'latin1');
    case 'tag': return row.tags;
    default: return (row as unknown as Record<string, FieldValue>)[field];
  }
}

const bitsOf = (text: string): number => (/^\d+$/.test(text) ? Number(text) : [...text.toLowerCase()].reduce((bits, letter) => bits | (FLAG_BITS[letter] ?? 0), 0));

/** Every field with every operator, and combinations. */
function* expressions(): Generator<string> {
  const simple = [
    'port == 23', 'port == tcp/23', 'port == udp/53', 'port < 100', 'port > 1000', 'port == 0', 'port == icmp/8', 'port == tcp/0', 'port:*', 'port != 23', 'sport > 30000', 'sport == 0', 'sport:*', 'sport == icmp/3',
    'proto == tcp', 'proto == udp', 'proto == icmp', 'proto > 17', 'proto == 0', 'proto:*', 'proto == none', 'src == 10.0.0.7', 'src == 10.0.0.0/28', 'src != 10.0.0.7', 'src == 2001:db8:1::/48', 'src == ::/0', 'src == 0.0.0.0/0', 'src:*',
    'dst == 198.51.100.0/24', 'dst == 2001:db8:7::/64', 'dst:*', '!dst:*', '10.0.0.0/29', 'ttl < 64', 'ttl >= 128', 'ttl:*', 'ipid < 1000', 'ipid:*', 'window > 30000', 'window:*', 'seq > 2000000000', 'seq:*',
    'flags == S', 'flags == SA', 'flags ~ A', 'flags == 0', 'flags != S', 'flags:*', 'tool == mirai', 'tool == *map*', 'tool:*', '!tool:*', 'label == research', 'label == unexplained', 'label != research', 'role == attacker', 'role == [victim, relay]',
    'country == JP', 'country != JP', 'country:*', '!country:*', 'country == [US, DE]', 'asn == AS64496', 'asn > 64496', 'asn:*', 'kind == darknet.packet.seen', 'kind == honeypot.*', 'kind == *.login.*', 'kind != honeypot.session.*', 'kind == darknet.frame.other',
    'sensor == a', 'sensor == local/b', 'sensor == lo*', 'sensor == ?', 'org == local', 'org == loca?', 'region == none', 'region == 198.51.100.0/24', 'region == 198.51.10*', 'region:*', 'tag == simulated', 'tag == sim*', 'tag:*', '!tag:*',
    'payload:*', 'payload ~ 0x00', 'payload ~ a', 'at > 2026-11-21', 'at < 2026-11-21T00:30Z', 'at >= now-1d', `at == [2026-11-21T00:10Z TO 2026-11-21T00:20Z]`, '*', '',
  ];
  yield* simple;
  const rng = seededRng('combinations'), joins = ['&&', '||', 'and not'];
  for (let k = 0; k < 60; k++) {
    const part = (): string => rng.pick(simple.filter((one) => one !== ''));
    yield `(${part()} ${rng.pick(joins)} ${part()}) ${rng.pick(joins)} !(${part()} || ${part()})`;
  }
}
