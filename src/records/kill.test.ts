/**
 * Durability of the embedded record store: a child process writes, is killed, and what it had acknowledged is read back.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { manualClock } from '../core/clock.ts';
import { openRecordStore } from './store.ts';

/** Rows acknowledged before the writer is killed. */
const ROWS = 150;

test('a writer killed in mid-write loses no row that it had acknowledged', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'noroshi-kill-'));
  try {
    const writer = `
      import { openRecordStore } from ${JSON.stringify(new URL('./store.js', import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL('../core/clock.js', import.meta.url).href)};
      const store = await openRecordStore({ dir: process.argv[1], clock: systemClock });
      for (let i = 0; ; i++) {
        await store.transaction(async (tx) => {
          await tx.insertInto('meta').values({ key: 'row-' + i, value: 'first half' }).execute();
          await tx.updateTable('meta').set({ value: 'x'.repeat(500) + i }).where('key', '=', 'row-' + i).execute();
        });
        process.stdout.write(i + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', writer, dir], { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '', acknowledged = -1;
    child.stderr.on('data', (chunk: Buffer) => { complaint += chunk.toString(); });
    const gone = once(child, 'close');
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === ROWS) child.kill('SIGKILL');
    }
    await gone;
    assert.ok(acknowledged >= ROWS, `the writer ended at ${acknowledged}: ${complaint}`);
    const store = await openRecordStore({ dir, clock: manualClock() });
    try {
      const rows = new Map((await store.db.selectFrom('meta').selectAll().where('key', 'like', 'row-%').execute()).map((row) => [row.key, row.value]));
      for (let i = 0; i <= acknowledged; i++) assert.equal(rows.get(`row-${i}`), 'x'.repeat(500) + i, `row ${i}`);
      assert.ok([...rows.values()].every((value) => value !== 'first half'), 'and no transaction is there by half');
    } finally { await store.close(); }
  } finally { rmSync(dir, { recursive: true, force: true }); }
});
