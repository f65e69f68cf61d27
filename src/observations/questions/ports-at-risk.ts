/**
 * The ports table of Early warning: figures of the store; the engine's tail probability and findings are joined by the caller.
 * @module
 */
import type { Range, Viewer } from '../contract.ts';
import { topPorts, type PortFigures } from './port-figures.ts';
import type { Asked } from './series.ts';

/** Rows of the table. */
const MOST_PORTS = 100;

export async function askPortsAtRisk(store: Asked, viewer: Viewer, range: Range, limit = MOST_PORTS): Promise<PortFigures[]> {
  return topPorts(store, viewer, range, limit);
}
