/**
 * The hub: every store and service of DATA, opened once by its owner and handed to commands and to the portal.
 *
 * In: a data directory whose lock is held. Out: services, lazily where they cost (tables, engines). Closing ends live sources,
 * writes what is held, and closes the stores. After a crash, blocks that were begun and never acknowledged have the rollups of
 * their minutes rebuilt before anything is answered.
 * @module
 */
import { join } from 'node:path';
import { mkdirSync, rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import type { OrgId } from '../core/ids.ts';
import { DAY_US } from '../core/time.ts';
import { seededRng } from '../core/rng.ts';
import type { IngestResult } from '../darknet/ingest.ts';
import { DEFAULT_ENGINES } from '../engines/registry.ts';
import type { Engine } from '../engines/engine.ts';
import { alertRouter, AlertQueue, DEFAULT_POLICY, type AlertSink } from '../findings/alerts.ts';
import { findingStore, type Accepted, type FindingStore } from '../findings/store.ts';
import type { EventStore, Ledger, Range, Viewer } from '../observations/contract.ts';
import { openEventStore } from '../observations/store.ts';
import { locate, type Tables } from '../observations/enrichment.ts';
import { createAnnotator, loadLists, loadRules, loadTables, type Annotator } from '../observations/tag/annotate.ts';
import type { Sensor } from '../observations/sensor.ts';
import { orgServices, type OrgServices } from '../orgs/services.ts';
import { recordLedger } from '../records/ledger.ts';
import { openRecordStore, type RecordStore } from '../records/store.ts';
import { commandSink } from '../sharing/transports/command-process.ts';
import { jsonLinesSink } from '../sharing/transports/json-lines.ts';
import { webhookSink } from '../sharing/transports/webhook.ts';
import { analyseStored, type AnalysedEngine } from './analyse-stored.ts';
import { loadConfig, type Config, type SinkConfig } from './config.ts';
import { checkDataFormat } from './data-format.ts';
import { tagsOfFindings } from './host-tagger.ts';
import { LivePlatform } from './live-platform.ts';
import { readFileInto, type ReadOptions } from './read-file.ts';

export interface HubOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly version: string;
  readonly note: (text: string) => void;
}

export interface Hub {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly version: string;
  readonly config: Config;
  readonly store: EventStore;
  readonly records: RecordStore;
  readonly ledger: Ledger;
  readonly orgs: OrgServices;
  readonly findings: FindingStore;
  readonly tables: () => Tables;
  /** Live sources, engines on them, jobs. */
  readonly live: LivePlatform;
  /** The command line's own viewer: administrator of every organisation there is now. */
  viewer(): Promise<Viewer>;
  annotatorFor(sensor: Sensor): Annotator;
  /** Reads one file or standard input into the store. */
  read(options: ReadOptions): Promise<IngestResult>;
  analyse(engines: readonly Engine[], range: Partial<Range>, signal: AbortSignal, onProgress: (done: number, total: number) => void, orgs?: readonly OrgId[]): Promise<AnalysedEngine[]>;
  /** Copies both stores to `target`, consistent with one another. */
  backup(target: string): Promise<{ packets: number; records: number }>;
  close(): Promise<void>;
}

/** How often the alert queue looks for what is due, milliseconds. */
const ALERT_PUMP_MS = 1000;
/** How often retention runs, milliseconds. */
const RETENTION_MS = 15 * 60_000;

