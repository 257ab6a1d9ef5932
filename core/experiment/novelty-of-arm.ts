/** The primary metric's lift of an arm by days since people first met it, and whether it wears off. */
import type { FrozenPlan } from "../experiment-plan.ts";
import { agedMetric, agesOf } from "./ages.ts";
import type { DaySums } from "./analyse.ts";
import { LEAST_UNITS, liftOf } from "./compare.ts";
import { armEstimate } from "./estimate.ts";
import type { Novelty } from "./look.ts";
import { type Moments, mergeMoments } from "./moments.ts";
import { noveltyTrend } from "./novelty.ts";

/**
 * Of units whose whole time is over, so that each stretch of days has the same ones. Undefined before there are {@link LEAST_UNITS} of
 * them in both arms, and where fewer than three stretches have a lift.
 * @param ages sums under the names of {@link agesOf}
 */
export function noveltyOfArm(
  plan: FrozenPlan,
  ages: readonly DaySums[],
  { control, arm }: { control: string; arm: string },
): Novelty | undefined {
  const metric = agedMetric(plan);
  if (!metric) return undefined;
  const estimateOf = (name: string, wanted: string) => {
    const rows = ages.filter((row) => row.metric === name && row.arm === wanted);
    return armEstimate(metric.kind, mergeMoments(rows.map(({ sums }) => sums as Moments)));
  };
  const days = agesOf(plan).flatMap(({ metric: name, day, days: length }) => {
    const [a, b] = [estimateOf(name, control), estimateOf(name, arm)];
    if (!a || !b || Math.min(a.n, b.n) < LEAST_UNITS) return [];
    const lift = liftOf(a, b);
    return lift && lift.error > 0 ? [{ day, days: length, lift: lift.estimate, error: lift.error }] : [];
  });
  const trend = noveltyTrend(days.map(({ day, lift, error }) => ({ day, effect: lift, error })));
  return trend && { days, ...trend };
}
