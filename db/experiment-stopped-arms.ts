/** Arms that Holt ended for harm while others of their experiment go on. */
import { type Kysely, sql } from "kysely";
import { armFindingSchema } from "../core/experiment/look.ts";
import type { StoppedArm } from "../core/experiment/stopped-arms.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

/** Has its people get what the control serves, as its last look found. One that was ended stays so. @throws {Conflict | NotFound} */
export async function stopArm(db: Kysely<Tables>, id: string, arm: string): Promise<void> {
  await withRefusals(() => sql`select stop_arm(${id}, ${arm})`.execute(db));
}

/** The first first. */
export async function listStoppedArms(db: Kysely<Tables>, id: string): Promise<StoppedArm[]> {
  const rows = await db
    .selectFrom("experiment_stopped_arm")
    .select(["arm", "at", "finding"])
    .where("experiment_id", "=", id)
    .orderBy("at")
    .execute();
  return rows.map(({ arm, at, finding }) => ({ arm, at: iso(at), finding: armFindingSchema.parse(finding) }));
}
