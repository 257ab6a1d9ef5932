import fc from "fast-check";
import { expect, it } from "vitest";
import { durationMs, formatDuration, parseDuration } from "./duration.ts";

it.each([
  ["450 ms", 450],
  ["1s", 1_000],
  ["1.5 s", 1_500],
  ["10 min", 600_000],
  ["36 h", 129_600_000],
  ["7 d", 604_800_000],
])("reads %j as %i ms", (written, milliseconds) => {
  expect(parseDuration(written)).toBe(milliseconds);
  expect(durationMs(written)).toBe(milliseconds);
});

it.each([
  "",
  "2 dayz",
  "h",
  "3",
  "-1 h",
  "1  h",
  " 1 h",
  "1 h ",
  "1,5 h",
  "0 s",
  "0.1 ms",
  "1e3 s",
  "Infinity d",
  "99999999999999999 d",
])("refuses %j", (written) => {
  expect(parseDuration(written)).toBeUndefined();
  expect(() => durationMs(written)).toThrow(
    `"${written}" is not a duration; write a number and a unit (ms, s, min, h, d), as in "36 h"`,
  );
});

it.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1_000, "1 s"],
  [3_250, "3.3 s"],
  [59_900, "60 s"],
  [90_000, "1.5 min"],
  [86_400_000 * 3.2, "3.2 d"],
])("writes %d ms as %j", (milliseconds, written) => {
  expect(formatDuration(milliseconds)).toBe(written);
});

it("reads what it writes, to the two digits that it shows", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 86_400_000 * 1_000 }), (milliseconds) => {
      const read = durationMs(formatDuration(milliseconds));
      expect(Math.abs(read - milliseconds)).toBeLessThanOrEqual(milliseconds * 0.051);
    }),
  );
});
