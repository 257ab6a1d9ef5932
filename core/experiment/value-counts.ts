/**
 * The spread of a metric's values in few numbers that add up, for quantiles and for caps: how many units fell into each bucket
 * of values 1 % apart, as in DDSketch (Masson, Rim and Lee 2019). A quantile is right to half a percent of its value.
 */
import type { ArmEstimate } from "./estimate.ts";
import { normalQuantile } from "./normal.ts";

const GROWTH = 1.01;
/** The interval whose width gives a quantile's standard error. */
const Z = normalQuantile(0.975);

export interface ValueCounts {
  /** Units whose value is 0 or below. */
  zeros: number;
  /** Units by bucket: bucket b holds values above 1.01^(b - 1), up to 1.01^b. Plain JSON. */
  buckets: Record<string, number>;
}

/** The bucket of a value above 0. In SQL: `ceil(ln(v) / ln(1.01))`. */
export function valueBucket(value: number): number {
  return Math.ceil(Math.log(value) / Math.log(GROWTH));
}

/** @throws {RangeError} a value is not a finite number */
export function countValues(values: Iterable<number>): ValueCounts {
  const counts: ValueCounts = { zeros: 0, buckets: {} };
  for (const value of values) {
    if (!Number.isFinite(value)) throw new RangeError(`values: ${value} is not a finite number`);
    if (value <= 0) counts.zeros += 1;
    else counts.buckets[valueBucket(value)] = (counts.buckets[valueBucket(value)] ?? 0) + 1;
  }
  return counts;
}

/** The counts of days, or of arms, together. */
export function mergeCounts(rows: Iterable<ValueCounts>): ValueCounts {
  const sum: ValueCounts = { zeros: 0, buckets: {} };
  for (const { zeros, buckets } of rows) {
    sum.zeros += zeros;
    for (const [bucket, count] of Object.entries(buckets))
      sum.buckets[bucket] = (sum.buckets[bucket] ?? 0) + count;
  }
  return sum;
}

/**
 * A quantile over units with its variance, from the order statistics at the ranks that hold it in 95 of 100 samples: their
 * distance is 2 · 1.96 standard errors (as GrowthBook does; it needs no density). For units, not for events of which a
 * unit has many. Undefined where those ranks lie outside the sample, and where all between them is one value.
 * @param quantile above 0, below 1
 */
export function quantileEstimate(counts: ValueCounts, quantile: number): ArmEstimate | undefined {
  const n = countAll(counts);
  const spread = Z * Math.sqrt(n * quantile * (1 - quantile));
  const [below, above] = [n * quantile - spread, n * quantile + spread];
  if (!(below > 0 && above < n)) return undefined;
  const [lower, value, upper] = valuesAt(counts, [below, n * quantile, above]);
  return quantileFromOrder({ n, value: value as number, lower: lower as number, upper: upper as number });
}

/** The same from the order statistics themselves, where somebody has them. */
export function quantileFromOrder(order: {
  n: number;
  value: number;
  lower: number;
  upper: number;
}): ArmEstimate | undefined {
  const { n, value, lower, upper } = order;
  const variance = (n - 1) * ((upper - lower) / (2 * Z)) ** 2;
  return variance > 0 ? { n, value, variance, unadjusted: value } : undefined;
}

/**
 * The value that `share` of the units don't exceed: what spend is capped at. Over all arms together, or the cap would differ by
 * arm and make a difference of its own. The upper end of a bucket, so at most 1 % above; undefined without units.
 */
export function capAt(arms: readonly ValueCounts[], share: number): number | undefined {
  const counts = mergeCounts(arms);
  const n = countAll(counts);
  if (n === 0) return undefined;
  const rank = Math.max(1, Math.ceil(n * share - 1e-9));
  let seen = counts.zeros;
  if (seen >= rank) return 0;
  for (const [bucket, count] of inOrder(counts)) {
    seen += count;
    if (seen >= rank) return GROWTH ** bucket;
  }
  return undefined;
}

/** How many units are counted. */
export function countAll({ zeros, buckets }: ValueCounts): number {
  return Object.values(buckets).reduce((sum, count) => sum + count, zeros);
}

/** Values at ascending ranks between 0 and n; within a bucket as if its units lay evenly by their logarithm. */
function valuesAt(counts: ValueCounts, ranks: readonly number[]): number[] {
  const buckets = inOrder(counts);
  return ranks.map((rank) => {
    let seen = counts.zeros;
    if (rank <= seen) return 0;
    for (const [bucket, count] of buckets) {
      if (rank <= seen + count) return GROWTH ** (bucket - 1 + (rank - seen) / count);
      seen += count;
    }
    return GROWTH ** (buckets.at(-1)?.[0] ?? 0);
  });
}

function inOrder({ buckets }: ValueCounts): [bucket: number, count: number][] {
  return Object.entries(buckets)
    .map(([bucket, count]): [number, number] => [Number(bucket), count])
    .sort(([a], [b]) => a - b);
}
