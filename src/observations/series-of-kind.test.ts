/**
 * Every kind declares its series, and joining different ones is said.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { KINDS, type Kind } from './observation.ts';
import { joinWarning, meaningOf } from './series-of-kind.ts';

test('every kind declares method, granularity and period', () => {
  for (const kind of Object.keys(KINDS) as Kind[]) for (const text of Object.values(meaningOf(kind))) assert.ok(text.length > 3, kind);
});

test('packets and frames of a telescope are one series; packets and published counts are not', () => {
  assert.equal(joinWarning(['darknet.packet.seen', 'darknet.frame.other']), null);
  assert.equal(joinWarning([]), null);
  assert.match(joinWarning(['darknet.packet.seen', 'darknet.count.seen']) ?? '', /telescope packets \(one row a packet\), published counts \(one row an interval\)/);
});
