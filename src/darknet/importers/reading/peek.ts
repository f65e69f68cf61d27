/**
 * The first bytes of a stream, without losing them: for importers whose tool writes several dialects.
 * @module
 */
import { HeldBytes } from './held-bytes.ts';

/** Bytes that a dialect is told by. */
const PEEK_BYTES = 65_536;

/** At least PEEK_BYTES of the stream (or all of it), and the whole stream again from its start. */
export async function peekHead(chunks: AsyncIterable<Uint8Array>): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const taken = new HeldBytes(Infinity, 0);
  while (taken.length < PEEK_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    taken.push(next.value);
  }
  const head = taken.take();
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, all: whole() };
}
