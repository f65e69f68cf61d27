/**
 * A wave of Mirai on 23 and 2323 over its usual noise, and a variant that takes up one more port.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { miraiWave } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

/** Ports that variants took up (Netlab 360, 2016–2018); the seed takes one. */
const VARIANTS = [7_547, 5_555, 37_215, 52_869] as const;

export const miraiWaveScenario = {
  ...SCORED, name: 'mirai-wave',
  about: 'Mirai on 23 and 2323 as nine to one, sequence number = destination, and a variant on 7547, 5555, 37215 or 52869.',
  source: 'Antonakakis et al., USENIX Security 2017; Netlab 360 2016–2018',
  play(stage) {
    const variant = VARIANTS[stage.seed % VARIANTS.length] ?? VARIANTS[0];
    return setStage(stage, {
      campaigns: [
        miraiWave(stage, { name: 'mirai', span: spanOf(stage), first: 12_000, plateau: 300_000 }),
        miraiWave(stage, { name: 'mirai variant', span: spanOf(stage, 1, 'variant'), first: 1_500, plateau: 65_000, ports: [[variant, 1]] }),
      ],
    });
  },
} as const satisfies Scenario;
