/**
 * The scan of the whole Internet for SIP by three million bots: one or a few packets each, in order, over twelve days. Held out from all tuning.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { slashZero } from '../campaigns.ts';
import { SCORED, setStage, spanOf } from '../stage-set.ts';

export const sipSlash0 = {
  ...SCORED, name: 'sip-slash0',
  about: 'Three million sources send one or a few packets each to 5060/udp, destinations in order, over twelve days.',
  source: 'Dainotti et al., IMC 2012 (Sality)',
  heldOut: true,
  play(stage) {
    return setStage(stage, { campaigns: [slashZero(stage, { name: 'slash zero', span: spanOf(stage) })] });
  },
} as const satisfies Scenario;
