/**
 * Bytes from files, standard input and growing files; decompressed; hashed. Content decides what a file is, never its name.
 *
 * In: paths or streams. Out: decompressed chunks (fresh arrays: the consumer may keep them), the first bytes for format detection,
 * SHA-256 of the decompressed content (the ledger's key).
 * Formats: gzip (RFC 1952, any number of members), zstd (RFC 8878, see `byte-source-zstd.ts`), anything else as it is. One layer.
 * Limits: where gzip data are damaged (not merely torn) zlib keeps back up to 16 KiB before the damage; a compressed chunk is at most FEED_BYTES, so that a bomb (1000 : 1) unfolds into at most 16 MiB at a time.
 * @module
 */
import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { constants, createGunzip } from 'node:zlib';
import { OperatorError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import { isZstdMagic, unzstd } from './byte-source-zstd.ts';

export { SourceDamaged } from './byte-source-damaged.ts';
import { SourceDamaged } from './byte-source-damaged.ts';

/** Bytes read from a file at a time. */
export const READ_BYTES = 1 << 20;
/** Compressed bytes unfolded at a time. */
const FEED_BYTES = 16 << 10;
/** Bytes that importers see for detection. */
export const HEAD_BYTES = 64 << 10;

export type Compression = 'none' | 'gzip' | 'zstd';

/** Compression of a stream from its first four bytes. */
export function detectCompression(head: Uint8Array): Compression {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return isZstdMagic(head) ? 'zstd' : 'none';
}

/**
 * Raw bytes of a file. `onBytes` is told how far reading has come. With `reuse` a chunk is only good until the next is asked for, which
 * saves fresh memory for every one: for readers that copy, as `capture-reader.ts` does. Throws OperatorError `file-missing`.
 */
export async function* fileBytes(path: string, onBytes?: (read: number) => void, reuse = false): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  const kept = reuse ? new Uint8Array(READ_BYTES) : null;
  try {
    for (let at = 0;;) {
      const bytes = await readAt(file, path, at, kept ?? new Uint8Array(READ_BYTES));
      if (bytes.length === 0) return;
      at += bytes.length;
      yield bytes;
      onBytes?.(at);
    }
  } finally {
    await file.close();
  }
}

/** Size of a file in bytes, null if it has none (a pipe). Throws OperatorError `file-missing`. */
export async function fileSize(path: string): Promise<number | null> {
  const file = await openFile(path);
  try {
    const facts = await file.stat();
    if (facts.isDirectory()) throw new OperatorError('file-missing', { path, reason: 'it is a directory' });
    return facts.isFile() ? facts.size : null;
  } finally {
    await file.close();
  }
}

/** What follows a growing file. */
export interface Follow {
  readonly clock: Clock;
  /** How often to look for new bytes. */
  readonly pollMs: number;
  /** When it aborts, what is there is still read to the file's end; then the stream ends. */
  readonly stop: AbortSignal;
}

/** Raw bytes of a file that another program is still writing. Ends when told; a file that shrinks ends it as damaged. */
export async function* growingFileBytes(path: string, follow: Follow): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  try {
    for (let at = 0;;) {
      const last = follow.stop.aborted;
      const bytes = await readAt(file, path, at, new Uint8Array(READ_BYTES));
      if (bytes.length > 0) {
        at += bytes.length;
        yield bytes;
        continue;
      }
      if (last) return;
      if ((await file.stat()).size < at) throw new SourceDamaged(`the file shrank below ${at} bytes while it was followed`);
      await pause(follow);
    }
  } finally {
    await file.close();
  }
}

function pause(follow: Follow): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => { cancel(); follow.stop.removeEventListener('abort', done); resolve(); };
    const cancel = follow.clock.after(follow.pollMs, done);
    follow.stop.addEventListener('abort', done);
  });
}

