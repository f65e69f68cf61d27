/**
 * The scenarios (detection.md, section 6) and the day that the portal replays.
 * @module
 */
import { defineRegistry } from '../core/registry.ts';
import type { Scenario } from './contract.ts';
import { calmDay } from './scenarios/calm-day.ts';
import { cveSweep } from './scenarios/cve-sweep.ts';
import { demoDay } from './scenarios/demo-day.ts';
import { drdosScouting } from './scenarios/drdos-scouting.ts';
import { koreanDvrLike } from './scenarios/korean-dvr-like.ts';
import { localTarget } from './scenarios/local-target.ts';
import { miraiWaveScenario } from './scenarios/mirai-wave.ts';
import { moosePairScenario } from './scenarios/moose-pair.ts';
import { satoriBurst } from './scenarios/satori-burst.ts';
import { sipSlash0 } from './scenarios/sip-slash0.ts';
import { syncBusyPort } from './scenarios/sync-busy-port.ts';
import { udp33434Sync } from './scenarios/udp-33434-sync.ts';
import { udpBackdoorScenario } from './scenarios/udp-backdoor.ts';
import { worm3389 } from './scenarios/worm-3389.ts';
import { wormQuietPort } from './scenarios/worm-quiet-port.ts';

export const scenarios = defineRegistry<Scenario>()({
  'calm-day': calmDay,
  'worm-quiet-port': wormQuietPort,
  'worm-3389': worm3389,
  'udp-backdoor': udpBackdoorScenario,
  'udp-33434-sync': udp33434Sync,
  'mirai-wave': miraiWaveScenario,
  'satori-burst': satoriBurst,
  'korean-dvr-like': koreanDvrLike,
  'moose-pair': moosePairScenario,
  'sync-busy-port': syncBusyPort,
  'cve-sweep': cveSweep,
  'local-target': localTarget,
  'drdos-scouting': drdosScouting,
  'sip-slash0': sipSlash0,
  'demo-day': demoDay,
});

/** Names of the scenarios that `score` runs unless told otherwise. */
export const SCORED_SCENARIOS: readonly string[] = Object.values<Scenario>(scenarios).filter((s) => s.scored).map((s) => s.name);
