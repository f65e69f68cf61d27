/**
 * A campaign aimed at one sensor: nine tenths of what it sends here go there.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { localCampaign } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

const PORTS = [8_728, 8_291, 2_000, 10_443] as const;

export const localTarget = {
  ...SCORED, name: 'local-target',
  about: 'A campaign aimed at one sensor or organisation, with a known share.',
  source: 'Richter and Berger, IMC 2019 (30 % of scans are localised); share and sizes ours',
  play(stage) {
    const port = PORTS[stage.seed % PORTS.length] ?? PORTS[0];
    return setStage(stage, { campaigns: [localCampaign(stage, { name: 'local campaign', span: spanOf(stage), port, hosts: 400, sensor: stage.seed % stage.sensors.length, share: 0.9, perHour: 120 })] });
  },
} as const satisfies Scenario;
