/**
 * Golden captures: what `make.ts` makes is read as `expect.jsonl` says, line for line. `NOROSHI_GOLDEN_WRITE=1` writes what was read.
 * @module
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatAddressAt } from '../../../src/core/address.ts';
import { BIT, type PacketBatch } from '../../../src/core/packet-batch.ts';
import { readCapture } from '../../../src/darknet/capture-reader.ts';
import { optionsLayout } from '../../../src/wire/tcp-options.ts';
import { projectRoot } from '../../needs.ts';
import { make as mixedLinks } from './mixed-links/make.ts';

const CASES = { 'mixed-links': mixedLinks };

for (const [name, make] of Object.entries(CASES)) {
  test(`${name} is read as expected`, async () => {
    const bytes = make(), lines: string[] = [];
    for await (const event of readCapture((async function* () { yield bytes; })(), { sensor: 'local/golden' })) {
      if (event.kind === 'defect') lines.push(JSON.stringify({ defect: event.defect.reason, line: event.defect.line, endsAt: event.endsAt }));
      if (event.kind !== 'slice') continue;
      const rows: unknown[] = [];
      for (const batch of event.batches) for (let i = 0; i < batch.n; i++) rows[batch.record[i] as number] = rowOf(batch, i);
      lines.push(...rows.map((row) => JSON.stringify(row)));
    }
    const path = join(projectRoot, 'test/golden/capture', name, 'expect.jsonl');
    if (process.env['NOROSHI_GOLDEN_WRITE'] === '1') writeFileSync(path, `${lines.join('\n')}\n`);
    assert.deepEqual(lines, readFileSync(path, 'utf8').trimEnd().split('\n'));
  });
}

function rowOf(batch: PacketBatch, i: number): Record<string, unknown> {
  const bits = batch.ipBits[i] as number;
  const names = Object.entries(BIT).filter(([, bit]) => bits & bit).map(([word]) => word);
  if (bits & BIT.notIp) return { atUs: batch.atUs[i], bits: names, etherType: batch.seq[i] };
  return {
    atUs: batch.atUs[i], src: formatAddressAt(batch.family, batch.src, i), dst: formatAddressAt(batch.family, batch.dst, i), proto: batch.proto[i], sport: batch.sport[i], dport: batch.dport[i],
    ttl: batch.ttl[i], ipid: batch.ipid[i], bits: names, flags: batch.flags[i], seq: batch.seq[i], window: batch.window[i],
    options: optionsLayout(batch.raw, batch.optOff[i] as number, batch.optLen[i] as number), payloadLen: batch.payloadLen[i], payKept: batch.payKept[i], innerLen: batch.innerLen[i],
  };
}
