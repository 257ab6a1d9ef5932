/** Judging by slice, making up extremes and one more play, with real models on real tables. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ExtremeCases } from "../core/extremes.ts";
import { checkExtremes } from "../core/extremes-checks.ts";
import type { Items } from "../core/qa-items.ts";
import { encodeTrainingSet } from "../core/training-set.ts";
import { evaluate } from "../scoring/evaluate.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { type Served, servedShelf } from "../scoring/served-shelf.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { trainingSetOf } from "../tests/support/training-sets.ts";
import { trainItemSimilarity } from "../trainers/item-similarity.ts";
import { trainPopularity } from "../trainers/popularity.ts";
import { playOneMore, samplePlays } from "./behaviour.ts";
import { askExtremes } from "./extremes.ts";
import { judgeSlices } from "./slices.ts";

/** In byte order of their ids, as the split has them: B before a, ä last. */
const PEOPLE: Record<string, { train: string[]; heldOut: string[] }> = {
  Bo: { train: ["a", "b"], heldOut: ["c"] },
  ann: { train: ["a", "c"], heldOut: ["b", "e"] },
  cid: { train: ["d"], heldOut: ["e"] },
  dee: { train: ["d", "e"], heldOut: [] },
  ärn: { train: ["a", "b", "c"], heldOut: ["d"] },
};
const SET = trainingSetOf(Object.values(PEOPLE), ["new"]);
const TABLES = { interactions: "feature_interactions", items: "feature_items" };
const TOOLS = { signal: new AbortController().signal, progress: () => {} };

async function served(): Promise<Served> {
  const settings = { trainer: "item_similarity", neighbours: 10, shrinkage: 0, maxSizeMb: 32 } as const;
  const model = await loadRecommender(trainItemSimilarity(SET, settings, () => {}));
  const fallback = await loadRecommender(trainPopularity(SET));
  onTestFinished(async () => void (await Promise.all([model.close(), fallback.close()])));
  return { model, fallback };
}

async function addTables({ pool }: TestDatabase): Promise<void> {
  await pool.query(`create table data.feature_items (item_id text, title text);
    create table data.feature_interactions (user_id text, item_id text, event_time timestamptz)`);
  for (const item of SET.items) await pool.query("insert into data.feature_items values ($1, $1)", [item]);
  const rows = Object.entries(PEOPLE).flatMap(([user, { train, heldOut }]) =>
    [...train, ...heldOut].map((item, at) => [user, item, at] as const),
  );
  // somebody whose items are all gone is nobody of the training set
  for (const row of [...rows, ["boris", "gone", 0] as const].toReversed())
    await pool.query("insert into data.feature_interactions values ($1, $2, to_timestamp($3))", [...row]);
}

