import { proxyActivities, workflowInfo } from "@temporalio/workflow";
import type { monitorActivities } from "../activities/monitor.ts";
import { NEVER_RETRIED } from "../core/errors.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { textOf } from "./input.ts";

type Activities = ReturnType<typeof monitorActivities>;

const COMMON = { taskQueue: TASK_QUEUES.scoring, heartbeatTimeout: "10 s" } as const;
const NEVER = { nonRetryableErrorTypes: [...NEVER_RETRIED] };

const { runMonitor } = proxyActivities<Activities>({
  ...COMMON,
  startToCloseTimeout: "30 min",
  scheduleToCloseTimeout: "6 h",
  retry: { ...NEVER, maximumInterval: "1 min", maximumAttempts: 200 },
});
/** A receiver that is down must not hold up the next look: the rows wait, and that look sends them again. */
const { sendAlerts } = proxyActivities<Activities>({
  ...COMMON,
  startToCloseTimeout: "5 min",
  scheduleToCloseTimeout: "10 min",
  retry: { ...NEVER, maximumAttempts: 3 },
});

/** One look at a model: its checks are written, then incidents that nobody was told of yet are sent. */
export async function monitor(input: { model: string }): Promise<void> {
  const model = textOf(input, "model");
  await runMonitor({ model, tick: workflowInfo().startTime.toISOString() });
  await sendAlerts({ model });
}
