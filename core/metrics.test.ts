import { fc, it as property } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { coverage, mean, median, ndcgAt, recallAt } from "./metrics.ts";

/**
 * From scikit-learn 1.9.1: `ndcg_score([relevance], [score], k=k, ignore_ties=True)` over the union of ranking and truth,
 * relevance 1 for what is in the truth, score 6 … 1 along the ranking, below 0 for what isn't in it.
 */
const NDCG_OF_SCIKIT_LEARN = [
  ["abcdef", "bdz", 3, 0.2960819109658653],
  ["abcdef", "a", 1, 1.0],
  ["abcdef", "f", 10, 0.3562071871080222],
  ["abcdef", "abcdef", 4, 1.0],
  ["fedcba", "xyz", 5, 0.0],
  ["abcdef", "cfxyz", 6, 0.29039140533630226],
] as const;

const rankings = fc.uniqueArray(fc.constantFrom(..."abcdefghijkl"), { maxLength: 12 });
const truths = fc
  .uniqueArray(fc.constantFrom(..."abcdefghijkl"), { minLength: 1 })
  .map((items) => new Set(items));

describe("NDCG", () => {
  it.each(NDCG_OF_SCIKIT_LEARN)("of %s for %s at %i is scikit-learn's", (ranking, truth, k, expected) => {
    expect(ndcgAt(k, [...ranking], new Set(truth))).toBeCloseTo(expected, 14);
  });

  property.prop([rankings, truths, fc.integer({ min: 1, max: 15 })])(
    "lies between 0 and 1, and is 1 for the best ranking",
    (ranking, truth, k) => {
      expect(ndcgAt(k, ranking, truth)).toBeGreaterThanOrEqual(0);
      expect(ndcgAt(k, ranking, truth)).toBeLessThanOrEqual(1);
      expect(ndcgAt(k, [...truth], truth)).toBe(1);
    },
  );

  property.prop([rankings, rankings, truths])(
    "doesn't look past the k-th place",
    (ranking, others, truth) => {
      const k = Math.max(1, ranking.length);
      fc.pre(ranking.length === k);
      expect(ndcgAt(k, [...ranking, ...others], truth)).toBe(ndcgAt(k, ranking, truth));
    },
  );

  property.prop([rankings, truths])("never falls when a wanted item moves up", (ranking, truth) => {
    const place = ranking.findIndex((item, at) => at > 0 && truth.has(item));
    fc.pre(place > 0);
    const better = ranking.toSpliced(place - 1, 2, ranking[place] as string, ranking[place - 1] as string);
    expect(ndcgAt(5, better, truth)).toBeGreaterThanOrEqual(ndcgAt(5, ranking, truth) as number);
  });
});

describe("recall", () => {
  it("divides by the whole truth, so 3 shown of 5 wanted is 0.6 at most", () => {
    expect(recallAt(3, ["a", "b", "c", "d"], new Set("abcde"))).toBe(0.6);
    expect(recallAt(3, ["x", "a", "y", "b"], new Set("ab"))).toBe(0.5);
  });
});

it("cannot tell without truth, items or values, which is not 0", () => {
  expect(ndcgAt(10, ["a"], new Set())).toBeUndefined();
  expect(recallAt(10, ["a"], new Set())).toBeUndefined();
  expect(coverage(0, 0)).toBeUndefined();
  expect(mean([])).toBeUndefined();
  expect(median([])).toBeUndefined();
});

it("takes the middle value, or the mean of the two in the middle, and leaves the values as they were", () => {
  const values = [9, 1, 5];
  expect(median(values)).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(values).toEqual([9, 1, 5]);
});

it("gives the share of the catalogue that is shown", () => {
  expect(coverage(3, 12)).toBe(0.25);
});
