/** Runs that Temporal carries no more: terminated there, or lost with its state. Their rows would be open for ever. */
import type { Client, WorkflowExecutionStatusName } from "@temporalio/client";
import type { Kysely } from "kysely";
import { endLostBatch, listWokenBatches } from "../db/batches.ts";
import { endLostRun } from "../db/end-run.ts";
import { listWokenRuns } from "../db/runs.ts";
import type { RunRow } from "../db/steps.ts";
import type { Tables } from "../db/tables.ts";
import type { OperationsContext } from "./context.ts";
import { loadTemporal, withDeadline } from "./temporal.ts";

/** A run just opened may not have its workflow yet. */
const GRACE_MS = 60_000;
const LOOK_TIMEOUT_MS = 3_000;

/** What befell a workflow that has ended, for the run's reason. */
const FATES: Partial<Record<WorkflowExecutionStatusName, string>> = {
  TERMINATED: "was terminated in Temporal",
  CANCELLED: "was cancelled in Temporal",
  FAILED: "failed in Temporal",
  TIMED_OUT: "timed out in Temporal",
  COMPLETED: "ended in Temporal without ending the run",
};
const UNKNOWN = "is not known to Temporal any more";

/**
 * Ends every open run whose workflow has ended or is gone, and leaves the others alone. Runs that wait for a wake-up
 * are left to its delivery, which finds out the same.
 * @returns ids of the runs that it ended, and the errors of those that it could not look at
 */
export async function endLostRuns(context: OperationsContext): Promise<{ ended: string[]; errors: Error[] }> {
  const { temporal, database } = context;
  const [ended, errors]: [string[], Error[]] = [[], []];
  if (!temporal) return { ended, errors };
  for (const run of await listWokenRuns(database.db, GRACE_MS)) {
    try {
      const fate = await findFate(temporal, run.workflow_id);
      if (!fate || (fate === UNKNOWN && (await isYetToStart(temporal, run)))) continue;
      if (await endLostRun(database.db, run.id, fate)) ended.push(run.id);
    } catch (error) {
      errors.push(error as Error);
    }
  }
  await endLostBatches(temporal, database.db, { ended, errors });
  return { ended, errors };
}

/** The same of batches, of which nothing but their rows is to be ended; what they showed before stays. */
async function endLostBatches(
  temporal: Client,
  db: Kysely<Tables>,
  { ended, errors }: { ended: string[]; errors: Error[] },
): Promise<void> {
  for (const { id, workflow_id } of await listWokenBatches(db, GRACE_MS)) {
    try {
      const fate = await findFate(temporal, workflow_id);
      if (fate && (await endLostBatch(db, id, `its workflow ${fate}`))) ended.push(id);
    } catch (error) {
      errors.push(error as Error);
    }
  }
}

/** What befell a workflow, in words; undefined while it goes on. Look here first, and at the run's row afterwards. */
export async function findFate(temporal: Client, workflowId: string): Promise<string | undefined> {
  try {
    const look = () => temporal.workflow.getHandle(workflowId).describe();
    const { status } = await withDeadline(temporal, look, LOOK_TIMEOUT_MS);
    return FATES[status.name];
  } catch (error) {
    if (error instanceof loadTemporal().WorkflowNotFoundError) return UNKNOWN;
    throw error;
  }
}

/** Whether the tick that opened the run is still there: without a worker it may take hours to start the run. */
async function isYetToStart(temporal: Client, { trigger, model, run_key }: RunRow): Promise<boolean> {
  if (trigger !== "schedule") return false;
  const tick = run_key.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)$/, "$1-$2-$3:$4:$5Z");
  return (await findFate(temporal, `nightly/${model}-${tick}`)) === undefined;
}
