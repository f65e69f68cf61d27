/**
 * Tails of the negative binomial distribution: the predictive law of a Poisson count whose rate is gamma-distributed.
 *
 * In: a count, mean and shape (variance = mean + mean²/shape). Out: log₁₀ of P(X ≥ count).
 * Source: Johnson, Kemp and Kotz, "Univariate Discrete Distributions", 3rd ed. 2005, §5; log-gamma by Lanczos (g = 7, n = 9)
 * as in Press et al., "Numerical Recipes", 3rd ed. 2007, §6.1. Checked against exact sums in the test.
 * Cost: terms of the sum beyond `count` until they fall below 1e-12 of it, at most 4,096.
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
  const q = mean / (shape + mean);
  let term = 1, sum = 1;
  for (let k = count, steps = 0; steps < 4096; k++, steps++) {
    term *= ((k + shape) / (k + 1)) * q;
    sum += term;
    if (term < 1e-12 * sum) break;
  }
  return Math.max(0, -(logProbability(count, mean, shape) + Math.log(sum)) / Math.LN10);
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
