import { expect, it } from "vitest";
import { smallExperiment, smallHoldout } from "../tests/support/experiments.ts";
import { type ExperimentInput, experimentSchema } from "./definition-experiment.ts";
import { freezePlan, frozenPlanSchema } from "./experiment-plan.ts";

const SERVED = { model: "shop", champion: 3, aliases: new Map([["spring", 2]]) };
const freeze = (plan: ExperimentInput) => freezePlan(experimentSchema.parse(plan), SERVED);

it("puts versions in the place of names, the control first, and fills in layer and growth", () => {
  const arms = {
    a_list: { serve: "baseline", share: 0.2 },
    now: { serve: "champion", share: 0.4 },
    before: { serve: "spring", share: 0.4 },
  };
  const frozen = freeze(smallExperiment({ arms, control: "now", traffic: 0.3 }));
  expect(frozen).toMatchObject({
    ok: true,
    plan: {
      ...{ model: "shop", layer: "shop", traffic: 0.3, growsTo: 0.3 },
      arms: [
        { name: "now", version: 3, listOnly: false, share: 0.4 },
        { name: "a_list", version: 3, listOnly: true, share: 0.2 },
        { name: "before", version: 2, listOnly: false, share: 0.4 },
      ],
    },
  });
  expect(frozen.ok && frozenPlanSchema.parse(JSON.parse(JSON.stringify(frozen.plan)))).toEqual(
    frozen.ok && frozen.plan,
  );
});

it("has a holdout go by what is live, in a layer of its own", () => {
  expect(freeze(smallHoldout())).toMatchObject({
    plan: {
      layer: "shop-holdout",
      arms: [
        { name: "rest", version: null, listOnly: false },
        { name: "held_out", version: null, listOnly: true },
      ],
    },
  });
});

it("refuses a name that no version has, and two names for one version", () => {
  const arms = (one: string | number, other: string | number) => ({
    control: { serve: one, share: 0.5 },
    treatment: { serve: other, share: 0.5 },
  });
  expect(freeze(smallExperiment({ arms: arms("autumn", 1) }))).toMatchObject({
    faults: [
      {
        path: ["arms", "control", "serve"],
        problem: expect.stringContaining('"autumn" is no version\'s name'),
      },
    ],
  });
  expect(freeze(smallExperiment({ arms: arms("champion", 3) }))).toMatchObject({
    faults: [
      {
        path: ["arms"],
        problem: expect.stringContaining('version 3 as "control", version 3 as "treatment"'),
      },
    ],
  });
  expect(freeze(smallExperiment({ arms: arms("champion", 3), aa: true }))).toMatchObject({ ok: true });
});
