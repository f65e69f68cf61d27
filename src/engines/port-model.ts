/**
 * What is normal for a port: the learned distribution of a count per block of time, over all ports of an organisation.
 *
 * In: counts of each port at the end of a block. Out: mean and shape of the next count's negative binomial distribution.
 * Source: gamma–Poisson predictive law (Gelman et al., "Bayesian Data Analysis", 3rd ed., §2.6) with exponential forgetting as in
 * West and Harrison, "Bayesian Forecasting", §6.3; extra variance by the moment estimator of Anscombe (Biometrika 37, 1950).
 * How: all ports share one exposure B (blocks observed, forgotten with HALF_LIFE), each keeps A = its forgotten sum of counts, so a
 * port never seen costs nothing and has the pooled prior a₀/(b₀+B). Mean = e·(a₀+A)/(b₀/(1+A)+B); 1/shape = 1/(a₀+A) + κ, where κ is the
 * port's relative extra variance, shrunk to the pooled κ₀. e, the level of the moment against the learned one, is the weighted median of
 * count ÷ mean over busy ports: telescope growth, loss and the hour of the day move all ports together and raise nothing.
 * Cost: 100 bytes a port with a history; O(ports with a count) a block.
 * @module
 */
import { tailStrength } from './negative-binomial.ts';

/** Blocks forget half of what they know in so many minutes: a day, the period of the traffic. */
const HALF_LIFE_MINUTES = 1440;
/** Prior: a port that nobody knew had so many hosts in so many blocks. */
export const PRIOR = Object.freeze({ hosts: 0.05, blocks: 0.3 });
/** Pooled extra variance before anything is known, and the weight in blocks with which ports are shrunk to it; blocks that teach none. */
const KAPPA = Object.freeze({ start: 0.02, weight: 12, pooledWeight: 10, least: 0.001, most: 6, skip: 3 });
/** Ports with a mean from here on are pooled apart: their counts vary less. */
const BUSY_MEAN = 20;
/** A level that differs from 1 is known to about 6 %: its square joins the extra variance. */
const LEVEL_DOUBT = 0.06 ** 2;
/** Logarithm of level below which it counts as 1. */
const LEVEL_DEAD_BAND = Math.log(1.25);
/** A block whose level is lower teaches as if it were this: next to nothing must not look like a whole block of attack later. */
const LEAST_LEVEL = 0.3;
/** Counts kept for the picture of a finding, blocks. */
export const RING = 48;

/** `at` counts learned blocks, so that nothing is forgotten while nobody observes. */
interface Port { a: number; at: number; num: number; den: number; ring: Uint16Array; ringAt: number }

export interface PortModel {
  readonly blockMinutes: number;
  /** Minutes between two lessons. */
  readonly stepMinutes: number;
  /** Forgotten number of blocks observed, and blocks observed in all. */
  exposure: number; blocks: number;
  ports: Map<number, Port>;
  /** Pooled sums for κ₀, of ports with a mean from 1, and from BUSY_MEAN. */
  num: [number, number]; den: [number, number];
  /** Quiet ports that somebody asked: forgotten number of blocks, and of ports that 1, 2, 3, 4 sources or more asked. */
  quiet: { blocks: number; reached: number[] };
}

const NONE: ReadonlySet<number> = new Set();

export function emptyModel(blockMinutes: number, stepMinutes = blockMinutes): PortModel {
  return { blockMinutes, stepMinutes, exposure: 0, blocks: 0, ports: new Map(), num: [0, 0], den: [0, 0], quiet: { blocks: 0, reached: [0, 0, 0, 0] } };
}

/** A port is quiet while fewer sources than this are expected in a block. */
export const QUIET_MEAN = 0.5;
/** Before anything is known one quiet port in four that a source asked is asked by another, with the weight of so many ports. */
const BURST_PRIOR = Object.freeze({ share: 0.25, weight: 40 });

/**
 * How strong `count` sources on a quiet port are, judged by how sources clump on all quiet ports: −log₁₀ of a geometric tail whose
 * ratio is the largest of n(≥2)/n(≥1), n(≥3)/n(≥2), n(≥4)/n(≥3), less what makes the expected number of such tails a day equal
 * `budget`. Positive: rarer than the budget allows.
 */
export function burstMargin(m: PortModel, count: number, budget: number): number {
  const { reached, blocks } = m.quiet, { share, weight } = BURST_PRIOR;
  let ratio = 0;
  for (let k = 0; k < 3; k++) ratio = Math.max(ratio, (share * weight + (reached[k + 1] as number)) / (weight + (reached[k] as number)));
  const perDay = (((reached[0] as number) + 1) / (blocks + 1)) * (1440 / m.stepMinutes);
  return -(count - 1) * Math.log10(Math.min(0.95, ratio)) - Math.log10(perDay / budget);
}

/** The predictive law of one port's count in the next block at level `level`. */
export interface Law { readonly mean: number; readonly shape: number }

export function lawOf(m: PortModel, port: number, level: number): Law {
  const p = m.ports.get(port), fade = forget(m);
  const a = PRIOR.hosts + (p ? p.a * fade ** (m.blocks - p.at) : 0);
  // The prior's blocks weigh less the more is known, else every busy port would start below its mean.
  const mean = a / (PRIOR.blocks / (1 + a) + m.exposure), size = mean >= BUSY_MEAN ? 1 : 0;
  const kappa0 = Math.min(KAPPA.most, Math.max(KAPPA.least, (KAPPA.start * KAPPA.pooledWeight + m.num[size]) / (KAPPA.pooledWeight + m.den[size])));
  const kappa = p ? Math.min(KAPPA.most, Math.max(KAPPA.least, (kappa0 * KAPPA.weight + p.num) / (KAPPA.weight + p.den))) : kappa0;
  return { mean: level * mean, shape: 1 / (1 / a + kappa + (level > 1.1 || level < 0.9 ? LEVEL_DOUBT : 0)) };
}

