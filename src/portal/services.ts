/**
 * What the portal is handed by `cli/`: it opens no store and starts no reader itself.
 *
 * Everything takes a Viewer; nothing answers beyond the viewer's organisations.
 * Besides the event store: `orgs` (people, sessions, keys, sensors, settings, audit, views), `findings`, `records` (Health's defects),
 * `tables` and `asName` (enrichment), `version`, `freeBytes`. Counters of the event stream are asked for once a second by the portal;
 * `Live.subscribe` tells findings, jobs and `changed`. What people change through the portal is told by the portal itself.
 * @module
 */
import type { z } from 'zod';
import type { EventStore, Viewer } from '../observations/contract.ts';
import type { Clock } from '../core/clock.ts';
import type { FindingStore } from '../findings/store.ts';
import type { OrgServices } from '../orgs/services.ts';
import type { RecordStore } from '../records/store.ts';
import type { job as _job, health, startListen, startReplay, liveEvents } from './api.ts';

/** Background work that a person can start and stop from the portal. */
export interface Jobs {
  read(viewer: Viewer, input: { stream: AsyncIterable<Uint8Array>; name: string; sensor: string; as: string }): Promise<z.infer<typeof _job>>;
  listen(viewer: Viewer, input: z.infer<typeof startListen>): Promise<z.infer<typeof _job>>;
  replay(viewer: Viewer, input: z.infer<typeof startReplay>): Promise<z.infer<typeof _job>>;
  cancel(viewer: Viewer, id: string): Promise<void>;
  list(viewer: Viewer): z.infer<typeof health>['jobs'];
  interfaces(): Promise<{ interfaces: { name: string; addresses: string[] }[]; possible: boolean; reason: string }>;
}

/** What runs now: for the status line, Health and the event stream. */
export interface Live {
  counters(viewer: Viewer): z.infer<typeof liveEvents.counters>;
  engines(viewer: Viewer): z.infer<typeof health>['engines'];
  /** Lag and drops of sensors that are live in this process. */
  sensors(): ReadonlyMap<string, { lagMs: number; dropped: number; lastUs: number; live: boolean }>;
  /** Learned state of each port's distribution, newest window: port key text → figures. */
  ports(viewer: Viewer): ReadonlyMap<string, { tail: number; median: number; value: number }>;
  /** Calls `listener` for each event the viewer may see; the returned function stops it. */
  subscribe(viewer: Viewer, listener: (event: keyof typeof liveEvents, data: unknown) => void): () => void;
}

export interface PortalServices {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly live: Live;
  readonly records: RecordStore;
  readonly orgs: OrgServices;
  readonly findings: FindingStore;
  /** Enrichment tables and lists in use, with licence and date. */
  readonly tables: readonly { readonly name: string; readonly licence: string; readonly date: string }[];
  asName(asn: number): string;
  readonly version: string;
  /** Free bytes where DATA lies. */
  freeBytes(): Promise<number>;
}
