/** P-values as people may read them beside each other: made larger for how many there are. */
import { benjaminiHochberg, holm } from "./correction.ts";
import type { ArmFinding, MetricFinding } from "./look.ts";

/**
 * The findings with their corrected p-values: those that decide (the primary metric and guardrails of all arms) by Holm's
 * step-down, all others by Benjamini and Hochberg's. They are shown; what decides are the intervals, which have their own levels.
 */
export function withCorrectedP(arms: readonly ArmFinding[]): ArmFinding[] {
  const all = arms.flatMap(({ metrics }) => metrics);
  const corrected = new Map([
    ...correct(
      all.filter(({ role }) => role !== "other"),
      holm,
    ),
    ...correct(
      all.filter(({ role }) => role === "other"),
      benjaminiHochberg,
    ),
  ]);
  return arms.map((arm) => ({
    ...arm,
    metrics: arm.metrics.map((metric) => {
      const correctedP = corrected.get(metric);
      return correctedP === undefined ? metric : { ...metric, correctedP };
    }),
  }));
}

function correct(
  metrics: readonly MetricFinding[],
  by: (ps: readonly number[]) => number[],
): [MetricFinding, number][] {
  const told = metrics.flatMap((metric) => (metric.lift ? [{ metric, p: metric.lift.p }] : []));
  const ps = by(told.map(({ p }) => p));
  return told.map(({ metric }, at) => [metric, ps[at] as number]);
}
