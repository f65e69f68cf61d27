/**
 * The README's join table once more, asked of the event store: four sensors of one host and hour, read, stored and counted by
 * source. Importing and storing lose and double nothing.
 * @module
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DEFAULT_ORG, sensorId } from '../../../src/core/ids.ts';
import type { Viewer } from '../../../src/observations/contract.ts';
import type { Observation } from '../../../src/observations/observation.ts';
import { temporaryStore } from '../../../src/observations/store-temporary.ts';
import { needs } from '../../needs.ts';
import { summarise } from './read-shared.ts';

const VIEWER: Viewer = { person: 'test', orgs: [DEFAULT_ORG], role: 'analyst' };
const FILES = { cowrie: 'cowrie/cowrie.json.1.gz', heralding: 'heralding/log_session.json.1.gz', p0f: 'p0f/p0f.json.1.gz', suricata: 'suricata/eve.json.1.gz' } as const;

it('in the store, every Cowrie and Heralding source of window .1 is one of p0f, and all figures of the table hold', needs('shared-data'), async () => {
  const store = await temporaryStore();
  try {
    const sources: Record<string, ReadonlySet<unknown>> = {};
    for (const [name, path] of Object.entries(FILES)) {
      const sensor = sensorId(name), rows: Observation[] = [];
      await summarise(`honeypot-sweetie/${path}`, undefined, (one) => rows.push(one));
      const inserted = await store.insertObservations({ content: name, sensor, first: 0, count: rows.length }, rows);
      assert.deepEqual([inserted.records, inserted.quarantined], [rows.length, 0], name);
      const bySource = await store.countBy(VIEWER, { expression: `sensor == ${name} and exists(src)`, range: {}, by: ['src'], limit: 10_000 });
      assert.equal(bySource.reduce((sum, { records }) => sum + records, 0), rows.length, name);
      sources[name] = new Set(bySource.map(({ src }) => src));
    }
    const { cowrie, heralding, p0f, suricata } = sources as Record<keyof typeof FILES, ReadonlySet<unknown>>;
    const both = (a: ReadonlySet<unknown>, b: ReadonlySet<unknown>) => [...a].filter((one) => b.has(one)).length;
    assert.deepEqual([cowrie.size, heralding.size, p0f.size, suricata.size, both(cowrie, p0f), both(cowrie, suricata), both(heralding, p0f), both(cowrie, heralding)], [59, 6, 261, 149, 59, 45, 6, 0]);
    const [logins] = await store.countBy(VIEWER, { expression: 'kind:honeypot.login.* and port == 22', range: {}, by: [], limit: 1 });
    assert.ok((logins?.records ?? 0) > 0, 'login records carry the port of their session');
  } finally {
    await store.close();
  }
});
