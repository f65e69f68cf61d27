/**
 * Blobs are named by their bytes, kept whole or not at all, and never given back changed.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import { openBlobs } from './blobs.ts';

async function* parts(...texts: string[]): AsyncGenerator<Uint8Array> { for (const text of texts) yield Buffer.from(text); }

test('equal bytes are one blob; too many, a changed file and a wrong name are refused', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'noroshi-blobs-'));
  try {
    const blobs = openBlobs(dir), { hash, sizeBytes } = await blobs.put(parts('bea', 'con'));
    assert.deepEqual([hash, sizeBytes], ['8a62e967fcd6dfa5d75308c37808b4668a7faf1cdb06e09ac0a7161827603887', 6]);
    assert.equal((await blobs.put(parts('beacon'))).hash, hash, 'chunking changes nothing');
    const read: Buffer[] = [];
    for await (const chunk of blobs.get(hash)) read.push(Buffer.from(chunk));
    assert.equal(Buffer.concat(read).toString(), 'beacon');
    await assert.rejects(blobs.put(parts('too long'), 3), OperatorError);
    assert.deepEqual(readdirSync(dir), [hash.slice(0, 2)], 'nothing of it is left');
    writeFileSync(join(dir, hash.slice(0, 2), hash), 'bacon!');
    await assert.rejects(async () => { for await (const chunk of blobs.get(hash)) assert.ok(chunk.length > 0); }, /changed/);
    await blobs.remove(hash);
    assert.equal(await blobs.has(hash), false);
    await assert.rejects(async () => blobs.has('../../etc/passwd'), OperatorError);
  } finally { rmSync(dir, { recursive: true, force: true }); }
});
