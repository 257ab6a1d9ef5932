import { fc, it as property } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { loadRecommender } from "../scoring/recommender.ts";
import { histories, itemsByPerson, trainingSetOf, trainingSets } from "../tests/support/training-sets.ts";
import { trainPopularity } from "./popularity.ts";

const SET = trainingSetOf([{ train: ["b", "a"] }, { train: ["b", "c", "b"] }, { train: ["c"] }], ["d"]);

async function ask(history: string[], k: number) {
  const recommender = await loadRecommender(trainPopularity(SET));
  const answer = await recommender.recommend(history, k);
  await recommender.close();
  return answer;
}

it("counts people, not interactions, and puts the first id first where counts are equal", async () => {
  expect(await ask([], 10)).toEqual([
    { itemId: "b", score: 2 },
    { itemId: "c", score: 2 },
    { itemId: "a", score: 1 },
    { itemId: "d", score: 0 },
  ]);
});

it("answers somebody who has had everything with nothing", async () => {
  expect(await ask(["a", "b", "c", "d"], 3)).toEqual([]);
});

property.prop([trainingSets, histories, fc.integer({ min: 1, max: 30 })])(
  "answers the k most frequent items that aren't in the history, whatever that holds",
  async (set, history, k) => {
    const people = itemsByPerson(set);
    const expected = set.items
      .map((itemId) => ({ itemId, score: people.filter((items) => items.has(itemId)).length }))
      .filter(({ itemId }) => !history.includes(itemId))
      .sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1))
      .slice(0, k);
    const recommender = await loadRecommender(trainPopularity(set));
    expect(await recommender.recommend(history, k)).toEqual(expected);
    await recommender.close();
  },
);

it("refuses a set without items", () => {
  expect(() => trainPopularity(trainingSetOf([{ train: [] }]))).toThrow(
    'training set: it has no items; look at the feature table "items"',
  );
});
