/**
 * Reading captures: slices, resumption, and captures that lie.
 * @module
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { manualClock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import { BIT, type PacketBatch } from '../core/packet-batch.ts';
import { LINK } from '../wire/link-types.ts';
import { buildPacket } from '../wire/packet-build.ts';
import { detectCapture, readCapture, type CaptureEvent, type CaptureOptions, type CaptureSlice } from './capture-reader.ts';
import { MAX_FRAME_BYTES, SLICE_BYTES, SLICE_FRAMES } from './capture-records.ts';
import { block, enhanced, interfaceBlock, pcap, pcapng, section, simple, type Record } from './capture-samples.ts';

const AT = 1_700_000_000_000_000;
const syn = (i: number): Uint8Array => buildPacket({ src: (0xc0000000 + i) >>> 0, dst: 0xc6336407, proto: 6, sport: 1024 + (i % 60_000), dport: 23, seq: i, flags: 2, window: 1024 });
const syns = (count: number): Record[] => Array.from({ length: count }, (_, i) => ({ atUs: AT + i, bytes: syn(i) }));

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array | AsyncIterable<Uint8Array>, options: Partial<CaptureOptions> = {}): Promise<{ slices: CaptureSlice[]; defects: { line: number; reason: string; endsAt: number | null }[]; events: CaptureEvent[] }> {
  const events: CaptureEvent[] = [];
  for await (const event of readCapture(bytes instanceof Uint8Array ? inChunks(bytes, 1 << 20) : bytes, { sensor: 'local/test', ...options })) events.push(event);
  return {
    events, slices: events.filter((e) => e.kind === 'slice'),
    defects: events.filter((e) => e.kind === 'defect').map((e) => ({ line: e.defect.line, reason: e.defect.reason, endsAt: e.endsAt })),
  };
}

/** What a row says, without where its bytes stand. */
function rows(slices: readonly CaptureSlice[]): unknown[] {
  return slices.flatMap((slice) => slice.batches.flatMap((batch) => Array.from({ length: batch.n }, (_, i) => [batch.family, batch.record[i], batch.atUs[i], batch.src[i], batch.sport[i], batch.dport[i], batch.seq[i], batch.ipBits[i], payload(batch, i)])));
}

function payload(batch: PacketBatch, i: number): string {
  return Buffer.from(batch.raw.subarray(batch.payOff[i], (batch.payOff[i] as number) + (batch.payKept[i] as number))).toString('hex');
}

const borders = (slices: readonly CaptureSlice[]): unknown[] => slices.map((s) => [s.first, s.count, s.fromUs, s.toUs]);

test('the format is told by content', () => {
  assert.equal(detectCapture(pcap(1, [])), 'pcap');
  assert.equal(detectCapture(pcapng()), 'pcapng');
  for (const head of [new Uint8Array(0), Uint8Array.of(0x0a, 0x0d), new TextEncoder().encode('{"timestamp": "2020-01-01"}'), new Uint8Array(64)]) assert.equal(detectCapture(head), null);
});

test('what is no capture is the operator’s mistake', async () => {
  for (const bytes of [new Uint8Array(0), new TextEncoder().encode('hello, world, hello')]) {
    await assert.rejects(read(bytes, { path: 'notes.txt' }), (error: unknown) => error instanceof OperatorError && error.code === 'format-unknown' && error.message.includes('notes.txt'));
  }
});

test('microseconds and nanoseconds in both byte orders give the same rows', async () => {
  const records = syns(20), plain = rows((await read(pcap(LINK.raw, records))).slices);
  assert.equal(plain.length, 20);
  for (const variant of [{ big: true }, { nano: true }, { big: true, nano: true }, { modified: true }]) assert.deepEqual(rows((await read(pcap(LINK.raw, records, variant))).slices), plain);
  assert.deepEqual(rows((await read(pcapng(LINK.raw, records))).slices), plain);
});

test('nanoseconds are rounded down', async () => {
  const file = pcap(LINK.raw, [{ atUs: AT, bytes: syn(1) }], { nano: true });
  new DataView(file.buffer).setUint32(24 + 4, 1_999, true);
  assert.equal((await read(file)).slices[0]?.batches[0]?.atUs[0], AT + 1);
});

test('one-byte-at-a-time: chunking changes neither rows nor the borders of slices', async () => {
  for (const file of [pcap(LINK.raw, syns(200)), pcapng(LINK.raw, syns(200))]) {
    const whole = await read(file);
    for (const size of [1, 7, 100, 4096]) {
      const cut = await read(inChunks(file, size));
      assert.deepEqual(rows(cut.slices), rows(whole.slices));
      assert.deepEqual(borders(cut.slices), borders(whole.slices));
    }
  }
});

