/** Claims about the finding store, on a real record store. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { manualClock } from '../core/clock.ts';
import { HOUR_US, MINUTE_US } from '../core/time.ts';
import type { OrgId } from '../core/ids.ts';
import type { Viewer } from '../observations/contract.ts';
import { openTemporaryRecords } from '../records/store-temporary.ts';
import { FINDING_NAMES, idOfDraft, type FindingDraft } from './finding.ts';
import { findingDetailJson } from './finding-json.ts';
import { FINDINGS, findingsDocument, sentence } from './findings.catalogue.ts';
import { FindingCollector } from './growth.ts';
import { findingStore } from './store.ts';

const T = 1_780_272_000_000_000;
const viewer: Viewer = { person: 'p1', orgs: ['local' as OrgId], role: 'analyst' };
const stranger: Viewer = { person: 'p2', orgs: ['other' as OrgId], role: 'administrator' };

function draftAt(minute: number, sources: readonly string[], more: Partial<FindingDraft> = {}): FindingDraft {
  return {
    name: 'port.distributed', engine: 'port-distributed', version: 'port-distributed/1', org: 'local' as OrgId, subject: 'tcp/23', firstWindowUs: T,
    fromUs: T, toUs: T + (minute + 1) * MINUTE_US, firstRaisedUs: T + 5, ports: ['tcp/23'], sensors: ['local/tokyo'], sources: sources.length, sourceList: sources,
    countries: ['JP'], sourceRole: 'scanner', score: 0.9, severity: 3, facts: { port: 'tcp/23', count: sources.length, unit: '1 min', mean: 2.5, sources: sources.length, countries: 1, sensors: 1 },
    evidence: { query: 'port == tcp/23', fromUs: T, toUs: T + (minute + 1) * MINUTE_US, figures: { uniqueSources: sources.length }, series: [{ atUs: T, value: 3, low: 0, high: 4 }] },
    marking: 'TLP:AMBER', ended: false, simulated: false, ...more,
  };
}
const list = (n: number, from = 0): string[] => Array.from({ length: n }, (_, i) => `192.0.2.${from + i}`);

test('a finding grows into one, and accepting everything again changes nothing', async (t) => {
  const records = await openTemporaryRecords();
  t.after(() => records.close());
  const store = findingStore(records);
  const drafts = [draftAt(0, list(10)), draftAt(3, list(20), { sensors: ['local/osaka'], score: 0.95 }), draftAt(5, list(30), { ended: true, severity: 4 })];
  const first = await store.accept(drafts);
  assert.deepEqual(first.map((a) => a.occasion), ['raised', 'grown', 'worse']);
  const [id] = first.map((a) => a.finding.id);
  const before = await store.get(viewer, id as string);
  assert.equal(before.sources, 30);
  assert.deepEqual(before.sensors, ['local/osaka', 'local/tokyo']);
  assert.equal(before.ended, true);
  assert.deepEqual((await store.accept(drafts)).map((a) => a.occasion), ['same', 'same', 'same']);
  assert.deepEqual(await store.get(viewer, id as string), before);
  assert.equal((await store.sources(viewer, id as string)).length, 30);
  assert.equal((await store.list(viewer)).findings.length, 1);
  const shown = findingDetailJson(before, await store.sources(viewer, id as string));
  for (const key of ['id', 'name', 'engine', 'fromUs', 'toUs', 'firstRaisedUs', 'ports', 'sensors', 'sources', 'countries', 'score', 'why', 'sourceList', 'evidence']) assert.ok(key in shown, key);
});

test('a draft that names its ports in no order is stored in one, so that hearing it again changes nothing', async (t) => {
  const records = await openTemporaryRecords();
  t.after(() => records.close());
  const store = findingStore(records), draft = draftAt(0, list(3), { ports: ['tcp/80', 'tcp/22', 'tcp/3389'], sensors: ['local/tokyo', 'local/osaka'], countries: ['US', 'JP'] });
  const [first] = await store.accept([draft]);
  assert.deepEqual(first?.finding.ports, ['tcp/22', 'tcp/3389', 'tcp/80']);
  assert.deepEqual((await store.accept([draft])).map((a) => a.occasion), ['same']);
  assert.deepEqual(await store.get(viewer, first?.finding.id as string), first?.finding);
});

test('an episode within the hold time continues the old finding, a later one is new', async (t) => {
  const records = await openTemporaryRecords();
  t.after(() => records.close());
  const store = findingStore(records);
  const later = (hours: number) => draftAt(0, list(5, 50), { firstWindowUs: T + hours * HOUR_US, fromUs: T + hours * HOUR_US, toUs: T + (hours + 1) * HOUR_US, firstRaisedUs: T + hours * HOUR_US });
  const drafts = [draftAt(0, list(10), { ended: true }), later(3), later(40)];
  const accepted = await store.accept(drafts);
  assert.equal(accepted[1]?.finding.id, accepted[0]?.finding.id);
  assert.equal(accepted[1]?.finding.ended, false);
  assert.notEqual(accepted[2]?.finding.id, accepted[0]?.finding.id);
  assert.equal((await store.sources(viewer, accepted[0]?.finding.id as string)).length, 15);
  const collector = new FindingCollector();
  for (const draft of drafts) collector.add(draft);
  assert.deepEqual(collector.list().map((f) => f.id).sort(), [...new Set(accepted.map((a) => a.finding.id))].sort(), 'the collector in memory agrees');
});

test('nobody sees or judges findings of another organisation', async (t) => {
  const records = await openTemporaryRecords();
  t.after(() => records.close());
  const store = findingStore(records);
  const [accepted] = await store.accept([draftAt(0, list(3))]);
  const id = accepted?.finding.id as string;
  assert.equal((await store.list(stranger)).findings.length, 0);
  for (const refused of [store.get(stranger, id), store.sources(stranger, id), store.history(stranger, id), store.setOutcome(stranger, id, { outcome: 'false', reason: '' })]) {
    await assert.rejects(refused, { code: 'unknown-finding' });
  }
  assert.equal((await store.get(viewer, id.slice(0, 6))).id, id, 'a beginning of the id is enough');
  await assert.rejects(store.get(viewer, "x' or 1=1"), { code: 'unknown-finding' });
});

test('outcomes are events that can be taken back, and history never changes', async (t) => {
  const clock = manualClock(T + 10 * HOUR_US), records = await openTemporaryRecords(clock);
  t.after(() => records.close());
  const store = findingStore(records);
  const [accepted] = await store.accept([draftAt(0, list(3))]);
  const id = accepted?.finding.id as string;
  assert.equal((await store.setOutcome(viewer, id, { outcome: 'benign', reason: 'our own scanner' })).state, 'benign');
  assert.equal((await store.setOutcome(viewer, id, { outcome: 'snoozed', reason: '', untilUs: clock.nowUs() + HOUR_US })).state, 'snoozed');
  clock.advance(2 * 3_600_000);
  assert.equal((await store.get(viewer, id)).state, 'open', 'a snooze that is over is open');
  assert.equal((await store.undo(viewer, id)).state, 'benign');
  assert.equal((await store.undo(viewer, id)).state, 'open');
  assert.equal((await store.undo(viewer, id)).state, 'open');
  assert.deepEqual((await store.history(viewer, id)).map((e) => e.action), ['raised', 'benign', 'snoozed', 'undo', 'undo']);
  await assert.rejects(records.db.deleteFrom('finding_event').execute());
  await assert.rejects(store.setOutcome(viewer, id, { outcome: 'snoozed', reason: '', untilUs: 1 }), { code: 'usage' });
});

test('the queue is filtered by expression, state and range', async (t) => {
  const records = await openTemporaryRecords();
  t.after(() => records.close());
  const store = findingStore(records);
  const udp = draftAt(0, ['198.51.100.7'], { subject: 'udp/53', ports: ['udp/53'], severity: 2, score: 0.6, countries: ['US'] });
  const accepted = await store.accept([draftAt(0, list(12)), udp]);
  const found = async (expression: string) => (await store.list(viewer, { expression })).findings.map((f) => f.subject).sort();
  assert.deepEqual(await found('port == 23'), ['tcp/23']);
  assert.deepEqual(await found('severity >= 3 || country == US'), ['tcp/23', 'udp/53']);
  assert.deepEqual(await found('sources > 10 && score > 0.8'), ['tcp/23']);
  assert.deepEqual(await found('src == 198.51.100.0/24'), ['udp/53']);
  assert.deepEqual((await store.ofSource(viewer, '192.0.2.3')).map((f) => f.subject), ['tcp/23']);
  await store.setOutcome(viewer, accepted[1]?.finding.id as string, { outcome: 'false', reason: 'noise' });
  const queue = await store.list(viewer, { states: ['open'] });
  assert.deepEqual(queue.findings.map((f) => f.subject), ['tcp/23']);
  assert.deepEqual([queue.counts.open, queue.counts.false], [1, 1]);
  assert.equal((await store.list(viewer, { range: { toUs: T } })).findings.length, 0);
});

test('every name has words in both languages, and a finding without evidence cannot be built', () => {
  for (const name of FINDING_NAMES) {
    const entry = FINDINGS[name];
    for (const words of [entry.title, entry.why, entry.advice]) assert.ok(words.en.length > 0 && words.ja.length > 0, name);
    assert.ok(findingsDocument().includes(`## ${name}`));
  }
  assert.equal(sentence('port.distributed', {}, 'en').includes('?'), true);
  assert.throws(() => idOfDraft(draftAt(0, [], { evidence: { query: '', fromUs: 0, toUs: 1, figures: {}, series: [] } })), RangeError);
});
