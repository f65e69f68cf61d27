/**
 * What people may change about a sensor: its description and its calendar.
 * @module
 */
import { OperatorError } from '../../core/errors.ts';
import { sensorId } from '../../core/ids.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { RouteContext } from './all.ts';

export function sensorRoutes({ services: { orgs }, streams, ranges }: RouteContext): SomeHandlers<'PATCH /sensors/:org/:name' | 'POST /sensors/:org/:name/gaps'> {
  return {
    async 'PATCH /sensors/:org/:name'({ viewer, params, body }) {
      const sensor = await orgs.sensors.update(viewer, sensorId(`${params.org}/${params.name}`), body);
      streams.tellChanged([sensor.org], 'sensors');
    },
    async 'POST /sensors/:org/:name/gaps'({ viewer, params, body }) {
      const { from, to, reason } = body;
      if (from === '' || to === '') throw new OperatorError('time', { text: '' });
      const sensor = await orgs.sensors.addGap(viewer, sensorId(`${params.org}/${params.name}`), { ...await ranges.resolve(viewer, { from, to }), reason });
      streams.tellChanged([sensor.org], 'sensors');
    },
  };
}
