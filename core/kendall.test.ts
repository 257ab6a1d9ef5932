import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { kendallTauB } from "./kendall.ts";

// SciPy 1.17.1: scipy.stats.kendalltau(a, b, variant="b").statistic, with a and b the places of the items that either
// ranking shows, and one place below its last for all that a ranking lacks
const FIXTURES: [string, string, number][] = [
  ["abcde", "abcde", 1], // [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]
  ["abc", "def", -0.7500000000000001], // [1, 2, 3, 4, 4, 4], [4, 4, 4, 1, 2, 3]
  ["abcd", "badc", 0.3333333333333334], // [1, 2, 3, 4], [2, 1, 4, 3]
  ["abcd", "bad", 0.3333333333333334], // [1, 2, 3, 4], [2, 1, 4, 3]
  ["abc", "cba", -1.0], // [1, 2, 3], [3, 2, 1]
  ["abc", "bef", -0.2222222222222222], // [1, 2, 3, 4, 4], [4, 1, 4, 2, 3]
  ["abcdefghij", "bacxydez", 0.3500700210070024], // [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 11], [2, 1, 3, 6, 7, 9, 9, 9, 9, 9, 4, 5, 8]
];

it.each(FIXTURES)("of %s and %s is SciPy's", (some, others, tau) => {
  expect(kendallTauB([...some], [...others])).toBeCloseTo(tau, 12);
});

it("is not told where a ranking tells no two items apart", () => {
  expect(kendallTauB([], [])).toBeUndefined();
  expect(kendallTauB(["a"], ["a"])).toBeUndefined();
  expect(kendallTauB(["a"], [])).toBeUndefined();
});

const rankings = fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { maxLength: 6 });

test.prop([rankings, rankings])("lies between -1 and 1, and is the same from either side", (some, others) => {
  const tau = kendallTauB(some, others);
  expect(kendallTauB(others, some)).toBe(tau);
  if (tau !== undefined) expect(Math.abs(tau)).toBeLessThanOrEqual(1 + 1e-12);
});

test.prop([rankings])("is 1 of a ranking with itself", (ranking) => {
  if (ranking.length > 1) expect(kendallTauB(ranking, ranking)).toBeCloseTo(1, 12);
});
