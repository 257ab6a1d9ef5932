import type { Recommendation, Recommender } from "./recommender.ts";

/**
 * So many items of a popularity list are kept. A person would have to have had 9,900 of them before an answer of 100 gets
 * shorter than the model's own.
 */
export const MOST_POPULAR = 10_000;

/** The best items of the list that aren't in the history, at most `k`. */
export function unseenOf(
  popular: readonly Recommendation[],
  history: readonly string[],
  k: number,
): Recommendation[] {
  if (history.length === 0) return popular.slice(0, k);
  const seen = new Set(history);
  const best: Recommendation[] = [];
  for (const one of popular) {
    if (best.length === k) break;
    if (!seen.has(one.itemId)) best.push(one);
  }
  return best;
}

/** A recommender that is nothing but its list, so that a release of the popularity list alone needs no ONNX Runtime. */
export function listRecommender(popular: readonly Recommendation[]): Recommender {
  return {
    recommend: async (history, k) => unseenOf(popular, history, k),
    close: async () => undefined,
  };
}
