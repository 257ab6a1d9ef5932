import { fc, it as property } from "@fast-check/vitest";
import { expect, it } from "vitest";
import type { TrainingSet } from "../core/training-set.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { histories, itemsByPerson, trainingSetOf, trainingSets } from "../tests/support/training-sets.ts";
import { trainItemSimilarity } from "./item-similarity.ts";

const ignore = () => undefined;
/** Scores are float32 sums of a few terms. */
const DIGITS = 5;

async function ask(
  set: TrainingSet,
  settings: { neighbours: number; shrinkage: number },
  history: string[],
  k: number,
) {
  const bytes = trainItemSimilarity(set, { trainer: "item_similarity", ...settings }, ignore);
  const recommender = await loadRecommender(bytes);
  const answer = await recommender.recommend(history, k);
  await recommender.close();
  return answer;
}

/** The same from the definition: dense, by name, without a graph. */
function expectedScores(
  set: TrainingSet,
  { neighbours, shrinkage }: { neighbours: number; shrinkage: number },
  history: string[],
) {
  const people = itemsByPerson(set);
  const count = (...items: string[]) => people.filter((had) => items.every((item) => had.has(item))).length;
  const similarity = (a: string, b: string) => count(a, b) / (Math.sqrt(count(a) * count(b)) + shrinkage);
  const scores = new Map<string, number>();
  for (const seen of new Set(history.filter((item) => set.items.includes(item) && count(item) > 0))) {
    const nearest = set.items
      .filter((item) => item !== seen && count(item, seen) > 0)
      .sort((a, b) => similarity(seen, b) - similarity(seen, a) || (a < b ? -1 : 1))
      .slice(0, neighbours);
    for (const item of nearest) scores.set(item, (scores.get(item) ?? 0) + similarity(seen, item));
  }
  for (const item of history) scores.delete(item);
  return scores;
}

property.prop([
  trainingSets,
  histories,
  fc.record({ neighbours: fc.integer({ min: 1, max: 20 }), shrinkage: fc.constantFrom(0, 0.5, 10) }),
  fc.integer({ min: 1, max: 20 }),
])("answers what the cosine with shrinkage says, best first", async (set, history, settings, k) => {
  const expected = expectedScores(set, settings, history);
  const answer = await ask(set, settings, history, k);
  expect(answer).toHaveLength(Math.min(k, expected.size));
  const best = [...expected.values()].sort((a, b) => b - a);
  answer.forEach(({ itemId, score }, rank) => {
    expect(score).toBeCloseTo(expected.get(itemId) as number, DIGITS);
    expect(score).toBeCloseTo(best[rank] as number, DIGITS);
  });
});

it("shrinks the similarity of items that few people had", async () => {
  const set = trainingSetOf([{ train: ["a", "b"] }, { train: ["a", "b"] }]);
  expect((await ask(set, { neighbours: 5, shrinkage: 0 }, ["a"], 5))[0]?.score).toBe(1);
  expect((await ask(set, { neighbours: 5, shrinkage: 2 }, ["a"], 5))[0]?.score).toBe(0.5);
});

it("answers nothing to a history that it doesn't know, and to none", async () => {
  const set = trainingSetOf([{ train: ["a", "b"] }]);
  expect(await ask(set, { neighbours: 5, shrinkage: 0 }, [], 5)).toEqual([]);
  expect(await ask(set, { neighbours: 5, shrinkage: 0 }, ["unheard of"], 5)).toEqual([]);
});

it("works with a single item, which has no neighbour", async () => {
  expect(await ask(trainingSetOf([{ train: ["a"] }]), { neighbours: 5, shrinkage: 0 }, ["a"], 5)).toEqual([]);
});

it("refuses a set in which nobody had anything", () => {
  const train = () =>
    trainItemSimilarity(
      trainingSetOf([{ train: [] }], ["a"]),
      { trainer: "item_similarity", neighbours: 5, shrinkage: 0 },
      ignore,
    );
  expect(train).toThrow("training set: nobody has a single interaction with an item to recommend");
});
