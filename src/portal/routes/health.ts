/**
 * Whether the numbers can be trusted: sensors, lag, gaps, drops, engines, disk, tables, jobs, and what could not be read.
 *
 * A sensor is *live* when this process captures for it; in *outage* when it is live and silent for QUIET_US outside a known gap, or
 * captures no more but did so within a day; *quiet* in a known gap; else *stored*.
 * @module
 */
import type { z } from 'zod';
import { formatCidr } from '../../core/address.ts';
import { DAY_US, MINUTE_US } from '../../core/time.ts';
import { askSensors } from '../../observations/questions/sensors.ts';
import type { SensorRecord } from '../../orgs/sensors.ts';
import type { sensorRow } from '../api.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

/** A live sensor without a packet for so long is not well: a /24 sees several a second today. */
const QUIET_US = 5 * MINUTE_US;
const MOST_DEFECTS = 100, MOST_GAPS = 100;
const HOURS = 24;

export function healthRoutes({ services }: RouteContext): SomeHandlers<'GET /health'> {
  const { store, records, orgs, live, jobs, clock, tables } = services;

  async function defectsOf(sensors: readonly SensorRecord[]) {
    if (sensors.length === 0) return [];
    return records.db.selectFrom('defect').leftJoin('source', (join) => join.onRef('source.content', '=', 'defect.content').onRef('source.sensor', '=', 'defect.sensor'))
      .select(['source.path', 'defect.sensor', 'defect.line', 'defect.reason', 'defect.quote']).where('defect.sensor', 'in', sensors.map((s) => s.id as string))
      .orderBy('source.finished_us', (order) => order.desc().nullsFirst()).orderBy('defect.line').limit(MOST_DEFECTS).execute();
  }

  return {
    async 'GET /health'({ viewer }) {
      const nowUs = clock.nowUs();
      const [known, seen, bytes, freeBytes] = await Promise.all([orgs.sensors.list(viewer), askSensors(store, viewer, nowUs), store.bytesOnDisk(), services.freeBytes()]);
      const figures = new Map(seen.map((s) => [s.id, s])), running = live.sensors();
      const rows = known.map((sensor): z.infer<typeof sensorRow> => {
        const stored = figures.get(sensor.id), now = running.get(sensor.id);
        const lastUs = Math.max(stored?.lastUs ?? 0, now?.lastUs ?? 0) || null;
        return {
          id: sensor.id, org: sensor.org, name: sensor.name, country: sensor.country, zone: sensor.zone, regions: sensor.regions.map(formatCidr), simulated: sensor.simulated,
          state: stateOf(sensor, now?.live ?? false, now !== undefined, lastUs, nowUs), lastUs, firstUs: stored?.firstUs ?? null, packets: stored?.packets ?? 0, records: stored?.records ?? 0,
          lagMs: now?.live ? now.lagMs : null, dropped: now?.dropped ?? 0, gaps: sensor.gaps.slice(-MOST_GAPS).map((gap) => ({ ...gap })), perHour: stored?.perHour ?? new Array<number>(HOURS).fill(0),
        };
      });
      const sum = (pick: (s: { packets: number; records: number }) => number): number => seen.reduce((total, s) => total + pick(s), 0);
      return {
        nowUs, sensors: rows, engines: live.engines(viewer), jobs: jobs.list(viewer), tables: tables.map((t) => ({ ...t })),
        store: { engine: store.engine, bytes, packets: sum((s) => s.packets), records: sum((s) => s.records), freeBytes },
        defects: (await defectsOf(known)).map((d) => ({ path: d.path ?? '', sensor: d.sensor, line: d.line, reason: d.reason, quote: d.quote })),
      };
    },
  };
}

function stateOf(sensor: SensorRecord, live: boolean, wasLive: boolean, lastUs: number | null, nowUs: number): 'live' | 'quiet' | 'outage' | 'stored' {
  if (sensor.gaps.some((gap) => gap.fromUs <= nowUs && nowUs < gap.toUs)) return 'quiet';
  if (live) return lastUs !== null && nowUs - lastUs > QUIET_US && !sensor.simulated ? 'outage' : 'live';
  return wasLive && lastUs !== null && nowUs - lastUs < DAY_US ? 'outage' : 'stored';
}
