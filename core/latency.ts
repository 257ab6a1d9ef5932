/** Times of answers in few numbers: counts in buckets that each reach 12 % further than the one before. */
import type { Interval } from "./proportion.ts";

/** Upper end of the first bucket, in microseconds. */
const FIRST_US = 50;
const GROWTH = 1.12;
/** The last one takes all that is slower than about 2.4 s. */
export const LATENCY_BUCKETS = 96;

/** How many answers fell into each bucket; LATENCY_BUCKETS numbers. */
export type LatencyCounts = readonly number[];

/** The bucket of one answer that took so many microseconds. */
export function latencyBucket(us: number): number {
  if (!(us > FIRST_US)) return 0;
  return Math.min(LATENCY_BUCKETS - 1, Math.ceil(Math.log(us / FIRST_US) / Math.log(GROWTH) - 1e-9));
}

/** Upper end of a bucket, in microseconds. */
export function bucketEndUs(bucket: number): number {
  return FIRST_US * GROWTH ** bucket;
}

/**
 * A quantile's interval in microseconds, by order statistics: with the binomial's normal approximation, between the two
 * ranks that hold the quantile with the certainty of `z`. As coarse as the buckets. Undefined where so few answers say
 * nothing of it: none would be beyond the upper rank.
 */
export function quantileInterval(counts: LatencyCounts, quantile: number, z: number): Interval | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const spread = z * Math.sqrt(all * quantile * (1 - quantile));
  const upper = Math.ceil(all * quantile + spread);
  if (all === 0 || upper > all) return undefined;
  const lower = Math.max(1, Math.floor(all * quantile - spread));
  return { low: valueAt(counts, lower), high: valueAt(counts, upper) };
}

/** The quantile itself, in microseconds: the end of the bucket that holds it; undefined without answers. */
export function quantileUs(counts: LatencyCounts, quantile: number): number | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return all === 0 ? undefined : valueAt(counts, Math.max(1, Math.ceil(all * quantile)));
}

function valueAt(counts: LatencyCounts, rank: number): number {
  let sum = 0;
  for (const [bucket, count] of counts.entries()) {
    sum += count;
    if (sum >= rank) return bucketEndUs(bucket);
  }
  return bucketEndUs(LATENCY_BUCKETS - 1);
}
