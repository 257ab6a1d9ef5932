import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareMoments } from "./compare.ts";
import { daySums, type KeptSums } from "./day-sums.ts";
import { type Moments, mergeMoments, momentsOf, type UnitValue } from "./moments.ts";
import { valueBucket } from "./value-counts.ts";
import { type BucketSums, winsorCap, winsorised } from "./winsorise.ts";

// winsorise.cases.py asks numpy and SciPy
const cases = JSON.parse(await readFile(new URL("winsorise.cases.json", import.meta.url), "utf8")) as {
  rows: {
    of: "pooled" | "control";
    at: number;
    cap: number;
    means: [number, number];
    variances: [number, number];
    p: number;
    low: number;
    high: number;
  }[];
  "mstats.winsorize": { values: number[]; "mean of 0.9": number };
  arms: Record<"control" | "treatment", number[]>;
};

/** As PostgreSQL keeps them. */
function bucketsOf(units: readonly UnitValue[]): BucketSums {
  const groups = Map.groupBy(units, ({ y }) => (y > 0 ? String(valueBucket(y)) : "zeros"));
  const letters = ["n", "y", "yy", "x", "xx", "xy", "c", "cc", "cy", "cx"] as const;
  return Object.fromEntries(
    [...groups].map(([bucket, group]) => {
      const sums = momentsOf(group);
      return [bucket, letters.map((letter) => sums[letter] ?? null)];
    }),
  );
}

/** Two days an arm. */
function kept(arm: "control" | "treatment"): KeptSums[] {
  const units = cases.arms[arm].map((y) => ({ y }));
  return [units.slice(0, 700), units.slice(700)].map((day) => ({
    ...{ metric: "spend", arm, answeredBy: "arm", segment: "" },
    ...{ sums: momentsOf(day), valueCounts: undefined, bucketSums: bucketsOf(day) },
  }));
}

describe.each(cases.rows.map((row) => [row.of, row.at, row] as const))("by %s at %d", (of, at, row) => {
  const metric = { kind: "mean", of: "spend", within: "7 d", better: "more", winsorise: { at, of } } as const;
  const rows = daySums({ metrics: { spend: metric }, control: "control" }, [
    ...kept("control"),
    ...kept("treatment"),
  ]);
  const [control, treatment] = ["control", "treatment"].map((arm) =>
    mergeMoments(rows.filter((one) => one.arm === arm).map(({ sums }) => sums as Moments)),
  ) as [Moments, Moments];

  it("has numpy's means and variances of what is capped", () => {
    for (const [at, { n, y, yy }] of [control, treatment].entries()) {
      expect(y / n).toBeCloseTo(row.means[at] as number, 9);
      expect((yy - (y * y) / n) / (n - 1)).toBeCloseTo(row.variances[at] as number, 6);
    }
  });

  it("is compared as SciPy's ttest_ind does", () => {
    const found = compareMoments(
      { kind: "mean" },
      { control, treatment },
      { method: { kind: "fixed" }, alpha: 0.05 },
    );
    expect(found?.difference?.p).toBeCloseTo(row.p, 9);
    expect(found?.difference?.low).toBeCloseTo(row.low, 8);
    expect(found?.difference?.high).toBeCloseTo(row.high, 8);
  });
});

it("is within 1 % of what SciPy's winsorize makes of the values, whose cap is one of them", () => {
  const { values, "mean of 0.9": mean } = cases["mstats.winsorize"];
  const buckets = bucketsOf(values.map((y) => ({ y })));
  const { n, y } = winsorised(buckets, winsorCap([buckets], 0.9) as number);
  expect(y / n / mean).toBeGreaterThanOrEqual(1);
  expect(y / n / mean).toBeLessThan(1.01);
});

const units = fc.array(
  fc.record({
    y: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e6, noNaN: true })),
    x: fc.integer({ min: 0, max: 9 }),
    c: fc.integer({ min: 0, max: 9 }),
  }),
  { minLength: 1, maxLength: 60 },
);

test.prop([units, fc.double({ min: 0.5, max: 0.999, noNaN: true })])(
  "sums as if each unit had at most the cap, ratios and what was before with it",
  (all, share) => {
    const buckets = bucketsOf(all);
    const cap = winsorCap([buckets], share);
    expect(cap === undefined).toBe(all.every(({ y }) => y === 0));
    if (cap === undefined) return;
    const plain = momentsOf(all.map((unit) => ({ ...unit, y: Math.min(unit.y, cap) })));
    const found = winsorised(buckets, cap);
    for (const [letter, sum] of Object.entries(plain))
      expect(found[letter as keyof Moments]).toBeCloseTo(sum, Math.max(0, 9 - Math.log10(1 + Math.abs(sum))));
  },
);
