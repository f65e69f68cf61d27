/**
 * The hub as the portal wants it: jobs, live figures, tables.
 * @module
 */
import { statfs } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { requireCidr } from '../core/address.ts';
import { formatPortKey } from '../core/ports.ts';
import { sensorId, type OrgId } from '../core/ids.ts';
import { asName } from '../observations/enrichment.ts';
import type { Viewer } from '../observations/contract.ts';
import { learnedPorts } from '../engines/port-figures.ts';
import { onPath } from '../darknet/tcpdump-process.ts';
import { findingRowOf } from '../portal/finding-row.ts';
import type { Jobs, Live, PortalServices } from '../portal/services.ts';
import { DEFAULT_ENGINES } from '../engines/registry.ts';
import type { Hub } from './hub.ts';
import { listenOn } from './listen-interface.ts';
import { replayScenario } from './replay.ts';

/** Where new things of this viewer go. */
const homeOf = (viewer: Viewer): OrgId => viewer.orgs[0] as OrgId;

export function portalServices(hub: Hub): PortalServices {
  const { live: platform, clock, orgs, store } = hub;
  const jobs: Jobs = {
    async read(viewer, { stream, name, sensor: sensorName, as }) {
      const sensor = await orgs.sensors.ensure(sensorId(sensorName, homeOf(viewer)));
      // The upload is taken in before the answer: a browser that waits for it shows its progress.
      return platform.jobs.start(homeOf(viewer), 'read', name, async (report, signal) => {
        const result = await hub.read({
          from: { name, stream }, sensor, ...(as === '' ? {} : { as }), signal,
          onProgress: (bytes, total, words) => report.progress(bytes, total, words),
        });
        if (!signal.aborted && result.packets > 0) {
          report.progress(0, null, 'engines are looking');
          const range = { ...(result.fromUs === null ? {} : { fromUs: result.fromUs }), ...(result.toUs === null ? {} : { toUs: result.toUs }) };
          await hub.analyse(DEFAULT_ENGINES, range, signal, (done, total) => report.progress(done, total, 'engines are looking'), [homeOf(viewer)]);
        }
        return `${result.packets.toLocaleString('en-US')} packets, ${result.records.toLocaleString('en-US')} records, ${result.defectCount} defects${result.duplicates > 0 ? `, ${result.duplicates.toLocaleString('en-US')} known already` : ''}`;
      });
    },
    async listen(viewer, request) {
      const sensor = await orgs.sensors.ensure(sensorId(request.sensor, homeOf(viewer)), { regions: request.regions.map(requireCidr) });
      return platform.jobs.start(homeOf(viewer), 'listen', `${request.interface} → ${sensor.name}`, async (report, signal) => {
        const counts = await listenOn({ platform, clock, interfaceName: request.interface, sensor, signal, onCounts: (c) => report.progress(c.packets, null, `${c.dropped} dropped`) });
        return `${counts.packets.toLocaleString('en-US')} packets, ${counts.dropped} dropped`;
      });
    },
    async replay(viewer, request) {
      return platform.jobs.start(homeOf(viewer), 'replay', request.scenario, (report, signal) => replayScenario({ platform, orgs, store, viewer, clock, request, report, signal }));
    },
    cancel: (viewer, id) => platform.jobs.cancel(viewer, id),
    list: (viewer) => platform.jobs.list(viewer),
    async interfaces() {
      const found = Object.entries(networkInterfaces()).map(([name, addresses]) => ({ name, addresses: (addresses ?? []).map((a) => a.address) }));
      const tcpdump = onPath('tcpdump') !== null;
      return { interfaces: found, possible: tcpdump, reason: tcpdump ? '' : 'tcpdump is not installed' };
    },
  };
  const live: Live = {
    counters: (viewer) => platform.counts(viewer),
    engines: (viewer) => platform.engineStatus().map(({ name, about, source, windowUs, lastUs, findings }) => ({ name, about, source, windowUs, lastUs, findings, behindMs: lastUs === null ? 0 : Math.max(0, ((platform.counts(viewer).lastUs ?? lastUs) - lastUs - windowUs) / 1000) })),
    sensors: () => platform.sensorStates(),
    ports(viewer) {
      const figures = new Map<string, { tail: number; median: number; value: number }>();
      for (const runner of platform.runners()) for (const org of viewer.orgs) {
        for (const [key, figure] of learnedPorts(runner.memoryOf(org, 'port-distributed'))) figures.set(formatPortKey(key), figure);
      }
      return figures;
    },
    subscribe(viewer, listener) {
      return platform.subscribe((event) => {
        switch (event.kind) {
          case 'finding':
            if (!viewer.orgs.includes(event.org)) return;
            listener('finding', findingRowOf(event.accepted.finding));
            listener('changed', { what: 'findings' });
            return;
          case 'job': if (viewer.orgs.includes(event.org)) listener('job', event.job); return;
          case 'second': return; // the portal asks for counters itself
        }
      });
    },
  };
  const tables = hub.tables();
  return {
    store, clock, jobs, live, records: hub.records, orgs, findings: hub.findings, version: hub.version,
    tables: tables.about.map(({ name, licence, built }) => ({ name, licence, date: built })),
    asName: (asn) => asName(tables, asn),
    async freeBytes() { const { bavail, bsize } = await statfs(hub.dataDir); return bavail * bsize; },
  };
}
