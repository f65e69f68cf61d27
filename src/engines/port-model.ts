/**
 * What is normal for a port: the learned distribution of a count per block of time, over all ports of an organisation.
 *
 * In: counts of each port at the end of a block. Out: mean and shape of the next count's negative binomial distribution.
 * Source: gamma–Poisson predictive law (Gelman et al., "Bayesian Data Analysis", 3rd ed., §2.6) with exponential forgetting as in
 * West and Harrison, "Bayesian Forecasting", §6.3; extra variance by the moment estimator of Anscombe (Biometrika 37, 1950).
 * How: all ports share one exposure B (blocks observed, forgotten with HALF_LIFE), each keeps A = its forgotten sum of counts, so a
 * port never seen costs nothing and has the pooled prior a₀/(b₀+B). Mean = e·(a₀+A)/(b₀+B); 1/shape = 1/(a₀+A) + κ, where κ is the
 * port's relative extra variance, shrunk to the pooled κ₀. e, the level of the moment against the learned one, is the weighted median of
 * count ÷ mean over busy ports: telescope growth, loss and the hour of the day move all ports together and raise nothing.
 * Cost: 100 bytes a port with a history; O(ports with a count) a block.
 * @module
 */
import { tailStrength } from './negative-binomial.ts';

/** Blocks forget half of what they know in so many minutes: a day, the period of the traffic. */
const HALF_LIFE_MINUTES = 1440;
/** Prior: a port that nobody knew had so many hosts in so many blocks. */
export const PRIOR = Object.freeze({ hosts: 0.3, blocks: 2 });
/** Pooled extra variance before anything is known, and the weight (in blocks² of mean) with which ports are shrunk to it. */
const KAPPA = Object.freeze({ start: 0.05, weight: 40, least: 0.01, most: 6 });
/** Counts kept for the picture of a finding, blocks. */
export const RING = 48;

interface Port { a: number; at: number; num: number; den: number; ring: Uint16Array; ringAt: number }

export interface PortModel {
  readonly blockMinutes: number;
  /** Forgotten number of blocks observed, and blocks observed in all. */
  exposure: number; blocks: number;
  /** Index of the newest block learned. */
  at: number;
  ports: Map<number, Port>;
  /** Pooled sums for κ₀. */
  num: number; den: number;
}

export function emptyModel(blockMinutes: number): PortModel {
  return { blockMinutes, exposure: 0, blocks: 0, at: -1, ports: new Map(), num: 0, den: 0 };
}

/** The predictive law of one port's count in block `block` at level `level`. */
export interface Law { readonly mean: number; readonly shape: number }

export function lawOf(m: PortModel, port: number, block: number, level: number): Law {
  const p = m.ports.get(port), fade = forget(m);
  const a = PRIOR.hosts + (p ? p.a * fade ** Math.max(0, block - 1 - p.at) : 0);
  const kappa0 = Math.min(KAPPA.most, Math.max(KAPPA.least, (KAPPA.start * KAPPA.weight + m.num) / (KAPPA.weight + m.den)));
  const kappa = p ? Math.min(KAPPA.most, Math.max(KAPPA.least, (kappa0 * KAPPA.weight + p.num) / (KAPPA.weight + p.den))) : kappa0;
  return { mean: (level * a) / (PRIOR.blocks + m.exposure), shape: 1 / (1 / a + kappa) };
}

function forget(m: PortModel): number { return 2 ** (-m.blockMinutes / HALF_LIFE_MINUTES); }

/**
 * Level of the moment: weighted median of count ÷ mean over ports whose mean is ≥ 3, given that at least four are.
 * `known` (from the telescope's size) is used when too few ports are busy.
 */
export function levelOf(m: PortModel, counts: ReadonlyMap<number, number>, block: number, known: number): number {
  const ratios: { ratio: number; weight: number }[] = [];
  let total = 0;
  for (const port of m.ports.keys()) {
    const { mean } = lawOf(m, port, block, 1);
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
 * to it, so that an attack does not become normal at once.
 */
export function learn(m: PortModel, counts: ReadonlyMap<number, number>, block: number, covered: number, level: number, cap: (port: number) => number): void {
  const fade = forget(m), gap = m.at < 0 ? 1 : Math.max(1, block - m.at), exposure = covered * level;
  for (const [port, raw] of counts) {
    const x = Math.min(raw, cap(port));
    let p = m.ports.get(port);
    if (!p) {
      p = { a: 0, at: block, num: 0, den: 0, ring: new Uint16Array(RING), ringAt: block };
      m.ports.set(port, p);
    } else {
      const { mean } = lawOf(m, port, block, exposure), quiet = Math.max(0, block - p.at - 1);
      const keep = fade ** (block - p.at);
      // Blocks in which nobody came count too: (0 − mean)² − mean each.
      p.num = p.num * keep + (x - mean) ** 2 - mean + quiet * (mean * mean - mean);
      p.den = p.den * keep + mean * mean * (1 + quiet);
      p.a *= keep;
      m.num += 0.001 * ((x - mean) ** 2 - mean); m.den += 0.001 * mean * mean;
    }
    for (let b = Math.max(p.ringAt + 1, block - RING); b < block; b++) p.ring[b % RING] = 0;
    p.ring[block % RING] = Math.min(65_535, raw); p.ringAt = block;
    p.a += x; p.at = block;
  }
  m.num = Math.max(0, m.num) * 0.9995; m.den *= 0.9995;
  m.exposure = m.exposure * fade ** gap + exposure;
  m.blocks++;
  m.at = block;
  if (m.blocks % 288 === 0) for (const [port, p] of m.ports) if (p.a * fade ** (block - p.at) < 0.02) m.ports.delete(port);
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
