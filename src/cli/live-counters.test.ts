/**
 * Rates are those of event time, whatever the speed at which packets arrive.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { newPacketBatch } from '../core/packet-batch.ts';
import type { OrgId } from '../core/ids.ts';
import { LiveCounters } from './live-counters.ts';

const org = 'local' as OrgId;

/** `perSecond` packets a second from as many hosts, for `seconds` from `startUs`. */
function steady(perSecond: number, seconds: number, startUs: number) {
  const batch = newPacketBatch(4, 'local/x', perSecond * seconds);
  for (let i = 0; i < perSecond * seconds; i++) { batch.atUs[i] = startUs + Math.floor((i / perSecond) * 1e6); batch.src[i] = i % perSecond; }
  batch.n = perSecond * seconds;
  return batch;
}

test('an accelerated replay shows its own rate and hosts', () => {
  const counters = new LiveCounters(), startUs = 1_800_000_000_000_000;
  counters.add(org, steady(20, 150, startUs), 5, false); // all at one moment of the machine's clock
  const read = counters.read([org], 5);
  assert.deepEqual([read.packetsPerSecond, read.hostsPerMinute, read.lagMs], [20, 20, 0]);
});

test('a live source that falls silent falls to zero', () => {
  const counters = new LiveCounters(), startUs = 1_800_000_000_000_000;
  counters.add(org, steady(50, 10, startUs), startUs + 10_100_000, true);
  assert.equal(counters.read([org], startUs + 10_200_000).packetsPerSecond, 50);
  assert.ok(counters.read([org], startUs + 10_200_000).lagMs < 200);
  assert.equal(counters.read([org], startUs + 30_000_000).packetsPerSecond, 0);
});

test('another organisation sees nothing of it', () => {
  const counters = new LiveCounters();
  counters.add(org, steady(5, 5, 1e15), 1e15, true);
  assert.deepEqual(counters.read(['other' as OrgId], 1e15), { packetsPerSecond: 0, hostsPerMinute: 0, lagMs: 0, lastUs: null });
});
