import fc from "fast-check";
import { expect, it } from "vitest";
import type { LiveRelease } from "../../db/views/live.ts";
import { listRecommender } from "../../scoring/popularity-list.ts";
import { GuardedModel } from "./scorer/guarded-model.ts";
import { ServedVersion } from "./served-version.ts";
import { WarmVersions } from "./warm-versions.ts";

const releaseOf = (version: number) =>
  ({ model: "shop", version, fence: version, releaseDigest: `release ${version}` }) as LiveRelease;

/** A version whose closing is counted. */
function served(version: number, closed: number[]): ServedVersion {
  const popular = [{ itemId: "a", score: 1 }];
  const model = { ...listRecommender(popular), close: async () => void closed.push(version) };
  const loaded = {
    ...{ version, fence: version, asOf: new Date(0), popular, recommender: new GuardedModel(model) },
    ...{
      artifactDigest: "model",
      fallbackDigest: "list",
      rules: undefined,
      rulesDigest: undefined,
      goldenDigest: undefined,
    },
  };
  return new ServedVersion(loaded, releaseOf(version));
}

it("gives back any of those it keeps, once, and only by its own release", () => {
  const warm = new WarmVersions();
  for (const version of [1, 2, 3]) warm.keepFirst(served(version, []));
  expect(warm.take({ ...releaseOf(1), releaseDigest: "another" })).toBeUndefined();
  expect(warm.take(releaseOf(1))?.loaded.version).toBe(1);
  expect(warm.take(releaseOf(1))).toBeUndefined();
  expect(warm.versions).toEqual([3, 2]);
});

it("names as last good the newest that is older than the live one", () => {
  const warm = new WarmVersions();
  for (const version of [1, 4, 2]) warm.keepFirst(served(version, []));
  expect([5, 4, 2, 1].map((live) => warm.lastGoodBefore(live)?.loaded.version)).toEqual([4, 2, 1, undefined]);
});

it("lacks what it has not, unless that failed", () => {
  const warm = new WarmVersions();
  warm.keepFirst(served(1, []));
  warm.noteFailed(3);
  expect([1, 2, 3].filter((version) => warm.lacks(version))).toEqual([2]);
});

it("whatever comes and goes, holds each version once, no more than it may, and closes all others once", () => {
  const act = fc.record({
    kind: fc.constantFrom("first", "last", "take", "drop", "most"),
    version: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const warm = new WarmVersions();
      const closed: number[] = [];
      let opened = 0;
      let taken = 0;
      for (const { kind, version } of acts) {
        if (kind === "first" || kind === "last") {
          opened++;
          if (kind === "first") warm.keepFirst(served(version, closed));
          else warm.keepLast(served(version, closed));
        } else if (kind === "take") taken += warm.take(releaseOf(version)) ? 1 : 0;
        else if (kind === "drop") warm.drop(version);
        else {
          warm.keepAtMost(version);
          expect(warm.versions.length).toBeLessThanOrEqual(version);
        }
        expect(new Set(warm.versions).size).toBe(warm.versions.length);
      }
      expect(closed.length + taken + warm.versions.length).toBe(opened);
    }),
  );
});
