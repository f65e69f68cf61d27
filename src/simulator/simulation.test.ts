/** The simulator's promises: repeatable, consistent between sensors of any size, and the same packets in every form. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { BATCH_COLUMNS, BIT, PROTO, type PacketBatch } from '../core/packet-batch.ts';
import { formatV4 } from '../core/address.ts';
import { HOUR_US, MINUTE_US } from '../core/time.ts';
import { decodeFrame, newFrameSink } from '../wire/decode-frame.ts';
import { LINK } from '../wire/link-types.ts';
import { ETHERNET_HEADER, buildEthernetFrame, fold, pseudoSum, sum16 } from '../wire/packet-build.ts';
import { specOf } from './shots.ts';
import { scenarios } from './registry.ts';
import { simulate } from './simulation.ts';
import { telescopes } from './stage-set.ts';
import type { SimulatedSensor, Simulation } from './contract.ts';

const SHORT = 10 * MINUTE_US;
const sensor = (name: string, ...regions: string[]): SimulatedSensor => ({ id: `local/${name}`, regions, country: 'JP', zone: 'Asia/Tokyo' });

/** Everything of each packet but the sensor, as sortable lines. */
function lines(simulation: Simulation, only?: string): string[] {
  const out: string[] = [];
  for (const b of simulation.batchesNow()) {
    if (only !== undefined && b.sensor !== only) continue;
    for (let i = 0; i < b.n; i++) out.push([b.atUs[i], b.src[i], b.dst[i], b.proto[i], b.sport[i], b.dport[i], b.ttl[i], b.ipid[i], b.ipBits[i], b.flags[i], b.seq[i], b.ack[i], b.window[i], b.optionsKey[i], b.ipLen[i], b.payloadLen[i]].join());
  }
  return out;
}

function digest(simulation: Simulation): string {
  const hash = createHash('sha256');
  for (const batch of simulation.batchesNow()) {
    hash.update(`${batch.sensor} ${batch.n} `);
    for (const column of BATCH_COLUMNS) hash.update(new Uint8Array(batch[column].buffer));
    hash.update(batch.raw);
  }
  return hash.digest('hex');
}

for (const name of Object.keys(scenarios)) {
  test(`${name}: the same seed gives the same bytes and truth, another seed others; times never run backwards; all is marked simulated`, () => {
    const options = { seed: 5, durationUs: SHORT, intensity: 0.1 };
    const one = simulate(name, options), two = simulate(name, options), other = simulate(name, { ...options, seed: 6 });
    assert.equal(digest(one), digest(two));
    assert.deepEqual(one.truth(), two.truth());
    assert.notEqual(digest(one), digest(other));
    const last = new Map<string, number>();
    let records = 0;
    for (const batch of one.batchesNow()) {
      for (let i = 0; i < batch.n; i++) {
        assert.ok((batch.atUs[i] as number) >= (last.get(batch.sensor) ?? one.startUs) && (batch.atUs[i] as number) < one.endUs && Number.isInteger(batch.atUs[i]));
        last.set(batch.sensor, batch.atUs[i] as number);
        assert.ok((batch.ipBits[i] as number) & BIT.simulated);
        records++;
      }
    }
    assert.ok(records > 500, `only ${records} packets`);
    assert.equal(one.truth().sensors.reduce((sum, s) => sum + s.packets, 0), records);
    assert.equal(Object.values(one.truth().populations).reduce((sum, p) => sum + p.packets, 0), records);
  });
}

test('a telescope is exactly the sum of its /24s', () => {
  const options = { seed: 3, durationUs: 3 * MINUTE_US, intensity: 0.2 };
  const whole = lines(simulate('mirai-wave', { ...options, sensors: [sensor('big', '198.18.0.0/20')] })).sort();
  const split = lines(simulate('mirai-wave', { ...options, sensors: Array.from({ length: 16 }, (_, k) => sensor(`part-${k}`, `198.18.${k}.0/24`)) })).sort();
  assert.ok(whole.length > 2_000);
  assert.deepEqual(whole, split);
});

test('a sensor sees the same whoever else watches, and part of a /24 is that part of what the /24 sees', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(25, 28, 32), fc.nat({ max: 255 }), (seed, prefix, octet) => {
    const options = { seed, durationUs: 3 * MINUTE_US, intensity: 0.5 };
    const whole = lines(simulate('worm-3389', { ...options, sensors: [sensor('a', '198.18.1.0/24')] }));
    const crowd = simulate('worm-3389', { ...options, sensors: [sensor('b', '198.18.9.0/24'), sensor('a', '198.18.1.0/24'), sensor('part', `198.18.1.${octet}/${prefix}`)] });
    assert.deepEqual(lines(crowd, 'local/a'), whole);
    const mask = (0xffffffff << (32 - prefix)) >>> 0, base = ((0xc6120100 + octet) & mask) >>> 0;
    assert.deepEqual(lines(crowd, 'local/part').sort(), whole.filter((l) => ((Number(l.split(',')[2]) & mask) >>> 0) === base).sort());
  }), { numRuns: 12 });
});

