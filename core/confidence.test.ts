import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { RunningMean } from "./confidence.ts";

describe("the interval of a mean", () => {
  const of = (values: readonly number[]) => {
    const mean = new RunningMean();
    for (const value of values) mean.add(value);
    return mean.estimate();
  };

  it("is Student's", () => {
    const values = [0, 0.5, 1, 0.63, 0, 0.2, 0.9];
    // SciPy 1.17.1: numpy.mean(v), stats.t.interval(0.95, 6, loc=numpy.mean(v), scale=stats.sem(v))
    const estimate = of(values);
    expect(estimate?.mean).toBeCloseTo(0.4614285714285714, 12);
    expect(estimate?.low).toBeCloseTo(0.08263945973576059, 9);
    expect(estimate?.high).toBeCloseTo(0.8402176831213822, 9);
  });

  it("is not told from one value, nor from none", () => {
    expect(of([])).toBeUndefined();
    expect(of([0.4])).toBeUndefined();
  });

  test.prop([fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 60 })])(
    "holds the mean, whatever the order of the values, and is as wide as the spread says",
    (values) => {
      const [estimate, backwards] = [of(values), of(values.toReversed())];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(estimate?.mean).toBeCloseTo(mean, 9);
      expect(estimate?.low).toBeCloseTo(backwards?.low ?? Number.NaN, 9);
      expect(estimate?.low).toBeLessThanOrEqual(estimate?.mean ?? Number.NaN);
      expect(estimate?.high).toBeGreaterThanOrEqual(estimate?.mean ?? Number.NaN);
    },
  );
});
