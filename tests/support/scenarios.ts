/** One run of each kind, for the histories that tests replay. Each has a stage of its own, with workers. */
import { rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkflowHandle } from "@temporalio/client";
import { experimentSchema } from "../../core/definition-experiment.ts";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import { type BatchRow, getBatch } from "../../db/batches.ts";
import { listLooks } from "../../db/experiment-looks.ts";
import { findStep } from "../../db/steps.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { answerRollout } from "../../operations/answer-rollout.ts";
import { answerBatch, startBatch } from "../../operations/batches.ts";
import {
  endExperiment,
  pauseExperiment,
  resumeExperiment,
  startExperiment,
} from "../../operations/experiments.ts";
import { issueReviewCode } from "../../operations/review-codes.ts";
import { liftSafeguard } from "../../operations/safeguards.ts";
import { deliverWakeUps } from "../../operations/wake-ups.ts";
import { approval } from "../../workflows/messages.ts";
import { addActor } from "./actors.ts";
import { quickExperiment, storeAudience, untilPaused } from "./experiments.ts";
import type { Stage } from "./open-stage.ts";
import { approvedBaseline, approvedBeside, countAnswers, freezeShelf, untilStage } from "./rollout-stages.ts";
import {
  answer,
  approve,
  decideRun,
  operationsOf,
  start,
  type TestRun,
  untilRun,
  untilStep,
} from "./runs.ts";
import { smallModel } from "./small-model.ts";
import { until } from "./until.ts";

type Scenario = (stage: Stage) => Promise<WorkflowHandle>;

/** A candidate whose file is always too large: its training fails at once and for good. */
const TOO_LARGE = { trainer: "als", factors: 4, iterations: 1, maxSizeMb: 0.0001 } as const;
const SIMILAR = { trainer: "item_similarity", neighbours: 10 } as const;
const NIGHTLY = { cron: "0 3 * * *", timeZone: "UTC" };

