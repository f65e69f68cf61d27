/**
 * Morto beside the ordinary noise of remote desktops: ten-fold in a month, one source port for a run of targets.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { mortoWorm } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

export const worm3389 = {
  ...SCORED, name: 'worm-3389',
  about: 'Morto: ten-fold in a month on 3389/tcp, runs of one source port, beside ordinary noise.',
  source: 'SANS, F-Secure 2011 (ten-fold in August 2011); hosts ours',
  play(stage) {
    return setStage(stage, { campaigns: [mortoWorm(stage, { name: 'morto', span: spanOf(stage), first: 4_000 })] });
  },
} as const satisfies Scenario;
