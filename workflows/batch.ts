/** A table scored as a whole: copied, scored, shown. The rows decide; a signal only makes it look. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  TimeoutFailure,
  workflowInfo,
} from "@temporalio/workflow";
import type { batchActivities } from "../activities/batch.ts";
import type { BatchState } from "../core/batch.ts";
import { NEVER_RETRIED } from "../core/errors.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { textOf } from "./input.ts";
import { batchAnswered } from "./messages.ts";
import { paceLooks } from "./pace.ts";

type Activities = ReturnType<typeof batchActivities>;

const NEVER = { nonRetryableErrorTypes: [...NEVER_RETRIED] };

const work = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.batch,
  startToCloseTimeout: "1 d",
  scheduleToCloseTimeout: "7 d",
  heartbeatTimeout: "10 s",
  cancellationType: "WAIT_CANCELLATION_COMPLETED",
  retry: { ...NEVER, maximumInterval: "30 s", maximumAttempts: 5 },
});
const note = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.pipeline,
  startToCloseTimeout: "2 min",
  scheduleToCloseTimeout: "7 d",
  heartbeatTimeout: "10 s",
  retry: { ...NEVER, maximumInterval: "30 s", maximumAttempts: 50_000 },
});

/** Started with a batch's id, or by a schedule with a model's name. A failure waits, for days if need be, for a person. */
export async function batch(
  input: { batchId: string } | { model: string },
): Promise<{ state: BatchState | null }> {
  let answers = 0;
  setHandler(batchAnswered, () => {
    answers += 1;
  });
  setDefaultSignalHandler((name) => {
    log.warn("signal ignored: a batch knows batchAnswered", { signal: name.slice(0, 100) });
  });
  const batchId = await idOf(input);
  if (batchId === null) return { state: null };
  const pace = paceLooks();
  try {
    for (;;) {
      const seen = answers;
      const error = await tryIt(batchId);
      if (error === undefined) return { state: await note.readBatchState({ batchId }) };
      setCurrentDetails(`failed and waits for an answer: \`holt batch show ${batchId}\``);
      await note.needBatchAttention({ batchId, error });
      if (!(await goesOn(batchId, seen))) break;
      setCurrentDetails("goes on");
    }
    await note.endBatch({ batchId });
    return { state: await note.readBatchState({ batchId }) };
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => note.endBatch({ batchId }));
    throw error;
  }

  /** Whether a person said that it is to go on; false once it has ended. */
  async function goesOn(id: string, since: number): Promise<boolean> {
    for (let seen = since; ; ) {
      await condition(() => answers > seen);
      await pace();
      seen = answers;
      const state = await note.readBatchState({ batchId: id });
      if (state !== "needs_attention") return state === "running";
    }
  }
}

async function idOf(input: { batchId: string } | { model: string }): Promise<string | null> {
  if (!("model" in (input ?? {}))) return textOf(input, "batchId");
  const due = workflowInfo().searchAttributes["TemporalScheduledStartTime"]?.[0];
  const tick = (due instanceof Date ? due : workflowInfo().startTime).toISOString();
  return note.openScheduledBatch({ model: textOf(input, "model"), tick });
}

/** What it failed with, for its row; undefined when it is done. @throws a cancellation, which is no failure of it */
async function tryIt(batchId: string): Promise<{ code: string; message: string } | undefined> {
  try {
    await work.stageBatch({ batchId });
    await work.scoreBatch({ batchId });
    await work.publishBatch({ batchId });
    return undefined;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
    if (cause instanceof TimeoutFailure)
      return {
        code: "Timeout",
        message: `it gave no sign of life (${cause.timeoutType}); see that a worker runs, then retry it`,
      };
    if (cause instanceof ApplicationFailure) return { code: cause.type ?? "Error", message: cause.message };
    return { code: "Error", message: cause instanceof Error ? cause.message : String(cause) };
  }
}
