/** Middle and spread that single wild values don't move (Huber and Ronchetti, Robust Statistics, 2nd ed., 2009). */

/** The middle one of at least one value; of an even number the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The median distance from 0, scaled so that it is the standard deviation of normal deviations. */
export function spreadOf(deviations: readonly number[]): number {
  return NORMAL * median(deviations.map(Math.abs));
}

/** One by the third quartile of the standard normal distribution, 0.6745. */
const NORMAL = 1.4826;
