import type { Recommendation, Recommender } from "./recommender.ts";

/** A model with the popularity list of its release, which answers where the model knows nothing. */
export interface Served {
  model: Recommender;
  fallback: Recommender;
}

export interface ServedShelf {
  items: Recommendation[];
  byPopularity: boolean;
}

/** The shelf as a server would answer it: without a history, or where the model knows nothing in it, by popularity. */
export async function servedShelf(
  { model, fallback }: Served,
  history: readonly string[],
  k: number,
): Promise<ServedShelf> {
  const own = history.length === 0 ? [] : await model.recommend(history, k);
  if (own.length > 0) return { items: own, byPopularity: false };
  return { items: await fallback.recommend(history, k), byPopularity: true };
}
