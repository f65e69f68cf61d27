/**
 * A portal over real stores with two organisations: `local`, and `canary`, whose every value is recognisable.
 *
 * Packets, findings, sensors, views, keys and defects exist in both under different names. The clock stands until moved.
 * @module
 */
import { manualClock, type ManualClock } from '../../../src/core/clock.ts';
import { orgId, sensorId, type OrgId } from '../../../src/core/ids.ts';
import { requireCidr } from '../../../src/core/address.ts';
import { BIT, newPacketBatch, packCountry, PROTO, TCP, type PacketBatch } from '../../../src/core/packet-batch.ts';
import { MINUTE_US } from '../../../src/core/time.ts';
import { codeOf, LABELS, ROLES, TOOLS } from '../../../src/core/vocabulary.ts';
import { parseV4 } from '../../../src/core/address.ts';
import { JobList } from '../../../src/cli/jobs.ts';
import { findingStore } from '../../../src/findings/store.ts';
import type { FindingDraft } from '../../../src/findings/finding.ts';
import { temporaryStore } from '../../../src/observations/store-temporary.ts';
import { orgServices } from '../../../src/orgs/services.ts';
import type { AccessViewer, RoleName } from '../../../src/orgs/access.ts';
import { createPortal, type Portal } from '../../../src/portal/server.ts';
import type { Jobs, Live, PortalServices } from '../../../src/portal/services.ts';
import { openTemporaryRecords } from '../../../src/records/store-temporary.ts';

/** 2026-11-22T00:00Z. */
export const NOW_US = 1_795_305_600_000_000;
/** What must never be seen outside the organisation `canary`. */
export const CANARIES = ['canary', '203.0.113.77', '31337', 'Canaria', 'kanarienvogel'] as const;

export interface Fixture {
  readonly portal: Portal;
  readonly services: PortalServices;
  readonly clock: ManualClock;
  /** Bearer keys: three of `local`, and the administrator of `canary`. */
  readonly keys: Readonly<Record<RoleName | 'stranger', string>>;
  readonly administrator: AccessViewer;
  /** Ids of things of each organisation, for paths. */
  readonly ids: Readonly<Record<'local' | 'canary', { finding: string; key: string; person: string; view: string; job: string }>>;
  readonly faults: unknown[];
  /** Bytes of uploads, as the job was handed them. */
  readonly uploaded: { name: string; sensor: string; bytes: number }[];
  /** Tells the event stream of a finding. */
  tellFinding(org: OrgId): Promise<void>;
  close(): Promise<void>;
}

export function packetsOf(sensor: string, options: { from: string; hosts: number; port: number; packets: number; country: string; startUs: number; simulated?: boolean }): PacketBatch {
  const batch = newPacketBatch(4, sensor, options.packets), first = parseV4(options.from) as number;
  for (let i = 0; i < options.packets; i++) {
    batch.atUs[i] = options.startUs + i * 500_000;
    batch.src[i] = first + (i % options.hosts);
    batch.dst[i] = (parseV4('198.51.100.0') as number) + (i % 250);
    batch.proto[i] = PROTO.tcp; batch.sport[i] = 40_000 + i; batch.dport[i] = options.port; batch.ttl[i] = 50; batch.flags[i] = TCP.syn;
    batch.ipBits[i] = BIT.hasTransport | (options.simulated ? BIT.simulated : 0); batch.ipLen[i] = 40; batch.window[i] = 1024; batch.seq[i] = i;
    batch.tool[i] = codeOf(TOOLS, i % 2 === 0 ? 'mirai' : ''); batch.label[i] = codeOf(LABELS, 'unexplained'); batch.role[i] = codeOf(ROLES, 'scanner');
    batch.country[i] = packCountry(options.country); batch.asn[i] = 64_500; batch.region[i] = 0; batch.record[i] = i;
  }
  batch.n = options.packets;
  return batch;
}

