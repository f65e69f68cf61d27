/**
 * The false-alert budget that the engines over ports share: statistics a port, strength at which one may alarm, and score of an alarm.
 *
 * In: how many ports, sensors and blocks a day are tested. Out: strengths as −log₁₀ of a chance, and scores from 0 to 1.
 * Source: the budget is that of detection.md, section 6; sharing it equally among the tests of a day is Bonferroni's bound
 * (Dunn, "Multiple comparisons among means", JASA 56, 1961). Cost: a logarithm. Limits: the bound is cautious where tests depend.
 * @module
 */
import { round } from './drafting.ts';

/** False alerts a sensor-day that α allows over all ports and statistics; a tenth of what detection.md section 6 grants. */
export const BUDGET = 0.1;
/** No verdict before so many minutes of history (detection.md, section 6). */
export const LEARN_MINUTES = 120;

export interface Statistic { readonly name: string; readonly minutes: number; readonly steady: boolean; readonly least: number }
/** What is counted of a port. `least`: sources without which nothing is raised, distinct /24s counted. */
export const STATISTICS: readonly Statistic[] = Object.freeze([
  { name: '1 min', minutes: 1, steady: false, least: 6 },
  { name: '10 min', minutes: 10, steady: false, least: 8 },
  { name: '60 min', minutes: 60, steady: false, least: 10 },
  { name: 'steady', minutes: 1, steady: true, least: 6 },
]);

/** α as strength: −log₁₀ of the budget shared among the tests of a day. */
export function threshold(ports: number, minutes: number, sensors: number): number {
  const tests = (ports + 50) * (1440 / Math.min(10, minutes)) * STATISTICS.length;
  return Math.log10(tests / (BUDGET * Math.max(1, sensors)));
}

/** Chance that an alarm of this strength is real, if one campaign a day is: the rest is the budget at that strength. */
export function scoreOf(strength: number, limit: number): number {
  return round(1 / (1 + BUDGET * 10 ** (limit - strength)), 3);
}
