/**
 * Every engine, by name. Adding one is its file and one line here.
 * @module
 */
import { defineRegistry } from '../core/registry.ts';
import { OperatorError } from '../core/errors.ts';
import type { Engine } from './engine.ts';
import { changefinder } from './changefinder.ts';
import { dosVictim } from './dos-victim.ts';
import { portDistributed } from './port-distributed.ts';
import { portSpike } from './port-spike.ts';
import { scanEvents } from './scan-events.ts';
import { scanFlow } from './scan-flow.ts';
import { scanWeb } from './scan-web.ts';
import { sensorOutage } from './sensor-outage.ts';
import { sourceTools } from './source-tools.ts';
import { syncGlobal } from './sync-global.ts';
import { toolNew } from './tool-new.ts';

type Entry<N extends string> = Engine & { readonly name: N };

export const ENGINES = defineRegistry<Engine>()({
  changefinder: changefinder as Entry<'changefinder'>,
  'dos-victim': dosVictim as Entry<'dos-victim'>,
  'port-distributed': portDistributed as Entry<'port-distributed'>,
  'port-spike': portSpike as Entry<'port-spike'>,
  'scan-events': scanEvents as Entry<'scan-events'>,
  'scan-flow': scanFlow as Entry<'scan-flow'>,
  'scan-web': scanWeb as Entry<'scan-web'>,
  'sensor-outage': sensorOutage as Entry<'sensor-outage'>,
  'source-tools': sourceTools as Entry<'source-tools'>,
  'sync-global': syncGlobal as Entry<'sync-global'>,
  'tool-new': toolNew as Entry<'tool-new'>,
});
export type EngineName = keyof typeof ENGINES;

/** Engines that run unless others are named. */
export const DEFAULT_ENGINES: readonly Engine[] = Object.freeze(Object.values(ENGINES));

/** Engines by name; throws the operator's error `unknown-engine`. */
export function enginesNamed(names: readonly string[]): Engine[] {
  return names.map((name) => {
    const engine = (ENGINES as Readonly<Record<string, Engine>>)[name];
    if (!engine) throw new OperatorError('unknown-engine', { name, known: Object.keys(ENGINES).sort().join(', ') });
    return engine;
  });
}