async function stage() {
  const folder = await mkdtemp(join(tmpdir(), "holt-slices-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const artifacts = new ArtifactStore(folder);
  const database = await testDatabase();
  await addTables(database);
  const trainingSetDigest = await artifacts.put(encodeTrainingSet(SET));
  return { context: { database, ingest: database, artifacts }, database, trainingSetDigest };
}

describe("judging by slice", () => {
  it("gives each person's held-out part to the right person: a slice of everybody has the evaluation's own figure", async () => {
    const { context, trainingSetDigest } = await stage();
    const models = await served();
    const asked: string[] = [];
    const scores = await judgeSlices(
      context,
      {
        ...{ trainingSetDigest, tables: TABLES, k: 2, candidate: models, champion: undefined },
        segmentsOf(userId) {
          asked.push(userId);
          return ["who/all", `who/${userId}`];
        },
      },
      TOOLS,
    );
    expect(asked).toEqual(Object.keys(PEOPLE)); // in byte order, and none whose items are gone
    // as served: the popularity list stands in where the model alone, as a candidate is evaluated, has nothing
    const asServed = async (history: readonly string[], k: number) =>
      (await servedShelf(models, history, k)).items;
    const whole = await evaluate({ recommend: asServed, close: async () => {} }, SET, 2);
    expect(scores.get("who/all")?.candidate.count).toBe(whole.people);
    expect(scores.get("who/all")?.candidate.mean).toBeCloseTo(whole.ndcg ?? Number.NaN, 12);
    expect(scores.get("who/dee")).toBeUndefined(); // nothing of hers is held out
    const shelf = (await asServed(["a", "b"], 2)).map(({ itemId }) => itemId);
    expect(scores.get("who/Bo")?.candidate.mean).toBe(1 / Math.log2(shelf.indexOf("c") + 2));
  });

  it("refuses tables with other people than the training set", async () => {
    const { context, database, trainingSetDigest } = await stage();
    const models = await served();
    const judge = () =>
      judgeSlices(
        context,
        {
          ...{ trainingSetDigest, tables: TABLES, k: 2, candidate: models, champion: models },
          segmentsOf: () => [],
        },
        TOOLS,
      );
    await database.pool.query("insert into data.feature_interactions values ('zoe', 'a', now())");
    await expect(judge()).rejects.toThrow("the interactions table has more people than its 5");
    await database.pool.query("delete from data.feature_interactions where user_id in ('zoe', 'ann')");
    await expect(judge()).rejects.toThrow("the interactions table has fewer people than its 5");
  });
});

const GENRES: Record<string, string> = {
  a: "Crime",
  b: "Crime",
  c: "Crime",
  d: "Drama",
  e: "Drama",
  new: "Drama",
};
const ITEMS: Items = new Map(
  SET.items.map((itemId) => [itemId, { title: itemId, genre: GENRES[itemId] ?? null, picture: null }]),
);
const hadBy = (itemId: string) => (itemId === "new" ? 0 : 2);

describe("extremes that are made up", () => {
  it("are asked of the release: every kind gets its shelf, a new item's by popularity", async () => {
    const cases = new ExtremeCases({ k: 2, items: ITEMS, retired: new Set(), newItems: new Set() });
    await askExtremes(cases, { served: await served(), hadBy });
    const checks = checkExtremes(cases, { severity: "error", hasGenres: true });
    const made = checks.filter(({ id }) => id !== "extreme.heaviest");
    expect(made.map(({ id, sampleSize }) => [id, sampleSize])).toEqual([
      ["extreme.no_history", 1],
      ["extreme.one_item", 6],
      ["extreme.single_genre", 2],
      ["extreme.new_item", 1],
      ["extreme.retired_item", 1],
      ["extreme.everything_seen", 1],
    ]);
    expect(cases.finding("new_item")).toMatchObject({ byPopularity: 1, faulty: 0 });
    expect(cases.finding("everything_seen")?.faulty).toBe(0);
    expect(checks.find(({ id }) => id === "extreme.heaviest")?.verdict).toBe("inconclusive"); // nobody passed by
  });

  it("find a retired item that is still shown, and a model that gives too few", async () => {
    const cases = new ExtremeCases({ k: 4, items: ITEMS, retired: new Set(["b"]), newItems: new Set() });
    await askExtremes(cases, { served: await served(), hadBy });
    const examples = checkExtremes(cases, { severity: "error", hasGenres: true }).flatMap(
      (one) => one.examples,
    );
    expect(examples.join("\n")).toContain('gets "b", which is retired');
    // the neighbours of d are fewer than four, and what a model answers is not filled up
    expect(examples.join("\n")).toMatch(
      /only "d" \(1 item\) gets \d items?, not the 4 that fit and are left/,
    );
  });
});

it("plays one more of a genre for those who were drawn, and the same each time", async () => {
  const models = await served();
  const play = async () => {
    const sample = samplePlays();
    for (let number = 0; number < 60; number += 1)
      sample.add({
        ...{ userId: `p${number}`, history: ["a"], heldOut: new Set(), segments: [], champion: undefined },
        ...{ candidate: [{ itemId: "b", score: 1 }], baseline: [] },
      });
    const outcomes = await playOneMore(sample, { served: models, items: ITEMS, k: 2, hadBy });
    return outcomes.check({ atMost: 0.5, severity: "warn" });
  };
  const check = await play();
  expect(check.sampleSize).toBeGreaterThanOrEqual(60);
  expect(check.verdict).not.toBe("inconclusive");
  expect(await play()).toEqual(check);
});