export async function openHub({ dataDir, clock, version, note }: HubOptions): Promise<Hub> {
  checkDataFormat(dataDir);
  const config = loadConfig(dataDir, process.env);
  const tempDir = join(dataDir, 'tmp');
  rmSync(tempDir, { recursive: true, force: true }); // what an earlier process left half-spooled
  mkdirSync(tempDir, { recursive: true, mode: 0o700 });
  const records = await openRecordStore(config.stores.records_url ? { url: config.stores.records_url, clock } : { dir: join(dataDir, 'records'), clock });
  const store = await openEventStore({
    ...(config.stores.clickhouse_url ? { url: config.stores.clickhouse_url } : { dir: join(dataDir, 'events') }),
    memoryMiB: config.stores.memory_mib, clock, // settled: store.ts takes a clock and memoryMiB
    locate: (src) => locate(loadTables(), src),
  });
  const ledger = recordLedger(records);
  const orgs = orgServices(records);
  await store.recover(await ledger.unfinished());

  const sinks = config.alerts.map(sinkOf(clock));
  const route = alertRouter(config.alerts.map((c, i) => ({ sink: sinks[i] as AlertSink, policy: { ...DEFAULT_POLICY, minSeverity: c.least_severity } })));
  const findings = findingStore(records, { alertSinks: route });
  const alerts = new AlertQueue({ records, findings, sinks, clock, rng: seededRng('alerts') });
  const onError = (error: unknown) => note(`alerts: ${error instanceof Error ? error.message : String(error)}`);
  if (sinks.length > 0) alerts.start(ALERT_PUMP_MS, onError);

  const lists = loadLists(join(dataDir, 'lists'));
  for (const report of lists.reports) if (report.defectCount > 0) note(`${report.path}: ${report.defectCount} lines are no address or network; the other ${report.networks} are used.`);
  const rules = loadRules(join(dataDir, 'rules'));
  const viewer = (): Promise<Viewer> => orgs.operator();
  const annotatorFor = (sensor: Sensor): Annotator => createAnnotator({ sensor, tables: loadTables(), rules, lists: lists.lists });

  const accept = async (drafts: Parameters<FindingStore['accept']>[0]): Promise<Accepted[]> => {
    const accepted = await findings.accept(drafts);
    const tags = tagsOfFindings(drafts, accepted);
    if (tags.length > 0) await store.addHostTags(tags);
    if (sinks.length > 0 && accepted.some((a) => a.occasion !== 'same')) alerts.pump().catch(onError);
    return accepted;
  };
  const live = new LivePlatform({ store, ledger, records, orgs, clock, engines: DEFAULT_ENGINES, accept, annotatorFor, note });

  let retaining: Promise<unknown> = Promise.resolve();
  const retain = () => {
    retaining = (async () => {
      const days = Number(await orgs.settings.get('retention.days')), maxGib = Number(await orgs.settings.get('retention.max-gib'));
      if (days > 0 || maxGib > 0) await store.retain({ ...(days > 0 ? { keepUs: days * DAY_US } : {}), ...(maxGib > 0 ? { maxBytes: maxGib * 2 ** 30 } : {}) });
    })().catch((error: unknown) => note(`retention: ${String(error)}`));
  };
  const stopRetention = clock.every(RETENTION_MS, retain, true);

  const hub: Hub = {
    dataDir, clock, version, config, store, records, ledger, orgs, findings, tables: loadTables, live, viewer, annotatorFor,
    read: (options) => readFileInto({ store, ledger, clock, tempDir, listsDir: join(dataDir, 'lists'), rulesDir: join(dataDir, 'rules'), annotatorFor }, options),
    async analyse(engines, range, signal, onProgress, only) {
      const everybody = await viewer();
      return analyseStored({ store, sensors: await orgs.sensors.list(everybody), viewer: only ? { ...everybody, orgs: only } : everybody, engines, range, accept, clock, signal, onProgress });
    },
    async backup(target) {
      const extent = await store.extent(await viewer());
      await records.backup(join(target, 'records'));
      await store.backup(join(target, 'events'));
      checkDataFormat(target);
      return { packets: extent.reduce((sum, e) => sum + e.packets, 0), records: extent.reduce((sum, e) => sum + e.records, 0) };
    },
    async close() {
      stopRetention();
      await live.close();
      await retaining;
      await alerts.close();
      await store.close();
      await records.close();
    },
  };
  return hub;
}

function sinkOf(clock: Clock): (config: SinkConfig, position: number) => AlertSink {
  return (config, position) => {
    const name = `${config.kind}-${position + 1}`;
    switch (config.kind) {
      case 'webhook': return webhookSink({ name, url: config.url, secret: config.secret, clock });
      case 'command': return commandSink({ name, command: config.argv, path: process.env['PATH'] ?? '/usr/bin:/bin', clock });
      case 'json-lines': return jsonLinesSink(name, (text) => appendFile(config.path, text, { mode: 0o600 }));
    }
  };
}
