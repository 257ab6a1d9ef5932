/** How many units each arm of an experiment got on which day: kept at each look, since who they are is the worker's alone. */
import { type Kysely, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** Units of an arm by the day (UTC) of their first exposure; those that the plan leaves out apart. */
export interface IntakeDay {
  arm: string;
  day: string;
  units: number;
  leftOut: number;
}

/** Takes the place of what was kept before. */
export async function saveIntake(
  db: Kysely<Tables>,
  experimentId: string,
  days: readonly IntakeDay[],
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom("experiment_intake").where("experiment_id", "=", experimentId).execute();
    if (days.length === 0) return;
    await sql`
      insert into experiment_intake (experiment_id, arm, day, units, left_out)
      select ${experimentId}, arm, day, units, "leftOut"
        from jsonb_to_recordset(${JSON.stringify(days)}) as d (arm text, day date, units bigint, "leftOut" bigint)`.execute(
      trx,
    );
  });
}

export async function listIntake(db: Kysely<Tables>, experimentId: string): Promise<IntakeDay[]> {
  return db
    .selectFrom("experiment_intake")
    .select(["arm", sql<string>`day::text`.as("day"), "units", "left_out as leftOut"])
    .where("experiment_id", "=", experimentId)
    .orderBy("experiment_intake.day")
    .orderBy("arm")
    .execute();
}
