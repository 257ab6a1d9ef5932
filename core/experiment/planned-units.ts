import type { FrozenPlan } from "../experiment-plan.ts";
import type { DaySums } from "./analyse.ts";
import { LEAST_UNITS } from "./compare.ts";
import { type ArmEstimate, armEstimate } from "./estimate.ts";
import { levels } from "./levels.ts";
import { type Moments, mergeMoments } from "./moments.ts";
import { unitsNeeded } from "./power.ts";
import { mergeCounts, quantileEstimate, type ValueCounts } from "./value-counts.ts";

const MOST = 2_000_000_000;

/**
 * How many units of all arms the plan's least effect would need at one look, by how much the control's units vary: there the
 * intervals of all looks are to be narrowest. It goes by no difference between arms, so that taking it from the first units favours none. Undefined before there
 * are enough of them, and while nothing of the primary metric varies.
 */
export function plannedUnits(plan: FrozenPlan, sums: readonly DaySums[]): number | undefined {
  const [control, ...treatments] = plan.arms;
  const estimate = controlEstimate(plan, sums);
  if (!control || !estimate) return undefined;
  const smallest = Math.min(...treatments.map(({ share }) => share));
  const units = unitsNeeded(plan.primary.leastEffect * estimate.value, plan.power, {
    variance: estimate.variance,
    shares: { control: control.share, treatment: smallest },
    alpha: levels(plan.alpha, { arms: treatments.length, guardrails: Object.keys(plan.guardrails).length })
      .primary,
    looks: { kind: "fixed" },
  });
  return Math.min(MOST, units);
}

/** The primary metric in the control; undefined before there are enough units, and while nothing of it varies. */
export function controlEstimate(plan: FrozenPlan, sums: readonly DaySums[]): ArmEstimate | undefined {
  const name = plan.primary.metric;
  const metric = plan.metrics[name];
  const [control] = plan.arms;
  if (!metric || !control) return undefined;
  const rows = sums.filter((row) => row.metric === name && row.arm === control.name).map((row) => row.sums);
  const estimate =
    metric.kind === "quantile"
      ? quantileEstimate(mergeCounts(rows as ValueCounts[]), metric.at)
      : armEstimate(
          metric.kind === "retention" ? "proportion" : metric.kind,
          mergeMoments(rows as Moments[]),
        );
  if (!estimate || estimate.n < LEAST_UNITS || !(estimate.variance > 0) || !(estimate.value > 0))
    return undefined;
  return estimate;
}
