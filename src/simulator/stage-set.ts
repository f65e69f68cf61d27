/**
 * What most scenarios share: three Japanese telescopes, the background, and where in the run a campaign begins.
 * @module
 */
import { formatV4 } from '../core/address.ts';
import { OperatorError } from '../core/errors.ts';
import { HOUR_US, MINUTE_US } from '../core/time.ts';
import { background } from './background.ts';
import type { Burst } from './bursts.ts';
import type { Campaign, Span } from './campaigns.ts';
import type { Play, Population, SimulatedSensor, Stage } from './contract.ts';

const telescope = (name: string, third: number): SimulatedSensor => ({ id: `local/${name}`, regions: [`198.18.${third}.0/24`], country: 'JP', zone: 'Asia/Tokyo' });

/** Three /24s in the block for benchmarks (RFC 2544), which nobody routes. */
export const THREE_TELESCOPES: readonly SimulatedSensor[] = [telescope('sim-tokyo', 1), telescope('sim-osaka', 2), telescope('sim-sendai', 3)];

/**
 * `count` telescopes of one size, side by side from 198.18.0.0 on, of organisations in turn; sizes /16 to /32. Only what fits
 * into 198.18.0.0/15 is given out: two /16s, four /17s.
 */
export function telescopes(o: { readonly count: number; readonly prefix: number; readonly orgs?: readonly string[] }): SimulatedSensor[] {
  const size = 2 ** (32 - o.prefix), orgs = o.orgs ?? ['local'];
  if (!(o.prefix >= 16 && o.prefix <= 32) || o.count * Math.max(size, 256) > 2 ** 17) throw new OperatorError('usage', { message: `${o.count} telescopes of /${o.prefix} do not fit into 198.18.0.0/15.` });
  // Smaller ones than a /24 each get a /24 of their own, so that nobody's neighbours are its own.
  return Array.from({ length: o.count }, (_, k) => ({ id: `${orgs[k % orgs.length] ?? 'local'}/sim-${o.prefix}-${k + 1}`, regions: [`${formatV4(FIRST + k * Math.max(size, 256))}/${o.prefix}`], country: 'JP', zone: 'Asia/Tokyo' }));
}
/** 198.18.0.0 */
const FIRST = 0xc6120000;

/** The run that detection.md scores: six hours at the level of 2017. */
export const SCORED = Object.freeze({ durationUs: 6 * HOUR_US, intensity: 0.217, sensors: THREE_TELESCOPES, warmUpUs: 0, scored: true, heldOut: false });

/**
 * A campaign's span: it begins after 2 h and up to 30 minutes more of quiet (engines may want 2 h of history), or after 40 %
 * of a shorter run, and lasts to `untilShare` of the run.
 */
export function spanOf(stage: Stage, untilShare = 1, label = 'onset'): Span {
  const quietUs = Math.min(2 * HOUR_US + 5 * MINUTE_US, stage.durationUs * 0.4);
  const jitterUs = stage.rng.fork(label).float() * Math.min(30 * MINUTE_US, stage.durationUs * 0.05);
  return { fromUs: stage.startUs + Math.floor(quietUs + jitterUs), toUs: stage.startUs + Math.floor(stage.durationUs * untilShare) };
}

/** Background, campaigns and bursts as one play. */
export function setStage(stage: Stage, parts: { campaigns?: readonly Campaign[]; bursts?: readonly Burst[]; populations?: readonly Population[]; faults?: Play['faults'] }): Play {
  const calm = background(stage.seed, stage.intensity);
  const bursts = parts.bursts ?? [], campaigns = parts.campaigns ?? [];
  return {
    populations: [...calm.populations, ...parts.populations ?? [], ...bursts.map((b) => b.population), ...campaigns.flatMap((c) => c.populations)],
    campaigns: campaigns.map((c) => c.plan),
    research: [...calm.research, ...bursts.flatMap((b) => (b.research ? [b.research] : []))],
    bursts: bursts.map((b) => b.line),
    ...(parts.faults ? { faults: parts.faults } : {}),
  };
}
