/**
 * What the distributed-attack engine has learned of each port, for people: the newest count, what is normal, how rare it is.
 *
 * In: the engine's memory (unknown to the caller, read only). Out: figures a port of the newest concluded ten-minute block.
 * A door of this area.
 * @module
 */
import { tailStrength } from './negative-binomial.ts';
import type { PortDistributedMemory } from './port-distributed.ts';
import { lawOf, RING } from './port-model.ts';

/** Index of the ten-minute statistic. */
const TEN_MINUTES = 1;

export interface PortFigure { readonly tail: number; readonly median: number; readonly value: number }

/** Port key → figures; empty for a memory that is not there yet. `tail` is the chance of at least `value` sources, 0–1. */
export function learnedPorts(memory: unknown): Map<number, PortFigure> {
  const figures = new Map<number, PortFigure>();
  const running = (memory as PortDistributedMemory | undefined)?.running[TEN_MINUTES];
  if (!running) return figures;
  for (const [port, known] of running.model.ports) {
    const value = known.ring[known.ringAt % RING] ?? 0;
    const law = lawOf(running.model, port, running.level);
    figures.set(port, { tail: 10 ** -Math.max(0, tailStrength(value, law.mean, law.shape)), median: law.mean, value });
  }
  return figures;
}
