/**
 * Recordings of real scan tools and of ordinary connections.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { needs, sharedData } from '../../needs.ts';
import { PROTO } from '../../../src/core/packet-batch.ts';
import { createFinder } from '../../../src/observations/tag/finder.ts';
import { sourceVerdicts } from '../../../src/observations/tag/source-verdicts.ts';
import { annotatedCapture, annotatorFor, isSyn, tally } from './captures.ts';

const capture = (name: string) => annotatedCapture(join(sharedData, 'tools', name), annotatorFor());

for (const [file, tool, syns] of [['zmap-2.1.pcap', 'zmap', 4_096], ['masscan.pcap', 'masscan', 4_096], ['nmap-syn.pcap', 'nmap', 1_024]] as const) {
  test(`every SYN of ${file} is named ${tool}`, needs('shared-data'), async () => {
    const { total, tools } = tally(await capture(file), isSyn);
    assert.equal(total, syns);
    assert.ok((tools.get(tool) ?? 0) >= 0.999 * total, JSON.stringify([...tools]));
  });
}

test("masscan's own resets are named masscan and are not backscatter", needs('shared-data'), async () => {
  const batches = await capture('masscan.pcap');
  const { total, tools } = tally(batches, (batch, i) => batch.proto[i] === PROTO.tcp && !isSyn(batch, i) && batch.window[i] === 1200);
  assert.ok(total > 4_000);
  assert.equal(tools.get('masscan'), total);
  assert.equal(tally(batches, (batch, i) => batch.label[i] === 2).total, 0);
});

test('Nmap OS detection is named: its SYN scan, its TCP probes, its UDP probe, and half of its echo probes', needs('shared-data'), async () => {
  const batches = await capture('nmap-os.pcap');
  const tcp = tally(batches, (batch, i) => batch.proto[i] === PROTO.tcp), udp = tally(batches, (batch, i) => batch.proto[i] === PROTO.udp);
  assert.equal((tcp.tools.get('nmap') ?? 0) + (tcp.tools.get('nmap-os') ?? 0), tcp.total, JSON.stringify([...tcp.tools]));
  assert.equal(udp.tools.get('nmap-os'), udp.total);
  const icmp = tally(batches, (batch, i) => batch.proto[i] === PROTO.icmp);
  assert.equal(icmp.tools.get('nmap-os'), icmp.total / 2);
});

test('2,000 ordinary connections of Linux are given no tool, by one packet or by many, and hide no relation', needs('shared-data'), async () => {
  const batches = await capture('linux-connect.pcap');
  const { total, tools } = tally(batches, isSyn);
  assert.equal(total, 2_000);
  assert.deepEqual([...tools], [['', 2_000]]);
  const state = sourceVerdicts.empty(), finder = createFinder({ named: true });
  for (const batch of batches) { sourceVerdicts.add(state, batch); finder.add(batch); }
  assert.deepEqual(sourceVerdicts.conclude(state).verdicts, []);
  assert.deepEqual(finder.conclude(), []);
});

test('of the recorded Nmap scan the run constants hold over all its packets', needs('shared-data'), async () => {
  const state = sourceVerdicts.empty();
  for (const batch of await capture('nmap-syn.pcap')) sourceVerdicts.add(state, batch);
  const [verdict] = sourceVerdicts.conclude(state).verdicts;
  assert.equal(verdict?.rule, 'nmap-run');
  assert.equal(verdict.packets, 1_024);
});

test('the finder finds the relation of masscan in its recording by itself, and nothing in that of zmap 2.1', needs('shared-data'), async () => {
  for (const [file, expected] of [['masscan.pcap', 'ipid ^ (dstLow ^ dport ^ seqLow) = 0x0000'], ['zmap-2.1.pcap', null]] as const) {
    const finder = createFinder({ named: true });
    for (const batch of await capture(file)) finder.add(batch);
    const found = finder.conclude().map((relation) => relation.text);
    // With one target port the port is part of the constant.
    if (expected === null) assert.deepEqual(found, []);
    else assert.match(found[0] ?? '', /^ipid \^ \(dstLow \^ seqLow\) = 0x01bb$/);
  }
});
