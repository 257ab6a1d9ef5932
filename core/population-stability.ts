/** How far a distribution of scores has moved from a reference: the population stability index. */

/** Deciles of the reference, as is usual; equal scores may make them fewer. */
const MOST_BINS = 10;
/** Share of an empty bin, so that its logarithm is finite. */
const EMPTY_SHARE = 1e-4;

export interface ScoreBins {
  /** Upper bounds of all bins but the last; a score equal to a bound is below it. Ascending. */
  bounds: number[];
  /** Share of the reference in each bin; one more than `bounds`, together 1. */
  shares: number[];
}

/**
 * Cuts a reference into bins of about equal size, at its deciles (the lower of two scores, so each bound is a score
 * that occurs). Undefined without scores.
 */
export function binScores(scores: Iterable<number>): ScoreBins | undefined {
  const sorted = Float64Array.from(scores).sort();
  const highest = sorted.at(-1);
  if (highest === undefined) return undefined;
  const deciles = Array.from(
    { length: MOST_BINS - 1 },
    (_, index) => sorted[Math.floor(((sorted.length - 1) * (index + 1)) / MOST_BINS)] ?? highest,
  );
  const bounds = [...new Set(deciles)].filter((bound) => bound < highest);
  return { bounds, shares: sharesIn(bounds, sorted) };
}

/** Share of `scores` in each bin that `bounds` make; all 0 without scores. */
export function sharesIn(bounds: readonly number[], scores: Iterable<number>): number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let total = 0;
  for (const score of scores) {
    const bin = findBin(bounds, score);
    counts[bin] = (counts[bin] ?? 0) + 1;
    total += 1;
  }
  return counts.map((count) => count / Math.max(total, 1));
}

/**
 * Population stability index of two distributions over the same bins: Σ (now − then) · ln(now / then). 0 when equal,
 * never below; up to 0.1 is usually called stable, from 0.25 on a shift (Siddiqi, Credit Risk Scorecards, 2006).
 * Empty bins count as {@link EMPTY_SHARE}.
 */
export function populationStability(then: readonly number[], now: readonly number[]): number {
  if (then.length !== now.length) throw new RangeError(`${then.length} bins then, ${now.length} now`);
  return then.reduce((sum, expected, bin) => {
    const e = Math.max(expected, EMPTY_SHARE);
    const a = Math.max(now[bin] ?? 0, EMPTY_SHARE);
    return sum + (a - e) * Math.log(a / e);
  }, 0);
}

/** First bin whose bound isn't below the score. */
function findBin(bounds: readonly number[], score: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? 0) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}
