/**
 * Jobs end in a state that says how, and a failing one harms nothing else.
 * @module
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import { manualClock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import type { OrgId } from '../core/ids.ts';
import type { Viewer } from '../observations/contract.ts';
import { JobList, type JobRow } from './jobs.ts';

const org = 'local' as OrgId;
const viewer: Viewer = { person: 'p', orgs: [org], role: 'administrator' };
const stranger: Viewer = { person: 'q', orgs: ['other' as OrgId], role: 'administrator' };
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a job that throws an operator error fails with its sentence and remedy', async () => {
  const told: JobRow[] = [];
  const jobs = new JobList(manualClock(), (_org, job) => told.push(job));
  jobs.start(org, 'read', 'x.pcap', () => Promise.reject(new OperatorError('format-unknown', { path: 'x.pcap' })));
  await settled();
  assert.equal(told.at(-1)?.state, 'failed');
  assert.match(told.at(-1)?.message ?? '', /neither a capture nor a log.*--as/);
});

test('cancelling waits for the work to end, and only those of the organisation can', async () => {
  const jobs = new JobList(manualClock(), () => {});
  let ended = false;
  const { id } = jobs.start(org, 'listen', 'lo', (_report, signal) => new Promise((resolve) => signal.addEventListener('abort', () => setImmediate(() => { ended = true; resolve('stopped'); }))));
  await jobs.cancel(stranger, id);
  assert.equal(jobs.list(viewer)[0]?.state, 'running');
  assert.deepEqual(jobs.list(stranger), []);
  await jobs.cancel(viewer, id);
  assert.ok(ended);
  assert.equal(jobs.list(viewer)[0]?.state, 'cancelled');
});

test('progress is told at most twice a second', () => {
  const clock = manualClock();
  let told = 0;
  const jobs = new JobList(clock, () => told++);
  jobs.start(org, 'read', 'x', (report) => { for (let i = 0; i < 100; i++) report.progress(i, 100); return new Promise(() => {}); });
  assert.equal(told, 2);
});
