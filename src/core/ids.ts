/**
 * Branded identifiers, names and content hashes.
 * @module
 */
import { createHash } from 'node:crypto';
import { OperatorError } from './errors.ts';

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** Key of an organisation: `[a-z0-9-]{1,63}`. */
export type OrgId = Brand<string, 'OrgId'>;
/** `org/sensor`, unique everywhere; also the `sensor` of a PacketBatch. */
export type SensorId = Brand<string, 'SensorId'>;
/** Hash of engine, subject key and first window: analysing twice gives the same id. */
export type FindingId = Brand<string, 'FindingId'>;

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** The organisation of everything that names none. */
export const DEFAULT_ORG = 'local' as OrgId;

export function orgId(text: string): OrgId {
  if (!NAME.test(text)) throw new OperatorError('org-name', { name: text });
  return text as OrgId;
}

/** `tokyo` (in `org`) or `org/tokyo` to the full id. */
export function sensorId(text: string, org: OrgId = DEFAULT_ORG): SensorId {
  const parts = text.split('/');
  const [owner, name] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : [org as string, text];
  if (!NAME.test(name) || !NAME.test(owner)) throw new OperatorError('sensor-name', { name: text });
  return `${owner}/${name}` as SensorId;
}

/** Splits a sensor id into its organisation and its short name. */
export function splitSensorId(id: string): { org: OrgId; name: string } {
  const slash = id.indexOf('/');
  return { org: id.slice(0, slash) as OrgId, name: id.slice(slash + 1) };
}

/** First 16 hexadecimal digits of SHA-256 over the parts, each ended by a NUL. */
export function shortHash(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part}\0`);
  return hash.digest('hex').slice(0, 16);
}

export function findingId(engine: string, subjectKey: string, firstWindowUs: number): FindingId {
  return shortHash(engine, subjectKey, firstWindowUs) as FindingId;
}
