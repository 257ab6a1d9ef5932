/** Runs that Temporal carries no more: terminated there, or lost with its state. Their rows would be open for ever. */
import { type Client, type WorkflowExecutionStatusName, WorkflowNotFoundError } from "@temporalio/client";
import type { Transaction } from "kysely";
import { endRun } from "../db/end-run.ts";
import { listWokenRuns, lockRun } from "../db/runs.ts";
import { describeAbort, findAbort } from "../db/step-answers.ts";
import { findStep, type RunRow } from "../db/steps.ts";
import type { Tables } from "../db/tables.ts";
import type { OperationsContext } from "./context.ts";
import { withDeadline } from "./temporal.ts";

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
      const lost = await database.db.transaction().execute((trx) => endLostRun(trx, run.id, fate));
      if (lost) ended.push(run.id);
    } catch (error) {
      errors.push(error as Error);
    }
  }
  return { ended, errors };
}

/** What befell a workflow, in words; undefined while it goes on. Look here first, and at the run's row afterwards. */
export async function findFate(temporal: Client, workflowId: string): Promise<string | undefined> {
  try {
    const look = () => temporal.workflow.getHandle(workflowId).describe();
    const { status } = await withDeadline(temporal, look, LOOK_TIMEOUT_MS);
    return FATES[status.name];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return UNKNOWN;
    throw error;
  }
}

/**
 * Ends one run whose workflow is gone: as a person wanted who had aborted it; as deployed if it had gone live; else as
 * failed, with what befell its workflow. A run that has ended stays as it is, and gives undefined.
 */
export async function endLostRun(
  trx: Transaction<Tables>,
  runId: string,
  fate: string,
): Promise<RunRow | undefined> {
  const run = await lockRun(trx, runId);
  if (run.finished_at) return undefined;
  const abort = await findAbort(trx, runId);
  const deploy = await findStep(trx, { runId, step: "deploy" });
  if (abort) await endRun(trx, run, { outcome: "aborted", reason: describeAbort(abort) });
  else if (deploy?.state === "done")
    await endRun(trx, run, { outcome: "deployed", reason: `${deploy.summary}; then its workflow ${fate}` });
  else
    await endRun(trx, run, {
      outcome: "failed",
      reason: `its workflow ${fate}; start another run: holt run ${run.model}`,
    });
  return lockRun(trx, runId);
}

/** Whether the tick that opened the run is still there: without a worker it may take hours to start the run. */
async function isYetToStart(temporal: Client, { trigger, model, run_key }: RunRow): Promise<boolean> {
  if (trigger !== "schedule") return false;
  const tick = run_key.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)$/, "$1-$2-$3:$4:$5Z");
  return (await findFate(temporal, `nightly/${model}-${tick}`)) === undefined;
}
