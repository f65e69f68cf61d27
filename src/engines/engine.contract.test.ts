/** What every engine promises (`engine.ts`), checked over the whole registry. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { serialize } from 'node:v8';
import { background, batchOf, DARK, hosts, START_US, type PacketSpec } from '../../test/golden/engines/make-packets.ts';
import { PROTO, TCP } from '../core/packet-batch.ts';
import { seededRng } from '../core/rng.ts';
import type { OrgId } from '../core/ids.ts';
import { FINDING_NAMES, idOfDraft, type FindingDraft } from '../findings/finding.ts';
import { factsOf, sentence } from '../findings/findings.catalogue.ts';
import type { Engine, Window } from './engine.ts';
import { ENGINES } from './registry.ts';
import { EngineRunner } from './runner.ts';

const HOURS = 4;

/** Four hours on two sensors in which something happens for every engine that needs no more than that. */
function story(): Map<string, PacketSpec[][]> {
  const rng = seededRng('contract'), sensors = new Map<string, PacketSpec[][]>();
  const bots = hosts(rng, 400), scanner = 0x2d010203, victim = 0x2e010203, crawler = 0x2f010203, morto = 0x2c010203;
  ['local/one', 'local/two'].forEach((name, s) => {
    const dark = DARK + s * 256, minutes: PacketSpec[][] = [];
    for (let minute = 0; minute < HOURS * 60; minute++) {
      const from = START_US + minute * 60_000_000, packets = s === 1 && minute >= 200 && minute < 215 ? [] : background(rng, from, 1, dark);
      const at = () => from + rng.below(60_000_000);
      if (minute >= 150) for (let k = 0; k < 12; k++) packets.push({ atUs: at(), src: bots[rng.below(bots.length)] as number, dst: dark + rng.below(256), dport: 37215, tool: 'mirai' });
      if (minute >= 30 && minute < 34) for (let k = 0; k < 60; k++) packets.push({ atUs: at(), src: scanner, dst: dark + ((minute - 30) * 60 + k) % 256, dport: 8080 });
      if (minute >= 40 && minute < 43) for (let k = 0; k < 40; k++) packets.push({ atUs: at(), src: victim, dst: dark + rng.below(256), sport: 80, dport: 1024 + rng.below(60_000), flags: TCP.syn | TCP.ack, label: 'backscatter' });
      if (minute === 50) for (let k = 0; k < 16; k++) packets.push({ atUs: at(), src: morto, dst: dark + 3 * k, sport: 4055, dport: 3389 });
      if (minute === 50) for (let k = 0; k < 20; k++) packets.push({ atUs: at(), src: scanner, dst: dark + 9, dport: 1000 + 2000 * s + k });
      if (minute === 60) for (let k = 0; k < 12; k++) packets.push({ atUs: at(), src: crawler, dst: dark + 10, dport: 80, flags: TCP.psh | TCP.ack, payload: `GET /p${k}/x HTTP/1.1\r\n` });
      minutes.push(s === 1 && minute >= 200 && minute < 215 ? [] : packets.sort((a, b) => a.atUs - b.atUs));
    }
    sensors.set(name, minutes);
  });
  return sensors;
}
const STORY = story();

function run(engines: readonly Engine[], options: { previews?: boolean; cut?: number; snapshotAt?: number; research?: boolean } = {}): FindingDraft[] {
  const told: FindingDraft[] = [];
  let previewing = false;
  const make = () => new EngineRunner({ engines, previewUs: options.previews ? 10_000_000 : 0, emit: (draft) => { if (!previewing) told.push(draft); } });
  let runner = make();
  const noise = seededRng('research');
  for (let minute = 0; minute < HOURS * 60; minute++) {
    for (const [sensor, minutes] of STORY) {
      const packets = [...(minutes[minute] as PacketSpec[])];
      if (options.research) for (const src of hosts(noise, 30)) packets.push({ atUs: START_US + minute * 60_000_000 + noise.below(60_000_000), src, dst: DARK + noise.below(256), dport: 37215, label: 'research', proto: PROTO.tcp });
      if (packets.length === 0) continue;
      if (options.cut) for (let i = 0; i < packets.length; i += options.cut) runner.feed(batchOf(sensor, packets.slice(i, i + options.cut)));
      else runner.feed(batchOf(sensor, packets));
    }
    const end = START_US + (minute + 1) * 60_000_000;
    if (options.previews) { previewing = true; runner.advance(end + 1_000_000); previewing = false; }
    runner.advance(end + 2_000_000);
    if (options.snapshotAt === minute) { const bytes = runner.snapshot(); runner = make(); runner.restore(bytes); }
  }
  runner.flush();
  return told;
}

const plain = new Map<string, FindingDraft[]>(Object.values(ENGINES).map((engine) => [engine.name, run([engine as Engine])]));
const window = (open = false): Window => ({ fromUs: START_US, toUs: START_US + 60_000_000, org: 'local' as OrgId, sensors: ['local/one'], addresses: { 'local/one': 256 }, open, rng: seededRng('w'), simulated: false });

