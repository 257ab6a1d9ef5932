import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crossingAbove } from "./crossing.ts";
import { type Design, daysNeeded, detectableEffect, power, unitsNeeded } from "./power.ts";

// inference.cases.py asks statsmodels and SciPy
const references = JSON.parse(await readFile(new URL("inference.cases.json", import.meta.url), "utf8"));

it.each(
  references[
    "NormalIndPower(alpha / 2, larger): units for 0.8, power of 1000, effect for 0.9 of 1000"
  ] as number[][],
)("plans for an effect of %d with deviation %d, alpha %d, share %d as statsmodels", (...row) => {
  const [effect, deviation, alpha, share, units, ofThousand, found] = row as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const shares = { control: share, treatment: 1 - share };
  const design: Design = { variance: deviation ** 2, shares, alpha, looks: { kind: "fixed" } };
  expect(Math.abs(unitsNeeded(effect, 0.8, design) - units)).toBeLessThanOrEqual(1);
  expect(power(effect, 1_000, design)).toBeCloseTo(ofThousand, 9);
  // statsmodels ends its search for the effect at about 1e-5 of it: z's sum times the standard error is 0.2050114 in the first row.
  expect(Math.abs(detectableEffect(1_000, 0.9, design) / found - 1)).toBeLessThan(1e-5);
});

it.each(references["multivariate_normal.cdf"] as [number, number[], number][])(
  "crosses with a drift of %d the bounds %j as often as SciPy says",
  (drift, bounds, often) => {
    expect(crossingAbove(drift, bounds)).toBeCloseTo(often, 4);
  },
);

// Armitage, McPherson and Rowe 1969, table 2: looking again and again at 5 %
it.each([
  [1, 0.05],
  [2, 0.083],
  [5, 0.142],
  [10, 0.193],
])("errs after %i looks at 5 %% as their table says", (looks, often) => {
  const bounds = new Array<number>(looks).fill(1.959964);
  expect(Math.abs(2 * crossingAbove(0, bounds) - often)).toBeLessThan(0.001);
});

const DESIGN: Omit<Design, "looks"> = {
  variance: 1,
  shares: { control: 0.5, treatment: 0.5 },
  alpha: 0.05,
};

describe("looking daily", () => {
  it("costs units, fewer with more looks, and none of them errs more than it may", () => {
    const needed = [1, 5, 14].map((looks) =>
      unitsNeeded(0.1, 0.8, { ...DESIGN, looks: { kind: "always_valid", looks } }),
    );
    const fixed = unitsNeeded(0.1, 0.8, { ...DESIGN, looks: { kind: "fixed" } });
    expect(needed).toEqual(needed.toSorted((a, b) => b - a));
    expect(needed.every((units) => units > fixed && units < 2.2 * fixed)).toBe(true);
    const looks = { kind: "always_valid" as const, looks: 30 };
    expect(2 * power(0, 5_000, { ...DESIGN, looks })).toBeLessThan(0.05);
  });
});

it("refuses what no number of units finds", () => {
  const design: Design = { ...DESIGN, looks: { kind: "fixed" } };
  expect(() => unitsNeeded(0, 0.8, design)).toThrow(
    "an effect of 0 cannot be found with any number of units",
  );
  expect(() => unitsNeeded(1, 0.8, { ...design, variance: 0 })).toThrow("nothing varies in the past");
});

it("counts the treatment's own variance where it is another", () => {
  const design: Design = { ...DESIGN, looks: { kind: "fixed" } };
  const units = unitsNeeded(0.1, 0.8, design);
  expect(Math.abs(unitsNeeded(0.1, 0.8, { ...design, treatmentVariance: 2 }) - 1.5 * units)).toBeLessThan(2);
});

describe("days", () => {
  it("come from the new units of past days, and the window after the last", () => {
    expect(daysNeeded(100, [60, 50, 40])).toBe(2);
    expect(daysNeeded(100, [60, 50, 40], 7)).toBe(9);
  });

  it("go on like the last week", () => {
    expect(daysNeeded(1_000, [500, ...new Array(13).fill(20)])).toBe(26);
  });

  it("have no number where nobody new comes", () => {
    expect(daysNeeded(100, [50, ...new Array(7).fill(0)])).toBeUndefined();
    expect(daysNeeded(100, [])).toBeUndefined();
  });
});

test.prop([
  fc.double({ min: 0.01, max: 2, noNaN: true }),
  fc.double({ min: 0.1, max: 0.95, noNaN: true }),
  fc.double({ min: 0.01, max: 50, noNaN: true }),
])(
  "the needed units have the asked power, and find the planned effect; money's unit is nothing to it",
  (effect, asked, by) => {
    const design: Design = { ...DESIGN, looks: { kind: "fixed" } };
    const units = unitsNeeded(effect, asked, design);
    expect(power(effect, units, design)).toBeGreaterThanOrEqual(asked - 1e-9);
    if (units > 100) expect(power(effect, units - 1, design)).toBeLessThanOrEqual(asked + 1e-9);
    const scaled = { ...design, variance: by * by };
    expect(Math.abs(unitsNeeded(effect * by, asked, scaled) - units)).toBeLessThanOrEqual(1);
    if (units > 100) expect(detectableEffect(units, asked, design)).toBeLessThanOrEqual(effect * (1 + 1e-6));
  },
);
