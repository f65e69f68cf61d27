/**
 * About a thousand recorders of one country on 23 and 20012/tcp, for weeks.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { oneCountryRecorders } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

export const koreanDvrLike = {
  ...SCORED, name: 'korean-dvr-like',
  about: 'About a thousand hosts of one country on 23 and 20012/tcp, for weeks.',
  source: 'NICTER observation reports (recorders in Korea); rate of a bot after Antonakakis et al. 2017',
  play(stage) {
    return setStage(stage, { campaigns: [oneCountryRecorders(stage, { name: 'recorders', span: spanOf(stage), hosts: 1_000 })] });
  },
} as const satisfies Scenario;
