import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import { ParentClosePolicy, proxyActivities, sleep, startChild, workflowInfo } from "@temporalio/workflow";
import type { openScheduledRunActivities } from "../activities/open-scheduled-run.ts";
import { NEVER_RETRIED } from "../core/errors.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { textOf } from "./input.ts";
import type { lifecycle } from "./lifecycle.ts";

/** How often a tick that may wait for its turn looks again: a run takes minutes to hours. */
const LOOK_AGAIN = "5 min";

const { openScheduledRun } = proxyActivities<ReturnType<typeof openScheduledRunActivities>>({
  taskQueue: TASK_QUEUES.pipeline,
  startToCloseTimeout: "2 min",
  scheduleToCloseTimeout: "1 d",
  heartbeatTimeout: "10 s",
  retry: { maximumInterval: "30 s", maximumAttempts: 5_000, nonRetryableErrorTypes: [...NEVER_RETRIED] },
});

/**
 * One tick of a model's schedule: opens the run of the tick's time and starts it as a workflow that goes on alone, so
 * that no tick waits for a review. A run that is there already is left alone.
 */
export async function nightly(input: { model: string }): Promise<{ runId: string | null }> {
  const model = textOf(input, "model");
  const tick = tickTime().toISOString();
  for (;;) {
    const opened = await openScheduledRun({ model, tick });
    if (opened.next === "nothing") return { runId: null };
    if (opened.next === "start") {
      await startRun(opened);
      return { runId: opened.runId };
    }
    await sleep(LOOK_AGAIN);
  }
}

/** A run whose workflow was started before, by a tick that was lost after it, goes on by itself. */
async function startRun({ runId, workflowId }: { runId: string; workflowId: string }): Promise<void> {
  try {
    await startChild<typeof lifecycle>("lifecycle", {
      workflowId,
      args: [{ runId }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: "REJECT_DUPLICATE",
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** When the tick was due, also when it was caught up later; for one started by hand, when it started. */
function tickTime(): Date {
  const due = workflowInfo().searchAttributes["TemporalScheduledStartTime"]?.[0];
  return due instanceof Date ? due : workflowInfo().startTime;
}
