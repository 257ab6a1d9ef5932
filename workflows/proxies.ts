/** The activities as workflows see them: which task queue, how long, how often again. */
import type { RetryPolicy } from "@temporalio/common";
import {
  type ActivityFunctionWithOptions,
  type ActivityOptions,
  proxyActivities,
} from "@temporalio/workflow";
import type { deployActivities } from "../activities/deploy.ts";
import type { reviewActivities } from "../activities/review.ts";
import type { reviewNoticeActivities } from "../activities/review-notices.ts";
import type { rolloutActivities } from "../activities/rollout.ts";
import type { runActivities } from "../activities/run.ts";
import { NEVER_RETRIED } from "../core/errors.ts";
import type { StepOutcome, StepRef } from "../core/steps.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";

/** A step that is one activity and keeps its own row. */
export type StepActivity = (ref: StepRef) => Promise<StepOutcome>;
export interface StepActivities {
  ingestSource: StepActivity;
  buildFeature: StepActivity;
  runOwnStep: StepActivity;
  splitHistory: StepActivity;
  trainCandidate: StepActivity;
  evaluateCandidate: StepActivity;
  chooseCandidate: StepActivity;
  checkQuality: StepActivity;
}

const RETRY = {
  initialInterval: "1 s",
  backoffCoefficient: 2,
  maximumInterval: "30 s",
  nonRetryableErrorTypes: [...NEVER_RETRIED],
} satisfies RetryPolicy;

/** Every activity heartbeats each 2 s (workers/activity-care.ts), so a dead worker is noticed after this. */
const HEARTBEAT = "10 s";

/** A step's work: hours are fine, five attempts are enough, then a person is asked. */
const WORK: ActivityOptions = {
  startToCloseTimeout: "6 h",
  scheduleToCloseTimeout: "3 d",
  heartbeatTimeout: HEARTBEAT,
  // Said, since the SDK's documents and its code differ about the default: nothing of a run works on after its end.
  cancellationType: "WAIT_CANCELLATION_COMPLETED",
  retry: { ...RETRY, maximumAttempts: 5 },
};

/** Bookkeeping: short, and worth trying for a week, since a run without it would be lost. */
const NOTE: ActivityOptions = {
  startToCloseTimeout: "2 min",
  scheduleToCloseTimeout: "7 d",
  heartbeatTimeout: HEARTBEAT,
  retry: { ...RETRY, maximumAttempts: 50_000 },
};

export const pipelineWork = proxyActivities<StepActivities & ReturnType<typeof deployActivities>>({
  ...WORK,
  taskQueue: TASK_QUEUES.pipeline,
});
export const trainingWork = proxyActivities<StepActivities>({ ...WORK, taskQueue: TASK_QUEUES.training });
export const scoringWork = proxyActivities<StepActivities & ReturnType<typeof deployActivities>>({
  ...WORK,
  taskQueue: TASK_QUEUES.scoring,
});
export const note = proxyActivities<
  ReturnType<typeof runActivities> &
    ReturnType<typeof reviewActivities> &
    ReturnType<typeof rolloutActivities>
>({
  ...NOTE,
  taskQueue: TASK_QUEUES.pipeline,
});

/** Telling people: a review waits for its decision meanwhile, so this gives up soon, and is asked for again later. */
const NOTICE: ActivityOptions = {
  startToCloseTimeout: "1 min",
  scheduleToCloseTimeout: "3 min",
  heartbeatTimeout: HEARTBEAT,
  cancellationType: "WAIT_CANCELLATION_COMPLETED",
  retry: { ...RETRY, maximumAttempts: 3 },
};
export const notice = proxyActivities<ReturnType<typeof reviewNoticeActivities>>({
  ...NOTICE,
  taskQueue: TASK_QUEUES.pipeline,
});

/** One step's activity, with options at the call. */
export type StepProxy = ActivityFunctionWithOptions<StepActivity>;
