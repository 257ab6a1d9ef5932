/** An experiment from its start to its end, for months if need be: a look each while, until one ends it or a person does. */
import {
  continueAsNew,
  log,
  proxyActivities,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { experimentActivities } from "../activities/experiments.ts";
import { NEVER_RETRIED } from "../core/errors.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { textOf } from "./input.ts";
import { experimentChanged } from "./messages.ts";
import { paceLooks } from "./pace.ts";
import { waitUntil } from "./wait-until.ts";

/** After these the history begins anew: some 2,000 events. */
const LOOKS_A_HISTORY = 300;

/** A look that fails is tried for a week: what is wrong with one is seldom its own, and the experiment goes on meanwhile. */
const { lookAtExperiment } = proxyActivities<ReturnType<typeof experimentActivities>>({
  taskQueue: TASK_QUEUES.scoring,
  startToCloseTimeout: "30 min",
  scheduleToCloseTimeout: "7 d",
  heartbeatTimeout: "10 s",
  retry: { nonRetryableErrorTypes: [...NEVER_RETRIED], maximumInterval: "1 min", maximumAttempts: 50_000 },
});

/** Signals only make it look: what people changed, and its end, are rows. */
export async function experiment(input: { experimentId: string }): Promise<void> {
  const experimentId = textOf(input, "experimentId");
  let changes = 0;
  setHandler(experimentChanged, () => {
    changes += 1;
  });
  setDefaultSignalHandler((name) => {
    log.warn("signal ignored: an experiment knows experimentChanged", { signal: name.slice(0, 100) });
  });
  const pace = paceLooks();
  for (let looks = 0; looks < LOOKS_A_HISTORY && !workflowInfo().continueAsNewSuggested; looks++) {
    await pace();
    const seen = changes;
    const { isEnded, nextMs, waits, isPaused } = await lookAtExperiment({ experimentId });
    if (isEnded) return;
    setCurrentDetails(
      `${isPaused ? "paused" : waits ? "waits for a person" : "goes on"}: \`holt experiment show ${experimentId}\``,
    );
    await waitUntil(() => changes > seen, Date.now() + nextMs);
  }
  await continueAsNew<typeof experiment>({ experimentId });
}
