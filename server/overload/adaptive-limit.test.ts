import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { AdaptiveLimit } from "./adaptive-limit.ts";

const SETTINGS = { targetMs: 20, least: 4, most: 400 };

/** A server that works through one request after the other: each waits for all that came before. */
function settled(perRequestMs: number, limit = new AdaptiveLimit(SETTINGS)): AdaptiveLimit {
  for (let window = 0; window < 100; window++) limit.adapt(limit.value * perRequestMs, limit.value);
  return limit;
}

it("settles at what can be answered within the target, whatever a request costs", () => {
  expect(settled(0.2).value).toBeGreaterThanOrEqual(80);
  expect(settled(0.2).value).toBeLessThanOrEqual(100);
  expect(settled(2).value).toBeGreaterThanOrEqual(8);
  expect(settled(2).value).toBeLessThanOrEqual(10);
});

it("follows when requests cost more, and within 5 s when they cost less again", () => {
  const limit = settled(0.2);
  limit.adapt(limit.value * 0.8, limit.value);
  limit.adapt(limit.value * 0.8, limit.value);
  expect(limit.value * 0.8).toBeLessThanOrEqual(SETTINGS.targetMs);
  for (let window = 0; window < 50; window++) limit.adapt(limit.value * 0.2, limit.value);
  expect(limit.value).toBeGreaterThanOrEqual(80);
});

it("learns nothing from a limit that nobody came near", () => {
  const limit = new AdaptiveLimit(SETTINGS);
  const before = limit.value;
  for (let window = 0; window < 100; window++) limit.adapt(1, 3);
  expect(limit.value).toBe(before);
});

test.prop([fc.array(fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.nat(2_000)))])(
  "stays a whole number within its bounds, and never falls below half at one go",
  (windows) => {
    const limit = new AdaptiveLimit(SETTINGS);
    for (const [waitedMs, atOnce] of windows) {
      const before = limit.value;
      limit.adapt(waitedMs, atOnce);
      expect(Number.isInteger(limit.value)).toBe(true);
      expect(limit.value).toBeGreaterThanOrEqual(Math.max(SETTINGS.least, Math.floor(before / 2)));
      expect(limit.value).toBeLessThanOrEqual(SETTINGS.most);
      if (waitedMs > SETTINGS.targetMs) expect(limit.value).toBeLessThanOrEqual(before);
      else expect(limit.value).toBeGreaterThanOrEqual(before);
    }
  },
);
