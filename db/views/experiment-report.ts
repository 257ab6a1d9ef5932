/** What is told of experiments: on their page, in their report, in a list. */
import { type Kysely, sql } from "kysely";
import type { ExperimentLook } from "../../core/experiment/look.ts";
import type {
  ArmDay,
  CoursePoint,
  ExperimentReport,
  ListedExperiment,
} from "../../core/experiment/report.ts";
import { listIntake } from "../experiment-intake.ts";
import { findWaitsFor, listLooks } from "../experiment-looks.ts";
import { listArmAnswers } from "../experiment-sums.ts";
import { getExperiment, listExperiments } from "../experiments.ts";
import type { Tables } from "../tables.ts";
import { iso } from "./time.ts";

/** @throws {NotFound} @throws {BrokenPromise} its plan was changed */
export async function getExperimentReport(db: Kysely<Tables>, id: string): Promise<ExperimentReport> {
  const experiment = await getExperiment(db, id);
  const [waitsFor, looks, days, shippedArm] = await Promise.all([
    findWaitsFor(db, id),
    listLooks(db, id),
    listArmDays(db, id),
    findShippedArm(db, id),
  ]);
  return {
    experiment,
    waitsFor: experiment.endedAt === null ? (waitsFor ?? null) : null,
    shippedArm,
    look: looks.at(-1) ?? null,
    course: looks.map(coursePoint),
    days,
  };
}

/** Experiments with what their last look found, the newest first. */
export async function listExperimentsWithLooks(
  db: Kysely<Tables>,
  { model, state }: { model?: string | undefined; state?: "running" | "ended" | undefined },
): Promise<ListedExperiment[]> {
  const all = await listExperiments(db, model);
  const experiments = all.filter(({ endedAt }) => !state || (endedAt === null) === (state === "running"));
  const rows = await db
    .selectFrom("experiment_look as look")
    .leftJoin("experiment_course as course", "course.experiment_id", "look.experiment_id")
    .distinctOn("look.experiment_id")
    .select(["look.experiment_id", "look.at", "look.verdict", "look.arm", "look.reason", "course.waits_for"])
    .where("look.experiment_id", "in", experiments.map(({ id }) => id).concat(""))
    .orderBy("look.experiment_id")
    .orderBy("look.day", "desc")
    .execute();
  const found = new Map(rows.map((row) => [row.experiment_id, row]));
  return experiments.map((experiment) => {
    const row = found.get(experiment.id);
    const look = row ? { at: iso(row.at), verdict: row.verdict, arm: row.arm, reason: row.reason } : null;
    return { experiment, waitsFor: experiment.endedAt === null ? (row?.waits_for ?? null) : null, look };
  });
}

function coursePoint({ day, at, verdict, analysis }: ExperimentLook): CoursePoint {
  const lifts = analysis.arms.flatMap(({ arm, metrics }) => {
    const lift = metrics.find(({ role }) => role === "primary")?.lift;
    return lift ? [[arm, lift] as const] : [];
  });
  return { day, at, verdict, lifts: Object.fromEntries(lifts) };
}

async function listArmDays(db: Kysely<Tables>, id: string): Promise<ArmDay[]> {
  const days = new Map<string, ArmDay>();
  const of = ({ day, arm }: { day: string; arm: string }) => {
    const found = days.get(`${day} ${arm}`) ?? {
      day,
      arm,
      newUnits: 0,
      leftOut: 0,
      answers: 0,
      fallbacks: 0,
    };
    days.set(`${day} ${arm}`, found);
    return found;
  };
  const [units, answers] = await Promise.all([listIntake(db, id), listArmAnswers(db, id)]);
  for (const row of units) Object.assign(of(row), { newUnits: row.units, leftOut: row.leftOut });
  for (const row of answers) Object.assign(of(row), { answers: row.answers, fallbacks: row.fallbacks });
  return [...days.values()].sort((a, b) =>
    a.day === b.day ? (a.arm < b.arm ? -1 : 1) : a.day < b.day ? -1 : 1,
  );
}

/** Of its last entry in the log that put one live. */
async function findShippedArm(db: Kysely<Tables>, id: string): Promise<string | null> {
  const row = await db
    .selectFrom("audit")
    .select(sql<string | null>`detail ->> 'arm'`.as("arm"))
    .where("action", "in", ["ship_experiment", "settle_experiment"])
    .where("subject", "=", `experiment ${id}`)
    .orderBy("id", "desc")
    .executeTakeFirst();
  return row?.arm ?? null;
}
