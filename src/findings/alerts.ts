/**
 * From findings to alerts: who is told of what, once, and again until it arrived.
 *
 * In: findings as the store accepts them (rows in `alert`, written in the finding's own transaction). Out: messages to sinks.
 * A policy decides which findings and occasions reach which sink; the row (finding, sink, occasion) exists once, so nothing is told
 * twice on purpose, and what was not acknowledged is sent again after a crash: at least once, with a stable `id` to drop repeats by.
 * Back-off: FIRST_DELAY_MS · 2^attempt with ±20 % jitter, at most LONGEST_DELAY_MS; a permanent refusal or MOST_ATTEMPTS attempts end
 * in `failed` (the dead letters, listed by {@link deadLetters}, sent again by {@link revive}).
 * Cost: one indexed query a pump; at most BATCH alerts in memory; at most one message at a time to one sink.
 * @module
 */
import type { Clock } from '../core/clock.ts';
import type { OrgId } from '../core/ids.ts';
import type { Rng } from '../core/rng.ts';
import type { RecordStore } from '../records/store.ts';
import type { Finding, FindingName } from './finding.ts';
import { findingJson, type FindingJson } from './finding-json.ts';
import { FINDINGS } from './findings.catalogue.ts';
import type { Accepted, FindingStore } from './store.ts';

/** Delay before the second attempt, milliseconds; doubles with each. */
export const FIRST_DELAY_MS = 1_000;
export const LONGEST_DELAY_MS = 3_600_000;
/** About half a day of attempts. */
export const MOST_ATTEMPTS = 20;
/** Alerts read at a time. */
export const BATCH = 64;

/** What a sink is handed. */
export interface AlertMessage {
  /** Same for every attempt: receivers drop repeats by it. */
  readonly id: string;
  /** `raised`, `severity-4`, `ended`. */
  readonly occasion: string;
  readonly atUs: number;
  readonly title: string;
  readonly advice: string;
  readonly finding: FindingJson;
}

export type Delivery =
  | { readonly kind: 'delivered' }
  /** Worth another attempt, not before `retryAfterMs` if given. */
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfterMs?: number }
  /** The receiver will never take it. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Where alerts go. Declared here, wired by `cli/`; implementations are in `sharing/transports/`. */
export interface AlertSink {
  /** Unique; part of the queue's key. */
  readonly name: string;
  /** Never throws for what a receiver does; ends in bounded time. */
  send(message: AlertMessage): Promise<Delivery>;
}

export interface AlertPolicy {
  readonly minSeverity: number;
  readonly minScore: number;
  /** Empty: all names. */
  readonly names: readonly FindingName[];
  readonly occasions: readonly Accepted['occasion'][];
  /** Whether findings over simulated traffic are told too. */
  readonly simulated: boolean;
}

/** Early warnings and worse are told when raised and when they get worse. */
export const DEFAULT_POLICY: AlertPolicy = Object.freeze({ minSeverity: 3, minScore: 0.5, names: [], occasions: ['raised', 'worse'] as const, simulated: false });

/** Whether a policy tells of this. Findings that people closed or snoozed stay quiet. */
export function tellsOf(policy: AlertPolicy, finding: Finding, occasion: Accepted['occasion']): boolean {
  return policy.occasions.includes(occasion) && finding.severity >= policy.minSeverity && finding.score >= policy.minScore
    && (policy.names.length === 0 || policy.names.includes(finding.name)) && (policy.simulated || !finding.simulated)
    && (finding.state === 'open' || finding.state === 'true');
}

/** `alertSinks` of the finding store for a list of sinks with their policies. */
export function alertRouter(routes: readonly { readonly sink: AlertSink; readonly policy: AlertPolicy; readonly orgs?: readonly OrgId[] }[]) {
  return (finding: Finding, occasion: Accepted['occasion']): string[] =>
    routes.filter((r) => (!r.orgs || r.orgs.includes(finding.org)) && tellsOf(r.policy, finding, occasion)).map((r) => r.sink.name);
}

export function alertMessage(finding: Finding, occasion: string, atUs: number): AlertMessage {
  const { title, advice } = FINDINGS[finding.name];
  return { id: `${finding.id}/${occasion}`, occasion, atUs, title: title.en, advice: advice.en, finding: findingJson(finding) };
}

/** Delay before attempt `attempts` + 1, milliseconds. */
export function backOffMs(attempts: number, rng: Rng): number {
  return Math.round(Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, attempts - 1)) * (0.8 + 0.4 * rng.float()));
}

