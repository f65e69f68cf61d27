/**
 * The ledger: begun, acknowledged, finished; counted once however often it is said.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { manualClock } from '../core/clock.ts';
import { sensorId } from '../core/ids.ts';
import { recordLedger, type RecordLedger } from './ledger.ts';
import { openTemporaryRecords } from './store-temporary.ts';

const SENSOR = sensorId('a'), RANGE = { fromUs: 1_000, toUs: 2_000 };
const block = (first: number, content = 'c') => ({ content, sensor: SENSOR, first, count: 10 });
const TEN = { packets: 9, records: 0, quarantined: 1 };

async function withLedger(check: (ledger: RecordLedger) => Promise<void>): Promise<void> {
  const records = await openTemporaryRecords(manualClock(5_000_000));
  try { await check(recordLedger(records)); } finally { await records.close(); }
}

test('a block counts once it is acknowledged, and once only', () => withLedger(async (ledger) => {
  await ledger.begin(block(10), RANGE);
  assert.deepEqual(await ledger.blocksOf('c', SENSOR), []);
  assert.deepEqual(await ledger.unfinished(), [{ block: block(10), range: RANGE }]);
  await ledger.begin(block(0), null);
  await ledger.begin(block(10), { fromUs: 500, toUs: 1_500 });
  assert.deepEqual((await ledger.unfinished()).find((one) => one.block.first === 10)?.range, { fromUs: 500, toUs: 2_000 }, 'both attempts may have left rows');
  for (let k = 0; k < 2; k++) await ledger.acknowledge(block(10), TEN, RANGE);
  await ledger.acknowledge(block(0), TEN, null);
  await ledger.begin(block(10), { fromUs: 0, toUs: 9_000 });
  assert.deepEqual(await ledger.blocksOf('c', SENSOR), [{ first: 0, count: 10 }, { first: 10, count: 10 }]);
  assert.deepEqual(await ledger.unfinished(), []);
  assert.equal(await ledger.finished('c', SENSOR), null, 'nobody said that it was read to its end');
  await ledger.finish('c', SENSOR, { path: '/x.pcap', format: 'pcap', defects: 1 });
  assert.deepEqual(await ledger.finished('c', SENSOR), { packets: 18, records: 0 });
  assert.equal(await ledger.finished('c', sensorId('b')), null, 'the same content at another sensor is another source');
}));

test('an empty source can be finished; defects of the same line replace one another', () => withLedger(async (ledger) => {
  await ledger.finish('empty', SENSOR, { path: '-', format: 'pcap', defects: 0 });
  assert.deepEqual(await ledger.finished('empty', SENSOR), { packets: 0, records: 0 });
  for (let k = 0; k < 2; k++) await ledger.noteDefects('c', SENSOR, [{ line: 3, reason: `try ${k}`, quote: 'a\0b' }, { line: 3, reason: `try ${k}`, quote: 'again' }]);
  await ledger.noteDefects('c', SENSOR, [{ line: 4, reason: 'other', quote: '' }]);
  await ledger.noteDefects('c', SENSOR, []);
}));