/** Chunks of a Node stream (standard input) as plain arrays. */
export async function* streamBytes(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** The first `want` bytes (fewer only if the stream is shorter), and the whole stream again. */
export async function readHead(chunks: AsyncIterable<Uint8Array>, want: number = HEAD_BYTES): Promise<{ head: Uint8Array; chunks: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  let size = 0, damage: unknown = null, done = false;
  while (size < want && !done) {
    try {
      const step = await iterator.next();
      if (step.done) done = true;
      else { kept.push(step.value); size += step.value.length; }
    } catch (error) { // the bytes before it are still wanted; it is thrown again at its place
      damage = error;
      done = true;
    }
  }
  const head = new Uint8Array(Math.min(size, want));
  let at = 0;
  for (const chunk of kept) {
    if (at >= head.length) break;
    head.set(chunk.subarray(0, head.length - at), at);
    at += chunk.length;
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      for (const chunk of kept.splice(0)) yield chunk;
      if (damage !== null) throw damage;
      while (!done) {
        const step = await iterator.next();
        if (step.done) done = true;
        else yield step.value;
      }
    } finally {
      if (!done) await iterator.return?.();
    }
  }
  return { head, chunks: whole() };
}

/** Decompresses what is compressed (by content). Damage throws {@link SourceDamaged} behind the last good bytes. */
export async function* decompressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { head, chunks: whole } = await readHead(chunks, 4);
  switch (detectCompression(head)) {
    case 'none': yield* whole; return;
    case 'gzip': yield* gunzip(whole); return;
    case 'zstd': yield* unzstd(inPieces(whole)); return;
  }
}

async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) for (let at = 0; at < chunk.length; at += FEED_BYTES) yield chunk.subarray(at, at + FEED_BYTES);
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unzip = createGunzip({ flush: constants.Z_SYNC_FLUSH });
  const ready: Uint8Array[] = [];
  let failure: Error | null = null, ended = false, fed = 0;
  let settle = (): void => {};
  unzip.on('data', (bytes: Buffer) => { ready.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)); });
  unzip.on('error', (error: Error) => { failure = error; settle(); });
  unzip.on('end', () => { ended = true; settle(); });
  const step = (act: (done: () => void) => void): Promise<void> => new Promise((resolve) => {
    settle = resolve;
    if (failure || ended) resolve();
    else act(resolve);
  });
  // zlib ends by itself before something that is no gzip member; padding with zeros (tapes, tar) is no damage.
  const foreign = (piece: Uint8Array): boolean => {
    const taken = Math.max(0, unzip.bytesWritten - (fed - piece.length));
    return taken < piece.length && piece.subarray(taken).some((byte) => byte !== 0);
  };
  let followed = false;
  try {
    for await (const piece of inPieces(chunks)) {
      await step((done) => { unzip.write(piece, () => done()); });
      fed += piece.length;
      yield* ready.splice(0);
      if (failure) break;
      followed = foreign(piece);
      if (followed) break;
    }
    if (!failure) {
      await step((done) => { void done; unzip.end(); });
      yield* ready.splice(0);
    }
  } finally {
    unzip.destroy();
  }
  if (failure) throw new SourceDamaged(`the gzip stream is damaged: ${(failure as Error).message}`);
  if (followed) throw new SourceDamaged('the gzip stream is followed by something else');
}

/** SHA-256 (hex) and size of the content of a stream; damage ends the content where it stands. */
export async function contentHash(chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: string; bytes: number; damaged: boolean }> {
  const hashing = hashed(chunks);
  let damaged = false;
  try {
    for await (const chunk of hashing.chunks) void chunk;
  } catch (error) {
    if (!(error instanceof SourceDamaged)) throw error;
    damaged = true;
  }
  return { ...hashing.digest(), damaged };
}

/** The same stream, hashed as it passes; `digest` is of what has passed so far. */
export function hashed(chunks: AsyncIterable<Uint8Array>): { chunks: AsyncGenerator<Uint8Array>; digest(): { sha256: string; bytes: number } } {
  const hash: Hash = createHash('sha256');
  let bytes = 0;
  async function* through(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  return { chunks: through(), digest: () => ({ sha256: hash.copy().digest('hex'), bytes }) };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new OperatorError('file-missing', { path, reason: reasonOf(error) });
  }
}

async function readAt(file: FileHandle, path: string, at: number, buffer: Uint8Array): Promise<Uint8Array> {
  try {
    // Pipes and character devices have no positions: `null` reads on from where the last read ended, and so does a regular file.
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (at > 0) throw new SourceDamaged(`reading stopped at byte ${at}: ${reasonOf(error)}`);
    throw new OperatorError('file-missing', { path, reason: reasonOf(error) });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file', EACCES: 'permission denied', EISDIR: 'it is a directory', ENOTDIR: 'a part of the path is not a directory', EIO: 'the disk reports an error',
};

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return REASONS[code] ?? (code || String(error));
}
