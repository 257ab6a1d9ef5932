import { proxyActivities, workflowInfo } from "@temporalio/workflow";
import type { monitorActivities } from "../activities/monitor.ts";
import { NEVER_RETRIED } from "../core/errors.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";

const { runMonitor, sendAlerts } = proxyActivities<ReturnType<typeof monitorActivities>>({
  taskQueue: TASK_QUEUES.scoring,
  startToCloseTimeout: "30 min",
  scheduleToCloseTimeout: "6 h",
  heartbeatTimeout: "10 s",
  retry: { maximumInterval: "1 min", maximumAttempts: 200, nonRetryableErrorTypes: [...NEVER_RETRIED] },
});

/** One look at a model: its checks are written, then incidents that nobody was told of yet are sent. */
export async function monitor({ model }: { model: string }): Promise<void> {
  await runMonitor({ model, tick: workflowInfo().startTime.toISOString() });
  await sendAlerts({ model });
}
