import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { smallExperiment } from "../../tests/support/experiments.ts";
import { type ExperimentInput, experimentSchema } from "../definition-experiment.ts";
import { freezePlan } from "../experiment-plan.ts";
import { analyse, type DaySums } from "./analyse.ts";
import { type Effect, LEAST_UNITS } from "./compare.ts";
import { type Moments, momentsOf } from "./moments.ts";
import { saySegments } from "./plain-words.ts";
import { compareSegments } from "./segments.ts";

interface Case {
  segment: string;
  control: Moments;
  treatment: Moments;
  SequentialTwoSidedTTest: Effect;
  "multipletests(fdr_bh)": number;
}
// segments.cases.py asks gbstats and statsmodels
const reference = JSON.parse(await readFile(new URL("segments.cases.json", import.meta.url), "utf8")) as {
  plannedUnits: number;
  alpha: number;
  rows: Case[];
};

function plan(change: Partial<ExperimentInput> = {}) {
  const settings = experimentSchema.parse(
    smallExperiment({
      metrics: { spend: { kind: "mean", of: "spend", within: "7 d" } },
      ...{ guardrails: {}, segmentBy: "country", alpha: reference.alpha },
      ...change,
    }),
  );
  const frozen = freezePlan(settings, { model: "shop", champion: 1, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  return frozen.plan;
}

const rowsOf = ({
  segment,
  control,
  treatment,
}: Pick<Case, "segment" | "control" | "treatment">): DaySums[] =>
  Object.entries({ control, treatment }).map(([arm, sums]) => ({
    ...{ metric: "spend", arm, answeredBy: "arm", segment, sums },
  }));
const all = reference.rows.flatMap(rowsOf);
const COURSE = { elapsedDays: 3, plannedUnits: reference.plannedUnits, wasMismatch: false };

it("has gbstats' lift of each segment, and statsmodels' p-values for all that are told", () => {
  const found = compareSegments(plan(), all, COURSE);
  expect(found?.rows.map(({ segment }) => segment)).toEqual(reference.rows.map(({ segment }) => segment));
  for (const [at, is] of (found?.rows ?? []).entries()) {
    const should = reference.rows[at] as Case;
    for (const part of ["estimate", "low", "high", "p"] as const)
      expect(is.lift?.[part]).toBeCloseTo(should.SequentialTwoSidedTTest[part], 9);
    expect(is.correctedP).toBeCloseTo(should["multipletests(fdr_bh)"], 9);
    expect(is.units).toEqual({ control: should.control.n, treatment: should.treatment.n });
  }
});

it("tells no segment with too few units in an arm, only how many those are, nor before anything is told", () => {
  const few = momentsOf(Array.from({ length: LEAST_UNITS - 1 }, (_, y) => ({ y })));
  const many = momentsOf(Array.from({ length: 900 }, (_, y) => ({ y })));
  const small = rowsOf({ segment: "LI", control: few, treatment: many });
  const found = compareSegments(plan(), [...all, ...small], COURSE);
  expect(found?.rows).toEqual(compareSegments(plan(), all, COURSE)?.rows);
  expect(found?.tooSmall).toBe(1);
  expect(found && saySegments(found)).toMatch(
    /^Exploratory: by country, .+ these 4 comparisons, .+ They decide nothing; .+ 1 segment has too few people in some arm to be told\.$/,
  );
  expect(compareSegments(plan(), all, { plannedUnits: undefined })).toBeUndefined();
});

it("changes nothing of what decides, and is not there where the plan asks for none", () => {
  const { segments, ...rest } = analyse(plan(), all, [], COURSE);
  expect(segments?.rows).toHaveLength(4);
  const { segmentBy: _, ...unsegmented } = plan();
  expect(analyse(unsegmented, all, [], COURSE)).toEqual(rest);
});

it("compares guardrails and each arm, too, and corrects for all of them", () => {
  const three = plan({
    arms: { control: { serve: 1, share: 0.4 }, one: { serve: 2, share: 0.3 }, two: { serve: 3, share: 0.3 } },
    metrics: {
      spend: { kind: "mean", of: "spend", within: "7 d" },
      clicking: { kind: "proportion", of: "clicks", within: "1 d" },
      plays: { kind: "mean", of: "plays", within: "1 d" },
    },
    guardrails: { clicking: { maxLoss: 0.1 } },
  });
  const sums = (["control", "one", "two"] as const).flatMap((arm, nth) =>
    ["spend", "clicking", "plays"].map((metric): DaySums => {
      const units = Array.from({ length: 600 }, (_, at) => ({ y: at % (3 + nth) === 0 ? 1 : 0 }));
      return { metric, arm, answeredBy: "arm", segment: "DE", sums: momentsOf(units) };
    }),
  );
  const rows = compareSegments(three, sums, COURSE)?.rows ?? [];
  expect(rows.map(({ metric, arm }) => `${metric} ${arm}`)).toEqual([
    ...["spend one", "spend two", "clicking one", "clicking two"],
  ]);
  for (const { lift, correctedP } of rows) expect(correctedP).toBeGreaterThanOrEqual(lift?.p ?? 1);
});

test.prop([fc.shuffledSubarray(all, { minLength: all.length })])(
  "the order of the rows is nothing to it",
  (some) => {
    expect(compareSegments(plan(), some, COURSE)).toEqual(compareSegments(plan(), all, COURSE));
  },
);
