/**
 * Bytes from files and compressed streams, whole, torn and hostile.
 * @module
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import { seededRng } from '../core/rng.ts';
import { fromHex } from '../wire/codec.ts';
import { contentHash, decompressed, detectCompression, fileBytes, fileSize, growingFileBytes, hashed, readHead, SourceDamaged } from './byte-source.ts';

const rng = seededRng('byte-source');
const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (i % 7 === 0 ? rng.below(256) : i & 15));

/** "noroshi" and a newline, 200 times, by `zstd -19 --check`: one compressed block, with content size and checksum. */
const ZSTD_TEXT = fromHex('28b52ffd6440057d0000406e6f726f7368690a010035fe2f170a61a7cd');
/** Output that zlib withholds when it meets damage, bytes (its chunk size). */
const ZLIB_CHUNK = 16 << 10;

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** All bytes, and the damage behind them if any. */
async function collect(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: Uint8Array; damage: string | null; largest: number }> {
  const parts: Uint8Array[] = [];
  let damage: string | null = null, largest = 0;
  try {
    for await (const chunk of chunks) { parts.push(chunk); largest = Math.max(largest, chunk.length); }
  } catch (error) {
    if (!(error instanceof SourceDamaged)) throw error;
    damage = error.message;
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)), damage, largest };
}

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-bytes-'));
  try { await run(folder); } finally { rmSync(folder, { recursive: true }); }
}

/** A zstd frame of raw (uncompressed) blocks, as the format allows: RFC 8878 §3.1.1.2.2. */
function rawZstd(content: Uint8Array, options: { checksum?: boolean; blockBytes?: number; descriptor?: number } = {}): Uint8Array {
  const blockBytes = options.blockBytes ?? 1000;
  const parts: number[] = [0x28, 0xb5, 0x2f, 0xfd, options.checksum ? 4 : 0, options.descriptor ?? 0x38];
  for (let at = 0; at < content.length || at === 0; at += blockBytes) {
    const piece = content.subarray(at, at + blockBytes), last = at + blockBytes >= content.length;
    const word = (piece.length << 3) | (last ? 1 : 0);
    parts.push(word & 255, (word >> 8) & 255, word >> 16, ...piece);
  }
  if (options.checksum) parts.push(1, 2, 3, 4);
  return Uint8Array.from(parts);
}

test('compression is told by content', () => {
  assert.equal(detectCompression(gzipSync('x')), 'gzip');
  assert.equal(detectCompression(rawZstd(Uint8Array.of(1))), 'zstd');
  assert.equal(detectCompression(fromHex('502a4d18 00000000')), 'zstd');
  for (const head of [new Uint8Array(0), Uint8Array.of(0x1f), Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1)]) assert.equal(detectCompression(head), 'none');
});

test('plain, gzip of one or several members and zstd of one or several frames give the same bytes in any chunking', async () => {
  const half = CONTENT.length / 2, first = CONTENT.subarray(0, half), second = CONTENT.subarray(half);
  const skippable = fromHex('532a4d18 05000000 0102030405');
  const forms: Record<string, Uint8Array> = {
    plain: CONTENT, gzip: gzipSync(CONTENT), members: Buffer.concat([gzipSync(first), gzipSync(second)]),
    zstd: rawZstd(CONTENT), frames: Buffer.concat([skippable, rawZstd(first, { checksum: true }), skippable, rawZstd(second), rawZstd(new Uint8Array(0))]),
  };
  for (const [name, form] of Object.entries(forms)) {
    for (const size of [1 << 20, 4099, 61]) {
      const { bytes, damage } = await collect(decompressed(inChunks(form, size)));
      assert.equal(damage, null, `${name} in ${size}`);
      assert.ok(Buffer.compare(bytes, CONTENT) === 0, `${name} in ${size}`);
    }
  }
});

test('what the zstd program writes is read', async () => {
  for (const size of [1, 10, 100]) {
    const twice = await collect(decompressed(inChunks(Buffer.concat([ZSTD_TEXT, ZSTD_TEXT]), size)));
    assert.equal(Buffer.from(twice.bytes).toString(), 'noroshi\n'.repeat(400));
    assert.equal(twice.damage, null);
  }
});

test('a stream torn anywhere gives what stands before the tear, then says so', async () => {
  for (const [name, form] of [['gzip', gzipSync(CONTENT)], ['zstd', rawZstd(CONTENT, { checksum: true })]] as const) {
    for (const length of [9, 1_000, Math.floor(form.length / 2), form.length - 1]) {
      const { bytes, damage } = await collect(decompressed(inChunks(new Uint8Array(form.subarray(0, length)), 5_000)));
      assert.match(damage ?? '', new RegExp(name), `${name} cut at ${length}`);
      assert.ok(Buffer.compare(bytes, CONTENT.subarray(0, bytes.length)) === 0);
      if (length > form.length / 3) assert.ok(bytes.length > 30_000, `${name} cut at ${length} gave ${bytes.length} bytes`);
    }
  }
});

