/** Experiments whose workflow Temporal carries no more. It is started again: all that it knows stands in rows. */
import { TASK_QUEUES } from "../core/task-queues.ts";
import { listWatchedExperiments } from "../db/experiments.ts";
import type { OperationsContext } from "./context.ts";
import { findFate } from "./lost-runs.ts";

/** One that just began may not have its workflow yet. */
const GRACE_MS = 60_000;

/**
 * Starts the workflow of each experiment under way that has none, and leaves the others alone.
 * @returns ids of those, and the errors of what it could not look at
 */
export async function reviveExperiments(
  { temporal, database: { db } }: OperationsContext,
  graceMs = GRACE_MS,
): Promise<{ revived: string[]; errors: Error[] }> {
  const [revived, errors]: [string[], Error[]] = [[], []];
  if (!temporal) return { revived, errors };
  for (const id of await listWatchedExperiments(db, graceMs)) {
    const workflowId = `experiment/${id}`;
    try {
      if (!(await findFate(temporal, workflowId))) continue;
      await temporal.workflow.start("experiment", {
        workflowId,
        taskQueue: TASK_QUEUES.pipeline,
        args: [{ experimentId: id }],
        // two servers may find the same at once; one of them starts it
        workflowIdConflictPolicy: "USE_EXISTING",
      });
      revived.push(id);
    } catch (error) {
      errors.push(error as Error);
    }
  }
  return { revived, errors };
}
