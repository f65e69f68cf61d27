/**
 * Router backdoors on 53413/udp (all public sources) and 53473/udp (one published figure): plateaus that change their countries.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { udpBackdoor } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

export const udpBackdoorScenario = {
  ...SCORED, name: 'udp-backdoor',
  about: 'Plateaus on 53413/udp and 53473/udp whose source countries change.',
  source: 'Trend Micro 2014 and 2016 (53413/udp, country change); 53473/udp from one published figure; sizes ours',
  play(stage) {
    return setStage(stage, {
      campaigns: [
        udpBackdoor(stage, { name: 'backdoor 53413', span: spanOf(stage), port: 53_413, hosts: 4_000 }),
        udpBackdoor(stage, { name: 'backdoor 53473', span: spanOf(stage, 1, 'second'), port: 53_473, hosts: 2_000 }),
      ],
    });
  },
} as const satisfies Scenario;
