/**
 * Workers change nothing but the time it takes.
 * @module
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BATCH_COLUMNS, type PacketBatch } from '../core/packet-batch.ts';
import { LINK } from '../wire/link-types.ts';
import { buildPacket } from '../wire/packet-build.ts';
import { readCapture, type CaptureEvent } from './capture-reader.ts';
import { pcap } from './capture-samples.ts';
import { DecodePool, readCaptureInWorkers, reduceCapture } from './decode-pool.ts';

const COUNT = 150_000;
const packets = Array.from({ length: 500 }, (_, i) => (i % 10 === 0
  ? buildPacket({ family: 6, src: [0x20010db8, 0, 0, i], dst: [1, 2, 3, 4], proto: 17, sport: i, dport: 53 })
  : buildPacket({ src: 0xc0000200 + i, dst: 0xc6336407, proto: 6, sport: i, dport: 23, seq: i, flags: 2 })));
const capture = pcap(LINK.raw, Array.from({ length: COUNT }, (_, i) => ({ atUs: 1_700_000_000_000_000 + i, bytes: packets[i % packets.length] as Uint8Array })));

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 300_000) yield bytes.slice(at, at + 300_000);
}

async function collect(events: AsyncIterable<CaptureEvent>): Promise<unknown[]> {
  const out: unknown[] = [];
  for await (const event of events) out.push(event.kind === 'slice' ? { ...event, batches: event.batches.map(plain) } : event);
  return out;
}

function plain(batch: PacketBatch): unknown {
  const words = batch.family === 4 ? 1 : 4;
  return [batch.family, batch.n, batch.sensor, ...BATCH_COLUMNS.map((c) => Buffer.from(batch[c].slice(0, batch.n * (c === 'src' || c === 'dst' ? words : 1)).buffer).toString('base64'))];
}

test('two workers give the slices that no worker gives, in order, defects in their places', async () => {
  const torn = capture.subarray(0, capture.length - 5);
  const alone = await collect(readCapture(chunks(torn), { sensor: 'local/pool' }));
  assert.equal(alone.length, 4);
  for (const workers of [1, 2]) assert.deepEqual(await collect(readCaptureInWorkers(chunks(torn), { sensor: 'local/pool', workers })), alone);
});

test('reading on from a slice works with workers too', async () => {
  const alone = await collect(readCapture(chunks(capture), { sensor: 'local/pool', skip: 65_536 }));
  assert.deepEqual(await collect(readCaptureInWorkers(chunks(capture), { sensor: 'local/pool', workers: 2, skip: 65_536 })), alone);
});

test('a job sees every batch once, on its worker, and what it writes travels with the batch', async () => {
  const job = { module: new URL('./decode-pool-sample-job.js', import.meta.url).href, data: 3 };
  let rows = 0;
  for await (const event of readCaptureInWorkers(chunks(capture), { sensor: 'local/pool', workers: 2, job })) {
    if (event.kind !== 'slice') continue;
    for (const batch of event.batches) for (let i = 0; i < batch.n; i++) if (batch.tool[i] === 3) rows++;
  }
  assert.equal(rows, COUNT);
  const pool = new DecodePool({ sensor: 'local/pool', workers: 2, job });
  try {
    assert.deepEqual(await reduceCapture(chunks(capture), pool), { frames: COUNT, defects: 0 });
    const answers = await Promise.all([0, 1].map((k) => pool.ask(k, 'how many'))) as { question: string; seen: number }[];
    assert.deepEqual(answers.map((a) => a.question), ['how many', 'how many']);
    assert.equal(answers.reduce((sum, a) => sum + a.seen, 0), COUNT);
  } finally {
    await pool.close();
  }
});

test('a job that fails fails the reading, and the threads end', async () => {
  const reading = collect(readCaptureInWorkers(chunks(capture), { sensor: 'local/pool', workers: 2, job: { module: 'file:///no/such/module.js', data: null } }));
  await assert.rejects(reading, /no\/such\/module/);
});

test('a reader that turns away ends the threads', async () => {
  for await (const event of readCaptureInWorkers(chunks(capture), { sensor: 'local/pool', workers: 2 })) {
    assert.equal(event.kind, 'slice');
    break;
  }
});
