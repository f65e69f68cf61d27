/**
 * Hosts are tagged for what they did, with author and reason, and never for what they suffered.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { requireCidr } from '../core/address.ts';
import type { FindingId, OrgId, SensorId } from '../core/ids.ts';
import { newPacketBatch, PROTO, BIT, TCP } from '../core/packet-batch.ts';
import { seededRng } from '../core/rng.ts';
import { DAY_US, HOUR_US } from '../core/time.ts';
import type { FindingDraft } from '../findings/finding.ts';
import type { Accepted } from '../findings/store.ts';
import type { HostTag } from '../observations/contract.ts';
import type { Sensor } from '../observations/sensor.ts';
import { BehaviourScreening, tagsOfFindings } from './host-tagger.ts';

const org = 'local' as OrgId;
const draft = (name: FindingDraft['name'], sourceRole: FindingDraft['sourceRole'], sourceList: string[]): FindingDraft => ({
  name, engine: 'scan-events', version: '1', org, subject: 's', firstWindowUs: 0, fromUs: 5, toUs: 9, firstRaisedUs: 6, ports: ['tcp/23'], sensors: ['local/a'], sources: sourceList.length,
  sourceList, countries: [], sourceRole, score: 0.9, severity: 2, facts: {}, evidence: { query: 'port == 23', fromUs: 5, toUs: 9, figures: { packets: 1 }, series: [] }, marking: 'TLP:AMBER', ended: false, simulated: false,
});
const stored = (d: FindingDraft, occasion: Accepted['occasion']): Accepted => ({ occasion, finding: { ...d, id: 'abc' as FindingId, state: 'open', why: '' } });

test('the source of a scan is tagged scanner, with the finding as the reason', () => {
  const scan = draft('scan.horizontal', 'scanner', ['192.0.2.1']);
  const tags = tagsOfFindings([scan], [stored(scan, 'raised')]);
  assert.deepEqual(tags.map((t) => [t.src, t.field, t.value, t.by, t.reason]), [['192.0.2.1', 'role', 'scanner', 'engine:scan-events', 'finding abc'], ['192.0.2.1', 'tag', 'scan:horizontal', 'engine:scan-events', 'finding abc']]);
});

test('victims are never tagged scanners, and nothing new tags nobody', () => {
  const victim = draft('dos.victim', 'victim', ['192.0.2.2']), scan = draft('scan.source', 'scanner', ['192.0.2.3']);
  assert.deepEqual(tagsOfFindings([victim, scan], [stored(victim, 'raised'), stored(scan, 'same')]), []);
});

test('a steady sweep over many ports and all addresses is research by behaviour; a burst of the same size is not', () => {
  const sensor: Sensor = { id: 'local/a' as SensorId, org, name: 'a', regions: [requireCidr('198.18.1.0/24')], zone: 'UTC', country: '', simulated: false, gaps: [] };
  const tags: HostTag[] = [], rng = seededRng('survey');
  const screening = new BehaviourScreening(() => [sensor], (given) => tags.push(...given));
  const start = 20_000 * DAY_US;
  for (let hour = 0; hour < 24; hour++) {
    const batch = newPacketBatch(4, sensor.id, 200);
    for (let i = 0; i < 200; i++) {
      const survey = i < 100; // one hundred an hour, all day
      if (!survey && hour > 0) continue; // the burst comes in the first hour only
      const k = batch.n++;
      batch.atUs[k] = start + hour * HOUR_US + i * 1_000_000;
      batch.src[k] = survey ? 0xc0000201 : 0xc0000202;
      batch.dst[k] = 0xc6120100 + rng.below(256);
      batch.proto[k] = PROTO.tcp; batch.flags[k] = TCP.syn; batch.ipBits[k] = BIT.hasTransport; batch.dport[k] = 1 + rng.below(60_000);
    }
    screening.feed(batch);
  }
  screening.end();
  assert.deepEqual([...new Set(tags.map((t) => t.src))], ['192.0.2.1']);
  assert.deepEqual(tags.map((t) => t.field).sort(), ['label', 'role']);
  assert.match(tags[0]?.reason ?? '', /ports/);
});
