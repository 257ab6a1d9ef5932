import { expect, it } from "vitest";
import { smallExperiment } from "../../tests/support/experiments.ts";
import { type ExperimentInput, experimentSchema } from "../definition-experiment.ts";
import { freezePlan } from "../experiment-plan.ts";
import { forecast } from "./forecast.ts";
import { momentsOf } from "./moments.ts";
import { unitsNeeded } from "./power.ts";

function plan(change: Partial<ExperimentInput> = {}) {
  const settings = experimentSchema.parse(smallExperiment({ guardrails: {}, days: 28, ...change }));
  const frozen = freezePlan(settings, { model: "shop", champion: 1, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  return frozen.plan;
}

/** 400 people: half of them spend 10 each, a quarter clicks. */
const SPEND = momentsOf(Array.from({ length: 400 }, (_, at) => ({ y: at % 2 === 0 ? 10 : 0 })));
const CLICKING = momentsOf(Array.from({ length: 400 }, (_, at) => ({ y: at % 4 === 0 ? 1 : 0 })));
const row = ({ n, y, yy }: typeof SPEND) => ({
  zeros: [n, y, yy, null, null, null, null, null, null, null],
});
const past = (newPeople: number[]) => ({
  ...{ from: "2026-10-01", until: "2026-10-29", newPeople },
  sums: { spend: row(SPEND), clicking: row(CLICKING) },
});
const steady = (people: number) => past(new Array<number>(28).fill(people));

it("needs what the power functions say for the value and deviation of the past, and its days at the pace of the past", () => {
  const { metrics, days, warning } = forecast(plan(), steady(100));
  const [spend] = metrics;
  expect(spend).toMatchObject({ metric: "spend", role: "primary", value: 5, seeks: 0.05 });
  expect(spend?.deviation).toBeCloseTo(5.006, 3);
  const design = {
    ...{ variance: (spend?.deviation ?? 0) ** 2, alpha: 0.05, shares: { control: 0.5, treatment: 0.5 } },
  };
  const once = unitsNeeded(0.25, 0.8, { ...design, looks: { kind: "fixed" } });
  const daily = unitsNeeded(0.25, 0.8, { ...design, looks: { kind: "always_valid", looks: 14 } });
  const [needs] = spend?.needs ?? [];
  expect(Math.abs((needs?.people ?? 0) - daily)).toBeLessThanOrEqual(3);
  // a hundred a day, and 7 days in which what they spend counts
  expect(needs?.days).toBe(Math.ceil(daily / 100) + 7);
  expect(needs?.daysOfOneLook).toBe(Math.ceil(once / 100) + 7);
  expect(days).toBe(needs?.days);
  expect(warning).toMatch(
    /^28 days are too few to find a change of 5 % in spend: that would come out in \d+ of 100 such experiments, and \d+ % in 80; plan \d+ days/,
  );
});

it("finds with the days that it names what it says, and warns no more then", () => {
  const short = forecast(plan(), steady(100));
  const long = forecast(plan({ days: short.days ?? 0 }), steady(100));
  expect(long.warning).toBeNull();
  const [needs] = long.metrics[0]?.needs ?? [];
  expect(needs?.powerInPlan).toBeGreaterThan(0.799);
  expect(needs?.powerInPlan).toBeLessThan(0.81);
  expect(needs?.findsInPlan).toBeLessThanOrEqual(0.05);
});

it("needs more for an arm with a smaller share, for a guardrail that may lose little, and of less traffic", () => {
  const arms = {
    control: { serve: 1, share: 0.6 },
    few: { serve: 2, share: 0.1 },
    many: { serve: 3, share: 0.3 },
  };
  const found = forecast(plan({ arms, guardrails: { clicking: { maxLoss: 0.02 } } }), steady(1_000));
  const [few, many] = found.metrics[0]?.needs ?? [];
  expect(few?.arm).toBe("few");
  expect(few?.days ?? 0).toBeGreaterThan(many?.days ?? 0);
  const guard = found.metrics[1];
  expect(guard).toMatchObject({ metric: "clicking", role: "guardrail", value: 0.25, seeks: 0.02 });
  expect(found.days).toBe(guard?.needs[0]?.days);
  expect(found.warning).toContain("be sure that clicking lost no more than 2 %");
  expect(found.arms).toEqual([
    { arm: "control", share: 0.6, people: 16_800 },
    { arm: "few", share: 0.1, people: 2_800 },
    { arm: "many", share: 0.3, people: 8_400 },
  ]);
  const half = forecast(plan({ traffic: 0.5 }), steady(200));
  expect(half.days).toBe(forecast(plan(), steady(100)).days);
});

it("says so where nobody new comes, where too few had their time behind them, and where nothing was spent", () => {
  const gone = forecast(plan(), past([500, ...new Array<number>(27).fill(0)]));
  expect(gone).toMatchObject({ days: null, cannotTell: null });
  expect(gone.warning).toContain("no number of days is enough");
  const { spend: _, ...others } = steady(10).sums;
  expect(forecast(plan(), { ...steady(10), sums: others })).toMatchObject({
    ...{ people: 280, days: null, warning: null, metrics: [] },
    cannotTell: expect.stringContaining('280 people of 28 past days say too little of "spend"'),
  });
  const nothing = momentsOf(Array.from({ length: 400 }, () => ({ y: 0 })));
  const none = { ...steady(10), sums: { spend: row(nothing) } };
  expect(forecast(plan(), none).cannotTell).toContain('too little of "spend"');
});
