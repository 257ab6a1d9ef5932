import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { decodeGoldenRows } from "../core/golden-rows.ts";
import type { TrainDetail } from "../core/step-details.ts";
import holt from "../package.json" with { type: "json" };
import { loadRecommender } from "../scoring/recommender.ts";
import { quietEnvironment } from "../tests/support/data-road.ts";
import { modelRoad } from "../tests/support/model-road.ts";
import { trainingSetOf } from "../tests/support/training-sets.ts";
import { TRAINERS_VERSION } from "../trainers/train.ts";

const SET = trainingSetOf([
  { train: ["a", "b"], heldOut: ["c"] },
  { train: ["b", "c"] },
  { train: ["c", "a"] },
]);
const LONGER = trainingSetOf([{ train: ["a", "b", "c"] }, { train: ["b", "c"] }, { train: ["c", "a"] }]);
const als = { trainer: "als" as const, factors: 2, iterations: 3 };
const similar = { trainer: "item_similarity" as const, neighbours: 2 };

it("trains each candidate into an artifact that recommends, and says what it cost", async () => {
  const road = await modelRoad();
  const run = await road.open(SET, { change: { candidates: { als, similar } } });
  const summaries = {
    popularity: /^3 items ranked, 0\.0 MB in \d+\.\d s$/,
    als: /^2 factors, 3 iterations, 0\.0 MB in \d+\.\d s$/,
    similar: /^2 neighbours an item, 0\.0 MB in \d+\.\d s$/,
  };
  for (const [candidate, summary] of Object.entries(summaries)) {
    expect(await run.step(`train:${candidate}`)).toEqual({ reused: false });
    const detail = await run.detail<TrainDetail>(`train:${candidate}`);
    const bytes = await road.artifacts.get(detail.artifactDigest);
    expect(detail).toMatchObject({ candidate, sizeBytes: bytes.length });
    expect((await run.row(`train:${candidate}`)).summary).toMatch(summary);
    const log = new TextDecoder().decode(await road.artifacts.get(detail.logDigest as string));
    expect(log).toContain("3 people, 3 items, ");
    expect(log.includes("\niteration 3 of 3\n")).toBe(candidate === "als");
    expect(detail.code).toEqual({ holt: holt.version, trainers: TRAINERS_VERSION });
    const recommender = await loadRecommender(bytes);
    expect((await recommender.recommend(["a"], 1))[0]?.itemId).toMatch(/^[bc]$/);
    await recommender.close();
    const golden = decodeGoldenRows(await road.artifacts.get(detail.goldenDigest as string));
    expect(golden.k).toBe(5);
    expect(golden.cases.map(({ history }) => history).sort()).toEqual([
      [],
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
    ]);
  }
});

it("takes an earlier run's artifact for the same set and settings, and trains anew when either changes", async () => {
  const road = await modelRoad();
  const change = { candidates: { als } };
  const first = await road.open(SET, { change });
  await first.step("train:als");
  const digestOf = async (run: typeof first) => (await run.detail<TrainDetail>("train:als")).artifactDigest;

  const same = await road.open(SET, { change });
  expect(await same.step("train:als")).toEqual({ reused: true });
  expect(await same.detail("train:als")).toEqual(await first.detail("train:als"));

  const otherSet = await road.open(LONGER, { change });
  expect(await otherSet.step("train:als")).toEqual({ reused: false });
  expect(await digestOf(otherSet)).not.toBe(await digestOf(first));

  const otherSeed = await road.open(SET, { change: { candidates: { als: { ...als, seed: 7 } } } });
  expect(await otherSeed.step("train:als")).toEqual({ reused: false });
  expect(await digestOf(otherSeed)).not.toBe(await digestOf(first));

  const fresh = await road.open(SET, { change, fresh: true });
  expect(await fresh.step("train:als")).toEqual({ reused: false });
  expect(await digestOf(fresh)).toBe(await digestOf(first));
});

it("trains anew, and mends the file, when one bit of an earlier run's artifact has flipped", async () => {
  const road = await modelRoad();
  const change = { candidates: { als } };
  const first = await road.open(SET, { change });
  await first.step("train:als");
  const { artifactDigest } = await first.detail<TrainDetail>("train:als");
  const path = join(road.folder, artifactDigest.slice(0, 2), artifactDigest);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(path, bytes);
  const next = await road.open(SET, { change });
  expect(await next.step("train:als")).toEqual({ reused: false });
  expect(await next.detail("train:als")).toMatchObject({ artifactDigest });
  await road.artifacts.get(artifactDigest); // throws unless it is sound
});

it("does nothing when it is done already, and gives the same artifact when it runs twice at once", async () => {
  const road = await modelRoad();
  const run = await road.open(SET, { change: { candidates: { als } } });
  const both = await Promise.allSettled([run.step("train:als"), run.step("train:als")]);
  expect(both.map(({ status }) => status)).toContain("fulfilled"); // the other may hear that it came too late
  const row = await run.row("train:als");
  expect(row).toMatchObject({ state: "done", error_code: null });
  expect(await run.step("train:als")).toEqual({ reused: false });
  expect((await run.row("train:als")).finished_at).toEqual(row.finished_at);
});

it("says which setting makes the file too large, and keeps nothing of it", async () => {
  const road = await modelRoad();
  const run = await road.open(SET, { change: { candidates: { als: { ...als, maxSizeMb: 0.001 } } } });
  await expect(run.step("train:als")).rejects.toThrow("more than maxSizeMb: 0.001; take fewer factors");
  expect(await run.row("train:als")).toMatchObject({ detail: null, error_code: "InvalidInput" });
});

it("refuses a training set that has changed in the store", async () => {
  const road = await modelRoad();
  const run = await road.open(SET);
  const { trainingSetDigest } = await run.detail<{ trainingSetDigest: string }>("split");
  await writeFile(join(road.folder, trainingSetDigest.slice(0, 2), trainingSetDigest), "changed");
  await expect(run.step("train:popularity")).rejects.toThrow("so it changed after it was stored");
});

it("ends when the step is cancelled, in the middle of its work", async () => {
  const road = await modelRoad();
  const endless = { ...als, factors: 32, iterations: 200 };
  const large = trainingSetOf(
    Array.from({ length: 300 }, (_, person) => ({
      train: Array.from({ length: 40 }, (_, n) => `i${(person * 7 + n * n) % 900}`),
    })),
  );
  const run = await road.open(large, { change: { candidates: { endless } } });
  const environment = quietEnvironment();
  environment.on("heartbeat", () => environment.cancel());
  await expect(run.step("train:endless", environment)).rejects.toThrow("CANCELLED");
  expect(await run.row("train:endless")).toMatchObject({ state: "running", detail: null });
});
