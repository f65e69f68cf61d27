/**
 * Satori: 280,000 bots within twelve hours (pressed into a shorter run), then a sudden stop.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { satori } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

export const satoriBurst = {
  ...SCORED, name: 'satori-burst',
  about: '280,000 bots come up on 37215 and 52869 within twelve hours and stop suddenly.',
  source: 'Netlab 360 and Kaspersky, December 2017; rate of a bot ours',
  play(stage) {
    return setStage(stage, { campaigns: [satori(stage, { name: 'satori', span: spanOf(stage, 0.9) })] });
  },
} as const satisfies Scenario;
