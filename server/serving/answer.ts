import type { Recommendation } from "../../scoring/recommender.ts";
import type { Loaded } from "./served-version.ts";

export interface Answer {
  /** The popularity list answered. */
  fallback: boolean;
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
  if (history.length === 0) return { fallback: true, items: model.popular.slice(0, k) };
  try {
    const items = (await model.recommender?.recommend(history, k)) ?? [];
    if (items.length > 0) return { fallback: false, items };
    return { fallback: true, items: await model.fallback.recommend(history, k) };
  } catch (error) {
    onProblem(error as Error);
    const seen = new Set(history);
    return { fallback: true, items: model.popular.filter(({ itemId }) => !seen.has(itemId)).slice(0, k) };
  }
}
