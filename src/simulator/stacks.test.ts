/** Stacks carry the header relations of the tools they stand for: checked as arithmetic, and by the fingerprint rules. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { requireCidr } from '../core/address.ts';
import { sensorId, splitSensorId } from '../core/ids.ts';
import { seededRng } from '../core/rng.ts';
import { TOOLS } from '../core/vocabulary.ts';
import { createAnnotator, loadLists, loadRules, loadTables } from '../observations/tag/annotate.ts';
import { optionsLayout } from '../wire/tcp-options.ts';
import { Shots, fillBatch, newShot, type Shot } from './shots.ts';
import * as stacks from './stacks.ts';
import { mix } from './chance.ts';

/** `count` first packets of one host. */
function fired(stack: stacks.Stack, host: number, count: number, each: (shot: Shot, k: number) => void = () => undefined): { shots: Shots; list: Shot[] } {
  const rng = seededRng(`stack/${host}`), shots = new Shots(), list: Shot[] = [];
  for (let k = 0; k < count; k++) {
    const shot = newShot();
    shot.atUs = 1_780_272_000_000_000 + k * 1_000_000;
    shot.src = 0x0d500000 + host; shot.dst = (0xc6120100 + rng.below(65_536)) >>> 0; shot.dport = [22, 80, 443, 8080][rng.below(4)] as number;
    stack(shot, mix(77, host), rng);
    each(shot, k);
    shots.push(shot);
    list.push(shot);
  }
  return { shots, list };
}

test('masscan: IP-ID is destination ^ port ^ sequence; window 1024 bare before, 1025 with an MSS today', () => {
  for (const [stack, window, layout] of [[stacks.masscanOld, 1024, ''], [stacks.masscanNew, 1025, 'mss']] as const) {
    for (const s of fired(stack, 1, 500).list) {
      assert.equal(s.ipid, (s.dst ^ s.dport ^ s.seq) & 0xffff);
      assert.deepEqual([s.window, s.ttl, s.dontFragment, optionsLayout(s.options, 0, s.options.length)], [window, 255, false, layout]);
    }
  }
});

test('ZMap: 54321 and TTL 255 before 4.1; today TTL 64, Windows options without DF, and a second probe of a target is the first again', () => {
  for (const s of fired(stacks.zmapOld, 2, 300).list) assert.deepEqual([s.ipid, s.ttl, s.window, s.ack, s.dontFragment], [54_321, 255, 65_535, 0, false]);
  const once = fired(stacks.zmapNew, 3, 300).list, again = fired(stacks.zmapNew, 3, 300).list;
  for (const s of once) assert.deepEqual([s.ttl, s.window, s.dontFragment, optionsLayout(s.options, 0, s.options.length)], [64, 65_535, false, 'mss,nop,ws,nop,nop,sackok']);
  assert.deepEqual(once.map((s) => [s.seq, s.ipid, s.sport]), again.map((s) => [s.seq, s.ipid, s.sport]));
  assert.ok(new Set(once.map((s) => s.ipid)).size > 290);
});

test('Mirai: the sequence number is the destination, and nothing else is constant', () => {
  const list = fired(stacks.mirai, 4, 400).list;
  for (const s of list) assert.equal(s.seq, s.dst);
  assert.ok(new Set(list.map((s) => s.window)).size > 350 && new Set(list.map((s) => s.sport)).size > 350);
});

test('nmap: the window tells the TTL at origin modulo four; high ^ low half of the sequence number is one constant a run', () => {
  const list = fired(stacks.nmap, 5, 400).list;
  for (const s of list) {
    assert.ok(s.ttl >= 37 && s.ttl <= 59);
    assert.equal(s.window / 1024 - 1, s.ttl % 4);
  }
  assert.equal(new Set(list.map((s) => (s.seq >>> 16) ^ (s.seq & 0xffff))).size, 1);
  const first = list.filter((s) => s.sport === Math.min(...list.map((x) => x.sport)));
  assert.equal(new Set(first.map((s) => s.seq)).size, 1);
});

test('Unicornscan: sequence ^ destination ^ ports is one constant for a source', () => {
  const list = fired(stacks.unicornscan, 6, 200).list;
  assert.equal(new Set(list.map((s) => (s.seq ^ s.dst ^ (((s.dport << 16) >>> 0) + s.sport)) >>> 0)).size, 1);
});

test('Morto keeps one source port for ten minutes, ordinary Windows does not', () => {
  const ports = (stack: stacks.Stack) => new Set(fired(stack, 7, 500, (s) => s).list.map((s) => s.sport)).size;
  assert.equal(ports(stacks.morto), 1);
  assert.ok(ports(stacks.windows) > 300);
});

test('the fingerprint rules name the tools, and name no ordinary stack', () => {
  const sensor = { id: sensorId('local/a'), ...splitSensorId('local/a'), regions: [requireCidr('198.18.0.0/15')], zone: 'UTC', country: 'JP', simulated: true, gaps: [] };
  const annotator = createAnnotator({ sensor, tables: loadTables(), rules: loadRules(), lists: loadLists().lists });
  const toolsOf = (stack: stacks.Stack): Map<string, number> => {
    const counts = new Map<string, number>();
    for (let host = 0; host < 40; host++) {
      // Nine hops, as the population would take off.
      const { shots } = fired(stack, host, 50);
      for (let i = 0; i < shots.n; i++) shots.ttl[i] = (shots.ttl[i] as number) - 9;
      const batch = fillBatch(shots, Uint32Array.from({ length: shots.n }, (_, i) => i), 0, shots.n, 'local/a', 0);
      annotator.annotate(batch);
      for (let i = 0; i < batch.n; i++) { const tool = TOOLS[batch.tool[i] as number] ?? ''; counts.set(tool, (counts.get(tool) ?? 0) + 1); }
    }
    return counts;
  };
  for (const [name, stack] of [['mirai', stacks.mirai], ['zmap', stacks.zmapOld], ['zmap', stacks.zmapNew], ['masscan', stacks.masscanOld], ['masscan', stacks.masscanNew]] as const) {
    const counts = toolsOf(stack);
    assert.ok((counts.get(name) ?? 0) >= 2_000 * 0.999, `${name}: ${JSON.stringify([...counts])}`);
  }
  for (const stack of [stacks.linux, stacks.windows, stacks.embedded]) assert.deepEqual([...toolsOf(stack)], [['', 2_000]]);
});
