/** Claims about distributed-attack detection, on packets made here. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { background, batchOf, DARK, hosts, START_US, type PacketSpec } from '../../test/golden/engines/make-packets.ts';
import { seededRng } from '../core/rng.ts';
import { HOUR_US, MINUTE_US, SECOND_US } from '../core/time.ts';
import type { FindingDraft } from '../findings/finding.ts';
import { FindingCollector } from '../findings/growth.ts';
import { portDistributed, portStates, type PortDistributedMemory } from './port-distributed.ts';
import { EngineRunner } from './runner.ts';
import type { OrgId } from '../core/ids.ts';

const SENSOR = 'local/test';

/** Runs `minutes` of background with `extra` packets, advancing each second when `seconds`. */
function watch(minutes: number, extra: (minute: number) => PacketSpec[], options: { scale?: (minute: number) => number; seconds?: boolean; from?: number; silent?: (minute: number) => boolean } = {}) {
  const rng = seededRng('watch'), told: { draft: FindingDraft; nowUs: number }[] = [];
  let nowUs = START_US;
  const runner = new EngineRunner({ engines: [portDistributed], emit: (draft) => told.push({ draft, nowUs }) });
  for (let minute = 0; minute < minutes; minute++) {
    const from = START_US + minute * MINUTE_US;
    const packets = options.silent?.(minute) ? [] : [...background(rng, from, options.scale?.(minute) ?? 1), ...extra(minute)].sort((a, b) => a.atUs - b.atUs);
    if (options.seconds) {
      for (let s = 0, i = 0; s < 60; s++) {
        nowUs = from + (s + 1) * SECOND_US;
        const slice: PacketSpec[] = [];
        while (i < packets.length && (packets[i] as PacketSpec).atUs < nowUs) slice.push(packets[i++] as PacketSpec);
        runner.feed(batchOf(SENSOR, slice));
        runner.advance(nowUs);
      }
    } else {
      runner.feed(batchOf(SENSOR, packets));
      nowUs = from + MINUTE_US + 2 * SECOND_US;
      runner.advance(nowUs);
    }
  }
  runner.flush();
  const collector = new FindingCollector();
  for (const { draft } of told) collector.add(draft);
  return { told, findings: collector.list(), runner };
}

function wave(port: number, from: number, perMinute: number, count: number): { packets: (minute: number) => PacketSpec[]; bots: number[] } {
  const rng = seededRng(`wave ${port}`), bots = hosts(rng, count);
  let next = 0;
  return {
    bots,
    packets(minute) {
      if (minute < from) return [];
      return Array.from({ length: perMinute }, () => ({ atUs: START_US + minute * MINUTE_US + rng.below(MINUTE_US), src: bots[next++ % bots.length] as number, dst: DARK + rng.below(256), dport: port, tool: 'mirai' as const }));
    },
  };
}

test('six calm hours raise nothing', () => {
  const { findings } = watch(360, () => []);
  assert.deepEqual(findings.map((f) => [f.subject, f.facts]), []);
});

test('a hundred hosts on a quiet port are raised once, with their hosts, tool and onset', () => {
  const attack = wave(52869, 180, 15, 100);
  const { findings } = watch(300, attack.packets);
  assert.equal(findings.length, 1);
  const [found] = findings;
  assert.equal(found?.subject, 'tcp/52869');
  assert.ok((found?.firstRaisedUs ?? 0) < START_US + 182 * MINUTE_US, 'within two minutes of the onset');
  const bots = new Set(attack.bots.map((b) => [b >>> 24, (b >>> 16) & 255, (b >>> 8) & 255, b & 255].join('.')));
  assert.ok((found?.sourceList.filter((s) => bots.has(s)).length ?? 0) >= 98);
  assert.ok((found?.sourceList.filter((s) => !bots.has(s)).length ?? 0) <= 2);
  assert.equal(found?.facts['tools'], 'mirai');
  assert.ok((found?.countries.length ?? 0) > 5);
});

test('thirty low-rate hosts an hour on a quiet port are raised', () => {
  const rng = seededRng('slow'), bots = hosts(rng, 60);
  let next = 0;
  const { findings } = watch(330, (minute) => (minute < 200 || minute % 2 !== 0 ? [] : [{ atUs: START_US + minute * MINUTE_US + rng.below(MINUTE_US), src: bots[next++ % 60] as number, dst: DARK + rng.below(256), dport: 10000 }]));
  assert.deepEqual(findings.map((f) => f.subject), ['tcp/10000']);
});

test('an attack on a busy port is raised, and regular visitors are not named', () => {
  const attack = wave(23, 200, 70, 3000);
  const { findings } = watch(320, attack.packets);
  assert.deepEqual(findings.map((f) => f.subject), ['tcp/23']);
});

test('the alert comes at most two seconds after the packet that exceeds the threshold', () => {
  const attack = wave(5555, 150, 40, 400);
  const { told } = watch(153, attack.packets, { seconds: true });
  const first = told[0];
  assert.ok(first, 'something was told');
  assert.ok(first.nowUs - first.draft.firstRaisedUs <= 2 * SECOND_US, `${(first.nowUs - first.draft.firstRaisedUs) / 1e6} s`);
});

test('a one-point flood is no early warning', () => {
  const rng = seededRng('flood');
  const { findings } = watch(240, (minute) => (minute < 180 ? [] : hosts(rng, 80).map((src) => ({ atUs: START_US + minute * MINUTE_US + rng.below(MINUTE_US), src, dst: DARK + 77, dport: 6881 }))));
  assert.deepEqual(findings, []);
});

test('a crowd from one network is no early warning', () => {
  const rng = seededRng('crowd');
  const { findings } = watch(240, (minute) => (minute < 180 ? [] : Array.from({ length: 40 }, () => ({ atUs: START_US + minute * MINUTE_US + rng.below(MINUTE_US), src: 0x2d000000 + rng.below(256), dst: DARK + rng.below(256), dport: 9000 }))));
  assert.deepEqual(findings, []);
});

test('a research sweep is set aside by its label', () => {
  const rng = seededRng('research');
  const { findings } = watch(240, (minute) => (minute < 180 ? [] : hosts(rng, 60).map((src) => ({ atUs: START_US + minute * MINUTE_US + rng.below(MINUTE_US), src, dst: DARK + rng.below(256), dport: 8443, label: 'research' as const }))));
  assert.deepEqual(findings, []);
});

test('a telescope that grows four-fold raises nothing', () => {
  const { findings } = watch(300, () => [], { scale: (minute) => (minute < 200 ? 1 : 4) });
  assert.deepEqual(findings.map((f) => [f.subject, f.facts]), []);
});

test('a gap is not silence: the hour after it is as calm as the hour before', () => {
  const { findings, runner } = watch(400, () => [], { silent: (minute) => minute >= 200 && minute < 300 });
  assert.deepEqual(findings.map((f) => [f.subject, f.facts]), []);
  const states = portStates(runner.memoryOf('local' as OrgId, 'port-distributed') as PortDistributedMemory);
  const telnet = states.get('tcp/23');
  assert.ok(telnet !== undefined && telnet.median > 80, `telnet's median is still about 120 hosts in ten minutes, not ${telnet?.median}`);
});

test('an episode ends an hour after its last alarm, and a later one is told apart', () => {
  const attack = wave(52869, 150, 15, 100);
  const { told } = watch(330, (minute) => (minute < 170 ? attack.packets(minute) : []));
  const last = told.at(-1);
  assert.equal(last?.draft.ended, true);
  assert.ok((last?.nowUs ?? 0) - (last?.draft.toUs ?? 0) >= HOUR_US);
});
