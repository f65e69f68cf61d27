/**
 * Nothing happens: background, surveys, misconfiguration, backscatter, and every burst that must not alert.
 *
 * A one-point flood, a hoster's mistake, a survey that starts on a port of its own, a sensor that falls silent for half an hour,
 * a burst of capture loss, and a telescope that doubles its addresses without saying so.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { MINUTE_US } from '../../core/time.ts';
import { hosterMistake, onePointFlood, surveyStart } from '../bursts.ts';
import { SCORED, setStage } from '../stage-set.ts';

export const calmDay = {
  ...SCORED, name: 'calm-day',
  about: 'Background, surveys, misconfiguration, backscatter, a one-point flood, sensor faults: nothing may be raised as early warning.',
  source: 'NICTER 2017 and 2024 (level); Kepner et al. 2022 (rates); Moore et al. 2006 (backscatter)',
  play(stage) {
    const at = (share: number) => stage.startUs + Math.floor(stage.durationUs * share);
    const last = stage.sensors.length - 1;
    const region = stage.sensors[0]?.regions[0] ?? '198.18.1.0/24';
    return setStage(stage, {
      bursts: [onePointFlood(stage, { fromUs: at(0.42), sensor: 0 }), hosterMistake(stage, { fromUs: at(0.55) }), surveyStart(stage, { fromUs: at(0.70), port: 4_911 })],
      faults: [
        { sensor: last, fault: { kind: 'gap', fromUs: at(0.60), toUs: at(0.60) + 30 * MINUTE_US } },
        { sensor: 0, fault: { kind: 'loss', fromUs: at(0.85), toUs: at(0.85) + 10 * MINUTE_US, ratio: 0.05 } },
        // The upper half of the first telescope is only wired up later.
        ...(region.endsWith('.0/24') ? [{ sensor: 0, fault: { kind: 'growth' as const, fromUs: at(0.35), region: region.replace('.0/24', '.128/25') } }] : []),
      ],
    });
  },
} as const satisfies Scenario;
