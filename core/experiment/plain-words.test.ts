import { expect, it } from "vitest";
import { smallExperiment } from "../../tests/support/experiments.ts";
import { experimentSchema } from "../definition-experiment.ts";
import { freezePlan } from "../experiment-plan.ts";
import { formatChange, formatValue } from "./metric-words.ts";
import { promisedLift, sayPromise, sayResult, saySampleRatio } from "./plain-words.ts";

const ARMS = { arm: "treatment", control: "control" };
const lift = (low: number, high: number) => ({ estimate: (low + high) / 2, low, high, p: 0.5 });

function plan(better: "more" | "less") {
  const settings = experimentSchema.parse(
    smallExperiment({
      metrics: { spend: { kind: "mean", of: "spend", within: "7 d", better } },
      guardrails: {},
    }),
  );
  const frozen = freezePlan(settings, { model: "shop", champion: 1, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  return frozen.plan;
}

it("says of an interval where the truth lies, and that nothing is known where nothing is", () => {
  expect(sayResult({ metric: "spend" }, ARMS)).toBe("Too little was seen so far to tell anything of spend.");
  expect(sayResult({ metric: "spend", lift: lift(0.012, 0.04) }, ARMS)).toBe(
    "spend is surely higher with treatment than with control: by 1.2 % to 4 %.",
  );
  expect(sayResult({ metric: "spend", lift: lift(-0.3, -0.004) }, ARMS)).toBe(
    "spend is surely lower with treatment than with control: by 0.4 % to 30 %.",
  );
  expect(sayResult({ metric: "spend", lift: lift(-0.02, 0.04) }, ARMS)).toBe(
    "spend may be the same: somewhere between 2 % lower and 4 % higher with treatment than with control.",
  );
});

it("compares with what the plan asks for, whichever way is better", () => {
  expect(sayPromise(undefined, plan("more"))).toBe("Worth having is a gain of 5 % or more.");
  expect(sayPromise(lift(0.06, 0.1), plan("more"))).toMatch(/surely there\.$/);
  expect(sayPromise(lift(-0.1, 0.04), plan("more"))).toMatch(/surely not there\.$/);
  expect(sayPromise(lift(-0.1, 0.06), plan("more"))).toMatch(/still possible\.$/);
  expect(sayPromise(lift(-0.1, -0.06), plan("less"))).toBe(
    "Worth having is a fall of 5 % or more: that is surely there.",
  );
  expect([promisedLift(plan("more")), promisedLift(plan("less"))]).toEqual([0.05, -0.05]);
});

it("says what a mismatch means, and where to look", () => {
  expect(saySampleRatio({ isMismatch: false, p: 1, causes: [] })).toContain("can be compared");
  expect(saySampleRatio({ isMismatch: true, p: 0, causes: ["bots got 3 %", "a cache answered"] })).toMatch(
    /cannot|no figure .* can be trusted\. Likely because bots got 3 %, and because a cache answered\.$/,
  );
});

it("writes values in the metric's own kind, and changes with their sign", () => {
  const share = { kind: "proportion", of: "clicks", within: "1 d", better: "more" } as const;
  const spend = { kind: "mean", of: "spend", within: "1 d", better: "more" } as const;
  expect(formatValue(0.12345, share, "EUR")).toBe("12.3 %");
  expect(formatValue(1.23456, spend, "EUR")).toBe("1.235 EUR");
  expect(formatValue(undefined, spend, "EUR")).toBe("–");
  expect([0.0211, -0.0004, 0, 12.5].map(formatChange)).toEqual([
    "+2.1 %",
    "\u22120.04 %",
    "±0 %",
    "+1,250 %",
  ]);
});
