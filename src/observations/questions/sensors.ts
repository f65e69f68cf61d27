/**
 * Sensors as Health shows them: what each has, when its last row was, and its packets per hour.
 *
 * From the per-minute rollup; first and last row are exact.
 * @module
 */
import { HOUR_US } from '../../core/time.ts';
import type { EventStore, Viewer } from '../contract.ts';
import { orgCondition } from '../sql/compile.ts';
import { numberLiteral, timeLiteral } from '../sql/literal.ts';
import { dense } from './series.ts';

export interface SensorFigures {
  /** `org/name`. */
  readonly id: string;
  readonly firstUs: number; readonly lastUs: number; readonly packets: number; readonly records: number;
  /** Rows per hour of the day up to now, or up to the sensor's last row where that is older. */
  readonly perHour: number[];
}

const HOURS = 24;

export async function askSensors(store: Pick<EventStore, 'select' | 'extent'>, viewer: Viewer, nowUs: number): Promise<SensorFigures[]> {
  const extent = await store.extent(viewer);
  const ends = new Map(extent.map((one) => [one.sensor as string, Math.floor((one.toUs - 1 > nowUs - HOURS * HOUR_US ? Math.max(nowUs, one.toUs - 1) : one.toUs - 1) / HOUR_US) * HOUR_US]));
  const lowest = Math.min(...ends.values()) - (HOURS - 1) * HOUR_US;
  const rows = extent.length === 0 ? [] : await store.select<{ s: string; t: number; n: number }>(`SELECT toString(sensor) AS s, minute_us - minute_us % ${numberLiteral(HOUR_US)} AS t,
    sum(packets) + sum(records) AS n FROM by_minute WHERE ${orgCondition(viewer)} AND minute_us >= ${timeLiteral(lowest)} GROUP BY s, t`);
  const bySensor = new Map<string, Map<number, number>>();
  for (const { s, t, n } of rows) {
    const hours = bySensor.get(s) ?? new Map<number, number>();
    hours.set(t, n);
    bySensor.set(s, hours);
  }
  return extent.map((one) => {
    const end = ends.get(one.sensor) ?? 0;
    const hours = Array.from({ length: HOURS }, (_, i) => end - (HOURS - 1 - i) * HOUR_US);
    return { id: one.sensor, firstUs: one.fromUs, lastUs: one.toUs - 1, packets: one.packets, records: one.records, perHour: dense(hours, bySensor.get(one.sensor) ?? new Map()) };
  });
}
