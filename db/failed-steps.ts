/** Steps that wait for a person, of many runs. */
import { type Kysely, sql } from "kysely";
import type { Tables } from "./tables.ts";

export interface WaitingStep {
  runId: string;
  step: string;
  round: number;
  /** What it failed with. */
  error: string;
}

/**
 * Steps that need attention, the oldest run first: of this name (`ingest:ratings`) or kind (`ingest`), of one model or all,
 * whose last attempt began since then; without those that were answered and whose run has yet to hear of it. How many there are in all comes with them.
 */
export async function listWaitingSteps(
  db: Kysely<Tables>,
  {
    at,
    model,
    since,
    limit,
  }: { at: string; model?: string | undefined; since?: Date | undefined; limit: number },
): Promise<{ steps: WaitingStep[]; count: number }> {
  let query = db
    .selectFrom("step")
    .innerJoin("run", "run.id", "step.run_id")
    .select(["step.run_id", "step.name", "step.round", "step.error_message"])
    .select(sql<number>`count(*) over ()`.as("count"))
    .where("step.state", "=", "needs_attention")
    .where("run.finished_at", "is", null)
    .where(({ or, eb }) => or([eb("step.name", "=", at), eb(sql`split_part(step.name, ':', 1)`, "=", at)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("step_answer")
            .select("step_answer.id")
            .whereRef("step_answer.run_id", "=", "step.run_id")
            .whereRef("step_answer.step", "=", "step.name")
            .whereRef("step_answer.round", "=", "step.round"),
        ),
      ),
    );
  if (model !== undefined) query = query.where("run.model", "=", model);
  if (since) query = query.where(sql`coalesce(step.started_at, run.opened_at)`, ">=", since);
  const rows = await query
    .orderBy("run.opened_at")
    .orderBy("run.id")
    .orderBy("step.position")
    .limit(limit)
    .execute();
  const steps = rows.map(({ run_id, name, round, error_message }) => ({
    ...{ runId: run_id, step: name, round },
    error: error_message ?? "",
  }));
  return { steps, count: Number(rows[0]?.count ?? 0) };
}
