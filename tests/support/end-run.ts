import type { Kysely } from "kysely";
import type { RunOutcome, RunState } from "../../core/steps.ts";
import type { Tables } from "../../db/tables.ts";

/** Ends a run by its row alone, as only the database's owner can: nobody aborted it, and nothing need be live. */
export async function setRunEnd(
  db: Kysely<Tables>,
  runId: string,
  { state, outcome, reason }: { state: RunState; outcome: RunOutcome; reason: string },
): Promise<void> {
  const end = { state, outcome, outcome_reason: reason, finished_at: new Date() };
  await db.updateTable("run").set(end).where("id", "=", runId).where("finished_at", "is", null).execute();
}