test('cutting the stream in other slices changes no packet', () => {
  const options = { seed: 8, durationUs: 4 * MINUTE_US, intensity: 0.3 };
  const minute = lines(simulate('moose-pair', options), 'local/sim-osaka');
  for (const sliceUs of [1_000_000, 7_000_000, 15_000_000]) {
    const cut = simulate('moose-pair', { ...options, sliceUs });
    assert.deepEqual(lines(cut, 'local/sim-osaka'), minute);
    for (const batch of cut.batchesNow()) assert.ok((batch.atUs[batch.n - 1] as number) - (batch.atUs[0] as number) <= sliceUs);
  }
});

test('batches made directly equal frames built and decoded again, column by column', () => {
  const seen = new Set<number>();
  for (const name of ['udp-backdoor', 'worm-3389', 'udp-33434-sync', 'calm-day']) {
    const options = { seed: 6, durationUs: 20 * MINUTE_US, intensity: 0.5 };
    const frames: Uint8Array[] = [], direct: PacketBatch[] = [];
    const simulation = simulate(name, { ...options, sensors: [sensor('a', '198.18.1.0/24')] });
    for (const slice of simulation.slices()) for (let k = slice.from; k < slice.to; k++) frames.push(buildEthernetFrame(specOf(slice.shots, slice.order[k] as number)));
    for (const batch of simulation.batchesNow()) direct.push(batch);
    let record = 0;
    for (const batch of direct) {
      const mine = frames.slice(record, record + batch.n), raw = new Uint8Array(mine.reduce((sum, f) => sum + f.length, 0));
      const sink = newFrameSink(raw, 'local/a', batch.n);
      let at = 0;
      mine.forEach((frame, i) => {
        raw.set(frame, at);
        decodeFrame(sink, at, frame.length, frame.length, LINK.ethernet, batch.atUs[i] as number, record + i);
        at += frame.length;
      });
      assert.equal(sink.v4.n, batch.n);
      for (const column of BATCH_COLUMNS) {
        if (column === 'optOff' || column === 'payOff' || column === 'innerOff') continue;
        for (let i = 0; i < batch.n; i++) {
          const expected = sink.v4[column][i] as number, got = batch[column][i] as number;
          assert.equal(column === 'ipBits' ? got & ~BIT.simulated : got, expected, `${name}, ${column} of packet ${i} to ${formatV4(batch.dst[i] as number)}, protocol ${batch.proto[i]}`);
        }
      }
      for (let i = 0; i < batch.n; i++) {
        seen.add(batch.proto[i] as number);
        const ours = (off: number, length: number) => batch.raw.subarray(off, off + length), theirs = (off: number, length: number) => raw.subarray(off, off + length);
        assert.deepEqual(ours(batch.optOff[i] as number, batch.optLen[i] as number), theirs(sink.v4.optOff[i] as number, sink.v4.optLen[i] as number));
        assert.deepEqual(ours(batch.payOff[i] as number, batch.payKept[i] as number), theirs(sink.v4.payOff[i] as number, sink.v4.payKept[i] as number));
        assert.deepEqual(ours(batch.innerOff[i] as number, batch.innerLen[i] as number), theirs(sink.v4.innerOff[i] as number, sink.v4.innerLen[i] as number));
      }
      record += batch.n;
    }
  }
  assert.deepEqual([...seen].sort((a, b) => a - b), [PROTO.icmp, PROTO.tcp, PROTO.udp]);
});

test('every checksum of every frame is right', () => {
  let frames = 0;
  for (const slice of simulate('demo-day', { seed: 4, durationUs: 5 * MINUTE_US, intensity: 0.3 }).slices()) {
    for (let k = slice.from; k < slice.to; k++) {
      const frame = buildEthernetFrame(specOf(slice.shots, slice.order[k] as number)), at = ETHERNET_HEADER;
      assert.equal(fold(sum16(frame, at, at + 20, 0)), 0);
      const proto = frame[at + 9] as number, body = frame.length - at - 20;
      assert.equal(fold(sum16(frame, at + 20, frame.length, proto === PROTO.icmp ? 0 : pseudoSum(frame, at, false, proto, body))), 0);
      frames++;
    }
  }
  assert.ok(frames > 1_000);
});

