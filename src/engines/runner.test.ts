/** Claims about windows, lateness and faults of the runner. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { batchOf, DARK, START_US, type PacketSpec } from '../../test/golden/engines/make-packets.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import { DAY_US, MINUTE_US, SECOND_US } from '../core/time.ts';
import type { Observation } from '../observations/observation.ts';
import type { Engine, Window } from './engine.ts';
import { EngineRunner, type RunnerOptions } from './runner.ts';

interface Seen { packets: number; window: Window }

/** An engine that notes what it is handed. */
function counting(windowUs: number, input: 'raw' | 'screened' = 'raw'): { engine: Engine; closed: Seen[]; open: Seen[] } {
  const closed: Seen[] = [], open: Seen[] = [];
  const engine: Engine<{ packets: number }, null> = {
    name: `counting-${windowUs}`, version: 'counting/1', source: 'test', about: 'test', windowUs, input, memoryBytes: 1_000,
    empty: () => ({ packets: 0 }), add: (p: { packets: number }, _: PacketBatch, from: number, to: number) => { p.packets += to - from; },
    merge: (a, b) => ({ packets: a.packets + b.packets }), memory: () => null,
    conclude: (p, memory, window) => { (window.open ? open : closed).push({ packets: p.packets, window }); return { memory, findings: [] }; },
  };
  return { engine: engine as Engine, closed, open };
}

const at = (seconds: number, more: Partial<PacketSpec> = {}): PacketSpec => ({ atUs: START_US + seconds * SECOND_US, src: 1, dst: DARK, dport: 23, ...more });
const runner = (engines: Engine[], more: Partial<RunnerOptions> = {}) => new EngineRunner({ engines, emit: () => undefined, ...more });

test('a window is concluded when time has passed its end by the lateness, not before', () => {
  const { engine, closed, open } = counting(MINUTE_US), r = runner([engine]);
  r.feed(batchOf('local/a', [at(1), at(59)]));
  r.advance(START_US + 61 * SECOND_US);
  assert.deepEqual([closed.length, open.length], [0, 1]);
  r.advance(START_US + 62 * SECOND_US);
  assert.deepEqual(closed.map((c) => c.packets), [2]);
});

test('packets of several windows in one batch, in any order, reach their windows', () => {
  const { engine, closed } = counting(MINUTE_US), r = runner([engine]);
  r.feed(batchOf('local/a', [at(130), at(5), at(70), at(6), at(131), at(71)]));
  r.flush();
  assert.deepEqual(closed.map((c) => [c.window.fromUs - START_US, c.packets]), [[0, 2], [MINUTE_US, 2], [2 * MINUTE_US, 2]]);
});

test('late packets are counted once, told as an observation, and change no closed window', () => {
  const fast = counting(10 * SECOND_US), slow = counting(MINUTE_US), told: Observation[] = [];
  const r = runner([fast.engine, slow.engine], { observe: (_, o) => told.push(o) });
  r.feed(batchOf('local/a', [at(1), at(61)]));
  r.advance(START_US + 63 * SECOND_US);
  r.feed(batchOf('local/a', [at(3), at(58), at(64)]));
  r.advance(START_US + 64 * SECOND_US);
  assert.equal(r.latePackets, 2);
  assert.deepEqual(told.map((o) => [o.kind, o.fields['noroshi.packets']]), [['darknet.packet.late', 2]]);
  assert.deepEqual(slow.closed.map((c) => c.packets), [1]);
});

test('a screened engine is handed unexplained packets and known malware only', () => {
  const { engine, closed } = counting(MINUTE_US, 'screened'), r = runner([engine]);
  r.feed(batchOf('local/a', [at(1), at(2, { label: 'research' }), at(3, { label: 'known-malware' }), at(4, { label: 'backscatter' }), at(5, { label: 'misconfiguration' })]));
  r.flush();
  assert.deepEqual(closed.map((c) => c.packets), [2]);
});

test('organisations are apart, and their sensors observe from their first packet on', () => {
  const { engine, closed } = counting(MINUTE_US), r = runner([engine]);
  r.feed(batchOf('red/a', [at(1)]));
  r.feed(batchOf('blue/b', [at(1), at(2)]));
  r.feed(batchOf('blue/c', [at(70)]));
  r.flush();
  assert.deepEqual(closed.map((c) => [c.window.org, c.packets, c.window.sensors]), [['red', 1, ['red/a']], ['blue', 2, ['blue/b']], ['blue', 1, ['blue/b', 'blue/c']]]);
});

test('a hole of a year between two captures costs a few hundred windows, not half a million', () => {
  const { engine, closed } = counting(MINUTE_US), r = runner([engine]);
  r.feed(batchOf('local/a', [at(1)]));
  r.advance(START_US + 2 * MINUTE_US);
  r.feed(batchOf('local/a', [at(365 * 86_400)]));
  r.advance(START_US + 365 * DAY_US + 2 * MINUTE_US);
  assert.ok(closed.length < 1_000, `${closed.length} windows`);
  assert.equal(closed.reduce((sum, c) => sum + c.packets, 0), 2);
});

test('packets spread over a thousand minutes keep at most sixty-four windows open, and none is lost', () => {
  const { engine, closed } = counting(MINUTE_US), r = runner([engine]);
  r.feed(batchOf('local/a', Array.from({ length: 1_000 }, (_, m) => at(m * 60 + 1))));
  r.flush();
  assert.equal(closed.reduce((sum, c) => sum + c.packets, 0) + r.latePackets, 1_000);
  assert.equal(r.latePackets, 0);
});

test('an engine that throws is switched off and told of; the others go on', () => {
  const good = counting(MINUTE_US), faults: string[] = [];
  const bad: Engine = { ...good.engine, name: 'bad', add: () => undefined, conclude: () => { throw new Error('our fault'); } };
  const r = runner([bad, good.engine], { fault: (engine) => faults.push(engine) });
  r.feed(batchOf('local/a', [at(1), at(70), at(130)]));
  r.flush();
  assert.deepEqual(faults, ['bad']);
  assert.equal(good.closed.length, 3);
});

test('a snapshot that is none is refused in words', () => {
  assert.throws(() => runner([]).restore(new Uint8Array([1, 2, 3])), RangeError);
});
