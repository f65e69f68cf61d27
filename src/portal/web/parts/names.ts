/**
 * How things are written: `tcp/23` is asked, `23/tcp` is read; a sensor without its organisation where that goes without saying.
 * @module
 */

/** `tcp/23` → `23/tcp`; `icmp/8/0` → `icmp 8/0`. */
export function portText(port: string): string {
  const [proto = '', number = '', code] = port.split('/');
  if (number === '') return port;
  return proto.startsWith('icmp') ? `${proto} ${number}${code === undefined ? '' : `/${code}`}` : `${number}/${proto}`;
}
/** `tcp-23` of a path → `tcp/23`. */
export function portOfPath(segment: string): string { return segment.replace('-', '/'); }
/** `local/tokyo` → `tokyo` for the viewer's own organisation. */
export function sensorText(sensor: string, org: string): string {
  return sensor.startsWith(`${org}/`) ? sensor.slice(org.length + 1) : sensor;
}
