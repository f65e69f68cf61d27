/**
 * Scouts ask the whole Internet for amplifiers of one UDP service. The attack that follows is seen by honeypots only.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { HOUR_US } from '../../core/time.ts';
import { amplifierScouts } from '../campaigns.ts';
import { PAYLOADS } from '../payloads.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

const SERVICES = [[11_211, PAYLOADS.memcachedStats], [389, PAYLOADS.cldapSearch], [3_702, PAYLOADS.wsDiscovery], [19, PAYLOADS.chargen]] as const;

export const drdosScouting = {
  ...SCORED, name: 'drdos-scouting',
  about: 'Scouts look for amplifiers of one UDP service over the whole Internet.',
  source: 'Kraemer et al. (AmpPot), RAID 2015; number of scouts and sweep time ours',
  play(stage) {
    const [port, payload] = SERVICES[stage.seed % SERVICES.length] ?? SERVICES[0];
    return setStage(stage, { campaigns: [amplifierScouts(stage, { name: 'amplifier scouts', span: spanOf(stage), port, payload, hosts: 30, sweepUs: 4 * HOUR_US })] });
  },
} as const satisfies Scenario;
