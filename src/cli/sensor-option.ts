/**
 * `--sensor`, `--org`, `--region`, `--zone`: the sensor that a reading or listening command means, made on first use.
 * @module
 */
import { requireCidr } from '../core/address.ts';
import { OperatorError } from '../core/errors.ts';
import { orgId, sensorId } from '../core/ids.ts';
import type { Sensor } from '../observations/sensor.ts';
import { list, text, type Options } from './command.ts';
import type { Hub } from './hub.ts';

/** Throws `usage` without `--sensor`, and the errors of its parts, before anything is made. */
export async function sensorAsked(hub: Hub, options: Options, verb: string): Promise<Sensor> {
  const name = text(options, 'sensor'), org = text(options, 'org'), zone = text(options, 'zone');
  if (name === undefined) throw new OperatorError('usage', { message: `${verb} needs --sensor NAME: which sensor saw this.` });
  const regions = list(options, 'region').flatMap((r) => r.split(',')).map(requireCidr);
  return hub.orgs.sensors.ensure(sensorId(name, org === undefined ? undefined : orgId(org)), { regions, ...(zone === undefined ? {} : { zone }) });
}
