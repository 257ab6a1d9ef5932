/** What is compared, from the sums as they are kept: where the plan winsorises a metric, with the cap of this look. */
import type { FrozenPlan } from "../experiment-plan.ts";
import type { DaySums } from "./analyse.ts";
import type { Moments } from "./moments.ts";
import type { ValueCounts } from "./value-counts.ts";
import { type BucketSums, winsorCap, winsorised, winsoriseOf } from "./winsorise.ts";

/**
 * What answered units in the time that counts: `arm` if all of it came from what their arm serves, `fallback` if the arm `fallback`
 * stood in even once. `unknown`: of sums that were made before Holt asked.
 */
export type AnsweredBy = "arm" | "fallback" | "unknown";

/** Of one metric, arm and day, as PostgreSQL keeps them. */
export interface KeptSums {
  metric: string;
  arm: string;
  answeredBy: AnsweredBy;
  /** Empty where none is known. */
  segment: string;
  sums: Moments;
  valueCounts: ValueCounts | undefined;
  bucketSums: BucketSums | undefined;
}

/** The same cap for all arms, or it would make a difference of its own. Where no unit has a value there is nothing to cap. */
export function daySums(plan: Pick<FrozenPlan, "metrics" | "control">, kept: readonly KeptSums[]): DaySums[] {
  const caps = new Map<string, number | undefined>();
  for (const [name, metric] of Object.entries(plan.metrics)) {
    const wanted = winsoriseOf(metric);
    if (!wanted) continue;
    const rows: BucketSums[] = [];
    for (const { metric: of, arm, bucketSums } of kept)
      if (of === name && bucketSums && (wanted.of === "pooled" || arm === plan.control))
        rows.push(bucketSums);
    caps.set(name, winsorCap(rows, wanted.at));
  }
  return kept.map(({ metric, arm, answeredBy, segment, sums, valueCounts, bucketSums }) => {
    const cap = caps.get(metric);
    const isCapped = bucketSums !== undefined && cap !== undefined;
    const counted = isCapped ? winsorised(bucketSums, cap) : (valueCounts ?? sums);
    return { metric, arm, answeredBy, segment, sums: counted };
  });
}
