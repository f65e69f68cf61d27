/**
 * ChangeFinder: change points of one series by two stages of sequentially discounting autoregression (SDAR).
 *
 * In: values in order. Out: one score a value; high where the law of the series changes, not where one value is odd.
 * Source: Takeuchi and Yamanishi, "A unifying framework for detecting outliers and change points from time series", IEEE TKDE 18(4),
 * 2006, §4: mean, autocovariances and variance are forgotten with rate r, the coefficients solve the Yule–Walker equations, the score
 * of a value is its logarithmic loss; the scores' moving average over `smoothFirst` is the second stage's series, whose scores'
 * moving average over `smoothSecond` is the result.
 * Cost: O(order²) a value (Levinson–Durbin); no allocation but at the start.
 * @module
 */

export interface ChangeFinderParameters {
  readonly order: number;
  /** Forgetting rate r, 0–1. */
  readonly forgetting: number;
  readonly smoothFirst: number;
  readonly smoothSecond: number;
  /** A score above it is a change. */
  readonly threshold: number;
  /** So many first values raise nothing. */
  readonly ignoreFirst: number;
}

/** As Dark-TRACER's baseline sets them (Han et al., IEEE Access 2022; its public source). */
export const DARK_TRACER_CHANGEFINDER: ChangeFinderParameters = Object.freeze({ order: 2, forgetting: 0.005, smoothFirst: 10, smoothSecond: 5, threshold: 3, ignoreFirst: 15 });

/** One SDAR stage. Plain data. */
export interface Sdar { r: number; mean: number; variance: number; covariance: number[]; past: number[] }

export function newSdar(order: number, r: number): Sdar {
  return { r, mean: 0, variance: 0, covariance: new Array<number>(order + 1).fill(0), past: [] };
}

/** Takes a value; returns its logarithmic loss under what was learned, 0 for the first `order` values, which only fill the past. */
export function sdar(s: Sdar, x: number): number {
  const order = s.covariance.length - 1;
  let loss = 0;
  if (s.past.length === order) {
    s.mean = (1 - s.r) * s.mean + s.r * x;
    for (let j = 0; j <= order; j++) s.covariance[j] = (1 - s.r) * (s.covariance[j] as number) + s.r * (x - s.mean) * ((j === 0 ? x : (s.past[j - 1] as number)) - s.mean);
    const a = yuleWalker(s.covariance);
    let expected = s.mean;
    for (let j = 0; j < order; j++) expected += (a[j] as number) * ((s.past[j] as number) - s.mean);
    s.variance = (1 - s.r) * s.variance + s.r * (x - expected) ** 2;
    const variance = Math.max(s.variance, Number.MIN_VALUE);
    loss = (Math.log(2 * Math.PI * variance) + (x - expected) ** 2 / variance) / 2;
  }
  s.past.unshift(x);
  if (s.past.length > order) s.past.pop();
  return loss;
}

/**
 * Coefficients of the autoregression: the Yule–Walker equations by elimination with pivots. Forgotten covariances need not be positive
 * definite, so no recursion that relies on it; a direction without weight (below the root of the machine's precision) gets coefficient 0.
 */
function yuleWalker(c: readonly number[]): number[] {
  const n = c.length - 1, rows: number[][] = [];
  for (let i = 0; i < n; i++) {
    const row: number[] = [];
    for (let j = 0; j < n; j++) row.push(c[Math.abs(i - j)] as number);
    row.push(c[i + 1] as number);
    rows.push(row);
  }
  const least = 1.5e-8 * Math.max(...c.map(Math.abs)), result = new Array<number>(n).fill(0), pivots: number[] = [];
  for (let k = 0; k < n; k++) {
    let best = pivots.length;
    for (let i = best; i < n; i++) if (Math.abs(rows[i]?.[k] as number) > Math.abs(rows[best]?.[k] as number)) best = i;
    const pivot = rows[best] as number[];
    if (!(Math.abs(pivot[k] as number) > least)) continue;
    [rows[best], rows[pivots.length]] = [rows[pivots.length] as number[], pivot];
    for (let i = pivots.length + 1; i < n; i++) {
      const row = rows[i] as number[], factor = (row[k] as number) / (pivot[k] as number);
      for (let j = k; j <= n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
    pivots.push(k);
  }
  for (let p = pivots.length - 1; p >= 0; p--) {
    const k = pivots[p] as number, row = rows[p] as number[];
    let sum = row[n] as number;
    for (let j = k + 1; j < n; j++) sum -= (row[j] as number) * (result[j] as number);
    result[k] = sum / (row[k] as number);
  }
  return result;
}

/** A running ChangeFinder. */
export interface ChangeFinder { parameters: ChangeFinderParameters; first: Sdar; second: Sdar; losses: number[]; scores: number[]; seen: number }

export function newChangeFinder(parameters: ChangeFinderParameters = DARK_TRACER_CHANGEFINDER): ChangeFinder {
  const { order, forgetting } = parameters;
  return { parameters, first: newSdar(order, forgetting), second: newSdar(order, forgetting), losses: [], scores: [], seen: 0 };
}

/** Takes a value; returns its change score, and whether that is a change. */
export function step(f: ChangeFinder, x: number): { score: number; change: boolean } {
  const { smoothFirst, smoothSecond, threshold, ignoreFirst } = f.parameters;
  const push = (list: number[], value: number, most: number): number => {
    list.push(value);
    if (list.length > most) list.shift();
    return list.reduce((sum, v) => sum + v, 0) / list.length;
  };
  const smooth = push(f.losses, sdar(f.first, x), smoothFirst);
  const score = push(f.scores, sdar(f.second, smooth), smoothSecond);
  f.seen++;
  return { score, change: f.seen > ignoreFirst && score > threshold };
}

/** Scores and changes of a whole series. */
export function changefinder(series: ArrayLike<number>, parameters: ChangeFinderParameters = DARK_TRACER_CHANGEFINDER): { scores: Float64Array; changes: number[] } {
  const finder = newChangeFinder(parameters), scores = new Float64Array(series.length), changes: number[] = [];
  for (let i = 0; i < series.length; i++) {
    const { score, change } = step(finder, series[i] as number);
    scores[i] = score;
    if (change) changes.push(i);
  }
  return { scores, changes };
}
