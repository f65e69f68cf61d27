/** Captures that we write: the bytes of the format, and any chunking gives the same file. @module */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LINK_TYPE, PcapWriter, pcapFile, pcapHeader, pcapRecord } from './pcap-write.ts';

test('the header and a record are the bytes that the format says', () => {
  assert.equal(Buffer.from(pcapHeader(LINK_TYPE.ethernet)).toString('hex'), 'd4c3b2a1020004000000000000000000' + '00000400' + '01000000');
  assert.equal(Buffer.from(pcapRecord(1_700_000_000_000_007, 60, 1500)).toString('hex'), '00f15365' + '07000000' + '3c000000' + 'dc050000');
});

test('the stream is the file, whatever the packets', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 50 }), fc.integer({ min: 0, max: 30_000 })), { maxLength: 12 }), async (list) => {
    const packets = list.map(([atUs, size], k) => ({ atUs, bytes: new Uint8Array(size).fill(k) }));
    const chunks: Uint8Array[] = [];
    const writer = new PcapWriter((chunk) => { chunks.push(chunk); }, LINK_TYPE.raw);
    for (const { atUs, bytes } of packets) await writer.add(atUs, bytes);
    await writer.end();
    assert.deepEqual(Buffer.concat(chunks), Buffer.from(pcapFile(LINK_TYPE.raw, packets)));
    assert.equal(writer.packets, packets.length);
    assert.equal(writer.bytes, Buffer.concat(chunks).length);
  }), { numRuns: 50 });
});

test('a sink that is slow is waited for, and a chunk is never written over', async () => {
  const chunks: Uint8Array[] = [];
  const writer = new PcapWriter(async (chunk) => { await Promise.resolve(); chunks.push(chunk); });
  for (let k = 0; k < 3_000; k++) await writer.add(k, new Uint8Array(60).fill(k & 255));
  await writer.end();
  const all = Buffer.concat(chunks);
  for (let k = 0; k < 3_000; k++) assert.equal(all[24 + k * 76 + 16], k & 255);
});

test('times outside the format are refused', () => {
  assert.throws(() => pcapRecord(-1, 0, 0), RangeError);
  assert.throws(() => pcapRecord(2 ** 32 * 1e6, 0, 0), RangeError);
});
