import { MOST_LEFT_OUT, type Without, weighReasons } from "../core/because.ts";
import type { Recommendation, Recommender } from "./recommender.ts";

/** Longer than the shelf, so that an item's new score is mostly known, not only that it left the shelf. */
const LOOK_BEYOND = 5;

/**
 * Why each item stands on a model's own shelf (core/because.ts), by asking the model once for each of the newest 50
 * items of the history. Only for what the model itself answered: a popularity list goes by nobody's history.
 */
export async function becauseOf(
  model: Recommender,
  history: readonly string[],
  shelf: readonly Recommendation[],
): Promise<Map<string, string[]>> {
  if (shelf.length === 0) return new Map();
  const answers: Without[] = [];
  for (const leftOut of new Set(history.slice(-MOST_LEFT_OUT).toReversed())) {
    const others = history.filter((itemId) => itemId !== leftOut);
    answers.push({ leftOut, ranking: await model.recommend(others, shelf.length * LOOK_BEYOND) });
  }
  return weighReasons(shelf, answers);
}