test('slices end at a fixed number of frames, and reading on from any of them gives the same slices', async () => {
  const count = 2 * SLICE_FRAMES + 1_000, file = pcap(LINK.raw, syns(count));
  const whole = await read(file);
  assert.deepEqual(whole.slices.map((s) => [s.first, s.count]), [[0, SLICE_FRAMES], [SLICE_FRAMES, SLICE_FRAMES], [2 * SLICE_FRAMES, 1_000]]);
  for (const skip of [SLICE_FRAMES, 2 * SLICE_FRAMES]) {
    const rest = await read(file, { skip });
    assert.deepEqual(borders(rest.slices), borders(whole.slices.filter((s) => s.first >= skip)));
    assert.deepEqual(rows(rest.slices), rows(whole.slices.filter((s) => s.first >= skip)));
  }
  assert.deepEqual((await read(file, { skip: count })).slices, []);
});

test('slices of long frames end at a fixed number of bytes, whatever the chunks and from wherever reading goes on', async () => {
  const frame = new Uint8Array(60_000);
  frame.set(syn(1));
  const file = pcap(LINK.raw, Array.from({ length: 1_300 }, (_, i) => ({ atUs: AT + i, bytes: frame })));
  const whole = await read(file);
  assert.ok(whole.slices.length >= 3);
  for (const slice of whole.slices) assert.ok(slice.count * 60_016 <= SLICE_BYTES);
  assert.deepEqual(borders((await read(inChunks(file, 999_999))).slices), borders(whole.slices));
  const second = whole.slices[1] as CaptureSlice;
  assert.deepEqual(borders((await read(file, { skip: second.first })).slices), borders(whole.slices.slice(1)));
});

test('time may go backwards; a slice covers all of its times', async () => {
  const { slices } = await read(pcap(LINK.raw, [{ atUs: AT + 9, bytes: syn(0) }, { atUs: AT, bytes: syn(1) }, { atUs: AT + 5, bytes: syn(2) }]));
  assert.deepEqual([slices[0]?.fromUs, slices[0]?.toUs], [AT, AT + 10]);
});

test('every frame is one row: IPv4, IPv6, ARP and frames of a link type that is not decoded', async () => {
  const v6 = buildPacket({ family: 6, src: [1, 0, 0, 1], dst: [1, 0, 0, 2], proto: 17, sport: 1, dport: 2 });
  const mixed = await read(pcap(LINK.raw, [{ atUs: AT, bytes: syn(0) }, { atUs: AT, bytes: v6 }, { atUs: AT, bytes: Uint8Array.of(0) }, { atUs: AT, bytes: v6 }]));
  assert.deepEqual(mixed.slices[0]?.batches.map((b) => [b.family, b.n]), [[4, 2], [6, 2]]);
  const radio = await read(pcap(127, syns(3)));
  assert.equal(radio.slices[0]?.count, 3);
  assert.ok([...(radio.slices[0]?.batches[0]?.ipBits ?? [])].every((bits) => bits & BIT.notIp));
  assert.match(radio.defects[0]?.reason ?? '', /link type 127/);
});

test('torn-last-record: what stands before it is kept, and it is one defect', async () => {
  for (const file of [pcap(LINK.raw, syns(10)), pcapng(LINK.raw, syns(10))]) {
    for (const missing of [1, 20, 50]) {
      const { slices, defects } = await read(file.subarray(0, file.length - missing));
      assert.equal(slices[0]?.count, 9);
      assert.deepEqual(defects.map((d) => d.line), [10]);
      assert.ok((defects[0]?.endsAt ?? 0) > 0);
    }
  }
});

test('lying-length: a record that claims up to 4 GB ends the capture, is quoted with its number, and costs no memory', async () => {
  for (const claim of [MAX_FRAME_BYTES + 1, 0x7fffffff, 0xffffffff]) {
    const file = pcap(LINK.raw, syns(10));
    new DataView(file.buffer).setUint32(24 + 5 * (16 + 40) + 8, claim, true);
    const { slices, defects } = await read(file);
    assert.equal(slices[0]?.count, 5);
    assert.deepEqual(defects.map((d) => [d.line, d.endsAt]), [[6, 24 + 5 * 56]]);
    assert.match(defects[0]?.reason ?? '', new RegExp(String(claim)));
  }
  for (const claim of [13, 8, 0, 0xfffffffc]) {
    const file = pcapng(LINK.raw, syns(10)), blockBytes = 32 + 40;
    new DataView(file.buffer).setUint32(file.length - 5 * blockBytes + 4, claim, true);
    const { slices, defects } = await read(file);
    assert.equal(slices[0]?.count, 5);
    assert.equal(defects.length, 1);
  }
});

test('a packet that does not fit its pcapng block is one defect; the blocks behind it are read', async () => {
  const liar = enhanced(0, AT, syn(1));
  new DataView(liar.buffer).setUint32(20, 1_000, true);
  const { slices, defects } = await read(pcapng(LINK.raw, [], liar, enhanced(0, AT, syn(2))));
  assert.equal(slices[0]?.count, 1);
  assert.equal(defects.length, 1);
});

test('absurd-timestamp: the row is kept, the time is bounded, and it is a defect', async () => {
  const file = pcap(LINK.raw, syns(2));
  new DataView(file.buffer).setUint32(24 + 4, 0xffffffff, true);
  const { slices, defects } = await read(file);
  assert.equal(slices[0]?.count, 2);
  assert.match(defects[0]?.reason ?? '', /fraction/);
  const far = enhanced(0, 0, syn(1));
  new DataView(far.buffer).setUint32(12, 0xffffffff, true);
  const late = await read(pcapng(LINK.raw, [], far));
  assert.equal(late.slices[0]?.batches[0]?.atUs[0], Number.MAX_SAFE_INTEGER);
  assert.match(late.defects[0]?.reason ?? '', /2255/);
});

