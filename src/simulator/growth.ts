/**
 * How populations grow, hold and stop: curves in hosts over time, and when host i joined.
 *
 * Source: logistic growth with β = ln 2 / doubling time (Antonakakis et al. 2017: Mirai doubled in 76 minutes, about
 * 65,000 in 20 hours, 200,000–300,000 at its plateau, 600,000 at its peak).
 * Every curve is monotone up to its end, so that hosts below `active(t)` are exactly those that joined by t.
 * @module
 */
import { DAY_US } from '../core/time.ts';

/** Hosts that exist at a time. Index order is joining order. */
export interface Growth {
  /** Hosts at its highest. */
  readonly most: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** 0 outside [fromUs, toUs). */
  active(atUs: number): number;
}

/** All at once, all gone at once. */
export function steady(hosts: number, fromUs = -Infinity, toUs = Infinity): Growth {
  return { most: hosts, fromUs, toUs, active: (t) => (t >= fromUs && t < toUs ? hosts : 0) };
}

/** Logistic from `first` hosts at `fromUs`, doubling in `doublingUs` while small, towards `plateau`. */
export function logistic(options: { fromUs: number; toUs?: number; first: number; plateau: number; doublingUs: number }): Growth {
  const { fromUs, first, plateau, doublingUs } = options, toUs = options.toUs ?? Infinity;
  const beta = Math.LN2 / doublingUs, odds = plateau / first - 1;
  return {
    most: plateau, fromUs, toUs,
    active: (t) => (t >= fromUs && t < toUs ? Math.floor(plateau / (1 + odds * Math.exp(-beta * (t - fromUs)))) : 0),
  };
}

/** Exponential: `first` hosts at `fromUs`, ×`factor` in `perUs`, at most `most`. */
export function exponential(options: { fromUs: number; toUs?: number; first: number; factor: number; perUs: number; most: number }): Growth {
  const { fromUs, first, factor, perUs, most } = options, toUs = options.toUs ?? Infinity;
  return { most, fromUs, toUs, active: (t) => (t >= fromUs && t < toUs ? Math.min(most, Math.floor(first * factor ** ((t - fromUs) / perUs))) : 0) };
}

/** Straight up to `hosts` within `riseUs`, then level. */
export function ramp(options: { fromUs: number; toUs?: number; hosts: number; riseUs: number }): Growth {
  const { fromUs, hosts, riseUs } = options, toUs = options.toUs ?? Infinity;
  return { most: hosts, fromUs, toUs, active: (t) => (t >= fromUs && t < toUs ? Math.floor(hosts * Math.min(1, (t - fromUs) / Math.max(1, riseUs))) : 0) };
}

/** Doubling time of Mirai, microseconds (Antonakakis et al. 2017, section 4.1). */
export const MIRAI_DOUBLING_US = 76 * 60 * 1_000_000;
/** Morto grew ten-fold within August 2011 (SANS, F-Secure): thirty-one days, microseconds. */
export const MORTO_TENFOLD_US = 31 * DAY_US;
