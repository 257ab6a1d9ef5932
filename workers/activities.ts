/** Which activities run on which task queue. */

import { batchActivities } from "../activities/batch.ts";
import { chooseActivities } from "../activities/choose.ts";
import type { ActivityContext } from "../activities/context.ts";
import { deployActivities } from "../activities/deploy.ts";
import { drillActivities } from "../activities/drill.ts";
import { evaluateActivities } from "../activities/evaluate.ts";
import { experimentActivities } from "../activities/experiments.ts";
import { featureActivities } from "../activities/feature.ts";
import { ingestActivities } from "../activities/ingest.ts";
import { monitorActivities } from "../activities/monitor.ts";
import { openScheduledRunActivities } from "../activities/open-scheduled-run.ts";
import { ownStepActivities } from "../activities/own-step.ts";
import { qaActivities } from "../activities/qa.ts";
import { reviewActivities } from "../activities/review.ts";
import { reviewNoticeActivities } from "../activities/review-notices.ts";
import { rolloutActivities } from "../activities/rollout.ts";
import { runActivities } from "../activities/run.ts";
import { splitActivities } from "../activities/split.ts";
import { trainActivities } from "../activities/train.ts";
import type { TASK_QUEUES } from "../core/task-queues.ts";
import type { StepActivities } from "../workflows/proxies.ts";

type TaskQueue = keyof typeof TASK_QUEUES;
type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

/** Every queue's activities, by their names. The compiler holds them to what the workflows call. */
export function activitiesByQueue(context: ActivityContext): Record<TaskQueue, Activities> {
  const deploy = deployActivities(context);
  const steps: StepActivities = {
    ...ingestActivities(context),
    ...featureActivities(context),
    ...ownStepActivities(context),
    ...splitActivities(context),
    ...trainActivities(context),
    ...evaluateActivities(context),
    ...chooseActivities(context),
    ...qaActivities(context),
  };
  const { stageBatch, scoreBatch, publishBatch, ...batchNotes } = batchActivities(context);
  const { trainCandidate, evaluateCandidate, checkQuality, ...others } = steps;
  return {
    pipeline: {
      ...others,
      ...runActivities(context),
      ...reviewActivities(context),
      ...reviewNoticeActivities(context),
      ...rolloutActivities(context),
      ...openScheduledRunActivities(context),
      ...batchNotes,
      registerVersion: deploy.registerVersion,
      flipLive: deploy.flipLive,
    },
    training: { trainCandidate },
    batch: { stageBatch, scoreBatch, publishBatch },
    scoring: {
      evaluateCandidate,
      checkQuality,
      smokeTest: deploy.smokeTest,
      measureReference: deploy.measureReference,
      ...monitorActivities(context),
      ...drillActivities(context),
      ...experimentActivities(context),
    },
  };
}
