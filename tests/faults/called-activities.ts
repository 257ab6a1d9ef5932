/** A workflow of the attacker's own, under a run's id, has Holt's workers do what would make the rows lie. */
import { defaultPayloadConverter } from "@temporalio/common";
import { msToTs } from "@temporalio/common/lib/time.js";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import type { Stage } from "../support/open-stage.ts";
import type { TestRun } from "../support/runs.ts";
import { until } from "../support/until.ts";

/** `COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK` and `TASK_QUEUE_KIND_NORMAL` of Temporal's API. */
const SCHEDULE_ACTIVITY = 1;
const NORMAL_QUEUE = 1;
/** Temporal refuses to be asked for a task without a deadline. */
const PATIENCE_MS = 30_000;
const ENDS = ["aborted", "deployed", "rejected", "expired", "superseded", "rolled_back"];
const STEPS = ["train:popularity", "review", "deploy"];

/** What a run that waits for its review may not be told; each is one forgery. */
const CALLS: readonly { activity: string; input: object }[] = [
  ...STEPS.map((step) => ({ activity: "skipStep", input: { step } })),
  ...ENDS.map((outcome) => ({ activity: "finishRun", input: { outcome, reason: "all is well" } })),
  { activity: "registerVersion", input: {} },
  { activity: "startStage", input: { version: 1, stage: 0 } },
  { activity: "flipLive", input: { version: 1 } },
];
export const CALL_COUNT = CALLS.length;

/** Takes the place of an open run whose workflow has ended, and calls them all. @returns what was done rather than refused; should be nothing */
export async function callActivities(stage: Stage, run: TestRun): Promise<string[]> {
  const { workflowService } = stage.temporal;
  const { workflowId } = run.workflow;
  const taskQueue = `forger-${run.runId}`;
  const workflow = await stage.temporal.workflow.start("lifecycle", { workflowId, taskQueue });
  const from = { namespace: stage.namespace, identity: "rita" };
  const queue = { name: taskQueue, kind: NORMAL_QUEUE };
  const { taskToken } = await stage.temporal.withDeadline(Date.now() + PATIENCE_MS, () =>
    workflowService.pollWorkflowTaskQueue({ ...from, taskQueue: queue }),
  );
  const commands = CALLS.map(({ activity, input }, at) => ({
    commandType: SCHEDULE_ACTIVITY,
    scheduleActivityTaskCommandAttributes: {
      activityId: String(at),
      activityType: { name: activity },
      taskQueue: { name: TASK_QUEUES.pipeline },
      input: { payloads: [defaultPayloadConverter.toPayload({ runId: run.runId, ...input })] },
      scheduleToCloseTimeout: msToTs("1 min"),
      retryPolicy: { maximumAttempts: 1 },
    },
  }));
  await workflowService.respondWorkflowTaskCompleted({ ...from, taskToken, commands });
  const done = await until("the answers of Holt's workers", async () => {
    const events = (await workflow.fetchHistory()).events ?? [];
    const refused = events.filter((event) => event.activityTaskFailedEventAttributes);
    const completed = events.flatMap((event) => event.activityTaskCompletedEventAttributes ?? []);
    if (refused.length + completed.length < CALLS.length) return undefined;
    return completed.map(({ scheduledEventId }) => {
      const scheduled = events.find(({ eventId }) => String(eventId) === String(scheduledEventId));
      return scheduled?.activityTaskScheduledEventAttributes?.activityType?.name;
    });
  });
  await workflow.terminate("the forger has ended");
  return done.map((activity) => `an activity that a forged workflow called was done: ${activity}`);
}
