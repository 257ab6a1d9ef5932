import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capAt, countValues, mergeCounts, quantileEstimate, valueBucket } from "./value-counts.ts";

interface Row {
  name: "latency" | "spend";
  quantile: number;
  "numpy.quantile": number;
  "mstats.mjci": number;
}
// value-counts.cases.py asks numpy and SciPy
const { rows, values } = JSON.parse(
  await readFile(new URL("value-counts.cases.json", import.meta.url), "utf8"),
) as { rows: Row[]; values: Record<Row["name"], number[]> };
const told = rows.filter((row) => row["numpy.quantile"] > 0);

describe.each(told.map((row) => [row.name, row.quantile, row] as const))(
  "%s at %d",
  (name, quantile, row) => {
    const estimate = quantileEstimate(countValues(values[name]), quantile);

    it("is numpy's quantile to 1 %, a bucket", () => {
      expect(Math.abs((estimate?.value ?? 0) / row["numpy.quantile"] - 1)).toBeLessThan(0.01);
    });

    // Two estimates of a standard error that each scatter: by order statistics, and by Maritz and Jarrett.
    it("has a standard error of SciPy's size", () => {
      const error = Math.sqrt((estimate?.variance ?? 0) / (estimate?.n ?? 1));
      expect(error / row["mstats.mjci"]).toBeGreaterThan(0.6);
      expect(error / row["mstats.mjci"]).toBeLessThan(1.7);
    });
  },
);

it("cannot tell a quantile where all about it is one value, nor at the sample's ends", () => {
  expect(rows.filter(({ quantile, name }) => name === "spend" && quantile === 0.5)).toHaveLength(1);
  expect(quantileEstimate(countValues(values.spend), 0.5)).toBeUndefined();
  expect(quantileEstimate(countValues([1, 2, 3, 4]), 0.9)).toBeUndefined();
  expect(quantileEstimate(countValues([]), 0.5)).toBeUndefined();
});

describe("a cap", () => {
  it("is at most a bucket above the value that the share doesn't exceed, over all arms", () => {
    const arms = [values.latency.slice(0, 700), values.latency.slice(700)].map(countValues);
    const sorted = values.latency.toSorted((a, b) => a - b);
    const exact = sorted[Math.ceil(sorted.length * 0.99) - 1] as number;
    const cap = capAt(arms, 0.99) as number;
    expect(cap).toBeGreaterThanOrEqual(exact);
    expect(cap).toBeLessThanOrEqual(exact * 1.01);
  });

  it("is 0 where so many spent nothing, and isn't known of nobody", () => {
    expect(capAt([countValues([0, 0, 0, 5])], 0.5)).toBe(0);
    expect(capAt([], 0.99)).toBeUndefined();
  });
});

it("refuses a value that is no number", () => {
  expect(() => countValues([1, Number.NaN])).toThrow("values: NaN is not a finite number");
});

const amounts = fc.array(fc.double({ min: -10, max: 1e6, noNaN: true }), { maxLength: 50 });

test.prop([amounts, amounts, amounts])("counts of days add up in any order and grouping", (a, b, c) => {
  const [first, second, third] = [a, b, c].map(countValues) as [ReturnType<typeof countValues>, never, never];
  const all = countValues([...a, ...b, ...c]);
  expect(mergeCounts([mergeCounts([first, second]), third])).toEqual(all);
  expect(mergeCounts([third, mergeCounts([second, first])])).toEqual(all);
});

test.prop([fc.double({ min: 1e-6, max: 1e9, noNaN: true })])("a bucket holds its value", (value) => {
  const bucket = valueBucket(value);
  expect(1.01 ** (bucket - 1)).toBeLessThan(value * (1 + 1e-9));
  expect(1.01 ** bucket).toBeGreaterThan(value * (1 - 1e-9));
});
