/**
 * The oracle: every capture in the shared data, read by us and by tshark, must agree frame by frame.
 * @module
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { decompressed, detectCompression, fileBytes } from '../../src/darknet/byte-source.ts';
import { detectCapture, scanCapture } from '../../src/darknet/capture-reader.ts';
import { needs, sharedData } from '../needs.ts';
import { differences, ourFrames, type Difference } from './compare-frames.ts';
import { EXPLAINED } from './explained.ts';
import { askTshark } from './tshark-fields.ts';

/** Every file of the shared data whose content is a capture, whatever its name. */
function captures(): string[] {
  const found: string[] = [];
  for (const folder of ['pcap', 'tools']) {
    for (const name of readdirSync(join(sharedData, folder), { recursive: true }).map(String).sort()) {
      const path = join(sharedData, folder, name);
      const head = headOf(path);
      if (head && detectCapture(head)) found.push(path);
    }
  }
  return found;
}

function headOf(path: string): Uint8Array | null {
  const head = new Uint8Array(4096);
  const file = openSync(path, 'r');
  try {
    const bytes = head.subarray(0, readSync(file, head));
    return detectCompression(bytes) === 'gzip' ? gunzipSync(readFileSync(path)) : bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return null;
    throw error;
  } finally {
    closeSync(file);
  }
}

test('every capture gives the frames, times, 5-tuples, TTLs, IP-IDs, flags, sequence numbers, windows and options that tshark gives', needs('shared-data', 'tshark'), async () => {
  const paths = captures();
  assert.ok(paths.length >= 1000, `${paths.length} captures`);
  const answers = await askTshark(paths);
  const unexplained: string[] = [];
  const used = new Map<string, number>();
  let frames = 0;
  for (let k = 0; k < paths.length; k++) {
    const path = paths[k] as string, answer = answers[k] as (typeof answers)[number];
    if (answer.refused !== null) continue;
    const name = relative(sharedData, path);
    const ours = (await ourFrames(path)).frames;
    if (ours.length !== answer.lines.length) unexplained.push(`${name}: ${ours.length} frames, tshark ${answer.lines.length}`);
    for (let i = 0; i < Math.min(ours.length, answer.lines.length); i++) {
      frames++;
      const different = differences(i + 1, ours[i] as Record<string, string>, answer.lines[i] as string);
      if (different.length === 0) continue;
      const entry = EXPLAINED.find((e) => name.endsWith(e.file) && explains(e.fields, different));
      if (entry) used.set(entry.file, (used.get(entry.file) ?? 0) + 1);
      else for (const d of different) unexplained.push(`${name} frame ${d.frame} ${d.field}: ours ${d.ours}, tshark ${d.theirs} (${d.protocols})`);
    }
  }
  assert.deepEqual(unexplained.slice(0, 40), []);
  assert.ok(frames > 90_000, `${frames} frames`);
  for (const entry of EXPLAINED) assert.equal(used.get(entry.file) ?? 0, entry.frames, `${entry.file}: ${entry.reason}`);
});

function explains(fields: 'all' | readonly string[], different: readonly Difference[]): boolean {
  if (fields === 'all') return different.some((d) => d.field === 'ip' && (d.ours === '-' || d.theirs === '-'));
  return different.every((d) => fields.includes(d.field));
}

test('captures of link types that Wireshark refuses hold as many frames as tcpdump counts', needs('shared-data', 'tshark', 'tcpdump'), async () => {
  const paths = captures();
  const answers = await askTshark(paths);
  const refused = paths.filter((_, k) => answers[k]?.refused !== null);
  assert.equal(refused.length, 8);
  for (const path of refused) {
    const text = execFileSync('tcpdump', ['--count', '-n', '-r', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    assert.equal((await ourFrames(path)).frames.length, Number(/^(\d+) packet/m.exec(text)?.[1]), path);
  }
});

test("every capture holds as many packets as its folder's index says", needs('shared-data'), async () => {
  let checked = 0;
  for (const folder of readdirSync(join(sharedData, 'pcap'))) {
    const files = readdirSync(join(sharedData, 'pcap', folder));
    if (!files.includes('INDEX.tsv')) continue;
    const [head, ...rows] = readFileSync(join(sharedData, 'pcap', folder, 'INDEX.tsv'), 'utf8').trim().split('\n').map((line) => line.split('\t'));
    // The index's own count says 0 for captures that its reader could not name the protocols of; the count of capinfos is in the next column.
    const column = head?.findIndex((title) => title.startsWith('capinfos(')) ?? -1;
    for (const row of rows) {
      const name = row[0] as string, packets = (row[column] ?? '').split(',')[5]?.replaceAll('"', '') ?? '';
      if (!/^\d+$/.test(packets)) continue;
      assert.equal((await ourFrames(join(sharedData, 'pcap', folder, name))).frames.length, Number(packets), `${folder}/${name}`);
      checked++;
    }
  }
  assert.ok(checked > 900, `${checked} captures`);
});

interface Facts { packets: number; sha256_concatenated_frames: string; first_ts_us: number; last_ts_us: number; expect: Record<string, number> }

test('thirteen containers of the same packets give the same packets', needs('shared-data'), async () => {
  const facts = JSON.parse(readFileSync(join(sharedData, 'pcap/variants/facts.json'), 'utf8')) as Record<string, Facts>;
  let checked = 0;
  for (const [base, fact] of Object.entries(facts)) {
    const plain = (await ourFrames(join(sharedData, 'pcap/variants', `${base}.le-us.pcap`))).frames;
    for (const [variant, packets] of [...Object.entries(fact.expect), ['le-us.pcap', fact.packets] as const]) {
      const path = join(sharedData, 'pcap/variants', `${base}.${variant}`);
      const { frames, defects } = await ourFrames(path);
      assert.equal(frames.length, packets, path);
      assert.equal(defects.length, packets === fact.packets ? 0 : 1, path);
      assert.equal(frames[0]?.['at'], String(fact.first_ts_us), path);
      if (packets === fact.packets) assert.equal(frames.at(-1)?.['at'], String(fact.last_ts_us), path);
      if (!variant.startsWith('snap64')) frames.forEach((frame, i) => assert.deepEqual(frame, plain[i], `${path} frame ${i + 1}`));
      if (!/^(snap64|vlan|qinq|torn)/.test(variant)) assert.equal(await frameHash(path), fact.sha256_concatenated_frames, path);
      checked++;
    }
  }
  assert.equal(checked, 39);
});

async function frameHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const event of scanCapture(decompressed(fileBytes(path)))) {
    if (event.kind !== 'raw') continue;
    const { table, raw } = event;
    for (let i = 0; i < table.n; i++) hash.update(raw.subarray(table.off[i], (table.off[i] as number) + (table.capLen[i] as number)));
  }
  return hash.digest('hex');
}
