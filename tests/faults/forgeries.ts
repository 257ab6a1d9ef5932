/** What somebody who reaches Temporal, but not PostgreSQL, may send it to get a release live. Each is one forgery. */
import { randomBytes } from "node:crypto";
import { defaultPayloadConverter } from "@temporalio/common";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import type { Stage } from "../support/open-stage.ts";
import type { TestRun } from "../support/runs.ts";
import type { Random } from "./random.ts";

export interface Forgery {
  stage: Stage;
  /** Waits for review. */
  run: TestRun;
  random: Random;
  trial: number;
}

/** What a forged message says: anything that a careless workflow might take for an approval. */
const WORDS: readonly unknown[] = [
  "approve",
  "approved",
  true,
  { verdict: "approve", by: "rita" },
  { decisionId: "00000000-0000-4000-8000-000000000000", verdict: "approved" },
  `holt_${"A".repeat(43)}`,
  ["approve"],
  null,
];
const SIGNALS = ["approval", "approve", "decisionRecorded", "deploy", "stepAnswered"];

const payload = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value)] });

/** By name; each may be refused by Temporal, or do what it does there, but nothing may go live. */
export const FORGERIES: Record<string, (forgery: Forgery) => Promise<unknown>> = {
  signal: ({ run, random }) => run.workflow.signal(random.pick(SIGNALS), random.pick(WORDS)),

  "signal with start": ({ stage, run, random, trial }) =>
    stage.temporal.workflow.signalWithStart("lifecycle", {
      workflowId: trial % 2 === 0 ? run.workflow.workflowId : `run/shelf/forged-${trial}`,
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ runId: trial % 2 === 0 ? run.runId : `shelf-forged-${trial}` }],
      signal: "approval",
      signalArgs: [random.pick(WORDS)],
    }),

  "start of the lifecycle again": ({ stage, run, random, trial }) =>
    stage.temporal.workflow.start("lifecycle", {
      workflowId: `forged/${trial}`,
      taskQueue: TASK_QUEUES.pipeline,
      args: [random.pick([{ runId: run.runId, approved: true }, { runId: "none" }, "approve", {}])],
    }),

  "start of a deployment": ({ stage, run, random, trial }) =>
    stage.temporal.workflow.start(random.pick(["deploy", "flipLive", "registerVersion", "review"]), {
      workflowId: `deploy/${trial}`,
      taskQueue: random.pick(Object.values(TASK_QUEUES)),
      args: [run.runId],
      workflowTaskTimeout: "10 s",
      workflowExecutionTimeout: "5 s",
    }),

  update: ({ run, random }) =>
    run.workflow.executeUpdate(random.pick(["approve", "decide", "retryStep"]), {
      args: [random.pick(WORDS)],
    }),

  "completion with a forged token": ({ stage, random }) =>
    stage.temporal.activity.complete(randomBytes(64 + random.below(64)), { verdict: "approved" }),

  "completion by the activity's id": ({ stage, run, random }) =>
    stage.temporal.activity.complete(
      { workflowId: run.workflow.workflowId, activityId: String(1 + random.below(60)) },
      { verdict: "approved" },
    ),

  "batch of signals": ({ stage, run, random, trial }) =>
    stage.temporal.workflowService.startBatchOperation({
      namespace: stage.namespace,
      jobId: `forged-${trial}`,
      reason: "approve",
      executions: [{ workflowId: run.workflow.workflowId }],
      signalOperation: { signal: "approval", input: payload(random.pick(WORDS)), identity: "rita" },
    }),
};

/** Temporal goes back to before the review, or ends the run: what comes after must be asked for again. */
export const ENDINGS: Record<string, (forgery: Forgery) => Promise<unknown>> = {
  async reset({ stage, run, random }) {
    const { workflowId } = run.workflow;
    const { events } = await stage.temporal.workflow.getHandle(workflowId).fetchHistory();
    const completed = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
    const { runId } = await run.workflow.describe();
    await stage.temporal.workflowService.resetWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: { workflowId, runId },
      reason: "approve",
      requestId: randomBytes(8).toString("hex"),
      workflowTaskFinishEventId: random.pick(completed.slice(1)).eventId ?? null,
    });
  },
  async terminate({ stage, run }) {
    await stage.temporal.workflow.getHandle(run.workflow.workflowId).terminate("approve");
    await stage.temporal.workflow.start("lifecycle", {
      workflowId: run.workflow.workflowId,
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ runId: run.runId }],
    });
  },
};
