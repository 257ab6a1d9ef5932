import { isCancellation, patched, proxyActivities, workflowInfo } from "@temporalio/workflow";
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
/** What hinders an action must not keep people from being told: the next look tries again. */
const { actOnIncidents } = proxyActivities<Activities>({
  ...COMMON,
  startToCloseTimeout: "5 min",
  scheduleToCloseTimeout: "10 min",
  retry: { ...NEVER, maximumAttempts: 3 },
});
/** A receiver that is down must not hold up the next look: the rows wait, and that look sends them again. */
const { sendAlerts } = proxyActivities<Activities>({
  ...COMMON,
  startToCloseTimeout: "5 min",
  scheduleToCloseTimeout: "10 min",
  retry: { ...NEVER, maximumAttempts: 3 },
});

/** One look at a model: its checks are written, Holt acts as the definition says, then incidents that nobody was told of yet are sent. */
export async function monitor(input: { model: string }): Promise<void> {
  const model = textOf(input, "model");
  await runMonitor({ model, tick: workflowInfo().startTime.toISOString() });
  const acts = patched("act-on-incidents") ? await attempt(actOnIncidents({ model })) : undefined;
  await sendAlerts({ model });
  if (acts?.failure !== undefined) throw acts.failure;
}

/** Its failure as a value, for what must go on first; a cancellation still ends the look. */
async function attempt(work: Promise<unknown>): Promise<{ failure?: unknown }> {
  try {
    await work;
    return {};
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    return { failure };
  }
}
