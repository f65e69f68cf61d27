/**
 * A reactive telescope's logs (Spoki) and a published count series (Dark-TRACER) against the figures of the data's README.
 * @module
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { zoneOffset } from '../../../src/darknet/importers/reading/naive-time.ts';
import { formatTime } from '../../../src/core/time.ts';
import { needs } from '../../needs.ts';
import { summarise } from './read-shared.ts';

describe('spoki-example', () => {
  it('raw events: 5,069 rows, 2,388 probed, 1,237 with payload, all within the hour from 21:00 UTC', needs('shared-data'), async () => {
    let probed = 0, payloads = 0;
    const own = new Set<string>(), ownRoles = new Set<string>();
    const got = await summarise('darknet/spoki-example/2021-10-13_2100_tcp_raw.csv.gz', undefined, ({ fields, payload, src, role }) => {
      if (fields['probe.method'] !== undefined) probed++;
      if (payload) payloads++;
      if (fields['network.direction'] === 'outbound') { own.add(src); ownRoles.add(role); }
    });
    assert.equal(got.importer, 'spoki-raw');
    assert.deepEqual([got.observations, got.defects.length, probed, payloads], [5_069, 0, 2_388, 1_237]);
    assert.ok(formatTime(got.firstUs).startsWith('2021-10-13T21:') && formatTime(got.lastUs).startsWith('2021-10-13T2'));
    assert.deepEqual([[...own], [...ownRoles]], [['141.22.28.17'], ['relay']]);
  });

  it('prober log: 1,706 rows, each answering a raw event of the same userid', needs('shared-data'), async () => {
    const raw = await summarise('darknet/spoki-example/2021-10-13_2100_tcp_raw.csv.gz');
    const got = await summarise('darknet/spoki-example/2021-10-13_2100_tcp_scamper.csv.gz', undefined, ({ kind, role }) => assert.deepEqual([kind, role], ['darknet.probe.sent', 'relay']));
    assert.equal(got.importer, 'spoki-prober');
    assert.deepEqual([got.observations, got.defects.length, got.sessions.size], [1_706, 0, 1_706]);
    assert.ok([...got.sessions].every((id) => raw.sessions.has(id)));
  });
});

describe('dark-tracer-count-series', () => {
  it('432 intervals of ten minutes over three days of Japanese time, whatever zone the sensor has', needs('shared-data'), async () => {
    for (const zone of ['UTC', 'Asia/Tokyo']) {
      const periods = new Set<unknown>();
      let packets = 0;
      const got = await summarise('darknet/dark-tracer-count-series/sensor999_count.csv', { zoneOffsetMinutes: zoneOffset(zone) }, ({ fields }) => { periods.add(fields['count.period_s']); packets += Number(fields['count.packets']); });
      assert.equal(got.importer, 'count-series');
      assert.deepEqual([got.observations, got.defects.length, [...periods]], [432, 0, [600]]);
      assert.equal(formatTime(got.firstUs), '2019-05-31T15:00:00Z');
      assert.equal(formatTime(got.lastUs), '2019-06-03T14:50:00Z');
      assert.ok(packets > 0);
    }
  });
});
