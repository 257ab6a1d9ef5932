import { expect, it } from "vitest";
import { smallExperiment } from "../../tests/support/experiments.ts";
import { type ExperimentInput, experimentSchema } from "../definition-experiment.ts";
import { type FrozenPlan, freezePlan } from "../experiment-plan.ts";
import { analyse, type Course, type DaySums } from "./analyse.ts";
import type { ArmCounts } from "./look.ts";
import { momentsOf } from "./moments.ts";
import { controlEstimate, plannedUnits } from "./planned-units.ts";
import { detectableEffect } from "./power.ts";
import { countValues } from "./value-counts.ts";

const COURSE: Course = { elapsedDays: 8, plannedUnits: 20_000, wasMismatch: false };

function plan(change: Partial<ExperimentInput> = {}): FrozenPlan {
  const settings = experimentSchema.parse(
    smallExperiment({ guardrails: { clicking: { maxLoss: 0.15 } }, ...change }),
  );
  const frozen = freezePlan(settings, { model: "shop", champion: 1, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  return frozen.plan;
}

/** Two days of units: so many, of whom a share clicks, and of these each spends so much or nothing. */
function arm(name: string, of: { units: number; clicks: number; spend: number }): DaySums[] {
  const unit = (at: number) => ({
    clicks: at % 100 < 100 * of.clicks ? 1 : 0,
    spend: at % 4 === 0 ? of.spend : 0,
  });
  const days = [0, 1].map((day) => Array.from({ length: of.units / 2 }, (_, at) => unit(2 * at + day)));
  return days.flatMap((units): DaySums[] => [
    { metric: "clicking", ...answered(name), sums: momentsOf(units.map(({ clicks }) => ({ y: clicks }))) },
    { metric: "spend", ...answered(name), sums: momentsOf(units.map(({ spend }) => ({ y: spend }))) },
  ]);
}

const answered = (arm: string) => ({ arm, answeredBy: "arm" as const });

function counts(control: number, treatment: number, fallbacks = 0): ArmCounts[] {
  return [
    { arm: "control", units: control, answers: 3 * control, fallbacks: 10 },
    { arm: "treatment", units: treatment, answers: 3 * treatment, fallbacks },
  ];
}

const CONTROL = arm("control", { units: 10_000, clicks: 0.2, spend: 10 });
const both = (clicks: number, spend: number) => [
  ...CONTROL,
  ...arm("treatment", { units: 10_000, clicks, spend }),
];

it("ships an arm that surely earns more, once the week is over", () => {
  const sums = both(0.2, 12);
  expect(analyse(plan(), sums, counts(10_000, 10_000), COURSE)).toMatchObject({
    verdict: "ship",
    arm: "treatment",
    reason: expect.stringMatching(/^spend rose by 20 % .*surely better, and every guardrail holds$/),
  });
  expect(analyse(plan(), sums, counts(10_000, 10_000), { ...COURSE, elapsedDays: 3 }).verdict).toBe("go_on");
});

it("follows spend where clicks go up and spend goes down, and says both", () => {
  const found = analyse(plan(), both(0.3, 7), counts(10_000, 10_000), { ...COURSE, elapsedDays: 2 });
  expect(found).toMatchObject({ verdict: "stop", arm: undefined });
  expect(found.reason).toMatch(
    /^spend fell by 30 % .*surely worse than the control; clicking rose by 50 % .*opposite directions, and the verdict follows spend$/,
  );
  expect(found.arms[0]?.opposites).toHaveLength(1);
});

it("stops an arm whose guardrail surely loses more than is accepted", () => {
  const found = analyse(plan(), both(0.1, 12), counts(10_000, 10_000), COURSE);
  expect(found.verdict).toBe("stop");
  expect(found.reason).toMatch(/^clicking fell by 50 %/);
});

it("reads nothing from arms that do not hold their shares, names what differs, and keeps that", () => {
  const odd = analyse(plan(), both(0.2, 12), counts(10_000, 9_000, 2_000), COURSE);
  expect(odd).toMatchObject({ verdict: "go_on", sampleRatio: { isMismatch: true } });
  expect(odd.reason).toContain("the fallback answered 7.4 % in arm treatment");
  const later = analyse(plan(), both(0.2, 12), counts(10_000, 10_000), { ...COURSE, wasMismatch: true });
  expect(later.verdict).toBe("go_on");
  expect(
    analyse(plan(), both(0.2, 12), counts(1, 1), { ...COURSE, wasMismatch: true, elapsedDays: 14 }).verdict,
  ).toBe("inconclusive");
});

it("goes on while it cannot tell, and ends inconclusive with the plan's days", () => {
  expect(analyse(plan(), [], [], { ...COURSE, plannedUnits: undefined })).toMatchObject({
    verdict: "go_on",
    reason: "spend: too little was seen to tell anything",
  });
  expect(analyse(plan(), both(0.2, 10), counts(10_000, 10_000), { ...COURSE, elapsedDays: 14 }).verdict).toBe(
    "inconclusive",
  );
});

it("puts nothing live by an A/A test or a holdout, whatever it finds", () => {
  const aa = plan({
    aa: true,
    arms: { control: { serve: 1, share: 0.5 }, treatment: { serve: 1, share: 0.5 } },
  });
  const found = analyse(aa, both(0.2, 12), counts(10_000, 10_000), { ...COURSE, elapsedDays: 14 });
  expect(found.verdict).toBe("inconclusive");
  expect(found.reason).toMatch(/^the arms serve the same, and yet spend rose by 20 %/);
});

it("of several arms ships the best that may be, and does not wait for harm to end the others", () => {
  const three = plan({
    arms: { control: { serve: 1, share: 0.4 }, one: { serve: 2, share: 0.3 }, two: { serve: 3, share: 0.3 } },
  });
  const sums = (one: number, two: number) => [
    ...CONTROL,
    ...arm("one", { units: 7_500, clicks: 0.2, spend: one }),
    ...arm("two", { units: 7_500, clicks: 0.2, spend: two }),
  ];
  const of = ["control", "one", "two"].map((name) => ({
    arm: name,
    units: name === "control" ? 10_000 : 7_500,
    answers: 1,
    fallbacks: 0,
  }));
  expect(analyse(three, sums(12, 14), of, COURSE)).toMatchObject({ verdict: "ship", arm: "two" });
  expect(analyse(three, sums(6, 10), of, COURSE)).toMatchObject({
    verdict: "go_on",
    reason: expect.stringMatching(/^one: spend fell by 40 %.*; two: spend/),
  });
  expect(analyse(three, sums(6, 5), of, COURSE).verdict).toBe("stop");
});

it("compares quantiles and ratios, too", () => {
  const rich = plan({
    metrics: {
      spend: { kind: "quantile", of: "spend", at: 0.9, within: "7 d" },
      clicking: { kind: "ratio", of: "clicks", per: "exposures", within: "1 d" },
    },
  });
  const units = (scale: number) => Array.from({ length: 4_000 }, (_, at) => ((at * 37) % 101) * scale);
  const rows = (name: string, scale: number): DaySums[] => [
    { metric: "spend", ...answered(name), sums: countValues(units(scale)) },
    {
      metric: "clicking",
      ...answered(name),
      sums: momentsOf(units(scale).map((value) => ({ y: value % 3, x: 5 + (value % 2) }))),
    },
  ];
  const [found] = analyse(
    rich,
    [...rows("control", 1), ...rows("treatment", 2)],
    counts(4_000, 4_000),
    COURSE,
  ).arms;
  expect(found?.metrics[0]?.treatment).toBeCloseTo(2 * (found?.metrics[0]?.control ?? 0), -1);
  expect(found?.metrics[1]?.lift).toBeDefined();
});

it("plans as many units as the least effect needs, by the control alone, and none before there are enough", () => {
  const many = plannedUnits(plan(), both(0.2, 12)) ?? 0;
  expect(plannedUnits(plan(), both(0.2, 99))).toBe(many);
  const coarser = plannedUnits(plan({ primary: { metric: "spend", leastEffect: 0.1 } }), both(0.2, 12)) ?? 0;
  expect(many / coarser).toBeGreaterThan(3.5);
  expect(many / coarser).toBeLessThan(4.5);
  expect(plannedUnits(plan(), arm("control", { units: 100, clicks: 0.2, spend: 10 }))).toBeUndefined();
});

it("takes out what units did before where the plan says so, and tells the lift without that beside it", () => {
  const rows = (name: string, gain: number): DaySums[] =>
    ["spend", "clicking"].map((metric) => ({
      ...{ metric, ...answered(name) },
      sums: momentsOf(
        Array.from({ length: 4_000 }, (_, at) => {
          const before = (at * 37) % 101;
          return { y: metric === "spend" ? before + gain + (at % 7) : at % 2, c: before };
        }),
      ),
    }));
  const adjusted = plan({ adjustBy: "14 d" });
  const sums = [...rows("control", 0), ...rows("treatment", 1)];
  const [found] = analyse(adjusted, sums, counts(4_000, 4_000), COURSE).arms;
  const spend = found?.metrics[0];
  const width = (lift: { low: number; high: number } | undefined) =>
    lift ? lift.high - lift.low : Number.NaN;
  expect(width(spend?.lift) / width(spend?.unadjustedLift)).toBeLessThan(0.2);
  expect(width(spend?.fixedLift)).toBeLessThan(width(spend?.lift));
  expect(found?.verdict).toBe("ship");
  const [plain] = analyse(plan(), sums, counts(4_000, 4_000), COURSE).arms;
  expect(plain?.metrics[0]?.lift).toEqual(spend?.unadjustedLift);
  expect(plain?.metrics[0]).not.toHaveProperty("unadjustedLift");
  expect([spend?.control, spend?.treatment]).toEqual([
    plain?.metrics[0]?.control,
    plain?.metrics[0]?.treatment,
  ]);
});

it("tells p-values as one may read them beside each other", () => {
  const [found] = analyse(plan(), both(0.205, 10.2), counts(10_000, 10_000), COURSE).arms;
  const [spend, clicking] = found?.metrics ?? [];
  const [first, second] = [spend?.lift?.p ?? 0, clicking?.lift?.p ?? 0].sort((a, b) => a - b);
  const corrected = [spend?.correctedP, clicking?.correctedP].sort((a = 0, b = 0) => a - b);
  expect(corrected[0]).toBeCloseTo(Math.min(1, 2 * (first ?? 0)), 12);
  expect(corrected[1]).toBeCloseTo(Math.max(Math.min(1, 2 * (first ?? 0)), second ?? 0), 12);
});

it("says what it can still find at the pace of late, by the control alone", () => {
  const told = (newUnits: number[], treatment = 10) =>
    analyse(plan(), both(0.2, treatment), counts(10_000, 10_000), { ...COURSE, elapsedDays: 2, newUnits })
      .outlook;
  const slow = told([10_000, 10_000, 100]);
  // 14 days less the 2 that are over, and less 7 in which nobody who is new counts any more
  expect(slow).toMatchObject({ units: 20_000, unitsByEnd: 20_100 + 5 * 10_000 });
  const fast = told([10_000, 40_000, 100]);
  expect(fast?.unitsByEnd).toBe(50_100 + 5 * 25_000);
  expect(fast?.power).toBeGreaterThan(slow?.power ?? 1);
  expect(fast?.detectable).toBeLessThan(slow?.detectable ?? 0);
  expect(told([10_000, 10_000, 100], 15)).toEqual(slow);
  // as the slower search for the root has it
  const { variance = 0, value = 1 } = controlEstimate(plan(), CONTROL) ?? {};
  const exact = detectableEffect(70_100, 0.8, {
    variance,
    ...{ shares: { control: 0.5, treatment: 0.5 }, alpha: 0.04, looks: { kind: "always_valid", looks: 14 } },
  });
  expect(slow?.detectable).toBeCloseTo(exact / value, 6);
  expect(analyse(plan(), both(0.2, 10), counts(10_000, 10_000), COURSE)).not.toHaveProperty("outlook");
});