test('bytes changed within a compressed stream end it as damaged, not as wrong', async () => {
  const form = new Uint8Array(gzipSync(CONTENT));
  form[form.length - 6] = (form[form.length - 6] as number) ^ 1; // the checksum
  const { bytes, damage } = await collect(decompressed(inChunks(form, 4_000)));
  assert.ok(bytes.length > CONTENT.length - ZLIB_CHUNK);
  assert.ok(Buffer.compare(bytes, CONTENT.subarray(0, bytes.length)) === 0);
  assert.match(damage ?? '', /incorrect data check/);
});

test('a bomb unfolds a little at a time', async () => {
  const bomb = gzipSync(new Uint8Array(64 << 20));
  const { bytes, largest } = await collect(decompressed(inChunks(bomb, 1 << 20)));
  assert.equal(bytes.length, 64 << 20);
  assert.ok(largest <= 1 << 20);
});

test('a zstd frame that demands a huge window is refused', async () => {
  const { damage } = await collect(decompressed(inChunks(rawZstd(CONTENT, { descriptor: 0xf8 }), 1_000)));
  assert.match(damage ?? '', /window/);
});

test('text that follows a zstd frame is damage behind its content', async () => {
  const { bytes, damage } = await collect(decompressed(inChunks(Buffer.concat([rawZstd(CONTENT), Buffer.from('and something else')]), 4_000)));
  assert.equal(bytes.length, CONTENT.length);
  assert.match(damage ?? '', /something else/);
});

test('text that follows a gzip member is damage, zeros are padding', async () => {
  for (const size of [100, 1 << 20]) {
    const text = await collect(decompressed(inChunks(Buffer.concat([gzipSync(CONTENT), Buffer.from('and something else')]), size)));
    assert.ok(text.bytes.length > CONTENT.length - ZLIB_CHUNK);
    assert.match(text.damage ?? '', /gzip/);
    const padded = await collect(decompressed(inChunks(Buffer.concat([gzipSync(CONTENT), new Uint8Array(3_000)]), size)));
    assert.deepEqual([padded.bytes.length, padded.damage], [CONTENT.length, null]);
  }
});

test('the head is the first bytes, and reading it loses none', async () => {
  for (const size of [1, 10, 1_000_000]) {
    const { head, chunks } = await readHead(inChunks(CONTENT, size), 50);
    assert.deepEqual(head, CONTENT.slice(0, 50));
    assert.ok(Buffer.compare((await collect(chunks)).bytes, CONTENT) === 0);
  }
  assert.deepEqual((await readHead(inChunks(Uint8Array.of(1, 2), 1), 50)).head, Uint8Array.of(1, 2));
});

test('the hash is of the content, however it was compressed', async () => {
  const sha256 = createHash('sha256').update(CONTENT).digest('hex');
  for (const form of [CONTENT, gzipSync(CONTENT), rawZstd(CONTENT)]) assert.deepEqual(await contentHash(decompressed(inChunks(form, 5_000))), { sha256, bytes: CONTENT.length, damaged: false });
  const passing = hashed(inChunks(CONTENT, 999));
  await collect(passing.chunks);
  assert.equal(passing.digest().sha256, sha256);
});

test('a file is read whole; one that is not there is the operator’s mistake', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'content');
    writeFileSync(path, CONTENT);
    assert.ok(Buffer.compare((await collect(fileBytes(path))).bytes, CONTENT) === 0);
    assert.equal(await fileSize(path), CONTENT.length);
    for (const wrong of [join(folder, 'other'), folder]) await assert.rejects(collect(fileBytes(wrong)), (error: unknown) => error instanceof OperatorError && error.code === 'file-missing');
  });
});

test('a growing file is followed until told to stop; all that was there by then is read', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'growing');
    writeFileSync(path, 'one ');
    const stop = new AbortController();
    let text = '';
    for await (const chunk of growingFileBytes(path, { clock: systemClock, pollMs: 5, stop: stop.signal })) {
      text += new TextDecoder().decode(chunk);
      if (text === 'one ') appendFileSync(path, 'two ');
      else if (text === 'one two ') { appendFileSync(path, 'three'); stop.abort(); }
    }
    assert.equal(text, 'one two three');
  });
});

test('a growing file that shrinks ends as damaged', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'shrinking');
    writeFileSync(path, CONTENT);
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of growingFileBytes(path, { clock: systemClock, pollMs: 5, stop: new AbortController().signal })) {
        yield chunk;
        truncateSync(path, 10);
      }
    }
    const { damage } = await collect(watched());
    assert.match(damage ?? '', /shrank/);
  });
});
