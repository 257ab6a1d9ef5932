import { fc, it as prop } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { binScores, populationStability, sharesIn } from "./population-stability.ts";

/**
 * Python 3.11.7 with NumPy 2.4.6:
 *   then = np.arange(200) * 37 % 101 / 101; now = np.sqrt(np.arange(150) * 53 % 97 / 97)
 *   b = np.unique(np.quantile(then, np.arange(1, 10) / 10, method="lower"))
 *   edges = np.r_[-np.inf, np.nextafter(b, np.inf), np.inf]
 *   e = np.histogram(then, edges)[0] / then.size; a = np.histogram(now, edges)[0] / now.size
 *   e, a = np.maximum(e, 1e-4), np.maximum(a, 1e-4)
 *   print(b.tolist(), e.tolist(), a.tolist(), np.sum((a - e) * np.log(a / e)))
 */
const NUMPY = {
  bounds: [9, 19, 30, 40, 50, 60, 70, 80, 90].map((hundredFirsts) => hundredFirsts / 101),
  reference: [0.1, 0.1, 0.105, 0.1, 0.1, 0.1, 0.095, 0.1, 0.1, 0.1],
  now: [2, 6, 6, 12, 13, 16, 19, 21, 27, 28].map((of150) => of150 / 150),
  index: 0.4228188980890063,
};

it("gives the bins, shares and index that NumPy gives", () => {
  const then = Array.from({ length: 200 }, (_, index) => ((index * 37) % 101) / 101);
  const now = Array.from({ length: 150 }, (_, index) => Math.sqrt(((index * 53) % 97) / 97));
  const bins = binScores(then);
  expect(bins?.bounds).toEqual(NUMPY.bounds);
  expect(bins?.shares).toEqual(NUMPY.reference);
  const shares = sharesIn(NUMPY.bounds, now);
  expect(shares).toEqual(NUMPY.now);
  expect(populationStability(NUMPY.reference, shares)).toBeCloseTo(NUMPY.index, 12);
});

it("cannot bin nothing, and makes one bin of scores that are all equal", () => {
  expect(binScores([])).toBeUndefined();
  expect(binScores([4, 4, 4])).toEqual({ bounds: [], shares: [1] });
});

it("sees scores that moved out of every bin they were in", () => {
  const bins = binScores([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const moved = sharesIn(bins?.bounds ?? [], [11, 12, 13]);
  expect(populationStability(bins?.shares ?? [], moved)).toBeGreaterThan(0.25);
});

it("refuses to compare distributions over different bins", () => {
  expect(() => populationStability([1], [0.5, 0.5])).toThrow("1 bins then, 2 now");
});

const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });

prop.prop([scores, scores])("is never below 0, and 0 for the same scores in any order", (then, now) => {
  const bins = binScores(then) ?? { bounds: [], shares: [] };
  expect(populationStability(bins.shares, sharesIn(bins.bounds, now))).toBeGreaterThanOrEqual(0);
  expect(populationStability(bins.shares, sharesIn(bins.bounds, then.toReversed()))).toBe(0);
});

prop.prop([scores, scores])("is the same both ways", (then, now) => {
  const { bounds, shares } = binScores(then) ?? { bounds: [], shares: [] };
  const later = sharesIn(bounds, now);
  expect(populationStability(shares, later)).toBeCloseTo(populationStability(later, shares), 10);
});

prop.prop([scores])("puts every score into one bin", (given) => {
  const { bounds, shares } = binScores(given) ?? { bounds: [], shares: [] };
  expect(shares).toHaveLength(bounds.length + 1);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
});
