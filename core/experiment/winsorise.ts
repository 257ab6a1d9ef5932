/**
 * Winsorising at a quantile: a few large values decide no comparison, and where "large" begins comes from the data. Sums are
 * kept by bucket of values 1 % apart, so the cap may move with each look without a unit being read again.
 */
import type { Metric } from "../definition-experiment.ts";
import { type Moments, mergeMoments, noMoments } from "./moments.ts";
import { capAt, type ValueCounts, valueBucket } from "./value-counts.ts";

/** n, y, yy, x, xx, xy, c, cc, cy, cx as {@link Moments} has them; null where the metric has none. */
export type SumsOfBucket = readonly (number | null)[];
/** By bucket as {@link ValueCounts} has them, and `zeros`. Plain JSON; rows of days and of arms add up bucket by bucket. */
export type BucketSums = Readonly<Record<string, SumsOfBucket>>;

const LETTERS = ["n", "y", "yy", "x", "xx", "xy", "c", "cc", "cy", "cx"] as const;

/** How a plan has a metric winsorised; undefined where it does not. */
export function winsoriseOf(metric: Metric) {
  return metric.kind === "mean" || metric.kind === "ratio" ? metric.winsorise : undefined;
}

/**
 * The value that `share` of the units that have any don't exceed: the upper end of its bucket, so at most 1 % above. Undefined
 * where no unit has any.
 */
export function winsorCap(rows: readonly BucketSums[], share: number): number | undefined {
  return capAt(
    rows.map((row) => ({ ...countsIn(row), zeros: 0 })),
    share,
  );
}

/** How many units are in each bucket. */
export function countsIn(row: BucketSums): ValueCounts {
  const { zeros, ...buckets } = row;
  const counts = Object.entries(buckets).map(([bucket, sums]) => [bucket, sums?.[0] ?? 0]);
  return { zeros: zeros?.[0] ?? 0, buckets: Object.fromEntries(counts) };
}

/** The sums as if each unit above `cap`, an end of a bucket, had just that; exact, since whole buckets are above it or not. */
export function winsorised(row: BucketSums, cap: number): Moments {
  const last = valueBucket(cap * (1 - 1e-9));
  return mergeMoments(
    Object.entries(row).map(([bucket, sums]) => {
      const moments = momentsIn(sums);
      return bucket === "zeros" || Number(bucket) <= last ? moments : capped(moments, cap);
    }),
  );
}

/** The sums of one bucket. */
export function momentsIn(sums: SumsOfBucket): Moments {
  const moments = noMoments();
  for (const [at, letter] of LETTERS.entries()) {
    const sum = sums[at];
    if (sum !== null && sum !== undefined) moments[letter] = sum;
  }
  return moments;
}

function capped(sums: Moments, cap: number): Moments {
  const { n, x, c } = sums;
  return {
    ...{ ...sums, y: n * cap, yy: n * cap * cap },
    ...(x !== undefined && { xy: x * cap }),
    ...(c !== undefined && { cy: c * cap }),
  };
}
