/**
 * A rich day across three telescopes: what the portal replays when somebody has no data of their own yet.
 *
 * The first two hours are history (replay them at full speed); the first rise begins minutes later. Later the day brings a
 * sweep that reaches the sensors one after another, a synchronised group, scouts for amplifiers, a wave of Mirai, a campaign
 * against one telescope, and in between the loud things that are no warning.
 * @module
 */
import type { Scenario } from '../contract.ts';
import { DAY_US, HOUR_US, MINUTE_US } from '../../core/time.ts';
import { hosterMistake, onePointFlood, surveyStart } from '../bursts.ts';
import { amplifierScouts, localCampaign, miraiWave, moosePair, oneCountryRecorders, traceroutePortSync, tracers, vulnerabilitySweep, worm, type Span } from '../campaigns.ts';
import { MIRAI_DOUBLING_US } from '../growth.ts';
import { PAYLOADS } from '../payloads.ts';
import { embedded } from '../stacks.ts';
import { SCORED, setStage } from '../stage-set.ts';

export const demoDay = {
  ...SCORED, name: 'demo-day',
  about: 'Twenty-four hours across three telescopes: several campaigns, surveys, backscatter, and noise that must not alert.',
  source: 'The other scenarios',
  durationUs: DAY_US, intensity: 0.3, warmUpUs: 2 * HOUR_US, scored: false,
  play(stage) {
    // Times are shares of a day, so that a shorter run tells the same story faster.
    const scale = stage.durationUs / DAY_US;
    const at = (hours: number) => stage.startUs + Math.floor(hours * HOUR_US * scale);
    const span = (fromHours: number, toHours: number): Span => ({ fromUs: at(fromHours), toUs: at(toHours) });
    const last = stage.sensors.length - 1;
    return setStage(stage, {
      campaigns: [
        worm(stage, { name: 'worm on 9034', span: span(2.2, 13), port: 9_034, doublingUs: MIRAI_DOUBLING_US, first: 4_000, plateau: 65_000, stack: embedded }),
        vulnerabilitySweep(stage, { name: 'sweep for 10000', span: span(3.5, 9), port: 10_000, hosts: 240, ratePps: 3_000, delaysUs: [40 * MINUTE_US, 35 * MINUTE_US] }),
        traceroutePortSync(stage, { name: 'sync 33434', span: span(6, 16) }),
        amplifierScouts(stage, { name: 'scouts for 11211', span: span(8, 12), port: 11_211, payload: PAYLOADS.memcachedStats, hosts: 30, sweepUs: 2 * HOUR_US }),
        miraiWave(stage, { name: 'mirai wave', span: span(10, 20), first: 9_000, plateau: 200_000 }),
        oneCountryRecorders(stage, { name: 'recorders', span: span(13, 24), hosts: 1_200 }),
        localCampaign(stage, { name: 'against one telescope', span: span(15, 19), port: 8_728, hosts: 400, sensor: last, share: 0.9, perHour: 200 }),
        moosePair(stage, { name: 'moose', span: span(18, 24), hosts: 4_000 }),
      ],
      bursts: [
        onePointFlood(stage, { fromUs: at(1.2), sensor: 0 }), surveyStart(stage, { fromUs: at(5), port: 4_911 }), hosterMistake(stage, { fromUs: at(9.5) }),
        onePointFlood(stage, { fromUs: at(17), sensor: 1 }),
      ],
      populations: [tracers(stage, 30)],
      faults: [{ sensor: last, fault: { kind: 'gap', fromUs: at(14), toUs: at(14) + Math.floor(30 * MINUTE_US * scale) } }],
    });
  },
} as const satisfies Scenario;
