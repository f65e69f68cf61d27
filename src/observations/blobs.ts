/**
 * Blobs (captures, samples, reports) in a folder, named by what they hold: the SHA-256 of their bytes.
 *
 * In: a stream of bytes of any length. Out: its hash. Written beside its place first and renamed, so that a name never has half
 * a content; equal contents are one file. Bytes are read back through the hash and refused when they no longer match it.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../core/errors.ts';

export interface BlobStore {
  /** Keeps the bytes; returns their SHA-256 (hex) and count. Throws `file-missing` beyond `mostBytes`, keeping nothing. */
  put(source: AsyncIterable<Uint8Array>, mostBytes?: number): Promise<{ hash: string; sizeBytes: number }>;
  /** The bytes of a hash, checked while they are read. Throws `file-missing` if there are none or they have changed. */
  get(hash: string): AsyncGenerator<Uint8Array>;
  has(hash: string): Promise<boolean>;
  remove(hash: string): Promise<void>;
}

/** Largest blob unless the caller says otherwise, bytes. */
export const BLOB_BYTES = 4 * 2 ** 30;

export function openBlobs(dir: string): BlobStore {
  let serial = 0;
  const pathOf = (hash: string): string => {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new OperatorError('file-missing', { path: hash.slice(0, 64), reason: 'it is not a SHA-256' });
    return join(dir, hash.slice(0, 2), hash);
  };
  return {
    async put(source, mostBytes = BLOB_BYTES) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const draft = join(dir, `.draft-${process.pid}-${serial++}`), handle = await open(draft, 'wx', 0o600), sum = createHash('sha256');
      let sizeBytes = 0;
      try {
        try {
          for await (const chunk of source) {
            sizeBytes += chunk.length;
            if (sizeBytes > mostBytes) throw new OperatorError('file-missing', { path: 'the upload', reason: `it is larger than ${mostBytes} bytes` });
            sum.update(chunk);
            for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
          }
          await handle.sync();
        } finally { await handle.close(); }
        const hash = sum.digest('hex'), path = pathOf(hash);
        await mkdir(join(dir, hash.slice(0, 2)), { recursive: true, mode: 0o700 });
        await rename(draft, path);
        return { hash, sizeBytes };
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async *get(hash) {
      const path = pathOf(hash), sum = createHash('sha256');
      if (!await exists(path)) throw new OperatorError('file-missing', { path: hash, reason: 'it is not among the blobs' });
      for await (const chunk of createReadStream(path)) {
        sum.update(chunk as Buffer);
        yield chunk as Buffer;
      }
      if (sum.digest('hex') !== hash) throw new OperatorError('file-missing', { path: hash, reason: 'its bytes have changed since it was kept' });
    },
    has: (hash) => exists(pathOf(hash)),
    remove: (hash) => rm(pathOf(hash), { force: true }),
  };
}

async function exists(path: string): Promise<boolean> {
  try { return (await stat(path)).isFile(); } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
