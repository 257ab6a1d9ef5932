/** Whether the arms can be compared at all: they hold their shares, and none lost more of its people than another. */
import type { FrozenPlan } from "../experiment-plan.ts";
import type { Analysis, ArmCounts } from "./look.ts";
import { lossBalance, SAMPLE_RATIO_ALPHA, sampleRatio } from "./sample-ratio.ts";
import { likelyCauses } from "./sample-ratio-causes.ts";

/** @param wasMismatch found at an earlier look, which stays */
export function armBalance(
  { arms }: FrozenPlan,
  counts: readonly ArmCounts[],
  wasMismatch: boolean,
): Analysis["sampleRatio"] {
  const of = (name: string) =>
    counts.find(({ arm }) => arm === name) ?? { arm: name, units: 0, answers: 0, fallbacks: 0 };
  const all = arms.map(({ name }) => of(name));
  const found = sampleRatio([
    { counts: all.map(({ units }) => units), shares: arms.map(({ share }) => share) },
  ]);
  const loss = checkLoss(all);
  const isMismatch = wasMismatch || found.p < SAMPLE_RATIO_ALPHA || loss?.isMismatch === true;
  const [control, ...others] = all;
  const causes = isMismatch && control ? likelyCauses(control, others).map(({ text }) => text) : [];
  return { isMismatch, p: found.p, causes, ...(loss && { loss }) };
}

/**
 * Answers of one person are lost together, as while a disk is full: they are taken for one, by how many answers a person has in all
 * arms. Without that, an hour in which all arms lose alike would now and then look like one that favours an arm.
 */
function checkLoss(arms: readonly ArmCounts[]): { isMismatch: boolean; p: number } | undefined {
  const [units, answers] = [total(arms, "units"), total(arms, "answers")];
  if (units === 0 || answers === 0) return undefined;
  const perAnswer = Math.min(1, units / answers);
  const balance = lossBalance(
    arms.map(({ given }) => ({
      assigned: (given?.answers ?? 0) * perAnswer,
      recorded: (given?.recorded ?? 0) * perAnswer,
    })),
  );
  return balance && { isMismatch: balance.isMismatch, p: balance.p };
}

function total(arms: readonly ArmCounts[], of: "units" | "answers"): number {
  return arms.reduce((sum, arm) => sum + arm[of], 0);
}