export function draftOf(org: OrgId, sensor: string, port: string, sources: readonly string[], words: string): FindingDraft {
  return {
    name: 'port.distributed', engine: 'port-distributed', version: `port-distributed/1 ${words}`, org, subject: port, firstWindowUs: NOW_US - 30 * MINUTE_US,
    fromUs: NOW_US - 30 * MINUTE_US, toUs: NOW_US - 10 * MINUTE_US, firstRaisedUs: NOW_US - 25 * MINUTE_US, ports: [port], sensors: [sensor], sources: sources.length, sourceList: sources,
    countries: ['JP'], sourceRole: 'scanner', score: 0.9, severity: 4, facts: { port, count: sources.length, unit: '1 min', mean: 2, sources: sources.length, countries: 1, sensors: 1 },
    evidence: { query: `port == ${port}`, fromUs: NOW_US - 30 * MINUTE_US, toUs: NOW_US - 10 * MINUTE_US, figures: { uniqueSources: sources.length, words }, series: [{ atUs: NOW_US - 30 * MINUTE_US, value: 5, low: 0, high: 3 }] },
    marking: 'TLP:AMBER', ended: false, simulated: false,
  };
}

export async function openFixture(): Promise<Fixture> {
  const clock = manualClock(NOW_US);
  const records = await openTemporaryRecords(clock), store = await temporaryStore({ clock, locate: (src) => ({ country: src.startsWith('192.') ? 'JP' : 'IS', asn: 64_500 }) });
  const orgs = orgServices(records), findings = findingStore(records);
  const listeners = new Set<{ orgs: readonly OrgId[]; tell: Parameters<Live['subscribe']>[1] }>();
  const tell = (org: OrgId, event: Parameters<Parameters<Live['subscribe']>[1]>[0], data: unknown): void => {
    for (const listener of listeners) if (listener.orgs.includes(org)) listener.tell(event, data);
  };
  const list = new JobList(clock, (org, job) => tell(org, 'job', job));
  const uploaded: { name: string; sensor: string; bytes: number }[] = [];
  const forever = (signal: AbortSignal): Promise<string> => new Promise((resolve) => { signal.addEventListener('abort', () => resolve('')); });
  const home = (viewer: { orgs: readonly OrgId[] }): OrgId => viewer.orgs[0] as OrgId;
  const jobs: Jobs = {
    read: async (viewer, { stream, name, sensor }) => list.start(home(viewer), 'read', name, async () => {
      let bytes = 0;
      for await (const chunk of stream) bytes += chunk.length;
      uploaded.push({ name, sensor, bytes });
      return `${bytes} bytes`;
    }),
    listen: async (viewer, request) => list.start(home(viewer), 'listen', request.interface, (_report, signal) => forever(signal)),
    replay: async (viewer, request) => list.start(home(viewer), 'replay', request.scenario, (_report, signal) => forever(signal)),
    cancel: (viewer, id) => list.cancel(viewer, id),
    list: (viewer) => list.list(viewer),
    interfaces: async () => ({ interfaces: [{ name: 'lo', addresses: ['127.0.0.1'] }], possible: true, reason: '' }),
  };
  const live: Live = {
    counters: () => ({ nowUs: clock.nowUs(), packetsPerSecond: 2, hostsPerMinute: 7, lagMs: 3, sensorsLive: 0, lastUs: null }),
    engines: () => [{ name: 'port-distributed', about: 'a', source: 's', windowUs: MINUTE_US, lastUs: null, behindMs: 0, findings: 1 }],
    sensors: () => new Map(),
    ports: () => new Map([['tcp/23', { tail: 1e-9, median: 2, value: 20 }]]),
    subscribe(viewer, listener) {
      const entry = { orgs: viewer.orgs, tell: listener };
      listeners.add(entry);
      return () => { listeners.delete(entry); };
    },
  };
  const services: PortalServices = {
    store, clock, jobs, live, records, orgs, findings, version: '0.0.0-test', tables: [{ name: 'countries', licence: 'CC0', date: '2026-01-01' }],
    asName: (asn) => (asn === 64_500 ? 'Example AS' : ''), freeBytes: async () => 1e9,
  };
  const faults: unknown[] = [];
  const portal = createPortal(services, { checkAnswers: true, onFault: (error) => { faults.push(error); } });

  const ids = {} as Record<'local' | 'canary', { finding: string; key: string; person: string; view: string; job: string }>;
  const keys = {} as Record<RoleName | 'stranger', string>;
  const PARTS = {
    local: { sensor: 'tokyo', from: '192.0.2.1', port: 23, words: 'ordinary', person: 'Hanako', view: 'Telnet', region: '198.51.100.0/24' },
    canary: { sensor: 'canary-sensor', from: '203.0.113.77', port: 31_337, words: 'kanarienvogel', person: 'Canaria', view: 'kanarienvogel view', region: '203.0.113.0/24' },
  } as const;
  for (const key of ['local', 'canary'] as const) {
    const part = PARTS[key], org = await orgs.ensureOrg(key), viewer: AccessViewer = { person: `operator-${key}`, orgs: [org], role: 'administrator' };
    const sensor = await orgs.sensors.ensure(sensorId(part.sensor, org), { regions: [requireCidr(part.region)], country: 'JP', zone: 'Asia/Tokyo' });
    const hosts = key === 'local' ? 20 : 1;
    const batch = packetsOf(sensor.id, { from: part.from, hosts, port: part.port, packets: 600, country: key === 'local' ? 'JP' : 'IS', startUs: NOW_US - 30 * MINUTE_US });
    await store.insertPackets({ content: key.padEnd(64, '0'), sensor: sensor.id, first: 0, count: 600 }, [batch], [part.region]);
    await store.insertObservations({ content: key.padEnd(64, '1'), sensor: sensor.id, first: 0, count: 1 }, [{
      kind: 'honeypot.login.failed', atUs: NOW_US - 20 * MINUTE_US, src: part.from, dst: '198.51.100.9', sport: 50_000, dport: part.port, proto: 6, role: 'attacker', session: `s-${part.words}`, label: part.words,
      payload: null, fields: { 'user.name': `=cmd|${part.words}` }, line: 1,
    }]);
    await store.addHostTags([{ org, src: part.from, range: { fromUs: 0, toUs: NOW_US * 2 }, field: 'tag', value: `seen-${part.words}`, by: 'engine:test', reason: part.words }]);
    const sources = Array.from({ length: hosts }, (_, i) => part.from.replace(/\d+$/, (d) => String(Number(d) + i)));
    const accepted = await findings.accept([draftOf(org, sensor.id, `tcp/${part.port}`, sources, part.words)]);
    await records.db.insertInto('source').values({ content: key, sensor: sensor.id, path: `${part.words}.log`, format: 'x', packets: 1, records: 1, defects: 1, finished_us: NOW_US, first_us: 1, last_us: 2 }).execute();
    await records.db.insertInto('defect').values({ content: key, sensor: sensor.id, line: 3, reason: 'not a line', quote: part.words }).execute();
    await orgs.sensors.addGap(viewer, sensor.id, { fromUs: 1, toUs: 2, reason: part.words });
    await orgs.views.save(viewer, { name: part.view, query: `port == ${part.port}`, from: '', to: '', kind: 'view' });
    const person = await orgs.people.invite(viewer, { name: part.person, role: 'viewer' });
    const spare = await orgs.keys.create(viewer, { role: 'viewer' });
    const job = await jobs.replay(viewer, { scenario: part.words, seed: 1, speed: 60 });
    ids[key] = { finding: accepted[0]?.finding.id ?? '', key: spare.id, person: person.id, view: (await orgs.views.list(viewer))[0]?.id ?? '', job: job.id };
    if (key === 'local') for (const role of ['viewer', 'analyst', 'administrator'] as const) keys[role] = (await orgs.keys.create(viewer, { role })).key;
    else keys.stranger = (await orgs.keys.create(viewer, { role: 'administrator' })).key;
  }
  const administrator: AccessViewer = { person: 'operator-local', orgs: [orgId('local')], role: 'administrator' };

  return {
    portal, services, clock, keys, administrator, ids, faults, uploaded,
    async tellFinding(org) {
      const { findingRowOf } = await import('../../../src/portal/finding-row.ts');
      const viewer: AccessViewer = { person: 'x', orgs: [org], role: 'viewer' };
      const found = (await findings.list(viewer)).findings[0];
      if (found) tell(org, 'finding', findingRowOf(found));
    },
    async close() {
      await portal.close();
      await list.stopAll();
      await store.close();
      await records.close();
    },
  };
}
