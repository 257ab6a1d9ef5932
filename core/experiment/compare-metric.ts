/** One metric of two arms, of whatever kind it is, from the rows of their days. */
import type { Metric } from "../definition-experiment.ts";
import { type Comparison, type Confidence, compareEstimates, compareMoments } from "./compare.ts";
import { type Moments, mergeMoments } from "./moments.ts";
import { countAll, mergeCounts, quantileEstimate, type ValueCounts } from "./value-counts.ts";

export type Sums = Moments | ValueCounts;

/**
 * Compares what the rows of two arms add up to. Undefined while an arm has too few units.
 * @param cuped whether what the units did before is taken out; needs its sums, and a quantile has none
 */
export function compareMetric(
  { metric, cuped }: { metric: Metric; cuped: boolean },
  { control, treatment }: { control: readonly Sums[]; treatment: readonly Sums[] },
  confidence: Confidence,
): Comparison | undefined {
  if (metric.kind === "quantile") {
    const [a, b] = [control, treatment].map((rows) =>
      quantileEstimate(mergeCounts(rows.filter(isCounts)), metric.at),
    );
    return a && b && compareEstimates(a, b, confidence);
  }
  const kind = metric.kind === "retention" ? "proportion" : metric.kind;
  const merged = (rows: readonly Sums[]) => mergeMoments(rows.flatMap((row) => (isCounts(row) ? [] : [row])));
  return compareMoments(
    { kind, cuped },
    { control: merged(control), treatment: merged(treatment) },
    confidence,
  );
}

/** How many units there are in rows of one metric. */
export function unitsOf(rows: readonly Sums[]): number {
  return rows.reduce((total, row) => total + (isCounts(row) ? countAll(row) : row.n), 0);
}

function isCounts(sums: Sums): sums is ValueCounts {
  return "buckets" in sums;
}
