import { it as property } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { TrainingSet } from "../core/training-set.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { inner, solveNormalEquations } from "../tests/support/dense-solver.ts";
import { alsSettings, histories, trainingSetOf, trainingSets } from "../tests/support/training-sets.ts";
import { foldInSteps, trainAls } from "./als.ts";
import { alsItemFactors } from "./als-factors.ts";
import { interactionsOf } from "./interactions.ts";
import type { AlsSettings } from "./settings.ts";

const ignore = () => undefined;
const SETTINGS: AlsSettings = {
  trainer: "als",
  factors: 4,
  iterations: 10,
  regularization: 0.1,
  alpha: 5,
  seed: 1,
};
/** Two tastes that share nothing; "both" is had by everybody. */
const TWO_TASTES = trainingSetOf(
  Array.from({ length: 12 }, (_, person) => {
    const taste = person % 2 === 0 ? "jazz" : "rock";
    const albums = [1, 2, 3, 4, 5].filter((album) => album !== 1 + (person % 5));
    return { train: ["both", ...albums.map((album) => `${taste} ${album}`)] };
  }),
);

async function ask(bytes: Uint8Array, history: string[], k: number) {
  const recommender = await loadRecommender(bytes);
  const answer = await recommender.recommend(history, k);
  await recommender.close();
  return answer;
}

/** Scores of one history for all items, solved exactly: (I + alpha YᵀY) x = (1 + alpha) Yᵀ1 in the whitened basis. */
function exactScores(set: TrainingSet, settings: AlsSettings, history: string[]): Map<string, number> {
  const interactions = interactionsOf(set);
  const { width, values } = alsItemFactors(interactions, settings, ignore);
  const row = (item: number) => [...values.subarray(item * width, (item + 1) * width)];
  const known = interactions.items.flatMap((id, item) => (history.includes(id) ? [row(item)] : []));
  const terms = known.map((row) => ({ weight: settings.alpha, row }));
  const sums = row(0).map((_, at) => known.reduce((sum, y) => sum + (y[at] as number), 0));
  const person = solveNormalEquations(
    terms,
    sums.map((sum) => (1 + settings.alpha) * sum),
    1,
  );
  return new Map(interactions.items.map((id, item) => [id, inner(row(item), person)]));
}

describe("folding in", () => {
  property.prop([trainingSets, histories, alsSettings])(
    "gives the scores of the exact solution, best first, without what was seen",
    async (set, history, settings) => {
      const exact = exactScores(set, settings, history);
      const knows = history.some((id) => exact.has(id));
      for (const id of history) exact.delete(id);
      const answer = await ask(trainAls(set, settings, ignore), history, 30);
      expect(answer).toHaveLength(knows ? exact.size : 0);
      for (const { itemId, score } of answer) {
        const expected = exact.get(itemId) as number;
        expect(Math.abs(score - expected)).toBeLessThan(1e-3 * Math.max(1, Math.abs(expected)));
      }
      expect(answer.map(({ score }) => score)).toEqual(
        answer.map(({ score }) => score).sort((a, b) => b - a),
      );
    },
  );

  it("takes more steps for a larger alpha, but never more than there are factors", () => {
    expect([0.5, 3, 10, 40].map((alpha) => foldInSteps(alpha, 64))).toEqual([5, 10, 18, 38]);
    expect(foldInSteps(40, 16)).toBe(16);
  });

  it("shows somebody who wasn't in training what people of the same taste had", async () => {
    const answer = await ask(trainAls(TWO_TASTES, SETTINGS, ignore), ["jazz 1", "jazz 2", "unheard of"], 4);
    expect(new Set(answer.map(({ itemId }) => itemId))).toEqual(
      new Set(["both", "jazz 3", "jazz 4", "jazz 5"]),
    );
  });

  it("counts an item once, however often the history has it, and in any order", async () => {
    const bytes = trainAls(TWO_TASTES, SETTINGS, ignore);
    expect(await ask(bytes, ["rock 2", "jazz 1", "rock 2", "rock 2"], 5)).toEqual(
      await ask(bytes, ["jazz 1", "rock 2"], 5),
    );
  });

  it("answers nothing to a history that it doesn't know, to none, and to one of everything", async () => {
    const bytes = trainAls(TWO_TASTES, SETTINGS, ignore);
    expect(await ask(bytes, [], 5)).toEqual([]);
    expect(await ask(bytes, ["unheard of"], 5)).toEqual([]);
    expect(await ask(bytes, TWO_TASTES.items, 5)).toEqual([]);
  });
});