export const SCENARIOS: Record<string, Scenario> = {
  async approve(stage) {
    await stage.apply();
    await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
    const run = await start(stage, { runKey: "second" });
    await approve(stage, run);
    return run.workflow;
  },
  async reject(stage) {
    const run = await waitingForReview(stage);
    await decideRun(stage, run, "reject", "too few new items");
    return ended(run);
  },
  async expire(stage) {
    await stage.apply({ review: { expiresAfter: "1 s" } });
    return ended(await start(stage, { baselineOnly: true, runKey: "run" }));
  },
  async no_change(stage) {
    await stage.apply();
    await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
    return ended(await start(stage, { baselineOnly: true, runKey: "second" }));
  },
  async failed_step_retry(stage) {
    await stage.apply();
    const titles = join(stage.files, "titles.csv");
    await rename(titles, `${titles}.gone`);
    const run = await start(stage, { baselineOnly: true, runKey: "run" });
    await untilStep(stage, run, "ingest:titles", "needs_attention");
    await rename(`${titles}.gone`, titles);
    await answer(stage, run, "ingest:titles", "retry");
    await approve(stage, run);
    return run.workflow;
  },
  async skip(stage) {
    await stage.apply({ candidates: { similar: SIMILAR, huge: TOO_LARGE } });
    const run = await start(stage, { runKey: "run" });
    await answer(stage, run, "train:huge", "skip");
    await approve(stage, run);
    return run.workflow;
  },
  async abort(stage) {
    await stage.apply({ candidates: { similar: SIMILAR, huge: TOO_LARGE } });
    const run = await start(stage, { runKey: "run" });
    await answer(stage, run, "train:huge", "abort");
    return ended(run);
  },
  async code_by_signal(stage) {
    const run = await waitingForReview(stage);
    await run.workflow.signal(approval, "guessed");
    const { releaseDigest, reportDigest } = await getReviewDetail(stage.database.db, run.runId);
    const wanted = { verdict: "approve", releaseDigest, reportDigest, reason: "", override: false } as const;
    const { code } = await issueReviewCode(operationsOf(stage), stage.reviewer, run.runId, wanted);
    await run.workflow.signal(approval, code);
    return ended(run);
  },
  async forged_signals(stage) {
    const run = await waitingForReview(stage);
    await run.workflow.signal("aproval", "approve");
    await run.workflow.signal("approval", { approver: "somebody" });
    await run.workflow.signal("stepAnswered", "retry");
    await decideRun(stage, run, "reject", "as it should be");
    return ended(run);
  },
  async rollout_answered(stage) {
    const run = await approvedBeside(stage, {
      canary: [{ share: 0.05, for: "1 s", requests: 1_000 }],
      checks: { maxErrorIncrease: 0.01 },
      patience: "1 s",
    });
    const { stage: at } = await untilStage(stage, run, "canary", "held");
    const answered = { stage: at, answer: "go_on", reason: "looked at the lists" } as const;
    await answerRollout(operationsOf(stage), stage.engineer, run.runId, answered);
    return ended(run);
  },
  async frozen(stage) {
    const { id } = await freezeShelf(stage);
    const run = await approvedBaseline(stage);
    await until("the wait", async () =>
      (await findStep(stage.database.db, { runId: run.runId, step: "deploy" }))?.progress?.includes("freeze"),
    );
    await liftSafeguard(operationsOf(stage), stage.engineer, id);
    return ended(run);
  },
  async rolled_back(stage) {
    const run = await approvedBeside(stage, {
      shadow: { for: "1 h", requests: 1_000_000 },
      checks: { maxErrorIncrease: 0.01 },
    });
    const { stage: at } = await untilStage(stage, run, "shadow");
    const counted = { champion: [5_000, 1], shadow: [500, 50] } as const;
    await countAnswers(stage, { runId: run.runId, stage: at }, counted);
    return ended(run);
  },
  async cancelled(stage) {
    const run = await waitingForReview(stage);
    await run.workflow.cancel();
    return run.workflow.result().then(
      () => run.workflow,
      () => run.workflow,
    );
  },
  async qa_failed(stage) {
    await stage.apply({ qa: { itemCoverage: { atLeast: 1, severity: "error" } } });
    return ended(await start(stage, { baselineOnly: true, runKey: "run" }));
  },
  async superseded(stage) {
    const run = await waitingForReview(stage);
    await decideRun(stage, run, "ask", "where is the derby?");
    await untilRun(stage, run, "waiting_for_review");
    const newer = await start(stage, { baselineOnly: true, runKey: "newer" });
    await untilRun(stage, newer, "waiting_for_review");
    await deliverWakeUps(operationsOf(stage));
    return ended(run);
  },
  async overridden(stage) {
    await stage.apply({
      qa: { itemCoverage: { atLeast: 1, severity: "error" } },
      review: { override: {} },
    });
    return approvedByTwo(stage, true);
  },
  async two_approvals(stage) {
    await stage.apply({ review: { approvals: 2 } });
    return approvedByTwo(stage, false);
  },
  async automatic(stage) {
    const qa = { extremes: { newItems: { ids: ["i00"] } } };
    const quiet = { scheduledOnly: false, sameCandidate: false, maxListChange: 1 };
    await stage.apply({ qa, review: { automatic: { quiet } } });
    await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
    return ended(await start(stage, { runKey: "second" }));
  },
  async reminded(stage) {
    const workingHours = { days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "00:00" };
    await stage.apply({ review: { expiresAfter: "5 s", remindAfter: "1 s", workingHours } });
    return ended(await start(stage, { baselineOnly: true, runKey: "run" }));
  },
  async nightly(stage) {
    await stage.apply({ schedule: NIGHTLY, review: { expiresAfter: "1 s" } });
    const tick = await startTick(stage, "nightly");
    await tick.result();
    return tick;
  },
  async monitor(stage) {
    await stage.apply();
    await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
    const look = await startTick(stage, "monitor");
    await look.result();
    return look;
  },
  async drill(stage) {
    await stage.apply();
    await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
    const asked = { model: "shelf", fault: "half_missing", days: 7, trials: 1, seed: 1 } as const;
    const workflow = await stage.temporal.workflow.start("drill", {
      ...{ workflowId: "drill/shelf-by-hand", taskQueue: TASK_QUEUES.pipeline },
      args: [asked],
    });
    await workflow.result();
    return workflow;
  },
  async monitor_acts(stage) {
    const { titles, ...sources } = smallModel().sources;
    const freshness = { measure: "delivery", maxAge: "1 d" } as const;
    await stage.apply({
      sources: { ...sources, titles: { ...(titles as NonNullable<typeof titles>), freshness } },
      monitor: { actions: { list: { do: "popularity_list", causes: ["source:titles"] } } },
    });
    await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
    const old = new Date(Date.now() - 3 * 86_400_000);
    await utimes(join(stage.files, "titles.csv"), old, old);
    const look = await startTick(stage, "monitor");
    await look.result();
    return look;
  },
  async batch(stage) {
    const { workflow_id } = await startedBatch(stage, "people.csv", { people: "user_id\np01\nstranger\n" });
    const workflow = stage.temporal.workflow.getHandle(workflow_id);
    await workflow.result();
    return workflow;
  },
  async batch_retried(stage) {
    const { id, workflow_id } = await startedBatch(stage, "people.csv", {});
    await untilAttention(stage, id);
    await writeFile(join(stage.files, "people.csv"), "user_id\np01\n");
    await answerBatch(operationsOf(stage), stage.engineer, id, { answer: "retry", reason: "delivered" });
    const workflow = stage.temporal.workflow.getHandle(workflow_id);
    await workflow.result();
    return workflow;
  },
  async batch_cancelled(stage) {
    const { id, workflow_id } = await startedBatch(stage, "people.csv", {});
    await untilAttention(stage, id);
    await answerBatch(operationsOf(stage), stage.engineer, id, { answer: "cancel", reason: "no need" });
    const workflow = stage.temporal.workflow.getHandle(workflow_id);
    await workflow.result().catch(() => {});
    return workflow;
  },
  async experiment_stopped(stage) {
    const { id, workflow } = await startedExperiment(stage);
    await storeAudience(
      stage.database.db,
      { experimentId: id, model: "shelf", reportedBy: stage.engineer.personId },
      {
        control: { people: 900, clickEvery: 4, spend: (at) => (at % 3 === 0 ? 10 : 0) },
        treatment: { people: 900, clickEvery: 2, spend: (at) => (at % 9 === 0 ? 10 : 0) },
      },
    );
    await workflow.result();
    return workflow;
  },
  async experiment_paused(stage) {
    const { id, workflow } = await startedExperiment(stage);
    const context = operationsOf(stage);
    await until("a look", async () => (await listLooks(stage.database.db, id)).length > 0);
    await pauseExperiment(context, stage.engineer, id, { reason: "the shop is down" });
    await deliverWakeUps(context);
    await untilPaused(workflow);
    await resumeExperiment(context, stage.engineer, id, { reason: "it is back" });
    await endExperiment(context, stage.engineer, id, { reason: "enough" });
    await deliverWakeUps(context);
    await workflow.result();
    return workflow;
  },
  async experiment_ended(stage) {
    const { id, workflow } = await startedExperiment(stage);
    await until("a look", async () => (await listLooks(stage.database.db, id)).length > 0);
    await endExperiment(operationsOf(stage), stage.engineer, id, { reason: "a mistake in the plan" });
    await deliverWakeUps(operationsOf(stage));
    await workflow.result();
    return workflow;
  },
  async batch_tick(stage) {
    await stage.apply();
    const tick = await startTick(stage, "batch");
    await tick.result();
    return tick;
  },
};

