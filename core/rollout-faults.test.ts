import { expect, it } from "vitest";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import type { DefinitionInput } from "./definition.ts";
import { findRolloutFaults } from "./rollout-faults.ts";

const CANARY = [{ share: 0.05, for: "1 h", requests: 1_000 }];
const faultsOf = (rollout: DefinitionInput["rollout"]) =>
  findRolloutFaults(smallDefinitionParsed({ rollout })).map(
    ({ path, problem }) => `${path.join(".")}: ${problem}`,
  );

it("finds nothing in a rollout whose stages can be judged, nor in none", () => {
  expect(faultsOf(undefined)).toEqual([]);
  expect(faultsOf({ canary: CANARY, checks: { maxErrorIncrease: 0.001 } })).toEqual([]);
  const shadow = { for: "1 h", requests: 1_000 };
  expect(faultsOf({ shadow, checks: { minAgreement: 0.2 } })).toEqual([]);
  expect(faultsOf({ canary: CANARY, checks: { maxClickDecrease: 0.01 } })).toEqual([]);
});

it("refuses a canary that no check judges", () => {
  expect(faultsOf({ canary: CANARY })).toEqual([
    "rollout.canary: has no check to be judged by; give rollout.checks maxErrorIncrease, maxFallbackIncrease, maxLatencyRatio, maxClickDecrease, maxPlayDecrease or maxSpendDecrease",
  ]);
});

it("refuses checks that belong to no stage, shares that do not grow, and stages longer than the patience", () => {
  expect(faultsOf({ checks: { maxErrorIncrease: 0.001 } })).toEqual([
    "rollout.checks: belong to no stage; add rollout.shadow or rollout.canary, or leave them out",
  ]);
  expect(faultsOf({ canary: CANARY, checks: { maxErrorIncrease: 0.001, minAgreement: 0.5 } })).toEqual([
    "rollout.checks.minAgreement: is measured in the shadow stage, which the rollout hasn't; add rollout.shadow, or leave it out",
  ]);
  expect(
    faultsOf({
      shadow: { for: "1 h", requests: 10 },
      checks: { maxErrorIncrease: 0.1, maxPlayDecrease: 0.1 },
    }),
  ).toEqual([
    "rollout.checks.maxPlayDecrease: is measured while the new version answers people, which it does in no stage; add rollout.canary, or leave it out",
  ]);
  expect(
    faultsOf({
      canary: [...CANARY, { share: 0.05, for: "2 h", requests: 10 }],
      checks: { maxErrorIncrease: 0.001 },
      patience: "90 min",
    }),
  ).toEqual([
    "rollout.canary.1.share: 0.05 is not more than the 0.05 before it; let the shares grow",
    'rollout.canary.1.for: "2 h" is longer than rollout.patience ("90 min"), after which a person is asked; write a shorter time, or a longer patience',
  ]);
});
