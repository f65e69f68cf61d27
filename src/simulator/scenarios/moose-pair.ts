/**
 * Moose: 23/tcp, then 10073/tcp at the same destination seconds later.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { moosePair } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

export const moosePairScenario = {
  ...SCORED, name: 'moose-pair',
  about: '23/tcp, then 10073/tcp at the same destination seconds later.',
  source: 'ESET 2015 (Linux/Moose, port 10073); size and rate ours',
  play(stage) {
    return setStage(stage, { campaigns: [moosePair(stage, { name: 'moose', span: spanOf(stage), hosts: 4_000 })] });
  },
} as const satisfies Scenario;
