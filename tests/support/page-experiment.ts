/** An experiment as looks over days leave it, for pages and reports: figures are analysed from units, as for real. */
import { type ExperimentInput, experimentSchema } from "../../core/definition-experiment.ts";
import { agesOf } from "../../core/experiment/ages.ts";
import { analyse, type DaySums } from "../../core/experiment/analyse.ts";
import { momentsOf } from "../../core/experiment/moments.ts";
import { plannedUnits } from "../../core/experiment/planned-units.ts";
import type { FrozenPlan } from "../../core/experiment-plan.ts";
import type { Actor } from "../../core/roles.ts";
import { saveIntake } from "../../db/experiment-intake.ts";
import { saveLook } from "../../db/experiment-looks.ts";
import { getExperiment } from "../../db/experiments.ts";
import type { OperationsContext } from "../../operations/context.ts";
import { startExperiment } from "../../operations/experiments.ts";
import { Random } from "../faults/random.ts";
import { smallExperiment } from "./experiments.ts";
import { MARKUP } from "./page-report.ts";

const DAYS = 9;
const A_DAY = 700;
/** Of these, whom the popularity list answered once. */
const FELL_BACK = 14;
const DAY_MS = 86_400_000;

/** What the treatment does to clicks and to spend; 1 changes nothing. */
export interface Effects {
  clicks: number;
  spend: number;
}

/** Version 2 of the model against version 1, looked at for nine days. Its id. */
export async function addPageExperiment(
  operations: OperationsContext,
  { actor, model, effects }: { actor: Actor; model: string; effects: Effects },
): Promise<string> {
  const { db } = operations.database;
  const plan = experimentSchema.parse(pagePlan());
  const { id } = await startExperiment(operations, actor, model, { plan, reason: `to see ${MARKUP}` });
  const frozen = (await getExperiment(db, id)).plan;
  const random = new Random(7);
  const days: DaySums[][] = [];
  for (let day = 0; day < DAYS; day += 1) {
    days.push(
      frozen.arms.flatMap(({ name }) => unitsOf(random, name, name === frozen.control ? undefined : effects)),
    );
    const found = look(frozen, days);
    await saveLook(db, id, { day, ...found.look }, found.course);
  }
  const first = Date.now() - DAYS * DAY_MS;
  const intake = days.flatMap((_, day) =>
    frozen.arms.map(({ name }) => ({
      ...{
        arm: name,
        day: new Date(first + day * DAY_MS).toISOString().slice(0, 10),
        units: A_DAY,
        leftOut: 3,
      },
    })),
  );
  await saveIntake(db, id, intake);
  await db
    .insertInto("experiment_answers")
    .values(
      intake.map(({ arm, day }) => ({
        ...{ experiment_id: id, arm, day: new Date(day), answers: 2 * A_DAY, fallbacks: 20 },
      })),
    )
    .execute();
  return id;
}

function pagePlan(): ExperimentInput {
  return smallExperiment({
    hypothesis: `Lists by taste sell more than the popular titles ${MARKUP}`,
    arms: { control: { serve: "champion", share: 0.5 }, by_taste: { serve: 1, share: 0.5 } },
    metrics: {
      spend: { kind: "mean", of: "spend", within: "3 d" },
      clicking: { kind: "proportion", of: "clicks", within: "1 d" },
      plays: { kind: "mean", of: "plays", within: "1 d" },
    },
    guardrails: { clicking: { maxLoss: 0.15 } },
    segmentBy: "country",
  });
}

function unitsOf(random: Random, arm: string, effects: Effects = { clicks: 1, spend: 1 }): DaySums[] {
  const units = Array.from({ length: A_DAY }, () => ({
    clicks: random.next() < 0.3 * effects.clicks ? 1 : 0,
    spend: random.next() < 0.4 ? Math.round(1_000 * effects.spend * (0.5 + random.next())) / 100 : 0,
    plays: Math.floor(4 * random.next()),
  }));
  const sums = (metric: string, of: (unit: (typeof units)[number]) => number): DaySums[] =>
    [
      { answeredBy: "fallback" as const, segment: "DE", some: units.slice(0, FELL_BACK) },
      { answeredBy: "arm" as const, segment: "DE", some: units.slice(FELL_BACK, A_DAY / 2) },
      { answeredBy: "arm" as const, segment: "AT", some: units.slice(A_DAY / 2) },
    ].map(({ answeredBy, segment, some }) => ({
      ...{ metric, arm, answeredBy, segment, sums: momentsOf(some.map((unit) => ({ y: of(unit) }))) },
    }));
  return [
    ...sums("spend", ({ spend }) => spend),
    ...sums("clicking", ({ clicks }) => clicks),
    ...sums("plays", ({ plays }) => plays),
  ];
}

/** Of each arm's units on one day of theirs: of the treatment less with each. */
function agedSums({ arms, control }: FrozenPlan, metric: string, day: number, units: number): DaySums[] {
  return arms.map(({ name }) => {
    const gain = name === control ? 1 : 1.4 - 0.15 * day;
    const spends = Array.from({ length: units }, (_, at) => ({ y: (1 + (at % 5)) * gain }));
    return { metric, arm: name, answeredBy: "unknown", sums: momentsOf(spends) };
  });
}

function look(plan: FrozenPlan, days: readonly DaySums[][]) {
  const sums = days.flat();
  const units = days.length * A_DAY;
  const counts = plan.arms.map(({ name }) => ({
    ...{ arm: name, units, answers: 2 * units, fallbacks: 20 * days.length },
    given: { answers: 2 * units + 5, recorded: 2 * units, notKept: 5 },
  }));
  const planned = plannedUnits(plan, days[0] as DaySums[]);
  const ages = agesOf(plan).flatMap(({ metric, day }) => agedSums(plan, metric, day, units));
  const course = { elapsedDays: days.length - 1, plannedUnits: planned, wasMismatch: false, ages };
  const { verdict, arm, reason, ...found } = analyse(plan, sums, counts, course);
  const isShip = verdict === "ship";
  const waitsFor = isShip ? `a person is to confirm arm "${arm}"` : null;
  return {
    look: {
      ...{ verdict, arm: arm ?? null, reason },
      analysis: {
        counts: found.counts,
        sampleRatio: found.sampleRatio,
        arms: found.arms,
        ...(found.segments && { segments: found.segments }),
      },
    },
    course: { plannedUnits: planned, isMismatch: false, waitsFor },
  };
}
