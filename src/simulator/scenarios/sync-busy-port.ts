/**
 * Sixty hosts of twenty countries, one packet a minute each, in common periods, on a port that is busy anyway.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { busyPortSync } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

const BUSY_PORTS = [23, 445, 22] as const;

export const syncBusyPort = {
  ...SCORED, name: 'sync-busy-port',
  about: 'Sixty hosts of twenty countries, one packet a minute each, together, on a busy port.',
  source: 'detection.md, section 6 (parameters from the project brief)',
  play(stage) {
    return setStage(stage, { campaigns: [busyPortSync(stage, { name: 'sync group', span: spanOf(stage), port: BUSY_PORTS[stage.seed % BUSY_PORTS.length] ?? 23 })] });
  },
} as const satisfies Scenario;
