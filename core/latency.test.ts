import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { bucketEndUs, LATENCY_BUCKETS, latencyBucket, quantileInterval, quantileUs } from "./latency.ts";

function countsOf(times: readonly number[]): number[] {
  const counts = new Array<number>(LATENCY_BUCKETS).fill(0);
  for (const us of times) counts[latencyBucket(us)] = (counts[latencyBucket(us)] ?? 0) + 1;
  return counts;
}

property.prop([fc.double({ min: 51, max: 2_000_000, noNaN: true })])(
  "puts a time into the bucket whose ends are around it",
  (us) => {
    const bucket = latencyBucket(us);
    expect(us).toBeLessThanOrEqual(bucketEndUs(bucket) * (1 + 1e-6));
    expect(us).toBeGreaterThan(bucketEndUs(bucket - 1) * (1 - 1e-6));
  },
);

property.prop([
  fc.array(fc.double({ min: 60, max: 1_000_000, noNaN: true }), { minLength: 1, maxLength: 500 }),
])("says a quantile as exactly as its buckets are wide", (times) => {
  const exact = times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.9) - 1] as number;
  const found = quantileUs(countsOf(times), 0.9) as number;
  expect(found / exact).toBeGreaterThan(1 - 1e-6);
  expect(found / exact).toBeLessThan(1.12 + 1e-6);
});

it("takes what is slower than every bucket into the last, and what is no time into the first", () => {
  expect(latencyBucket(1e9)).toBe(LATENCY_BUCKETS - 1);
  expect([0, -1, Number.NaN].map(latencyBucket)).toEqual([0, 0, 0]);
});

it("doesn't tell the interval of a quantile that nothing was seen beyond", () => {
  const few = countsOf(Array.from({ length: 300 }, () => 1_000));
  expect(quantileInterval(few, 0.99, 2.576)).toBeUndefined();
  expect(quantileInterval(countsOf([]), 0.5, 1.96)).toBeUndefined();
  expect(quantileUs(countsOf([]), 0.5)).toBeUndefined();
  const many = countsOf(Array.from({ length: 10_000 }, (_, at) => (at % 50 === 0 ? 50_000 : 1_000)));
  const interval = quantileInterval(many, 0.99, 2.576);
  expect(interval?.low).toBeGreaterThan(49_000);
  expect(interval?.low).toBe(interval?.high);
});
