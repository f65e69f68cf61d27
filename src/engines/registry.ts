/**
 * Every engine, by name. Adding one is its file and one line here.
 * @module
 */
import { defineRegistry } from '../core/registry.ts';
import { OperatorError } from '../core/errors.ts';
import type { Engine } from './engine.ts';
import { portDistributed } from './port-distributed.ts';

export const ENGINES = defineRegistry<Engine>()({
  'port-distributed': portDistributed as Engine & { readonly name: 'port-distributed' },
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
