/**
 * Background work of the running platform: reading an upload, listening, replaying. Each can be watched and cancelled.
 *
 * Shapes: at most MOST_KEPT ended jobs are remembered; running ones always. Progress is told at most TELL_MS apart.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import { shortHash, type OrgId } from '../core/ids.ts';
import { secretBytes } from '../core/rng.ts';
import { OperatorError } from '../core/errors.ts';
import type { Viewer } from '../observations/contract.ts';

const MOST_KEPT = 50;
const TELL_MS = 500;

export type JobState = 'running' | 'done' | 'failed' | 'cancelled';
export interface JobRow { id: string; kind: string; label: string; state: JobState; done: number; total: number | null; message: string; startedUs: number }
export interface JobReport { progress(done: number, total: number | null, message?: string): void }

interface Job extends JobRow { readonly org: OrgId; readonly stop: AbortController; toldMs: number; ended: Promise<void> }

export class JobList {
  readonly #jobs = new Map<string, Job>();
  readonly #clock: Clock;
  readonly #tell: (org: OrgId, job: JobRow) => void;

  constructor(clock: Clock, tell: (org: OrgId, job: JobRow) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Starts `work`; its failure becomes the job's message, never the process's end. */
  start(org: OrgId, kind: string, label: string, work: (report: JobReport, signal: AbortSignal) => Promise<string>): JobRow {
    const id = shortHash('job', Buffer.from(secretBytes(16)).toString('hex'));
    const job: Job = { id, org, kind, label, state: 'running', done: 0, total: null, message: '', startedUs: this.#clock.nowUs(), stop: new AbortController(), toldMs: -Infinity, ended: Promise.resolve() };
    this.#jobs.set(id, job);
    const report: JobReport = {
      progress: (done, total, message) => {
        job.done = done;
        job.total = total;
        if (message !== undefined) job.message = message;
        const nowMs = this.#clock.steadyMs();
        if (nowMs - job.toldMs >= TELL_MS) { job.toldMs = nowMs; this.#tell(org, row(job)); }
      },
    };
    this.#tell(org, row(job));
    job.ended = work(report, job.stop.signal).then((message) => {
      job.state = job.stop.signal.aborted ? 'cancelled' : 'done';
      job.message = message;
    }, (error: unknown) => {
      job.state = job.stop.signal.aborted ? 'cancelled' : 'failed';
      job.message = error instanceof OperatorError ? `${error.message} ${error.remedy}` : error instanceof Error ? error.message : String(error);
    }).then(() => { this.#tell(org, row(job)); this.#forget(); });
    return row(job);
  }

  list(viewer: Viewer): JobRow[] {
    return [...this.#jobs.values()].filter((j) => viewer.orgs.includes(j.org)).map(row).reverse();
  }

  /** Asks a job to stop and waits for its end; unknown ids are ignored (it may have been forgotten). */
  async cancel(viewer: Viewer, id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (!job || !viewer.orgs.includes(job.org)) return;
    job.stop.abort();
    await job.ended;
  }

  async stopAll(): Promise<void> {
    for (const job of this.#jobs.values()) job.stop.abort();
    await Promise.all([...this.#jobs.values()].map((j) => j.ended));
  }

  #forget(): void {
    const ended = [...this.#jobs.values()].filter((j) => j.state !== 'running');
    for (const job of ended.slice(0, Math.max(0, ended.length - MOST_KEPT))) this.#jobs.delete(job.id);
  }
}

function row({ id, kind, label, state, done, total, message, startedUs }: Job): JobRow {
  return { id, kind, label, state, done, total, message, startedUs };
}
