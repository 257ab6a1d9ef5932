/** What a metric says without the units that the popularity list answered in their arm's place: beside intention to treat, never instead. */
import type { Metric } from "../definition-experiment.ts";
import type { DaySums } from "./analyse.ts";
import type { Confidence } from "./compare.ts";
import { compareMetric, unitsOf } from "./compare-metric.ts";
import type { WithoutFallback } from "./look.ts";

/**
 * Compares only units of which everything came from what their arm serves. An arm chooses by its failures who is left, so this
 * is no fair comparison: it shows what the model does where it answers, and how much of the effect the failures take.
 * Undefined where the arm `fallback` answered nobody, so that there is no second figure, and where sums do not say whom it answered.
 */
export function withoutFallback(
  metric: { metric: Metric; cuped: boolean },
  rows: { control: readonly DaySums[]; treatment: readonly DaySums[] },
  confidence: Confidence,
): WithoutFallback | undefined {
  const both = [...rows.control, ...rows.treatment];
  if (both.some(({ answeredBy }) => answeredBy === "unknown")) return undefined;
  if (!both.some(({ answeredBy }) => answeredBy === "fallback")) return undefined;
  const of = (arm: "control" | "treatment", by: DaySums["answeredBy"]) =>
    rows[arm].filter(({ answeredBy }) => answeredBy === by).map(({ sums }) => sums);
  const kept = { control: of("control", "arm"), treatment: of("treatment", "arm") };
  const compared = compareMetric(metric, kept, confidence);
  return {
    leftOut: {
      control: unitsOf(of("control", "fallback")),
      treatment: unitsOf(of("treatment", "fallback")),
    },
    ...(compared && { control: compared.control, treatment: compared.treatment }),
    ...(compared?.lift && { lift: compared.lift }),
  };
}
