/** One answer to who is in an experiment: by what their arm serves. */
import type { Assignment } from "../../../core/experiment-assignment.ts";
import { unseenOf } from "../../../scoring/popularity-list.ts";
import { type AskedFor, answer } from "../answer.ts";
import type { RolloutAnswer } from "../rollout/answer-in-rollout.ts";
import type { Loaded } from "../served-version.ts";
import type { Lease } from "../slot.ts";

/**
 * The arm's own answer. Where its version is not in memory the live one answers, where its model fails its popularity list;
 * both are the arm `fallback`, and the exposure keeps the arm that was meant.
 */
export async function answerInExperiment(
  { model: live, arms }: Pick<Lease, "model" | "arms">,
  assignment: Assignment,
  asked: AskedFor,
  onProblem: (error: Error, by: Loaded) => void,
): Promise<RolloutAnswer> {
  const { name, version, listOnly } = answering(assignment);
  const meant = version === null ? live : armVersion({ model: live, arms }, version);
  const by = meant ?? live;
  if (listOnly) {
    const items = unseenOf(by.popular, asked.history, asked.k);
    // of a list alone, as of a version that is one: nothing explores, nothing is filled up
    const list = { ...by, artifactDigest: by.fallbackDigest };
    return {
      items,
      fallback: asked.history.length === 0,
      failed: false,
      by: list,
      arm: meant ? name : "fallback",
    };
  }
  const answered = await answer(by, asked, (error) => onProblem(error, by));
  return { ...answered, by, arm: meant && !answered.fallback ? name : "fallback" };
}

/** While it is paused the control answers, but for whoever was put into an arm to look at it. */
function answering({ experiment, arm, isByHand }: Assignment): Assignment["arm"] {
  return experiment.isPaused && !isByHand ? (experiment.arms[0] ?? arm) : arm;
}

/** What an arm serves, if it is in memory. */
function armVersion({ model, arms }: Pick<Lease, "model" | "arms">, version: number): Loaded | undefined {
  return arms.get(version) ?? (model.version === version ? model : undefined);
}

/**
 * Why an exposure does not count in the analysis; undefined when it does. Whoever has no history gets a popularity list in
 * every arm: where that is one list, nobody could have seen a difference. It goes by nothing that an arm does.
 */
export function leftOutBecause(
  { arms, isListOnly }: Pick<Lease, "arms" | "isListOnly">,
  { experiment, isByHand }: Assignment,
  { history }: Pick<AskedFor, "history">,
): "override" | "paused" | "baseline_now" | "no_difference" | undefined {
  if (isByHand) return "override";
  if (experiment.isPaused) return "paused";
  if (isListOnly) return "baseline_now";
  if (experiment.aa || experiment.holdout || history.length > 0) return undefined;
  const lists = experiment.arms.map(({ version }) => arms.get(version ?? 0));
  const [first] = lists;
  const isOne = lists.every(
    (one) =>
      one !== undefined &&
      one.recommender?.isByPerson !== true &&
      one.fallbackDigest === first?.fallbackDigest &&
      one.rulesDigest === first.rulesDigest,
  );
  return isOne ? "no_difference" : undefined;
}