/** Sends what is due. Start it with {@link AlertQueue.start}, or call {@link AlertQueue.pump} when something was raised. */
export class AlertQueue {
  readonly #records: RecordStore;
  readonly #findings: FindingStore;
  readonly #sinks: ReadonlyMap<string, AlertSink>;
  readonly #clock: Clock;
  readonly #rng: Rng;
  #running: Promise<number> | null = null;
  #again = false;
  #stop: (() => void) | null = null;

  constructor(options: { records: RecordStore; findings: FindingStore; sinks: readonly AlertSink[]; clock: Clock; rng: Rng }) {
    this.#records = options.records;
    this.#findings = options.findings;
    this.#sinks = new Map(options.sinks.map((s) => [s.name, s]));
    this.#clock = options.clock;
    this.#rng = options.rng;
  }

  /** Looks every `periodMs` for what is due, until {@link close}. `onError` hears of our own faults (the record store). */
  start(periodMs: number, onError: (error: unknown) => void): void {
    this.#stop = this.#clock.every(periodMs, () => { this.pump().catch(onError); }, true);
  }

  /** Sends everything that is due now; calls made meanwhile run once more afterwards. Returns how many were delivered. */
  async pump(): Promise<number> {
    if (this.#running) { this.#again = true; return this.#running; }
    this.#running = (async () => {
      let delivered = 0;
      do { this.#again = false; delivered += await this.#pumpOnce(); } while (this.#again);
      return delivered;
    })();
    try { return await this.#running; } finally { this.#running = null; }
  }

  async #pumpOnce(): Promise<number> {
    const names = [...this.#sinks.keys()];
    if (names.length === 0) return 0;
    let delivered = 0;
    for (;;) {
      const due = await this.#records.db.selectFrom('alert').selectAll().where('state', '=', 'waiting').where('next_us', '<=', this.#clock.nowUs())
        .where('sink', 'in', names).orderBy('next_us').orderBy('id').limit(BATCH).execute();
      if (due.length === 0) return delivered;
      // Sinks work side by side, each in order: a slow one holds up no other.
      const bySink = group(due, (a) => a.sink);
      const counts = await Promise.all([...bySink].map(async ([name, alerts]) => {
        let sent = 0;
        for (const alert of alerts) if (await this.#sendOne(name, alert)) sent++;
        return sent;
      }));
      for (const count of counts) delivered += count;
    }
  }

  async #sendOne(name: string, alert: { id: number; finding: string; org: string; occasion: string; attempts: number; created_us: number }): Promise<boolean> {
    const finding = await this.#findings.get({ person: '', orgs: [alert.org as OrgId], role: 'viewer' }, alert.finding);
    const delivery = await (this.#sinks.get(name) as AlertSink).send(alertMessage(finding, alert.occasion, alert.created_us));
    const attempts = alert.attempts + 1, nowUs = this.#clock.nowUs();
    const update = this.#records.db.updateTable('alert').where('id', '=', alert.id);
    if (delivery.kind === 'delivered') { await update.set({ state: 'sent', attempts, sent_us: nowUs, last_error: '' }).execute(); return true; }
    const last_error = delivery.reason.slice(0, 500);
    if (delivery.kind === 'refused' || attempts >= MOST_ATTEMPTS) await update.set({ state: 'failed', attempts, last_error }).execute();
    else {
      const delayMs = Math.min(LONGEST_DELAY_MS, Math.max(backOffMs(attempts, this.#rng), delivery.retryAfterMs ?? 0));
      await update.set({ attempts, last_error, next_us: nowUs + delayMs * 1000 }).execute();
    }
    return false;
  }

  /** Stops looking, and waits for what is under way. */
  async close(): Promise<void> {
    this.#stop?.();
    this.#stop = null;
    await this.#running;
  }
}

function group<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) { const held = groups.get(key(item)); if (held) held.push(item); else groups.set(key(item), [item]); }
  return groups;
}

/** Alerts that were given up. */
export async function deadLetters(records: RecordStore, limit = 100): Promise<{ id: number; finding: string; sink: string; occasion: string; attempts: number; reason: string }[]> {
  const rows = await records.db.selectFrom('alert').selectAll().where('state', '=', 'failed').orderBy('id', 'desc').limit(limit).execute();
  return rows.map((r) => ({ id: r.id, finding: r.finding, sink: r.sink, occasion: r.occasion, attempts: r.attempts, reason: r.last_error }));
}

/** Puts a dead letter back into the queue. */
export async function revive(records: RecordStore, id: number): Promise<void> {
  await records.db.updateTable('alert').set({ state: 'waiting', attempts: 0, next_us: records.clock.nowUs() }).where('id', '=', id).where('state', '=', 'failed').execute();
}
