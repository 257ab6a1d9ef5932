import type { Recommendation } from "../../scoring/recommender.ts";
import { unseenOf } from "./popularity-list.ts";
import { ModelAway } from "./scorer/guarded-model.ts";
import type { Loaded } from "./served-version.ts";

export interface Answer {
  /** The popularity list answered. */
  fallback: boolean;
  /** The version's own model failed, rests after failures, or is not there. */
  failed: boolean;
  items: Recommendation[];
}

/**
 * The version's own list for a history; the popularity list when there is no history, when the model knows nothing in
 * it, or when the model fails. Always answers.
 */
export async function answer(
  model: Loaded,
  history: readonly string[],
  k: number,
  onProblem: (error: Error) => void,
): Promise<Answer> {
  const list = (failed: boolean) => ({
    ...{ fallback: true, failed },
    items: unseenOf(model.popular, history, k),
  });
  if (history.length === 0) return list(false);
  if (!model.recommender) return list(true);
  try {
    const items = await model.recommender.recommend(history, k);
    return items.length > 0 ? { fallback: false, failed: false, items } : list(false);
  } catch (error) {
    if (!(error instanceof ModelAway)) onProblem(error as Error);
    return list(true);
  }
}
