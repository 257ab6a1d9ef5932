import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { smallExperiment } from "../../tests/support/experiments.ts";
import { experimentSchema } from "../definition-experiment.ts";
import { freezePlan } from "../experiment-plan.ts";
import { analyse, type DaySums } from "./analyse.ts";
import type { Effect } from "./compare.ts";
import { momentsOf } from "./moments.ts";
import { sayFallback } from "./plain-words.ts";
import { countValues } from "./value-counts.ts";

interface Compared {
  control: number;
  treatment: number;
  SequentialTwoSidedTTest: Effect;
}
// without-fallback.cases.py asks gbstats
const reference = JSON.parse(
  await readFile(new URL("without-fallback.cases.json", import.meta.url), "utf8"),
) as Record<"control" | "treatment", [number, boolean][]> & {
  plannedUnits: number;
  all: Compared;
  "without those who fell back": Compared;
};
const ARMS = ["control", "treatment"] as const;

function plan(kind: "mean" | "quantile" = "mean") {
  const spend = { of: "spend", within: "7 d" } as const;
  const metric = kind === "mean" ? { kind, ...spend } : { kind, at: 0.5, ...spend };
  const settings = experimentSchema.parse(smallExperiment({ metrics: { spend: metric }, guardrails: {} }));
  const frozen = freezePlan(settings, { model: "shop", champion: 1, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  return frozen.plan;
}

function rowsOf(arm: string, units: readonly [number, boolean][], sums = sumsOf): DaySums[] {
  return (["arm", "fallback"] as const).flatMap((answeredBy) => {
    const values = units.flatMap(([y, fellBack]) => (fellBack === (answeredBy === "fallback") ? [y] : []));
    return values.length > 0 ? [{ metric: "spend", arm, answeredBy, sums: sums(values) }] : [];
  });
}
const sumsOf = (values: number[]): DaySums["sums"] => momentsOf(values.map((y) => ({ y })));

const COURSE = { elapsedDays: 3, plannedUnits: reference.plannedUnits, wasMismatch: false };
const find = (rows: DaySums[], of = plan()) => analyse(of, rows, [], COURSE).arms[0]?.metrics[0];
const whole = ARMS.flatMap((arm) => rowsOf(arm, reference[arm]));

it("has gbstats' lift of all units, which decides, and of those whom the arm's own model always answered", () => {
  const found = find(whole);
  const apart = found?.withoutFallback;
  for (const [is, should] of [
    [found, reference.all],
    [apart, reference["without those who fell back"]],
  ] as const) {
    expect(is?.control).toBeCloseTo(should.control, 9);
    expect(is?.treatment).toBeCloseTo(should.treatment, 9);
    for (const part of ["estimate", "low", "high", "p"] as const)
      expect(is?.lift?.[part]).toBeCloseTo(should.SequentialTwoSidedTTest[part], 9);
  }
  const fellBack = ARMS.map((arm) => reference[arm].filter(([, fell]) => fell).length);
  expect([apart?.leftOut.control, apart?.leftOut.treatment]).toEqual(fellBack);
});

it("says both figures, which decides, and why", () => {
  const found = find(whole);
  if (!found) throw new Error("nothing was found");
  expect(sayFallback(found, { arm: "treatment", plan: plan() })).toBe(
    "The popularity list stood in at least once for 159 people in treatment and 23 in control. With them spend changed by +16 % (+4.4 % to +27.6 %), without them by +10.8 % (−0.84 % to +22.4 %). What decides is the figure with them, by intention to treat: chance chose who is in which arm, but failures chose for whom the list stood in, so the arms without them are not alike.",
  );
});

it("has no second figure where the fallback answered nobody, where nobody knows whom, and before anything is told", () => {
  expect(find(whole.filter(({ answeredBy }) => answeredBy === "arm"))).not.toHaveProperty("withoutFallback");
  const [first, ...others] = whole as [DaySums, ...DaySums[]];
  expect(find([{ ...first, answeredBy: "unknown" }, ...others])).not.toHaveProperty("withoutFallback");
  const early = analyse(plan(), whole, [], { ...COURSE, plannedUnits: undefined });
  expect(early.arms[0]?.metrics[0]).not.toHaveProperty("withoutFallback");
  const none = find(rowsOf("control", reference.control));
  expect(none?.withoutFallback).toEqual({ leftOut: { control: expect.any(Number), treatment: 0 } });
});

it("goes by order statistics where a quantile is compared", () => {
  const rows = ARMS.flatMap((arm) => rowsOf(arm, reference[arm], countValues));
  const found = find(rows, plan("quantile"));
  const left = rows.filter(({ answeredBy }) => answeredBy === "arm");
  expect(found?.withoutFallback?.lift).toEqual(find(left, plan("quantile"))?.lift);
});

const units = fc.array(fc.tuple(fc.double({ min: 1, max: 100, noNaN: true }), fc.boolean()), {
  minLength: 500,
  maxLength: 600,
});
test.prop([units, units], { numRuns: 20 })(
  "intention to treat is the same however the fallback's are split off, and the rest is as if they had never been",
  (control, treatment) => {
    const rows = [...rowsOf("control", control), ...rowsOf("treatment", treatment)];
    const unsplit = [
      ...rowsOf(
        "control",
        control.map(([y]) => [y, false]),
      ),
      ...rowsOf(
        "treatment",
        treatment.map(([y]) => [y, false]),
      ),
    ];
    const found = find(rows);
    expect(found?.lift?.estimate).toBeCloseTo(find(unsplit)?.lift?.estimate ?? Number.NaN, 9);
    const left = find(rows.filter(({ answeredBy }) => answeredBy === "arm"));
    expect(found?.withoutFallback?.lift).toEqual(left?.lift);
  },
);
