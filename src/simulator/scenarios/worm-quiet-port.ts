/**
 * A worm on a TCP port where nothing was: logistic onset, doubling in 76 minutes as Mirai did, or more slowly (by seed).
 * @module
 */
import type { Scenario } from '../contract.ts';
import { HOUR_US } from '../../core/time.ts';
import { worm } from '../campaigns.ts';
import { MIRAI_DOUBLING_US } from '../growth.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

/** Ports of devices that are quiet on an ordinary day; the seed takes one. */
const QUIET_PORTS = [17_000, 30_005, 4_786, 6_789, 9_034, 20_031, 49_152] as const;

export const wormQuietPort = {
  ...SCORED, name: 'worm-quiet-port',
  about: 'A worm starts on a quiet TCP port and doubles in 76 minutes or more slowly.',
  source: 'Antonakakis et al., USENIX Security 2017 (doubling 76 min); first hosts and slower doublings ours',
  play(stage) {
    const doublingUs = [MIRAI_DOUBLING_US, 2 * HOUR_US, 3 * HOUR_US][stage.seed % 3] ?? MIRAI_DOUBLING_US;
    const port = QUIET_PORTS[stage.rng.fork('port').below(QUIET_PORTS.length)] ?? QUIET_PORTS[0];
    return setStage(stage, { campaigns: [worm(stage, { name: 'worm on a quiet port', span: spanOf(stage), port, doublingUs, first: 300, plateau: 65_000 })] });
  },
} as const satisfies Scenario;
