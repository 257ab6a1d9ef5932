import { expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { smallExperiment, smallHoldout } from "../tests/support/experiments.ts";
import { checkDefinition } from "./check-definition.ts";
import type { ExperimentInput } from "./definition-experiment.ts";
import { describeFault } from "./faults.ts";

function faultsOf(experiment: unknown): string[] {
  const checked = checkDefinition(smallDefinition({ experiment: experiment as ExperimentInput }));
  return checked.ok ? [] : checked.faults.map(describeFault);
}

const arms = (...served: [string, number | string, number][]) =>
  Object.fromEntries(served.map(([name, serve, share]) => [name, { serve, share }]));
const spend = smallExperiment().metrics["spend"] as ExperimentInput["metrics"][string];

it("takes a plan that is whole, an A/A test and a holdout", () => {
  expect(faultsOf(smallExperiment())).toEqual([]);
  expect(faultsOf(smallHoldout())).toEqual([]);
  const same = arms(["control", "champion", 0.5], ["same", "champion", 0.5]);
  expect(faultsOf(smallExperiment({ arms: same, aa: true }))).toEqual([]);
});

it("refuses spend without a currency", () => {
  const { currency: _, ...without } = smallExperiment();
  expect(faultsOf(without)).toEqual([
    'experiment.currency: is missing, and metric "spend" sums up spend; name the currency, as in "EUR"',
  ]);
});

it("refuses a plan without a primary metric", () => {
  const { primary: _, ...without } = smallExperiment();
  expect(faultsOf(without)).toEqual([expect.stringMatching(/^experiment\.primary: is missing/)]);
});

it.each<[Partial<ExperimentInput>, string]>([
  [{ arms: arms(["control", 1, 0.5]) }, "experiment.arms: has one arm; name two or more"],
  [
    { arms: arms(["control", 1, 0.5], ["treatment", 2, 0.3]) },
    'experiment.arms: have shares of 0.8 together, not 1; how many people are in the experiment is "traffic"',
  ],
  [{ arms: arms(["control", 1, 0.5], ["canary", 2, 0.5]) }, "is a word of Holt's own"],
  [
    { control: "controll" },
    'experiment.control: "controll" is no arm; known are "control", "treatment"; did you mean "control"?',
  ],
  [
    { arms: arms(["control", 1, 0.5], ["treatment", "live", 0.5]) },
    'write "champion" for what is live at the start',
  ],
  [{ arms: arms(["control", 2, 0.5], ["treatment", 2, 0.5]) }, '"control" and "treatment" serve the same'],
  [{ aa: true }, "experiment.aa: is true, but the arms serve different versions"],
  [{ ...smallHoldout(), unit: "session" }, 'experiment.unit: "session" is not what a holdout goes by'],
  [{ ...smallHoldout(), traffic: 0.5 }, "experiment.traffic: of a holdout is everybody"],
  [{ holdout: true }, 'experiment.arms: of a holdout are two: the control serves "live"'],
  [{ traffic: 0.5, growsTo: 0.2 }, "experiment.growsTo: 0.2 is less than the traffic of 0.5"],
  [{ days: 5 }, "experiment.metrics.spend.within: is over only after the experiment's 5 days"],
  [
    { primary: { metric: "spent", leastEffect: 0.1 } },
    '"spent" is not a metric of this plan; known are "spend", "clicking"; did you mean "spend"?',
  ],
  [{ guardrails: { spend: { maxLoss: 0 } } }, "experiment.guardrails.spend: is the primary metric already"],
  [
    { metrics: { spend, a: { kind: "proportion", of: "exposures", within: "1 d" } }, guardrails: {} },
    "is 1 of everybody",
  ],
  [
    { metrics: { spend, a: { kind: "proportion", of: "spend", within: "1 d" } }, guardrails: {} },
    'write "purchases"',
  ],
  [
    { metrics: { spend, a: { kind: "ratio", of: "clicks", per: "clicks", within: "1 d" } }, guardrails: {} },
    "so it is always 1",
  ],
  [
    { metrics: { spend, a: { kind: "mean", of: "latency", within: "1 d", better: "less" } }, guardrails: {} },
    'experiment.metrics.a.of: is a time per answer; write kind "ratio" with per "exposures"',
  ],
  [
    {
      metrics: { spend, a: { kind: "ratio", of: "latency", per: "clicks", within: "1 d", better: "less" } },
      guardrails: {},
    },
    'experiment.metrics.a.per: of latency are answers; write "exposures"',
  ],
  [
    { metrics: { spend, a: { kind: "ratio", of: "clicks", per: "latency", within: "1 d" } }, guardrails: {} },
    "experiment.metrics.a.per: is a time, and nothing comes per time",
  ],
  [
    { metrics: { spend, a: { kind: "proportion", of: "complaints", within: "1 d" } }, guardrails: {} },
    'experiment.metrics.a.better: is "more" of complaints; write better: "less"',
  ],
  [
    {
      metrics: { spend: { kind: "mean", of: "spend", within: "7 d", cap: 9, winsorise: { at: 0.9 } } },
      guardrails: {},
    },
    "experiment.metrics.spend.winsorise: finds a cap beside the cap that is given",
  ],
  ...(
    [
      [
        "select unit_id, 1 as value from {{ sales }}",
        'reads "sales"; there are "exposures", "outcomes" alone',
      ],
      ["select unit_id, 1 as value from exposure", "reads nothing of the experiment; write {{ exposures }}"],
      ["delete from {{ outcomes }}", "is not a query"],
      ["select unit_id, 1 as value from {{ outcomes }};", "ends with a semicolon"],
      [
        "select unit_id, 'value' from {{ outcomes }}",
        'names no column "value"; write "select unit_id, … as value',
      ],
      [
        "select unit_id, {{ as_of }} as value from {{ outcomes }}",
        "asks for {{ as_of }}, but each unit has a time of its own",
      ],
    ] as const
  ).map(([sql, said]): [Partial<ExperimentInput>, string] => [
    { metrics: { spend, own: { kind: "mean", of: { sql }, within: "1 d" } }, guardrails: {} },
    `experiment.metrics.own.of.sql: ${said}`,
  ]),
  [{ currency: "XXX" }, '"XXX" is no currency of ISO 4217'],
  [
    { adjustBy: "14 d", unit: "session" },
    "experiment.adjustBy: is of persons, and nobody knows what a session did before",
  ],
  [
    { segmentBy: "returning", unit: "household" },
    'experiment.segmentBy: "returning" is of persons, and nobody knows what a household was shown before',
  ],
  [{ rates: { EUR: 1 } }, "experiment.rates: name EUR itself, which is 1"],
])("refuses %j", (change, said) => {
  expect(faultsOf(smallExperiment(change))).toEqual(expect.arrayContaining([expect.stringContaining(said)]));
});
