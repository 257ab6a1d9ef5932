import {
  type NativeConnection,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from "@temporalio/worker";
import type { ActivityContext } from "../activities/context.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { activitiesByQueue } from "./activities.ts";
import { activityCare } from "./activity-care.ts";
import type { Logger } from "./log.ts";

/**
 * Activities at the same time, for two cores: SQL waits for PostgreSQL, training and scoring compute. A table takes hours, so
 * it has a place of its own, and keeps no run and no monitor from scoring.
 */
const AT_ONCE = { pipeline: 8, training: 2, scoring: 2, batch: 1 } as const;

export interface WorkersSettings {
  connection: NativeConnection;
  namespace: string;
  context: ActivityContext;
  bundle: WorkflowBundleOption;
  log: Logger;
  /** What histories name as the code that they came of; a sum of the workflows' code when left out. */
  build?: string | undefined;
  /** 0 has every workflow task replay its history; for tests. */
  maxCachedWorkflows?: number;
}

/** One worker a task queue, all in this process; `run` them, then `shutdown` each. */
export async function createWorkers(settings: WorkersSettings): Promise<Worker[]> {
  const { connection, namespace, context, bundle, log, build, maxCachedWorkflows } = settings;
  const activities = activitiesByQueue(context);
  const common: Omit<WorkerOptions, "taskQueue"> = {
    connection,
    namespace,
    interceptors: { activity: [activityCare(context.database, log)] },
    // Long enough for bookkeeping. Long steps are cancelled then, and go on in the next worker.
    shutdownGraceTime: "5 s",
    shutdownForceTime: "15 s",
    // Only a name in the histories: no run is held to the build that began it.
    ...(build === undefined ? {} : { buildId: build }),
  };
  const worker = (queue: keyof typeof TASK_QUEUES, more: Partial<WorkerOptions> = {}) =>
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUES[queue],
      activities: activities[queue],
      maxConcurrentActivityTaskExecutions: AT_ONCE[queue],
      ...more,
    });
  return Promise.all([
    worker("pipeline", {
      workflowBundle: bundle,
      // A dead worker's runs go to another after this, instead of 10 s.
      stickyQueueScheduleToStartTimeout: "1 s",
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
    }),
    worker("training"),
    worker("scoring"),
    worker("batch"),
  ]);
}
