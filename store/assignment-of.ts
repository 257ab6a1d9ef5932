import type { Assignment, ServedExperiment, UnitIds } from "../core/experiment-assignment.ts";
import { assignArm } from "./assign-arm.ts";

/**
 * The experiment that answers this request, and its arm; undefined when none does. What was said by hand goes first, then
 * a holdout, then the model's experiments, of which no unit is in two.
 */
export function assignmentOf(experiments: readonly ServedExperiment[], ids: UnitIds): Assignment | undefined {
  for (const experiment of experiments) {
    const unit = ids[experiment.unit] ?? "";
    const name = Object.hasOwn(experiment.overrides, unit) ? experiment.overrides[unit] : undefined;
    const arm = experiment.arms.find((one) => one.name === name);
    if (arm && !isPassedOn(arm)) return { experiment, arm, unit, isByHand: true };
  }
  for (const experiment of experiments) {
    const unit = ids[experiment.unit] ?? "";
    const arm = unit === "" ? undefined : assignArm(experiment, unit);
    if (arm && !isPassedOn(arm)) return { experiment, arm, unit, isByHand: false };
  }
  return undefined;
}

/** Who is not held out gets what is live, or what another experiment says. */
function isPassedOn({ version, listOnly }: Assignment["arm"]): boolean {
  return version === null && !listOnly;
}