test('endless: a capture without end is read in bounded memory', async () => {
  const record = pcap(LINK.raw, syns(1)), one = record.subarray(24);
  const chunk = new Uint8Array(one.length * 10_000);
  for (let i = 0; i < 10_000; i++) chunk.set(one, i * one.length);
  let given = 0, seen = 0, most = 0;
  async function* forEver(): AsyncGenerator<Uint8Array> {
    yield record.subarray(0, 24);
    for (;;) { given += 10_000; yield chunk; }
  }
  for await (const event of readCapture(forEver(), { sensor: 'local/test' })) {
    if (event.kind !== 'slice') continue;
    seen += event.count;
    most = Math.max(most, given - seen);
    if (seen > 1_000_000) break;
  }
  assert.ok(most <= SLICE_FRAMES + 20_000, `${most} frames were held`);
});

test('endless blocks that are no packets are stepped over without being kept', async () => {
  const other = block(0x0bad, new Uint8Array(1 << 20));
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield pcapng(LINK.raw);
    for (let i = 0; i < 200; i++) yield other;
    yield enhanced(0, AT, syn(1));
  }
  const { slices, defects } = await read(stream());
  assert.deepEqual([slices[0]?.count, defects.length], [1, 0]);
  assert.ok((slices[0]?.batches[0]?.raw.buffer.byteLength ?? Infinity) < 8 << 20);
});

test('pcapng: sections in both byte orders, interfaces with their own resolution and offset, simple and unknown blocks', async () => {
  const parts = [
    section(false), interfaceBlock(LINK.raw, { tsresol: 9 }), interfaceBlock(LINK.ethernet, { tsresol: 3, tsoffset: 100 }), block(0x40000bad, new Uint8Array(8)),
    enhanced(0, BigInt(AT) * 1000n + 999n, syn(1)), enhanced(1, AT / 1000, new Uint8Array(14)), simple(syn(3)),
    section(true), interfaceBlock(LINK.raw, { tsresol: 0x80 | 20 }, true), enhanced(0, Math.floor(AT / 1e6) * 2 ** 20 + 2 ** 19, syn(4), true), enhanced(7, AT, syn(5), true),
  ];
  const { slices, defects } = await read(Uint8Array.from(parts.flatMap((part) => [...part])));
  const batch = slices[0]?.batches[0] as PacketBatch;
  assert.deepEqual([...batch.atUs.subarray(0, 5)], [AT, AT + 100_000_000, AT + 100_000_000, AT + 500_000, AT]);
  assert.deepEqual([...batch.ipBits.subarray(0, 5)].map((bits) => (bits & BIT.notIp) !== 0), [false, true, false, false, true]);
  assert.deepEqual(defects.map((d) => d.line), [3, 5]);
});

test('drop counters in a pcapng file are given out', async () => {
  const body = new Uint8Array(12 + 12 + 12 + 4), view = new DataView(body.buffer);
  view.setUint32(4, Math.floor(AT / 2 ** 32), true);
  view.setUint32(8, AT % 2 ** 32, true);
  for (const [at, code, value] of [[12, 4, 500], [24, 7, 42]] as const) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, 8, true);
    view.setUint32(at + 4, value, true);
  }
  const { events } = await read(pcapng(LINK.raw, syns(1), block(5, body)));
  assert.deepEqual(events.find((e) => e.kind === 'drops'), { kind: 'drops', drops: { atUs: AT, received: 500, dropped: 42 } });
});

test('a live stream gives out what it has when the flush time comes', async () => {
  const clock = manualClock();
  let wake = (): void => {};
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield pcap(LINK.raw, syns(3));
    await new Promise<void>((resolve) => { wake = resolve; });
    yield pcap(LINK.raw, syns(2)).subarray(24);
  }
  const counts: number[] = [];
  const reading = (async () => {
    for await (const event of readCapture(slow(), { sensor: 'local/live', flush: { everyMs: 200, clock } })) if (event.kind === 'slice') counts.push(event.count);
  })();
  const settle = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
  await settle();
  assert.deepEqual(counts, []);
  clock.advance(200);
  await settle();
  assert.deepEqual(counts, [3]);
  wake();
  await reading;
  assert.deepEqual(counts, [3, 2]);
});

test('skipping is counting: for any number of frames and any place, the rest is the rest', async () => {
  await fc.assert(fc.asyncProperty(fc.nat({ max: 300 }), fc.nat({ max: 300 }), fc.constantFrom(13, 100, 5_000), async (count, skip, size) => {
    const file = pcapng(LINK.raw, syns(count));
    const rest = await read(inChunks(file, size), { skip });
    assert.deepEqual(rows(rest.slices), rows((await read(file)).slices).slice(skip));
  }), { numRuns: 40 });
});
