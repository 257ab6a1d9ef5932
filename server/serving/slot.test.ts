import { expect, it } from "vitest";
import type { LiveRelease } from "../../db/views/live.ts";
import { listRecommender } from "../../scoring/popularity-list.ts";
import { GuardedModel } from "./scorer/guarded-model.ts";
import type { Loaded } from "./served-version.ts";
import { Slot } from "./slot.ts";

/** A version whose model answers with its number; `closed` gets the versions that were closed. */
function version(of: number, fence: number, closed: number[] = [], withModel = true) {
  const popular = [{ itemId: `v${of}`, score: 1 }];
  const model = { ...listRecommender(popular), close: async () => void closed.push(of) };
  const loaded: Loaded = {
    ...{ version: of, fence, asOf: new Date(), popular },
    ...{ rules: undefined, rulesDigest: undefined, goldenDigest: undefined },
    ...{ artifactDigest: `model ${of}`, fallbackDigest: `list ${of}` },
    recommender: withModel ? new GuardedModel(model) : undefined,
  };
  return [loaded, { model: "shop", version: of, fence } as LiveRelease] as const;
}

it("keeps the versions before warm, as many as it may, and closes the others", () => {
  const slot = new Slot();
  const closed: number[] = [];
  for (const of of [1, 2, 3, 4]) slot.swap(...version(of, of, closed));
  slot.warm.keepAtMost(2);
  expect(slot.served?.loaded.version).toBe(4);
  expect(slot.warm.versions).toEqual([3, 2]);
  expect(closed).toEqual([1]);
  slot.close();
  expect(closed.sort()).toEqual([1, 2, 3, 4]);
});

it("goes to any of the warm ones without loading it", () => {
  const slot = new Slot();
  const closed: number[] = [];
  for (const of of [1, 2, 3]) slot.swap(...version(of, of, closed));
  expect(slot.swapToWarm(version(1, 4)[1])).toBe(true);
  expect(slot.served?.loaded).toMatchObject({ version: 1, fence: 4 });
  expect(closed).toEqual([3]); // it was rolled back
  expect(slot.swapToWarm(version(2, 5)[1])).toBe(true);
  expect(slot.warm.versions).toEqual([1]);
});

it("falls back on nothing that was rolled back, nothing newer, and nothing that never had its model", () => {
  const slot = new Slot();
  const closed: number[] = [];
  for (const of of [1, 2, 3]) slot.swap(...version(of, of, closed));
  slot.swap(...version(2, 4, closed));
  expect(slot.lastGood?.loaded.version).toBe(1);
  expect(closed.sort()).toEqual([2, 3]); // 2 was opened again, and that one serves
  slot.swap(...version(4, 5, closed, false));
  expect(slot.lastGood?.loaded.version).toBe(2);
  slot.swap(...version(5, 6, closed));
  expect(slot.lastGood?.loaded.version).toBe(2);
  slot.swap(...version(1, 7, closed));
  expect(slot.lastGood).toBeUndefined();
  expect(slot.warm.versions).toEqual([2]);
});

it("wants what is newer, and the model of what serves without one; never what is older", () => {
  const slot = new Slot();
  const release = (fence: number) => version(fence, fence)[1];
  expect(slot.wants(release(1))).toBe(true);
  slot.swap(...version(2, 2, [], false));
  expect([1, 2, 3].map((fence) => slot.wants(release(fence)))).toEqual([false, true, true]);
  slot.swap(...version(2, 2));
  expect([1, 2, 3].map((fence) => slot.wants(release(fence)))).toEqual([false, false, true]);
  slot.noteFailure(release(3), new Error("does not load"));
  expect(slot.wants(release(3))).toBe(false);
  expect(slot.wants(release(4))).toBe(true);
  expect(slot.state()).toEqual({ version: 2, problem: "version 3: does not load", warm: [] });
});

it("keeps a version open until the last answer by it is done", () => {
  const slot = new Slot();
  const closed: number[] = [];
  slot.swap(...version(1, 1, closed));
  const lease = slot.lease();
  slot.swap(...version(2, 2, closed));
  slot.warm.keepAtMost(0);
  expect(closed).toEqual([]);
  lease?.release();
  expect(closed).toEqual([1]);
});

it("answers by the last good version while the live one has no model, as after a start when it doesn't load", () => {
  const slot = new Slot();
  slot.swap(...version(2, 2, [], false));
  expect(slot.lease()?.model.version).toBe(2);
  slot.keepWarm(...version(1, 1));
  expect(slot.lease()?.model.version).toBe(1);
  expect(slot.lease()?.insteadOf).toEqual({ version: 2, because: "not_loaded" });
  expect(slot.state().version).toBe(1);
  slot.swap(...version(2, 2));
  expect(slot.lease()?.model.version).toBe(2);
});

it("says what it answers instead of, and why, and keeps in mind what is live", () => {
  const slot = new Slot();
  const [, live] = version(2, 2);
  slot.noteLive(live);
  expect([slot.needsStandIn, slot.lease(), slot.known]).toEqual([true, undefined, live]);
  slot.swap(...version(1, 1));
  slot.noteFailure(live, new Error("its rules are lost"));
  expect(slot.lease()?.insteadOf).toEqual({ version: 2, because: "not_loaded" });
  expect([slot.needsStandIn, slot.known, slot.stoodBy?.version]).toEqual([false, live, 1]);
  expect(slot.held("shop")).toEqual([
    { model: "shop", version: 1, problem: null },
    { model: "shop", version: 2, problem: "version 2: its rules are lost" },
  ]);
  slot.swap(...version(2, 2));
  expect(slot.lease()?.insteadOf).toBeUndefined();
  expect([slot.known?.version, slot.stoodBy?.version]).toEqual([2, 1]);
  slot.noteLive(version(1, 1)[1]); // a restored backup: what was served goes on, and is what is live
  expect([slot.lease()?.insteadOf, slot.known?.version]).toEqual([undefined, 2]);
});

it("needs a version before where nothing but an older one's list is there", () => {
  const slot = new Slot();
  slot.swap(...version(1, 1, [], false));
  slot.noteLive(version(2, 2)[1]);
  expect(slot.needsStandIn).toBe(true);
  slot.swap(...version(2, 2, [], false));
  expect(slot.needsStandIn).toBe(false);
});
