import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { monitorCheckSchema } from "./api.ts";
import { describeStandstill, standstillMs } from "./standstill.ts";

const NOW = new Date("2026-11-30T12:00:00Z");
const MINUTE = 60_000;
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * MINUTE);
const LONG_AGO = ago(100_000);

it.each([
  ["1 h", 90, undefined],
  ["1 h", 91, 91],
  ["1 min", 11, undefined],
  ["1 min", 12, 12],
  ["1 d", 36 * 60, undefined],
  ["1 d", 36 * 60 + 1, 36 * 60 + 1],
])("of a look every %s the last of which was %s minutes ago says %s", (every, minutes, late) => {
  const found = standstillMs({ every, lastAt: ago(minutes), appliedAt: LONG_AGO }, NOW);
  expect(found).toBe(late === undefined ? undefined : late * MINUTE);
});

it("counts from the definition's application, before the first look and when the interval was changed", () => {
  expect(standstillMs({ every: "1 h", lastAt: undefined, appliedAt: ago(60) }, NOW)).toBeUndefined();
  expect(standstillMs({ every: "1 h", lastAt: undefined, appliedAt: ago(120) }, NOW)).toBe(120 * MINUTE);
  expect(standstillMs({ every: "1 h", lastAt: ago(1_000), appliedAt: ago(60) }, NOW)).toBeUndefined();
});

test.prop([fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 100_000 })])(
  "never calls a monitor late that looked within its interval, and always one that missed two and 10 minutes",
  (every, minutes) => {
    const late = standstillMs({ every: `${every} min`, lastAt: ago(minutes), appliedAt: LONG_AGO }, NOW);
    if (minutes <= every) expect(late).toBeUndefined();
    if (minutes > 2 * every + 10) expect(late).toBe(minutes * MINUTE);
  },
);

it("says for how long, what was promised, and why", () => {
  const monitor = { model: "movies", every: "1 h", lastAt: ago(180), appliedAt: LONG_AGO };
  const { title, symptom } = describeStandstill(
    monitor,
    180 * MINUTE,
    "no worker asks Temporal for work; start one",
  );
  expect(title).toBe(
    "movies: the monitor has not looked for 3 h, promised every 1 h: no worker asks Temporal for work; start one",
  );
  expect(monitorCheckSchema.parse(symptom)).toEqual({
    id: "monitor",
    title: "The monitor looks at the model",
    verdict: "fail",
    value: "3 h",
    threshold: "every 1 h",
    explanation:
      "The monitor has not looked for 3 h, promised every 1 h: no worker asks Temporal for work; start one. Until it looks again, nothing else would be noticed.",
    cause: "monitor",
  });
});
