import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type DayEffect, noveltyTrend, type Trend } from "./novelty.ts";

// inference.cases.py asks statsmodels
const references = JSON.parse(await readFile(new URL("inference.cases.json", import.meta.url), "utf8"));

it("has statsmodels' slope, error and p-value", () => {
  const { days, "slope, standard error, p": is } = references[
    "WLS(weights=1/error^2).fit(cov_type='fixed scale')"
  ] as { days: DayEffect[]; "slope, standard error, p": [number, number, number] };
  const found = noveltyTrend(days) as Trend;
  expect(found.slope).toBeCloseTo(is[0], 12);
  expect((found.high - found.low) / 2 / 1.959963984540054).toBeCloseTo(is[1], 12);
  expect(found.p).toBeCloseTo(is[2], 10);
  expect(found.verdict).toBe("fades");
});

const line = (first: number, slope: number): DayEffect[] =>
  Array.from({ length: 7 }, (_, day) => ({ day, effect: first + slope * day, error: 0.01 }));

it.each([
  ["a gain that shrinks", line(0.1, -0.01), "fades"],
  ["a loss that people get used to", line(-0.1, 0.01), "fades"],
  ["a gain that grows", line(0.1, 0.02), "grows"],
  ["a loss that grows", line(-0.1, -0.02), "grows"],
  ["what stays", line(0.1, 0), "none"],
  ["a gain that turns into a loss", line(0.1, -0.06), "fades"],
  ["a gain that begins a little below nothing", line(-0.005, 0.05), "grows"],
])("%s: %#", (_, days, verdict) => {
  expect(noveltyTrend(days)?.verdict).toBe(verdict);
});

it("is not told of two days", () => {
  expect(noveltyTrend(line(0.1, -0.1).slice(0, 2))).toBeUndefined();
});

test.prop([fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 20 })])(
  "a trend does not depend on where the days begin, nor on the effects' middle",
  (effects) => {
    const days = effects.map((effect, day) => ({ day, effect, error: 0.1 + 0.01 * day }));
    const moved = days.map((at) => ({ ...at, day: at.day + 30, effect: at.effect + 5 }));
    expect(noveltyTrend(moved)?.slope).toBeCloseTo(noveltyTrend(days)?.slope as number, 9);
  },
);