test('a gap records nothing, loss loses its share, and growth brings the new half only from its time on', () => {
  const startUs = 1_780_272_000_000_000;
  const plain = simulate('worm-3389', { seed: 1, startUs, durationUs: 30 * MINUTE_US, intensity: 1, sensors: [sensor('a', '198.18.1.0/24')] });
  const all = lines(plain).map((l) => l.split(',').map(Number));
  const faulty = simulate('worm-3389', {
    seed: 1, startUs, durationUs: 30 * MINUTE_US, intensity: 1,
    sensors: [{ ...sensor('a', '198.18.1.0/24'), faults: [{ kind: 'gap', fromUs: startUs, toUs: startUs + SHORT }, { kind: 'loss', fromUs: startUs + SHORT, toUs: startUs + 2 * SHORT, ratio: 0.2 }, { kind: 'growth', fromUs: startUs + 25 * MINUTE_US, region: '198.18.1.128/25' }] }],
  });
  const kept = lines(faulty).map((l) => l.split(',').map(Number)), upper = (p: number[]) => ((p[2] as number) & 128) !== 0;
  const within = (list: number[][], fromMinutes: number, toMinutes: number) => list.filter((p) => (p[0] as number) >= startUs + fromMinutes * MINUTE_US && (p[0] as number) < startUs + toMinutes * MINUTE_US);
  assert.equal(within(kept, 0, 10).length, 0);
  const share = within(kept, 10, 20).length / within(all, 10, 20).filter((p) => !upper(p)).length;
  assert.ok(Math.abs(share - 0.8) < 0.03, `${share} of the packets survived a loss of 0.2`);
  assert.equal(within(kept, 20, 25).filter(upper).length, 0);
  assert.deepEqual(within(kept, 25, 30), within(all, 25, 30));
  const truth = faulty.truth();
  assert.equal((truth.sensors[0]?.packets ?? 0) + (truth.sensors[0]?.lost ?? 0), all.length);
});

test('the truth lists each campaign with its first source no earlier than its onset, and visible steps in order', () => {
  for (const name of Object.keys(scenarios)) {
    const simulation = simulate(name, { seed: 9, durationUs: 2 * HOUR_US, intensity: 0.05 });
    for (const batch of simulation.batchesNow()) assert.ok(batch.n > 0);
    for (const campaign of simulation.truth().campaigns) {
      assert.ok(campaign.onsetUs >= simulation.startUs && campaign.onsetUs < campaign.endUs);
      for (const source of campaign.sources) assert.ok(source.firstUs >= campaign.onsetUs && source.firstUs <= source.lastUs && source.sensors.length > 0 && source.ports.every((p) => campaign.ports.includes(p)), `${name}: ${source.ports.join(' ')}`);
      const steps = ['1', '5', '20', '100', '1000'].map((k) => campaign.visibleUs[k]).filter((v): v is number => v !== null && v !== undefined);
      assert.deepEqual(steps, [...steps].sort((a, b) => a - b));
      assert.equal(campaign.sources.reduce((sum, s) => sum + s.packets, 0), campaign.packets);
    }
  }
});

test('telescopes of any size and of several organisations see one world: sources per address are alike, and what one sees twice as large sees twice', () => {
  const options = { seed: 21, durationUs: 10 * MINUTE_US, intensity: 0.3 };
  const perAddress = [20, 22, 24].map((prefix) => {
    let packets = 0;
    for (const batch of simulate('worm-3389', { ...options, sensors: telescopes({ count: 2, prefix, orgs: ['north', 'south'] }) }).batchesNow()) packets += batch.n;
    return packets / (2 * 2 ** (32 - prefix));
  });
  for (const rate of perAddress) assert.ok(Math.abs(rate / (perAddress[0] as number) - 1) < 0.1, perAddress.join(' '));
  assert.deepEqual(telescopes({ count: 3, prefix: 24, orgs: ['north', 'south'] }).map((s) => s.id), ['north/sim-24-1', 'south/sim-24-2', 'north/sim-24-3']);
  assert.throws(() => telescopes({ count: 3, prefix: 16 }), { code: 'usage' });
});

test('a scenario that does not exist is the operator\'s mistake', () => {
  assert.throws(() => simulate('no-such-day', { seed: 1 }), { code: 'unknown-scenario' });
  assert.throws(() => simulate('toString', { seed: 1 }), { code: 'unknown-scenario' });
  assert.throws(() => simulate('calm-day', { seed: 1, sensors: [sensor('a', 'not-a-network')] }), { code: 'cidr' });
});
