/**
 * Mutated captures and frames: whatever the bytes, reading ends, throws nothing but "this is no capture", and stays within bounds.
 *
 * In: a seed, a number of cases, whole captures to mutate. Out: what happened, by kind. Throws AssertionError with the case's number,
 * from which the case can be made again. Used for 10^4 cases in the tests and 10^6 in `bench/fuzz-decode.bench.ts`.
 * @module
 */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { OperatorError } from '../../src/core/errors.ts';
import { BIT, PAYLOAD_KEPT, type PacketBatch } from '../../src/core/packet-batch.ts';
import { seededRng, type Rng } from '../../src/core/rng.ts';
import { decompressed } from '../../src/darknet/byte-source.ts';
import { readCapture } from '../../src/darknet/capture-reader.ts';
import { decodeFrame, newFrameSink, sinkBatches } from '../../src/wire/decode-frame.ts';
import { LINK } from '../../src/wire/link-types.ts';

export interface FuzzTally { cases: number; rows: number; notIp: number; malformed: number; cut: number; defects: number; ended: number; refused: number }

const INTERESTING = [0, 1, 2, 4, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x40000, 0x40001, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff];
const LINKS: readonly number[] = [...Object.values(LINK), 127, 0xffff];
/** Most bytes of one case. */
const CASE_BYTES = 1 << 16;

/** Runs `cases` cases, half of them whole captures (some compressed), half of them single frames. */
export async function fuzz(seed: string, cases: number, corpus: readonly Uint8Array[]): Promise<FuzzTally> {
  const tally: FuzzTally = { cases: 0, rows: 0, notIp: 0, malformed: 0, cut: 0, defects: 0, ended: 0, refused: 0 };
  for (let k = 0; k < cases; k++) {
    const rng = seededRng(`${seed}/${k}`);
    try {
      if (k % 2 === 0) fuzzFrame(rng, corpus, tally);
      else await fuzzCapture(rng, corpus, tally);
    } catch (error) {
      throw new Error(`case ${seed}/${k}`, { cause: error });
    }
    tally.cases++;
  }
  return tally;
}

function fuzzFrame(rng: Rng, corpus: readonly Uint8Array[], tally: FuzzTally): void {
  const base = rng.pick(corpus), from = rng.below(Math.max(base.length, 1)), length = rng.below(400);
  const frame = mutate(rng, base.subarray(from, from + length), rng.pick(corpus));
  const before = rng.below(20), raw = new Uint8Array(before + frame.length + rng.below(20));
  raw.set(frame, before);
  const sink = newFrameSink(raw, 'local/fuzz', 1);
  decodeFrame(sink, before, frame.length, frame.length + (rng.below(3) === 0 ? rng.u32() : 0), rng.pick(LINKS), rng.u32(), rng.u32());
  check(sinkBatches(sink), 1, raw.length, tally);
}

async function fuzzCapture(rng: Rng, corpus: readonly Uint8Array[], tally: FuzzTally): Promise<void> {
  let bytes = mutate(rng, rng.pick(corpus), rng.pick(corpus));
  if (rng.below(8) === 0) bytes = mutate(rng, new Uint8Array(gzipSync(bytes, { level: 1 })), rng.pick(corpus));
  const size = 1 + rng.below(rng.below(4) === 0 ? 64 : 20_000);
  let rows = 0;
  try {
    for await (const event of readCapture(decompressed(inChunks(bytes, size)), { sensor: 'local/fuzz', skip: rng.below(4) === 0 ? rng.below(50) : 0, checksums: rng.below(2) === 0 })) {
      if (event.kind === 'defect') {
        tally.defects++;
        if (event.endsAt !== null) tally.ended++;
        assert.ok(event.defect.quote.length <= 200 && event.defect.reason.length <= 200);
      }
      if (event.kind !== 'slice') continue;
      rows += event.count;
      assert.ok(event.fromUs < event.toUs && Number.isSafeInteger(event.fromUs));
      check(event.batches, event.count, Infinity, tally);
    }
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'format-unknown') throw error;
    tally.refused++;
  }
  // Every record has a header of at least twelve bytes, so that rows cannot outgrow what was given (gzip aside, 1000 : 1).
  assert.ok(rows <= bytes.length * 100);
}

function check(batches: readonly PacketBatch[], count: number, rawLength: number, tally: FuzzTally): void {
  let rows = 0;
  for (const batch of batches) {
    rows += batch.n;
    const limit = Math.min(rawLength, batch.raw.length);
    assert.ok(batch.raw.buffer.byteLength <= 64 << 20);
    for (let i = 0; i < batch.n; i++) {
      const bits = batch.ipBits[i] as number;
      assert.ok((batch.optOff[i] as number) + (batch.optLen[i] as number) <= limit);
      assert.ok((batch.payOff[i] as number) + (batch.payKept[i] as number) <= limit && (batch.payKept[i] as number) <= PAYLOAD_KEPT);
      assert.ok((batch.innerOff[i] as number) + (batch.innerLen[i] as number) <= limit);
      assert.ok((batch.optLen[i] as number) <= 40);
      assert.ok((batch.payKept[i] as number) <= (batch.payloadLen[i] as number));
      if (bits & BIT.notIp) { tally.notIp++; assert.equal(bits & BIT.hasTransport, 0); }
      if (bits & BIT.malformed) tally.malformed++;
      if (bits & BIT.cut) tally.cut++;
    }
  }
  assert.equal(rows, count);
  tally.rows += rows;
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A copy with a few changes: bits, bytes, interesting numbers, cut, doubled, spliced with another. */
function mutate(rng: Rng, base: Uint8Array, other: Uint8Array): Uint8Array {
  let bytes: Uint8Array = base.slice(0, CASE_BYTES);
  for (let changes = rng.below(6); changes >= 0 && bytes.length > 0; changes--) {
    const at = rng.below(bytes.length);
    switch (rng.below(8)) {
      case 0: bytes[at] = (bytes[at] as number) ^ (1 << rng.below(8)); break;
      case 1: bytes[at] = rng.below(256); break;
      case 2: case 3: {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), value = rng.pick(INTERESTING), little = rng.below(2) === 0;
        if (at + 4 <= bytes.length && rng.below(2) === 0) view.setUint32(at, value, little);
        else if (at + 2 <= bytes.length) view.setUint16(at, value & 0xffff, little);
        break;
      }
      case 4: bytes = bytes.slice(0, at); break;
      case 5: bytes = join(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + rng.below(40)))); break;
      case 6: bytes = join(bytes.subarray(0, at), bytes.subarray(at, at + rng.below(64)), bytes.subarray(at)); break;
      case 7: {
        const from = rng.below(Math.max(other.length, 1));
        bytes = join(bytes.subarray(0, at), other.subarray(from, from + rng.below(200)), bytes.subarray(at));
        break;
      }
    }
  }
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out.subarray(0, CASE_BYTES);
}
