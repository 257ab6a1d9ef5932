/** What is told of an experiment after four days, without a database: analysed from units. */
import { experimentSchema } from "../../core/definition-experiment.ts";
import { type Age, agesOf } from "../../core/experiment/ages.ts";
import { analyse, type DaySums } from "../../core/experiment/analyse.ts";
import { momentsOf } from "../../core/experiment/moments.ts";
import type { ExperimentReport } from "../../core/experiment/report.ts";
import { freezePlan } from "../../core/experiment-plan.ts";
import { smallExperiment } from "./experiments.ts";

const A_DAY = 1_000;
const START = Date.UTC(2026, 10, 2);
const at = (day: number) => new Date(START + day * 86_400_000).toISOString();

/** Clicks rose and spend fell, so it is to be stopped. */
export function exampleExperiment(): ExperimentReport {
  const settings = experimentSchema.parse(
    smallExperiment({ guardrails: { clicking: { maxLoss: 0.15 } }, segmentBy: "country" }),
  );
  const frozen = freezePlan(settings, { model: "shop", champion: 1, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  const { plan } = frozen;
  const looks = [0, 1, 2, 3].map((day) => {
    const units = (day + 1) * A_DAY;
    const sums = [...sumsOf("control", units, 4, 10), ...sumsOf("treatment", units, 2, 7)];
    const counts = plan.arms.map(({ name }) => ({
      ...{ arm: name, units, answers: 2 * units, fallbacks: 5 },
      given: { answers: 2 * units + 20, recorded: 2 * units, notKept: 20 },
    }));
    const course = {
      elapsedDays: day,
      plannedUnits: 3_000,
      wasMismatch: false,
      ages: agesOf(plan).flatMap(agedSums),
    };
    const { verdict, arm, reason, sampleRatio, arms, segments } = analyse(plan, sums, counts, course);
    return {
      day,
      at: at(day),
      verdict,
      arm: arm ?? null,
      reason,
      analysis: { counts, sampleRatio, arms, ...(segments && { segments }) },
    };
  });
  return {
    experiment: {
      ...{ id: "shop-x1", model: "shop", digest: "3".repeat(64), plan, reason: "to see" },
      slice: { from: 0, reserved: 1, traffic: 1 },
      ...{
        startedBy: "erin",
        startedAt: at(0),
        endedBy: null,
        endedAt: null,
        endReason: null,
        overrides: 0,
        pauses: [],
        stoppedArms: [],
      },
    },
    ...{ waitsFor: null, shippedArm: null },
    look: looks.at(-1) ?? null,
    course: looks.map(({ day, at: when, verdict, analysis }) => ({
      ...{ day, at: when, verdict },
      lifts: Object.fromEntries(
        analysis.arms.flatMap(({ arm, metrics }) => (metrics[0]?.lift ? [[arm, metrics[0].lift]] : [])),
      ),
    })),
    days: looks.flatMap(({ day }) =>
      plan.arms.map(({ name }) => ({
        ...{ day: at(day).slice(0, 10), arm: name, newUnits: A_DAY, leftOut: 0 },
        ...{ answers: 2 * A_DAY, fallbacks: 5 },
      })),
    ),
  };
}

/** What each unit of both arms spent on one day of theirs: the treatment's gain is over soon. */
function agedSums({ metric, day }: Age): DaySums[] {
  return ["control", "treatment"].map((arm) => {
    const gain = arm === "control" ? 0 : Math.max(0, 2 - day);
    const spends = Array.from({ length: A_DAY }, (_, at) => ({ y: 5 + (at % 7) + gain }));
    return { metric, arm, answeredBy: "unknown", sums: momentsOf(spends) };
  });
}

function sumsOf(arm: string, units: number, clickEvery: number, spend: number): DaySums[] {
  const values = (of: (unit: number) => number) =>
    momentsOf(Array.from({ length: units }, (_, unit) => ({ y: of(unit) })));
  const fellBack = momentsOf(Array.from({ length: units / 100 }, (_, unit) => ({ y: unit % 3 })));
  return [
    { metric: "spend", arm, answeredBy: "fallback", sums: fellBack },
    {
      metric: "spend",
      arm,
      answeredBy: "arm",
      segment: "DE",
      sums: values((unit) => (unit % 3 === 0 ? spend + (unit % 5) : 0)),
    },
    { metric: "clicking", arm, answeredBy: "arm", sums: values((unit) => (unit % clickEvery === 0 ? 1 : 0)) },
  ];
}
