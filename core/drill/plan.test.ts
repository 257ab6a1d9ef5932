import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { smallDefinition } from "../../tests/support/definitions.ts";
import { definitionSchema } from "../definition.ts";
import { DRILL_FAULT_NAMES } from "./faults.ts";
import { chooseNights } from "./nights.ts";
import { planTrials, WATCHED_DAYS } from "./plan.ts";

const definition = definitionSchema.parse(smallDefinition());

test.prop([fc.nat(), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 })])(
  "plans the same for the same seed, one fault as among all of them, on days that leave time to watch",
  (seed, days, trials) => {
    const all = planTrials(definition, {}, { faults: DRILL_FAULT_NAMES, trials, days, seed });
    for (const fault of DRILL_FAULT_NAMES) {
      const alone = planTrials(definition, {}, { faults: [fault], trials, days, seed });
      expect(alone.trials).toEqual(all.trials.filter((trial) => trial.fault === fault));
    }
    for (const { day } of all.trials) {
      expect(day).toBeGreaterThanOrEqual(0);
      expect(day).toBeLessThanOrEqual(Math.max(0, days - WATCHED_DAYS));
    }
  },
);

it("says for which faults the model has no data", () => {
  const { trials, skipped } = planTrials(
    definition,
    {},
    { faults: DRILL_FAULT_NAMES, trials: 2, days: 7, seed: 1 },
  );
  expect(skipped).toEqual(expect.arrayContaining(["recoded", "group_stops"]));
  expect(trials.map(({ fault }) => fault)).not.toContain("recoded");
});

it("takes the newest whole days, and says what is there and needed when those are too few", () => {
  const history = {
    model: "shop",
    oldest: new Date("2026-11-01T08:00:00Z"),
    newest: new Date("2026-11-10T08:00:00Z"),
  };
  const nights = chooseNights({ ...history, days: 2, before: 6 });
  expect(nights.map((night) => night.toISOString().slice(0, 10))).toEqual([
    ...["2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06", "2026-11-07", "2026-11-08"],
    ...["2026-11-09", "2026-11-10"],
  ]);
  expect(() => chooseNights({ ...history, days: 4, before: 6 })).toThrow(
    'model "shop": its newest snapshots have rows of 9 whole days, and a drill of 4 days needs 10 (6 nights come before the first that is judged); use --days 3',
  );
  expect(() => chooseNights({ ...history, oldest: null, newest: null, days: 4, before: 6 })).toThrow(
    "have rows of 0 whole days, and a drill of 4 days needs 10 (6 nights come before the first that is judged); let runs take deliveries for some days",
  );
});
