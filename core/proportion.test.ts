import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { newcombeInterval, wilsonInterval } from "./proportion.ts";

const Z = 1.959963984540054;

/**
 * count, of, other count, other of, then low and high of the difference and of the first share: statsmodels 0.15.0,
 * `confint_proportions_2indep(…, method="newcomb", alpha=0.05)` and `proportion_confint(…, method="wilson")`.
 */
const REFERENCE = [
  [0, 50, 0, 50, -0.07134759913335874, 0.07134759913335874, 0, 0.07134759913335874],
  [3, 100, 1, 100, -0.028671403020331283, 0.07513743063892075, 0.01025452402403891, 0.08451936429052763],
  [56, 70, 48, 80, 0.05243147240236498, 0.33387265403690614, 0.6918335550374695, 0.8769526075163705],
  [9, 10, 3, 10, 0.1705227239345029, 0.809017973535488, 0.5958499732047614, 0.982123786904927],
  [10, 10, 0, 10, 0.6075093504305241, 1, 0.7224672001371106, 1],
  [
    17, 12345, 40, 67890, 0.000228665072838574, 0.0016298570082515984, 0.0008599901288249612,
    0.002204383071437014,
  ],
  [1, 1, 0, 1, -0.12210872068194178, 1, 0.2065493143772374, 1],
] as const;

it.each(REFERENCE)("%i of %i and %i of %i: as statsmodels says", (count, of, other, otherOf, ...bounds) => {
  const difference = newcombeInterval([count, of], [other, otherOf], Z);
  const share = wilsonInterval(count, of, Z);
  const found = [difference.low, difference.high, share.low, share.high];
  found.forEach((value, at) => {
    expect(value).toBeCloseTo(bounds[at] as number, 10);
  });
});

const counts = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([of, share]) => [Math.round(of * share), of] as const);

property.prop([counts, counts])(
  "the interval holds the difference, and turns round with the sides",
  (a, b) => {
    const there = newcombeInterval(a, b, Z);
    const back = newcombeInterval(b, a, Z);
    const difference = a[0] / a[1] - b[0] / b[1];
    expect(there.low).toBeLessThanOrEqual(difference + 1e-12);
    expect(there.high).toBeGreaterThanOrEqual(difference - 1e-12);
    expect(there.low).toBeCloseTo(-back.high, 10);
  },
);
