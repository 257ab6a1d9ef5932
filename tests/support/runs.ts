import type { WorkflowHandle } from "@temporalio/client";
import type { NewDecision, NewRun } from "../../core/api.ts";
import type { Actor } from "../../core/roles.ts";
import type { StepAnswer, StepState } from "../../core/steps.ts";
import { getRun } from "../../db/runs.ts";
import { findStep, listSteps, type RunRow, type StepRow } from "../../db/steps.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { answerStep } from "../../operations/answer-step.ts";
import { decide } from "../../operations/decide.ts";
import { startRun } from "../../operations/start-run.ts";
import type { Stage } from "./open-stage.ts";
import { until } from "./until.ts";

export interface TestRun {
  runId: string;
  workflow: WorkflowHandle;
}

/** Starts a run as a person does. */
export async function start(stage: Stage, wanted: Partial<NewRun> = {}): Promise<TestRun> {
  const asked = { model: "shelf", baselineOnly: false, fresh: false, ...wanted };
  const { runId, workflowId } = await startRun(operationsOf(stage), stage.engineer, asked);
  return { runId, workflow: stage.temporal.workflow.getHandle(workflowId) };
}

/** Waits until the run has this state, and returns its row; if it ends or fails before, so does the test. */
export async function untilRun(stage: Stage, { runId }: TestRun, state: RunRow["state"]): Promise<RunRow> {
  const { db } = stage.database;
  return until(`run "${runId}" ${state}`, async () => {
    const run = await getRun(db, runId);
    if (run.state === state) return run;
    if (run.finished_at) throw new Error(`run "${runId}": ${run.outcome}: ${run.outcome_reason}`);
    const failed = (await listSteps(db, runId)).find((step) => step.state === "needs_attention");
    if (failed) throw new Error(`run "${runId}" step "${failed.name}": ${failed.error_message}`);
    return undefined;
  });
}

export async function untilStep(
  stage: Stage,
  { runId }: TestRun,
  step: string,
  state: StepState,
): Promise<StepRow> {
  return until(`step "${step}" ${state}`, async () => {
    const row = await findStep(stage.database.db, { runId, step });
    return row?.state === state && row;
  });
}

/** Decides the run's open review, from the CLI; as the stage's reviewer if nobody else is named. */
export async function decideRun(
  stage: Stage,
  { runId }: TestRun,
  verdict: NewDecision["verdict"],
  reason = "",
  { by = stage.reviewer, override = false }: { by?: Actor; override?: boolean } = {},
): Promise<void> {
  const { releaseDigest, reportDigest } = await getReviewDetail(stage.database.db, runId);
  const decision = { verdict, releaseDigest, reportDigest, reason, override };
  await decide(operationsOf(stage), by, runId, decision, "cli");
}

/** Waits for the review, approves it, and waits for the end. */
export async function approve(stage: Stage, run: TestRun): Promise<RunRow> {
  await untilRun(stage, run, "waiting_for_review");
  await decideRun(stage, run, "approve");
  await run.workflow.result();
  return getRun(stage.database.db, run.runId);
}

/** Waits until the step needs attention, answers it as the engineer, and waits until the run has heard it. */
export async function answer(
  stage: Stage,
  run: TestRun,
  step: string,
  said: StepAnswer,
  reason = "as told",
): Promise<void> {
  const ref = { runId: run.runId, step };
  const { round } = await untilStep(stage, run, step, "needs_attention");
  await answerStep(operationsOf(stage), stage.engineer, ref, { answer: said, round, reason });
  await until(`the answer to "${step}"`, async () => {
    const now = await findStep(stage.database.db, ref);
    return now?.state !== "needs_attention" || now.round > round;
  });
}

/** State of each step of the run, by name. */
export async function statesOf(stage: Stage, { runId }: TestRun): Promise<Record<string, StepState>> {
  const rows = await listSteps(stage.database.db, runId);
  return Object.fromEntries(rows.map(({ name, state }) => [name, state]));
}

export function operationsOf(stage: Stage) {
  return { database: stage.database, temporal: stage.temporal };
}
