/**
 * Tails of the negative binomial distribution: the predictive law of a Poisson count whose rate is gamma-distributed.
 *
 * In: a count, mean and shape (variance = mean + mean²/shape). Out: log₁₀ of P(X ≥ count).
 * Source: Johnson, Kemp and Kotz, "Univariate Discrete Distributions", 3rd ed. 2005, §5; log-gamma by Lanczos (g = 7, n = 9)
 * as in Press et al., "Numerical Recipes", 3rd ed. 2007, §6.1. Checked against exact sums in the test.
 * The tail is P(X = count) times the continued fraction of the incomplete beta function, I_q(count, shape) (DLMF 8.17.22), by Lentz's
 * method: a sum of terms would have to be cut where the law is wide (mean ≫ shape), and a cut sum tells a tail rarer than it is.
 * Cost: O(√(count + shape)) steps of the fraction.
 * @module
 */

const LANCZOS = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];

/** ln Γ(x), x > 0, to about 1e-14 relative. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = LANCZOS[0] as number;
  for (let i = 1; i < 9; i++) sum += (LANCZOS[i] as number) / (x - 1 + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** ln P(X = count). */
export function logProbability(count: number, mean: number, shape: number): number {
  return logGamma(count + shape) - logGamma(shape) - logGamma(count + 1)
    + shape * -Math.log1p(mean / shape) + (count === 0 ? 0 : count * (Math.log(mean) - Math.log(shape + mean)));
}

/** −log₁₀ P(X ≥ count) for mean > 0 and shape > 0; 0 when count is 0. At or below the mean it is not computed exactly: 0.3 at most. */
export function tailStrength(count: number, mean: number, shape: number): number {
  if (count <= 0) return 0;
  if (count <= mean) return 0.3 * (count / mean);
  return Math.max(0, -(logProbability(count, mean, shape) + Math.log(tailOverTerm(count, mean, shape))) / Math.LN10);
}

/** P(X ≥ count) / P(X = count) for count > mean, where the fraction converges fast: q < (count + 1) / (count + shape + 2), nearly. */
function tailOverTerm(count: number, mean: number, shape: number): number {
  const q = mean / (shape + mean), all = count + shape, tiny = 1e-300, off = (x: number): number => (Math.abs(x) < tiny ? tiny : x);
  let c = 1, d = 1 / off(1 - (all * q) / (count + 1)), fraction = d;
  for (let k = 1; k <= 10_000; k++) {
    const even = (k * (shape - k) * q) / ((count + 2 * k - 1) * (count + 2 * k));
    d = 1 / off(1 + even * d); c = off(1 + even / c); fraction *= d * c;
    const odd = (-(count + k) * (all + k) * q) / ((count + 2 * k) * (count + 2 * k + 1));
    d = 1 / off(1 + odd * d); c = off(1 + odd / c); fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return fraction;
}

/** Smallest count whose strength reaches `strength`, not below `least`. Doubling, then bisection. */
export function criticalCount(strength: number, mean: number, shape: number, least: number): number {
  let low = Math.max(1, Math.floor(Math.max(least, mean)));
  if (low >= mean && tailStrength(low, mean, shape) >= strength) return Math.max(least, low);
  let high = low + 1;
  while (tailStrength(high, mean, shape) < strength && high < 1e9) { low = high; high = Math.ceil(high * 1.5) + 1; }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (tailStrength(middle, mean, shape) >= strength) high = middle; else low = middle;
  }
  return Math.max(least, high);
}
