import { describe, expect, it } from "vitest";
import type { EvaluateDetail } from "../core/step-details.ts";
import { modelRoad } from "../tests/support/model-road.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { trainingSetOf } from "../tests/support/training-sets.ts";
import { trainPopularity } from "../trainers/popularity.ts";

/** Popularity: b 3, a 2, c 1, d 1, e 0. Two people are judged. */
const SET = trainingSetOf([
  { train: ["b", "a"], heldOut: ["d"] },
  { train: ["b", "c"], heldOut: ["a", "e"] },
  { train: ["b", "a", "d"] },
]);
const change = { evaluation: { k: 2 } };

describe("evaluating a candidate", () => {
  it("judges it on people with something held out, by what it answers to the rest of their history", async () => {
    const road = await modelRoad();
    const run = await road.open(SET, { change });
    await run.step("train:popularity");
    await run.step("evaluate:popularity");
    // The first is shown c, d and went on to d; the second is shown a, d and went on to a and e.
    const second = 1 / (1 + 1 / Math.log2(3));
    expect(await run.detail("evaluate:popularity")).toMatchObject({
      subject: "popularity",
      k: 2,
      people: 2,
      ndcg: (1 / Math.log2(3) + second) / 2,
      recall: (1 + 0.5) / 2,
      coverage: 3 / 5,
    });
    expect((await run.row("evaluate:popularity")).summary).toMatch(
      /^NDCG@2 0\.622, recall@2 0\.750, coverage@2 60 % on 2 people, \d+\.\d\d ms an answer$/,
    );
  });

  it("takes an earlier run's figures for the same artifact and people, and judges anew for another k", async () => {
    const road = await modelRoad();
    const first = await road.open(SET, { change });
    await first.step("train:popularity");
    await first.step("evaluate:popularity");
    const same = await road.open(SET, { change });
    await same.step("train:popularity");
    expect(await same.step("evaluate:popularity")).toEqual({ reused: true });
    expect(await same.detail("evaluate:popularity")).toEqual(await first.detail("evaluate:popularity"));
    const other = await road.open(SET, { change: { evaluation: { k: 3 } } });
    await other.step("train:popularity");
    expect(await other.step("evaluate:popularity")).toEqual({ reused: false });
  });

  it("cannot tell without anybody to judge, which is not 0", async () => {
    const road = await modelRoad();
    const run = await road.open(trainingSetOf([{ train: ["a"] }]), { change });
    await run.step("train:popularity");
    await run.step("evaluate:popularity");
    expect(await run.detail("evaluate:popularity")).toMatchObject({
      ...{ people: 0, ndcg: null, recall: null, coverage: null },
    });
    expect((await run.row("evaluate:popularity")).summary).toBe(
      "nobody has anything held out, so nothing can be told",
    );
  });

  it("doesn't count what somebody comes back to, since it is never shown again", async () => {
    const road = await modelRoad();
    const run = await road.open(trainingSetOf([{ train: ["a"], heldOut: ["a"] }, { train: ["b"] }]), {
      change,
    });
    await run.step("train:popularity");
    await run.step("evaluate:popularity");
    expect(await run.detail<EvaluateDetail>("evaluate:popularity")).toMatchObject({ people: 0, ndcg: null });
  });
});

describe("evaluating the champion", () => {
  it("judges what was live when the run opened on the same people, by item id, though it knows other items", async () => {
    const road = await modelRoad();
    const older = trainingSetOf([
      { train: ["gone", "a"] },
      { train: ["gone", "d"] },
      { train: ["gone", "a"] },
    ]);
    const artifact = await road.artifacts.put(trainPopularity(older));
    const { version } = await addLiveVersion(road.database.db, {
      model: "shelf",
      artifacts: { artifact, fallback: artifact },
    });
    const run = await road.open(SET, { change, championVersion: version });
    await addLiveVersion(road.database.db, { model: "shelf" }); // goes live meanwhile, and is not looked at
    await run.step("evaluate:champion");
    // Both are shown "gone", which isn't offered any more, and one item more: the first d, the second a.
    expect(await run.detail("evaluate:champion")).toMatchObject({
      subject: "champion",
      artifactDigest: artifact,
      people: 2,
      recall: (1 + 0.5) / 2,
      coverage: 2 / 5,
    });
  });

  it("says so when nothing was live", async () => {
    const road = await modelRoad();
    const run = await road.open(SET, { change });
    await expect(run.step("evaluate:champion")).rejects.toThrow(
      'run "shelf-1": nothing was live when it opened, so there is no champion to judge',
    );
  });
});
