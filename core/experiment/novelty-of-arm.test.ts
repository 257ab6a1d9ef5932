import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { smallExperiment } from "../../tests/support/experiments.ts";
import { type ExperimentInput, experimentSchema } from "../definition-experiment.ts";
import { freezePlan } from "../experiment-plan.ts";
import { agesOf } from "./ages.ts";
import { analyse, type DaySums } from "./analyse.ts";
import { LEAST_UNITS } from "./compare.ts";
import { type Moments, momentsOf } from "./moments.ts";
import { noveltyOfArm } from "./novelty-of-arm.ts";
import { sayNovelty } from "./plain-words.ts";

// novelty-of-arm.cases.py asks gbstats and statsmodels
const reference = JSON.parse(
  await readFile(new URL("novelty-of-arm.cases.json", import.meta.url), "utf8"),
) as {
  control: Moments[];
  treatment: Moments[];
  "TwoSidedTTest: estimate, standard error": [number, number][];
  "WLS: slope, low, high, p": [number, number, number, number];
};
const ARMS = { control: "control", arm: "treatment" };

function plan(spend: ExperimentInput["metrics"][string] = { kind: "mean", of: "spend", within: "7 d" }) {
  const settings = experimentSchema.parse(smallExperiment({ metrics: { spend }, guardrails: {}, days: 60 }));
  const frozen = freezePlan(settings, { model: "shop", champion: 1, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  return frozen.plan;
}

function agesIn(arms: Record<string, readonly Moments[]>): DaySums[] {
  return Object.entries(arms).flatMap(([arm, days]) =>
    days.map(
      (sums, day): DaySums => ({ metric: `spend@${day}`, arm, answeredBy: "unknown", segment: "", sums }),
    ),
  );
}
const { control, treatment } = reference;
const all = agesIn({ control, treatment });

it("has gbstats' lift of each day, and statsmodels' line through them", () => {
  const found = noveltyOfArm(plan(), all, ARMS);
  for (const [day, [lift, error]] of reference["TwoSidedTTest: estimate, standard error"].entries()) {
    expect(found?.days[day]).toMatchObject({ day, days: 1 });
    expect(found?.days[day]?.lift).toBeCloseTo(lift, 9);
    expect(found?.days[day]?.error).toBeCloseTo(error, 9);
  }
  const [slope, low, high, p] = reference["WLS: slope, low, high, p"];
  expect(found?.slope).toBeCloseTo(slope, 9);
  expect(found?.low).toBeCloseTo(low, 9);
  expect(found?.high).toBeCloseTo(high, 9);
  expect(found?.p).toBeCloseTo(p, 9);
  expect(found?.verdict).toBe("fades");
});

it("says that it fades, from what to what, and what follows", () => {
  const found = noveltyOfArm(plan(), all, ARMS);
  expect(found && sayNovelty(found, { arm: "treatment", metric: "spend" })).toMatch(
    /^The effect of treatment on spend fades with the days since people first met it, from \+\d.+ % on day 1 to .+ % on day 7: −\d.+ % a day along a straight line \(p = 0.00014, as if this were the only look\)\. So what is left of it later is less/,
  );
  const backwards = agesIn({ control, treatment: treatment.toReversed() });
  const grown = noveltyOfArm(plan(), backwards, ARMS);
  expect(grown && sayNovelty(grown, { arm: "treatment", metric: "spend" })).toMatch(/ grows with the days/);
  const same = noveltyOfArm(plan(), agesIn({ control, treatment: control }), ARMS);
  expect(same && sayNovelty(same, { arm: "treatment", metric: "spend" })).toMatch(
    /neither surely fades nor surely grows .+ from ±0 % on day 1 to ±0 % on day 7\.$/,
  );
});

it("decides nothing, and is part of what a look finds of the arm", () => {
  const course = { elapsedDays: 3, plannedUnits: 2_000, wasMismatch: false };
  const found = analyse(plan(), [], [], { ...course, ages: all });
  const without = analyse(plan(), [], [], course);
  expect(found.arms[0]?.novelty).toEqual(noveltyOfArm(plan(), all, ARMS));
  expect(found.arms.map(({ novelty: _, ...arm }) => arm)).toEqual(without.arms);
  expect(found.verdict).toBe(without.verdict);
});

it("is not told of few units, of fewer than three days, or of a metric that has no days", () => {
  const few = momentsOf(Array.from({ length: LEAST_UNITS - 1 }, (_, y) => ({ y: 5 + (y % 3) })));
  expect(
    noveltyOfArm(plan(), agesIn({ control, treatment: treatment.map(() => few) }), ARMS),
  ).toBeUndefined();
  expect(noveltyOfArm(plan(), agesIn({ control: control.slice(0, 2), treatment }), ARMS)).toBeUndefined();
  for (const metric of [
    { kind: "quantile", of: "spend", at: 0.9, within: "7 d" },
    { kind: "retention", after: "3 d", within: "4 d" },
    { kind: "mean", of: "spend", within: "71 h" },
  ] as const)
    expect(noveltyOfArm(plan(metric), all, ARMS)).toBeUndefined();
});

test.prop([fc.integer({ min: 3, max: 60 })])(
  "parts the metric's time into at most 14 stretches of whole days, one after another, none beyond its end",
  (days) => {
    const ages = agesOf(plan({ kind: "mean", of: "spend", within: `${days} d` }));
    expect(ages.length).toBeGreaterThanOrEqual(3);
    expect(ages.length).toBeLessThanOrEqual(14);
    let next = 0;
    for (const age of ages) {
      expect(age).toEqual({ metric: `spend@${next}`, day: next, days: ages[0]?.days });
      next += age.days;
    }
    expect(next).toBeLessThanOrEqual(days);
    expect(next).toBeGreaterThan(days - (ages[0]?.days ?? 0));
  },
);
