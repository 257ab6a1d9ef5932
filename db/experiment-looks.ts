/** What was found at looks at an experiment, and how it ends by that. */
import { type Kysely, sql } from "kysely";
import { analysisSchema, type ExperimentLook } from "../core/experiment/look.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

/** What stays as it was found first. */
export interface FoundCourse {
  /** Whole and part of days since the start, by the database's clock, less those in which it was paused. */
  elapsedDays: number;
  plannedUnits: number | undefined;
  wasMismatch: boolean;
}

export async function getCourse(db: Kysely<Tables>, id: string): Promise<FoundCourse> {
  const row = await db
    .selectFrom("experiment")
    .leftJoin("experiment_course as course", "course.experiment_id", "experiment.id")
    .select(["course.planned_units", "course.mismatch_at"])
    .select(
      sql<number>`extract(epoch from clock_timestamp() - experiment.started_at - coalesce((
        select sum(coalesce(pause.until_at, clock_timestamp()) - pause.from_at) from experiment_pause as pause
          where pause.experiment_id = experiment.id), '0'))::float8 / 86400`.as("days"),
    )
    .where("experiment.id", "=", id)
    .executeTakeFirstOrThrow();
  return {
    elapsedDays: row.days,
    plannedUnits: row.planned_units ?? undefined,
    wasMismatch: row.mismatch_at !== null,
  };
}

/** Writes down one look, in the place of the same day's earlier one, with what stays and what it waits for. */
export async function saveLook(
  db: Kysely<Tables>,
  id: string,
  look: Omit<ExperimentLook, "at">,
  course: { plannedUnits: number | undefined; isMismatch: boolean; waitsFor: string | null },
): Promise<void> {
  const { day, verdict, arm, reason } = look;
  const found = { verdict, arm, reason, analysis: JSON.stringify(look.analysis) };
  const now = sql<Date>`clock_timestamp()`;
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto("experiment_look")
      .values({ experiment_id: id, day, ...found, at: now })
      .onConflict((same) => same.columns(["experiment_id", "day"]).doUpdateSet({ ...found, at: now }))
      .execute();
    const stays = { planned_units: course.plannedUnits ?? null, waits_for: course.waitsFor };
    await trx
      .insertInto("experiment_course")
      .values({ experiment_id: id, ...stays, mismatch_at: course.isMismatch ? now : null })
      .onConflict((same) =>
        same.column("experiment_id").doUpdateSet((row) => ({
          waits_for: stays.waits_for,
          planned_units: sql`coalesce(${row.ref("experiment_course.planned_units")}, ${stays.planned_units})`,
          mismatch_at: sql`coalesce(${row.ref("experiment_course.mismatch_at")}, ${course.isMismatch ? now : null})`,
        })),
      )
      .execute();
  });
}

/** The looks of each day, the first first. */
export async function listLooks(db: Kysely<Tables>, id: string): Promise<ExperimentLook[]> {
  const rows = await db
    .selectFrom("experiment_look")
    .selectAll()
    .where("experiment_id", "=", id)
    .orderBy("day")
    .execute();
  return rows.map(({ day, at, verdict, arm, reason, analysis }) => ({
    ...{ day, at: iso(at), verdict, arm, reason },
    analysis: analysisSchema.parse(analysis),
  }));
}

/** What keeps an experiment from going on by itself, in words; undefined when nothing does. */
export async function findWaitsFor(db: Kysely<Tables>, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("experiment_course")
    .select("waits_for")
    .where("experiment_id", "=", id)
    .executeTakeFirst();
  return row?.waits_for ?? undefined;
}

/**
 * Ends it as its last look found; a version goes live by that only where the plan says so. One that has ended stays.
 * @throws {Conflict} the last look ends nothing, a person is to confirm, a freeze holds, or something else is live by now
 * @throws {BrokenPromise} the arm's version is not signed
 */
export async function settleExperiment(db: Kysely<Tables>, id: string): Promise<void> {
  await withRefusals(() => sql`select settle_experiment(${id})`.execute(db));
}

/** Puts an arm's version live and ends the experiment. @throws as settleExperiment, and {NotAllowed | NotFound | InvalidInput} */
export async function shipExperiment(
  db: Kysely<Tables>,
  { proof, id, arm, reason }: { proof: string; id: string; arm: string; reason: string },
): Promise<void> {
  await withRefusals(() => sql`select ship_experiment(${proof}, ${id}, ${arm}, ${reason})`.execute(db));
}
