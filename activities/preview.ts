import { titleOf } from "../core/qa.ts";
import type { Preview } from "../core/qa-report.ts";
import type { Recommendation } from "../scoring/recommender.ts";
import type { ActivityContext } from "./context.ts";
import { withRecommender } from "./shelves.ts";

/** Newest items of a history that a reviewer sees. */
const HISTORY_SHOWN = 10;

/** Digests of the artifacts whose shelves stand side by side. */
export interface PreviewModels {
  candidate: string;
  baseline: string;
  /** Null when nothing was live, or it wasn't judged. */
  champion: string | null;
}

export interface PreviewRequest {
  people: readonly string[];
  /** Of those among `people` who have one, oldest first. */
  histories: ReadonlyMap<string, readonly string[]>;
  titles: ReadonlyMap<string, string | null>;
  k: number;
  models: PreviewModels;
}

/**
 * The shelves of some people as they would see them, by title: where a model knows nothing for a person, the popularity
 * list answers, as it does when serving.
 */
export async function previewShelves(
  context: ActivityContext,
  { people, histories, titles, k, models }: PreviewRequest,
): Promise<Preview[]> {
  if (people.length === 0) return [];
  const entry = ({ itemId, score }: { itemId: string; score: number | null }) => ({
    itemId,
    title: titleOf(titles, itemId),
    score,
  });
  const historyOf = (user: string) => histories.get(user) ?? [];
  const ask = (artifactDigest: string) =>
    withRecommender(context, artifactDigest, async (recommender) => {
      const answers: Recommendation[][] = [];
      for (const user of people) answers.push(await recommender.recommend(historyOf(user), k));
      return answers;
    });
  const popular = await ask(models.baseline);
  const shelvesOf = async (artifactDigest: string) =>
    (await ask(artifactDigest)).map((answer, person) => {
      const isAnswered = answer.length > 0 && historyOf(people[person] ?? "").length > 0;
      return (isAnswered ? answer : (popular[person] ?? [])).map(entry);
    });
  const candidate = await shelvesOf(models.candidate);
  const champion = models.champion === null ? undefined : await shelvesOf(models.champion);
  return people.map((user, person) => ({
    user,
    history: historyOf(user)
      .slice(-HISTORY_SHOWN)
      .toReversed()
      .map((itemId) => entry({ itemId, score: null })),
    candidate: candidate[person] ?? [],
    baseline: (popular[person] ?? []).map(entry),
    champion: champion?.[person] ?? null,
  }));
}
