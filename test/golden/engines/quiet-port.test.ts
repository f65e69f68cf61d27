/**
 * Twelve hosts on a quiet port: the smallest outbreak that a reader can follow packet by packet. README.md tells the story.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { formatV4 } from '../../../src/core/address.ts';
import { seededRng, type Rng } from '../../../src/core/rng.ts';
import { MINUTE_US, SECOND_US } from '../../../src/core/time.ts';
import { portDistributed } from '../../../src/engines/port-distributed.ts';
import { BUDGET, STATISTICS } from '../../../src/engines/port-budget.ts';
import { EngineRunner } from '../../../src/engines/runner.ts';
import { sentence } from '../../../src/findings/findings.catalogue.ts';
import { FindingCollector, type Collected } from '../../../src/findings/growth.ts';
import { batchOf, DARK, hosts, START_US, type PacketSpec } from './make-packets.ts';

/** Three calm hours come first. */
const CALM_MINUTES = 180;
const ONSET_US = START_US + CALM_MINUTES * MINUTE_US;
const SENSORS = [{ name: 'local/osaka', dark: DARK }, { name: 'local/tokyo', dark: DARK + 0x100 }, { name: 'local/nagoya', dark: DARK + 0x200 }] as const;
/** Every fourth second the next host asks two of the three telescopes for tcp/52869: 198.19.1.10 first, 198.19.12.10 last. */
const HOSTS = Array.from({ length: 12 }, (_, k) => 0xc613000a + (k + 1) * 256);
const COUNTRIES = ['BR', 'VN', 'IN'];

/** A calm minute: about 32 hosts on four busy ports, and ten that each ask a quiet port nobody else asks. */
function calm(rng: Rng, fromUs: number, dark: number): PacketSpec[] {
  const ports = [[23, 12], [445, 9], [22, 6], [80, 5]].flatMap(([port, mean]) => Array.from({ length: rng.poisson(mean as number) }, () => port as number));
  for (let k = 0; k < 10; k++) ports.push(1_024 + rng.below(60_000));
  return hosts(rng, ports.length).map((src, k) => ({ atUs: fromUs + rng.below(MINUTE_US), src, dst: dark + rng.below(256), dport: ports[k] as number }));
}

function outbreak(sensor: number, hosts: readonly number[]): PacketSpec[] {
  if (SENSORS[sensor]?.name === 'local/nagoya') return [];
  return hosts.map((src, k) => ({
    atUs: ONSET_US + k * 4 * SECOND_US + sensor, src, dst: (SENSORS[sensor]?.dark ?? 0) + 10 * k + 5, dport: 52_869, tool: 'mirai' as const, country: COUNTRIES[k % 3] as string,
  }));
}

function watch(hosts: readonly number[]): Collected[] {
  const collector = new FindingCollector(), rngs = SENSORS.map(({ name }) => seededRng(`quiet port ${name}`));
  const runner = new EngineRunner({ engines: [portDistributed], previewUs: 0, emit: (draft) => collector.add(draft) });
  for (let minute = 0; minute < CALM_MINUTES + 5; minute++) {
    const fromUs = START_US + minute * MINUTE_US;
    SENSORS.forEach(({ name, dark }, s) => {
      const packets = [...calm(rngs[s] as Rng, fromUs, dark), ...(minute === CALM_MINUTES ? outbreak(s, hosts) : [])];
      runner.feed(batchOf(name, packets.sort((a, b) => a.atUs - b.atUs)));
    });
    runner.advance(fromUs + MINUTE_US + 2 * SECOND_US);
  }
  runner.flush();
  return collector.list();
}

test('twelve hosts on a quiet port are one finding with its onset, its hosts and the sensors that saw them', () => {
  const findings = watch(HOSTS);
  assert.deepEqual(findings.map((f) => [f.name, f.subject]), [['port.distributed', 'tcp/52869']]);
  const found = findings[0] as Collected;
  assert.equal(found.firstRaisedUs, ONSET_US + 10 * 4 * SECOND_US, 'the packet of the eleventh host, forty seconds after the first');
  assert.equal(found.firstWindowUs, ONSET_US);
  assert.deepEqual([...found.sourceList].sort(), HOSTS.map(formatV4).sort());
  assert.equal(found.sources, 12);
  assert.deepEqual(found.sensors, ['local/osaka', 'local/tokyo']);
  assert.deepEqual(found.countries, ['BR', 'IN', 'VN']);
  assert.deepEqual([found.facts['tools'], found.facts['count'], found.facts['unit']], ['mirai', 12, '1 min']);
  assert.ok(Number(found.evidence.figures['expectedSources']) < 0.1);
  assert.ok(sentence('port.distributed', found.facts, 'en').includes('tcp/52869'));
});

test('ten hosts are not rarer than the budget allows: the calm hours and they raise nothing', () => {
  assert.deepEqual(watch(HOSTS.slice(0, 10)), []);
});

test('twelve packets of one host are no outbreak', () => {
  assert.deepEqual(watch(Array.from({ length: 12 }, () => HOSTS[0] as number)), []);
});

test('the figures of README.md: ten hosts clump by chance more often, eleven less often than the budget allows', () => {
  const quietPortsADay = SENSORS.length * 10 * 1_440, budget = (BUDGET * SENSORS.length) / STATISTICS.length, byChance = (count: number) => quietPortsADay * 0.25 ** (count - 1);
  assert.ok(byChance(10) > budget && byChance(11) < budget);
});