/** Of version 2, which is live, against version 1. */
async function startedExperiment(stage: Stage): Promise<{ id: string; workflow: WorkflowHandle }> {
  await stage.apply();
  await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
  await approve(stage, await start(stage, { runKey: "second" }));
  const plan = experimentSchema.parse(quickExperiment());
  const wanted = { plan, reason: "to see" };
  const { id } = await startExperiment(operationsOf(stage), stage.engineer, "shelf", wanted);
  await deliverWakeUps(operationsOf(stage));
  return { id, workflow: stage.temporal.workflow.getHandle(`experiment/${id}`) };
}

/** A batch of the live version, from a file of the stage. */
async function startedBatch(stage: Stage, from: string, files: { people?: string }): Promise<BatchRow> {
  await stage.apply();
  await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
  if (files.people !== undefined) await writeFile(join(stage.files, from), files.people);
  const asked = { from, to: "picks" };
  const { batchId } = await startBatch(operationsOf(stage), stage.engineer, "shelf", asked);
  return getBatch(stage.database.db, batchId);
}

async function untilAttention(stage: Stage, id: string): Promise<void> {
  await until("attention", async () => (await getBatch(stage.database.db, id)).state === "needs_attention");
}

/** Starts what a schedule starts, by hand. */
function startTick(stage: Stage, workflowType: "nightly" | "monitor" | "batch"): Promise<WorkflowHandle> {
  return stage.temporal.workflow.start(workflowType, {
    workflowId: `${workflowType}/shelf-by-hand`,
    taskQueue: TASK_QUEUES.pipeline,
    args: [{ model: "shelf" }],
  });
}

async function waitingForReview(stage: Stage): Promise<TestRun> {
  await stage.apply();
  const run = await start(stage, { baselineOnly: true, runKey: "run" });
  await untilRun(stage, run, "waiting_for_review");
  return run;
}

async function approvedByTwo(stage: Stage, override: boolean): Promise<WorkflowHandle> {
  const run = await start(stage, { baselineOnly: true, runKey: "run" });
  await untilRun(stage, run, "waiting_for_review");
  await decideRun(stage, run, "approve", "seen", { override });
  await untilRun(stage, run, "waiting_for_review");
  const by = await addActor(operationsOf(stage), "reviewer");
  await decideRun(stage, run, "approve", "seen, too", { override, by });
  return ended(run);
}

async function ended(run: TestRun): Promise<WorkflowHandle> {
  await run.workflow.result();
  return run.workflow;
}