/** Mean of a port with a history, without the prior: the level must not mistake its own start for growth. */
function rateOf(m: PortModel, port: number): number {
  const p = m.ports.get(port);
  return p && m.exposure > 0 ? (p.a * forget(m) ** (m.blocks - p.at)) / m.exposure : 0;
}

function forget(m: PortModel): number { return 2 ** (-m.stepMinutes / HALF_LIFE_MINUTES); }

/**
 * Level of the moment: weighted median of count ÷ mean over ports whose mean is ≥ 3, given that at least four are.
 * `known` (from the telescope's size) is used when too few ports are busy.
 */
export function levelOf(m: PortModel, counts: ReadonlyMap<number, number>, known: number): number {
  const ratios: { ratio: number; weight: number }[] = [];
  let total = 0;
  for (const port of m.ports.keys()) {
    const mean = rateOf(m, port);
    if (mean < 3) continue;
    const weight = Math.min(mean, 30);
    ratios.push({ ratio: (counts.get(port) ?? 0) / mean, weight });
    total += weight;
  }
  if (ratios.length < 4) return known;
  ratios.sort((x, y) => x.ratio - y.ratio);
  let sum = 0;
  for (const { ratio, weight } of ratios) if ((sum += weight) >= total / 2) return Math.min(20, Math.max(0.05, ratio));
  return known;
}

/**
 * Learns the counts of block `block`, observed for `covered` (0–1) of its length at level `level`. Counts above `cap(port)` are cut
 * to it, so that an attack does not become normal at once. `weight` < 1 is for counts that overlap their neighbours'. Ports of `onePlace` say nothing of how
 * sources clump: a flood at one address, or a crowd from one network, is judged apart.
 */
export function learn(m: PortModel, counts: ReadonlyMap<number, number>, block: number, covered: number, level: number, cap: (port: number) => number, weight = 1, onePlace: ReadonlySet<number> = NONE): void {
  const fade = forget(m), now = m.blocks + 1;
  // Small differences of the level are chance: learning them would let it wander.
  const exposure = weight * covered * (Math.abs(Math.log(level)) < LEVEL_DEAD_BAND ? 1 : Math.max(LEAST_LEVEL, level));
  const taught = m.blocks >= KAPPA.skip, { reached } = m.quiet;
  for (let k = 0; k < reached.length; k++) reached[k] = (reached[k] as number) * fade;
  m.quiet.blocks = m.quiet.blocks * fade + (taught ? covered : 0);
  for (const [port, raw] of counts) {
    const x = Math.min(raw, cap(port));
    let p = m.ports.get(port);
    if (taught && lawOf(m, port, 1).mean < QUIET_MEAN) for (let k = 0; k < reached.length && k < (onePlace.has(port) ? 1 : raw); k++) reached[k] = (reached[k] as number) + 1;
    if (!p) {
      p = { a: 0, at: now, num: 0, den: 0, ring: new Uint16Array(RING), ringAt: block };
      m.ports.set(port, p);
    } else {
      const { mean } = lawOf(m, port, exposure / weight), quiet = Math.max(0, now - p.at - 1);
      const keep = fade ** (now - p.at);
      p.num *= keep; p.den *= keep; p.a *= keep;
      if (taught) {
        // Moments weighted by (mean / (1 + mean))²; blocks in which nobody came count too: (0 − mean)² − mean each.
        // Beyond two deviations a residual counts as two: an attack must not widen what is normal.
        const { shape } = lawOf(m, port, level), most = 4 * (mean + (mean * mean) / shape) + 1;
        const scale = (1 + mean) ** 2, num = (Math.min((x - mean) ** 2, most) - mean) / scale, den = (mean * mean) / scale;
        p.num += weight * (num + (quiet * (mean * mean - mean)) / scale);
        p.den += weight * den * (1 + quiet);
        if (mean >= 1) { const size = mean >= BUSY_MEAN ? 1 : 0; m.num[size] += weight * num; m.den[size] += weight * den; }
      }
    }
    for (let b = Math.max(p.ringAt + 1, block - RING); b < block; b++) p.ring[b % RING] = 0;
    p.ring[block % RING] = Math.min(65_535, raw); p.ringAt = block;
    p.a += weight * x; p.at = now;
  }
  for (const size of [0, 1] as const) { m.num[size] = Math.max(0, m.num[size]) * fade; m.den[size] *= fade; }
  m.exposure = m.exposure * fade + exposure;
  m.blocks = now;
  if (m.blocks % 288 === 0) for (const [port, p] of m.ports) if (p.a * fade ** (now - p.at) < 0.02) m.ports.delete(port);
}

/** Counts of the last blocks before `block`, oldest first, at most RING; nothing before the port was first seen. */
export function recentCounts(m: PortModel, port: number, block: number): { block: number; count: number }[] {
  const p = m.ports.get(port);
  if (!p) return [];
  const out: { block: number; count: number }[] = [];
  for (let b = Math.max(block - RING + 1, p.ringAt - RING + 1, 0); b < block; b++) out.push({ block: b, count: b > p.ringAt ? 0 : (p.ring[b % RING] ?? 0) });
  return out;
}

/** −log₁₀ tail of a count under a law. */
export function strengthOf(law: Law, count: number): number { return tailStrength(count, law.mean, law.shape); }
