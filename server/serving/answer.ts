import { unseenOf } from "../../scoring/popularity-list.ts";
import type { Recommendation } from "../../scoring/recommender.ts";
import { ModelAway } from "./scorer/guarded-model.ts";
import type { Loaded } from "./served-version.ts";

export interface Answer {
  /** The popularity list answered. */
  fallback: boolean;
  /** The version's own model failed, rests after failures, or is not there. */
  failed: boolean;
  items: Recommendation[];
}

export interface AskedFor {
  /** What has its answers by the same version: a person, an item, a session. */
  unit: string;
  /** Whose list it is; undefined when it goes with an item or a session of nobody's. */
  person: string | undefined;
  /** What it goes by, oldest first. */
  history: readonly string[];
  /** Most items. */
  k: number;
}

/**
 * The version's own list for a person; the popularity list when there is no history, when the model knows nothing in
 * it, when no list was written for them, or when the model fails. Always answers.
 */
export async function answer(
  model: Loaded,
  { person, history, k }: AskedFor,
  onProblem: (error: Error) => void,
): Promise<Answer> {
  const list = (failed: boolean) => ({
    ...{ fallback: true, failed },
    items: unseenOf(model.popular, history, k),
  });
  const isSomebody = model.recommender?.isByPerson ? person !== undefined : history.length > 0;
  if (!isSomebody) return list(false);
  if (!model.recommender) return list(true);
  try {
    const items = await model.recommender.recommend(history, k, person ?? "");
    return items.length > 0 ? { fallback: false, failed: false, items } : list(false);
  } catch (error) {
    if (!(error instanceof ModelAway)) onProblem(error as Error);
    return list(true);
  }
}
