import { ApplicationFailure, proxyActivities } from "@temporalio/workflow";
import type { DrillRequest, drillActivities } from "../activities/drill.ts";
import type { DrillReport } from "../core/drill/report.ts";
import { NEVER_RETRIED } from "../core/errors.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { textOf } from "./input.ts";

const { runDrill } = proxyActivities<ReturnType<typeof drillActivities>>({
  taskQueue: TASK_QUEUES.scoring,
  startToCloseTimeout: "6 h",
  scheduleToCloseTimeout: "1 d",
  heartbeatTimeout: "10 s",
  // its session has ended, and with it its tables, when the workflow has
  cancellationType: "WAIT_CANCELLATION_COMPLETED",
  retry: { nonRetryableErrorTypes: [...NEVER_RETRIED], maximumAttempts: 2 },
});

/** One drill, whose result is its report: nothing of it is kept elsewhere. */
export async function drill(input: DrillRequest): Promise<DrillReport> {
  const model = textOf(input, "model");
  for (const name of ["days", "trials", "seed"] as const)
    if (!Number.isSafeInteger(input[name]))
      throw ApplicationFailure.nonRetryable(`input: "${name}" is not a whole number`, "InvalidInput");
  return runDrill({ ...input, model });
}