for (const engine of Object.values(ENGINES) as Engine[]) {
  test(`${engine.name}: an empty window concludes nothing`, () => {
    assert.deepEqual(engine.conclude(engine.empty(), engine.memory(), window()).findings, []);
    assert.deepEqual(engine.conclude(engine.empty(), engine.memory(), window(true)).findings, []);
  });

  test(`${engine.name}: splitting a window into partials and merging them in any order changes nothing`, () => {
    const rng = seededRng(`split ${engine.name}`);
    const minutes = [30, 31, 32, 40, 41, 50, 60, 151];
    const conclude = (pieces: number) => {
      let memory = engine.memory();
      const findings: FindingDraft[] = [];
      for (const minute of minutes) {
        const from = START_US + minute * 60_000_000;
        for (let start = from; start < from + 60_000_000; start += engine.windowUs) {
          const partials: unknown[] = Array.from({ length: pieces }, () => engine.empty());
          for (const [sensor, all] of STORY) {
            const inside = (all[minute] as PacketSpec[]).filter((p) => p.atUs >= start && p.atUs < start + engine.windowUs);
            const shares: PacketSpec[][] = Array.from({ length: pieces }, () => []);
            for (const p of inside) shares[pieces === 1 ? 0 : rng.below(pieces)]?.push(p);
            shares.forEach((share, k) => { const batch = batchOf(sensor, share); engine.add(partials[k], batch, 0, batch.n); });
          }
          let merged = engine.empty();
          while (partials.length > 0) merged = engine.merge(merged, partials.splice(rng.below(partials.length), 1)[0]);
          const outcome = engine.conclude(merged, memory, { ...window(), fromUs: start, toUs: start + engine.windowUs, sensors: [...STORY.keys()], addresses: { 'local/one': 256, 'local/two': 256 } });
          memory = outcome.memory;
          findings.push(...outcome.findings);
        }
      }
      return findings;
    };
    const whole = conclude(1);
    for (const pieces of [2, 5]) assert.deepEqual(normal(conclude(pieces)), normal(whole));
  });

  test(`${engine.name}: the same packets give the same findings, however batches are cut`, () => {
    assert.deepEqual(normal(run([engine], { cut: 7 })), normal(plain.get(engine.name) as FindingDraft[]));
  });

  test(`${engine.name}: looking at open windows teaches nothing`, () => {
    const looked = run([engine], { previews: true });
    assert.deepEqual(ids(looked), ids(plain.get(engine.name) as FindingDraft[]));
  });

  test(`${engine.name}: restoring a snapshot and going on equals never having stopped`, () => {
    assert.deepEqual(normal(run([engine], { snapshotAt: 155 })), normal(plain.get(engine.name) as FindingDraft[]));
  });

  test(`${engine.name}: findings have evidence, a filled sentence and a name of the catalogue`, () => {
    for (const draft of plain.get(engine.name) as FindingDraft[]) {
      assert.equal(idOfDraft(draft).length, 16);
      assert.ok(FINDING_NAMES.includes(draft.name));
      assert.equal(draft.engine, engine.name);
      for (const fact of factsOf(draft.name)) assert.ok(draft.facts[fact] !== undefined, `${draft.name} lacks the fact '${fact}'`);
      assert.ok(!sentence(draft.name, draft.facts, 'ja').includes('?'));
      assert.ok(draft.fromUs <= draft.toUs && draft.evidence.fromUs <= draft.evidence.toUs);
    }
  });

  test(`${engine.name}: partial and memory stay within the stated bound`, () => {
    const rng = seededRng('bound');
    let memory = engine.memory(), partial = engine.empty();
    for (let k = 0; k < 3; k++) {
      partial = engine.empty();
      for (let b = 0; b < 4; b++) {
        const packets: PacketSpec[] = Array.from({ length: 10_000 }, () => ({ atUs: START_US + k * 60_000_000 + rng.below(10_000_000), src: rng.u32(), dst: DARK + rng.below(256), dport: rng.below(65_536), flags: b % 2 === 0 ? TCP.syn : TCP.rst, sport: rng.below(1_000) }));
        const batch = batchOf('local/one', packets);
        engine.add(partial, batch, 0, batch.n);
      }
      memory = engine.conclude(partial, memory, { ...window(), fromUs: START_US + k * 60_000_000, toUs: START_US + k * 60_000_000 + engine.windowUs }).memory;
    }
    assert.ok(serialize(partial).length + serialize(memory).length <= engine.memoryBytes);
  });
}

for (const engine of (Object.values(ENGINES) as Engine[]).filter((e) => e.input === 'screened')) {
  test(`${engine.name}: what screening sets aside changes nothing`, () => {
    assert.deepEqual(normal(run([engine], { research: true })), normal(plain.get(engine.name) as FindingDraft[]));
  });
}

test('the story is not lost on the engines: each that can conclude something in four hours does', () => {
  for (const name of ['port-distributed', 'sync-global', 'dos-victim', 'scan-events', 'scan-flow', 'scan-web', 'sensor-outage', 'source-tools']) assert.ok((plain.get(name) ?? []).length > 0, name);
});

function normal(drafts: readonly FindingDraft[]): unknown[] {
  return drafts.map((d) => ({ ...d, sourceList: [...d.sourceList].sort() })).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
const key = (d: Pick<FindingDraft, 'name' | 'subject' | 'toUs' | 'sources' | 'ended'>): string => `${d.name} ${d.subject} ${d.toUs} ${d.sources} ${d.ended}`;
const ids = (drafts: readonly FindingDraft[]): string[] => [...new Set(drafts.map(idOfDraft))].sort();
