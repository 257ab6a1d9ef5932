import type { Info } from "@temporalio/activity";
import { Conflict, NotAllowed } from "../core/errors.ts";
import type { Database } from "../db/connection.ts";
import { findRun } from "../db/steps.ts";

/**
 * Lets an activity touch the run that it names only for that run's own workflow, and only while the run goes on: whoever
 * reaches Temporal can start a workflow under another id with any run's name, and an aborted run must not go live.
 * The run's end may be written again; that changes nothing. One that doesn't exist is the activity's to refuse.
 * @throws {NotAllowed} another workflow asks @throws {Conflict} the run has ended
 */
export async function assertOwnRun(
  { db }: Database,
  { activityType, workflowExecution }: Pick<Info, "activityType" | "workflowExecution">,
  args: unknown[],
): Promise<void> {
  const [given] = args as [{ runId?: unknown }?];
  if (typeof given?.runId !== "string") return;
  const run = await findRun(db, given.runId);
  if (!run) return;
  const workflowId = workflowExecution?.workflowId;
  if (workflowId !== run.workflow_id)
    throw new NotAllowed(
      `run "${run.id}": belongs to workflow "${run.workflow_id}", not "${workflowId}"; start runs with "holt run ${run.model}"`,
    );
  if (run.finished_at && activityType !== "finishRun")
    throw new Conflict(
      `run "${run.id}": has ended (${run.outcome}); start another with "holt run ${run.model}"`,
    );
}
