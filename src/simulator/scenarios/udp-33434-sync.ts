/**
 * Twenty countries of 5–50 hosts that strike 33434/udp together and fall silent together, with people who trace routes as look-alikes.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { traceroutePortSync, tracers } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

export const udp33434Sync = {
  ...SCORED, name: 'udp-33434-sync',
  about: 'Hosts of twenty countries start together on 33434/udp, at a low rate, beside real traceroutes.',
  source: 'No public figure exists; parameters from the project brief',
  play(stage) {
    return setStage(stage, { campaigns: [traceroutePortSync(stage, { name: 'sync 33434', span: spanOf(stage) })], populations: [tracers(stage, 30)] });
  },
} as const satisfies Scenario;
