import { fc, test } from "@fast-check/vitest";
import { describe, expect, it, onTestFinished } from "vitest";
import { MOST_LEFT_OUT } from "../core/because.ts";
import type { Items } from "../core/qa-items.ts";
import { trainingSetOf } from "../tests/support/training-sets.ts";
import { trainItemSimilarity } from "../trainers/item-similarity.ts";
import { trainPopularity } from "../trainers/popularity.ts";
import { becauseOf } from "./because.ts";
import { loadRecommender } from "./recommender.ts";
import { sideBySide } from "./side-by-side.ts";

const SETTINGS = { trainer: "item_similarity", neighbours: 20, shrinkage: 0, maxSizeMb: 32 } as const;
/** Two tastes that share nobody: whoever had crime had crime, whoever had drama had drama. */
const SET = trainingSetOf([
  ...Array.from({ length: 6 }, () => ({ train: ["crime1", "crime2", "crime3"] })),
  ...Array.from({ length: 4 }, () => ({ train: ["drama1", "drama2", "drama3"] })),
  { train: ["alone"] },
]);

async function open(bytes: Uint8Array) {
  const recommender = await loadRecommender(bytes);
  onTestFinished(() => recommender.close());
  return recommender;
}
const learned = () => open(trainItemSimilarity(SET, SETTINGS, () => {}));
const popular = () => open(trainPopularity(SET));

describe("why an item is on a shelf", () => {
  it("is what the person had of the same taste, and nothing of another", async () => {
    const model = await learned();
    const history = ["crime1", "drama1"];
    const shelf = await model.recommend(history, 4);
    const reasons = await becauseOf(model, history, shelf);
    expect(shelf.map(({ itemId }) => itemId).toSorted()).toEqual(["crime2", "crime3", "drama2", "drama3"]);
    for (const { itemId } of shelf) expect(reasons.get(itemId)).toEqual([`${itemId.slice(0, 5)}1`]);
  });

  it("is nothing where a popularity list ranks, whoever asks", async () => {
    const model = await popular();
    const history = ["crime1", "drama1"];
    const reasons = await becauseOf(model, history, await model.recommend(history, 3));
    expect([...reasons.values()].flat()).toEqual([]);
  });

  it("asks no oftener than once for each of the newest 50, however long the history", async () => {
    const model = await learned();
    let asked = 0;
    const counting = {
      recommend(history: readonly string[], k: number) {
        asked += 1;
        return model.recommend(history, k);
      },
      close: () => model.close(),
    };
    const history = ["crime1", ...Array.from({ length: 80 }, (_, at) => `unknown-${at}`)];
    const shelf = await model.recommend(history, 2);
    const reasons = await becauseOf(counting, history, shelf);
    expect(asked).toBe(MOST_LEFT_OUT);
    expect([...reasons.values()].flat()).toEqual([]); // crime1 is older than those, so it is never named
  });
});

const ITEMS: Items = new Map([
  ["crime2", { title: "Crime Two", genre: "Crime", picture: "https://pictures.example/2.jpg" }],
  ["crime3", { title: null, genre: null, picture: "javascript:alert(1)" }],
]);

describe("shelves side by side", () => {
  it("have title, genre, a safe picture, the move against what is live, and the reasons", async () => {
    const [model, fallback] = [await learned(), await popular()];
    const models = {
      candidate: { model, fallback },
      baseline: { model: fallback, fallback: fallback },
      champion: { model: fallback, fallback },
    };
    const preview = await sideBySide(
      models,
      { user: "ann", note: "came for crime", history: ["drama1", "crime1"] },
      { items: ITEMS, k: 4 },
    );
    expect(preview).toMatchObject({ user: "ann", note: "came for crime" });
    expect(preview.history.map(({ itemId }) => itemId)).toEqual(["crime1", "drama1"]);
    const item = (itemId: string) => preview.candidate.find((one) => one.itemId === itemId);
    expect(item("crime2")).toMatchObject({
      ...{ title: "Crime Two", genre: "Crime", picture: "https://pictures.example/2.jpg" },
      because: [{ itemId: "crime1", title: "crime1" }],
    });
    expect(item("crime3")).toMatchObject({ title: "crime3", genre: null, picture: null });
    const live = preview.champion?.map(({ itemId }) => itemId) ?? [];
    preview.candidate.forEach(({ itemId, change }, place) => {
      const there = live.indexOf(itemId);
      const moved = there === place ? "same" : place < there ? "up" : "down";
      expect(change).toBe(there === -1 ? "new" : moved);
    });
    expect(preview.champion?.every(({ change, because }) => change === "same" && because.length === 0)).toBe(
      true,
    );
  });

  it.each([[[]], [["alone"]], [["unknown"]]])(
    "are the popularity list's, without reasons, where the model knows nothing: %j",
    async (history) => {
      const [model, fallback] = [await learned(), await popular()];
      const models = {
        candidate: { model, fallback },
        baseline: { model: fallback, fallback: fallback },
        champion: undefined,
      };
      const preview = await sideBySide(models, { user: "bob", note: "", history }, { items: ITEMS, k: 3 });
      expect(preview.candidate).toEqual(preview.baseline);
      expect(preview.candidate).toHaveLength(3);
      for (const { because, change } of preview.candidate) expect([because, change]).toEqual([[], null]);
      expect(preview.champion).toBeNull();
    },
  );
});

const histories = fc.uniqueArray(fc.constantFrom(...SET.items, "unknown"), { maxLength: 7 });
test.prop([histories, fc.integer({ min: 1, max: 7 })], { numRuns: 40 })(
  "names as reasons only what the person had, and shows nothing that they had, for any history",
  async (history, k) => {
    const [model, fallback] = [
      await loadRecommender(trainItemSimilarity(SET, SETTINGS, () => {})),
      await loadRecommender(trainPopularity(SET)),
    ];
    try {
      const models = {
        candidate: { model, fallback },
        baseline: { model: fallback, fallback: fallback },
        champion: undefined,
      };
      const { candidate } = await sideBySide(models, { user: "x", note: "", history }, { items: ITEMS, k });
      expect(candidate.length).toBeLessThanOrEqual(k);
      for (const { itemId, because } of candidate) {
        expect(history).not.toContain(itemId);
        expect(history).toEqual(expect.arrayContaining(because.map((reason) => reason.itemId)));
      }
    } finally {
      await Promise.all([model.close(), fallback.close()]);
    }
  },
);
