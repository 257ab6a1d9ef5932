/** Runs whose workflow is gone: their rows end, nothing waits for them, and nobody is told that they go on. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { getRun } from "../../db/runs.ts";
import { abortRun } from "../../operations/abort-run.ts";
import { answerStep } from "../../operations/answer-step.ts";
import { endLostRuns } from "../../operations/lost-runs.ts";
import { startRun } from "../../operations/start-run.ts";
import { startRelay } from "../../server/relay.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import {
  decideRun,
  operationsOf,
  start,
  statesOf,
  type TestRun,
  untilRun,
  untilStep,
} from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

const TERMINATED = "its workflow was terminated in Temporal; start another run: holt run shelf";

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeEach(async () => {
  stage = await openStage();
  stopWorkers = async () => {};
});
afterEach(async () => {
  await stopWorkers();
  await stage.close();
});

/** As if they had been opened an hour ago. */
async function makeRunsOld(): Promise<void> {
  const { db } = stage.database;
  await db
    .updateTable("run")
    .set({ opened_at: new Date(Date.now() - 3_600_000) })
    .execute();
}

async function waitingForReview(runKey: string): Promise<TestRun> {
  const run = await start(stage, { baselineOnly: true, runKey });
  await untilRun(stage, run, "waiting_for_review");
  return run;
}

it("ends the row of a terminated workflow, so that the next tick starts a run", async () => {
  const { db } = stage.database;
  await stage.apply({ schedule: { cron: "0 3 1 1 *" } });
  const run = await start(stage, { runKey: "stuck" });
  await run.workflow.terminate("by hand");
  expect(await endLostRuns(operationsOf(stage))).toEqual({ ended: [], errors: [] }); // too young to tell
  await makeRunsOld();
  const rounds = await Promise.all([1, 2, 3].map(() => endLostRuns(operationsOf(stage))));
  expect(rounds.flatMap(({ ended, errors }) => [...ended, ...errors])).toEqual([run.runId]);
  expect(await getRun(db, run.runId)).toMatchObject({
    state: "failed",
    outcome: "failed",
    outcome_reason: TERMINATED,
  });
  const audit = db.selectFrom("audit").select("detail").where("action", "=", "finish_run");
  expect(await audit.execute()).toEqual([{ detail: { outcome: "failed", reason: TERMINATED } }]);

  stopWorkers = await startWorkers(stage);
  const tick = await stage.temporal.workflow.start("nightly", {
    workflowId: "nightly/shelf-by-hand",
    taskQueue: "pipeline",
    args: [{ model: "shelf" }],
  });
  const { runId } = (await tick.result()) as { runId: string };
  const nightly = {
    runId,
    workflow: stage.temporal.workflow.getHandle((await getRun(db, runId)).workflow_id),
  };
  await untilRun(stage, nightly, "waiting_for_review");
});

it("leaves alone a run that goes on, one whose start waits for Temporal, and one whose tick has yet to start it", async () => {
  const { db } = stage.database;
  await stage.apply();
  const open = await start(stage, { runKey: "open" });
  const unsent = await startRun({ database: stage.database }, stage.engineer, {
    model: "shelf",
    baselineOnly: false,
    fresh: false,
    runKey: "unsent",
  });
  const row = await getRun(db, open.runId);
  const scheduled = {
    id: "shelf-20261124T030000",
    run_key: "20261124T030000",
    workflow_id: "run/shelf/20261124T030000",
  };
  await db
    .insertInto("run")
    .values({ ...row, ...scheduled, trigger: "schedule", person_id: null })
    .execute();
  const tick = await stage.temporal.workflow.start("nightly", {
    workflowId: "nightly/shelf-2026-11-24T03:00:00Z",
    taskQueue: "pipeline",
    args: [{ model: "shelf" }],
  });
  await makeRunsOld();
  expect(await endLostRuns(operationsOf(stage))).toEqual({ ended: [], errors: [] });
  for (const runId of [open.runId, unsent.runId, scheduled.id])
    expect(await getRun(db, runId)).toMatchObject({ state: "running", finished_at: null });
  await tick.terminate("the test ends it");
  expect(await endLostRuns(operationsOf(stage))).toEqual({ ended: [scheduled.id], errors: [] });
  expect(await getRun(db, scheduled.id)).toMatchObject({
    outcome_reason: "its workflow is not known to Temporal any more; start another run: holt run shelf",
  });
});

it("is looked after by the server's relay, again and again", async () => {
  await stage.apply();
  const relay = startRelay(operationsOf(stage), () => {}, { lookEveryMs: 50 });
  const run = await start(stage);
  await run.workflow.terminate("by hand");
  await makeRunsOld();
  await expect
    .poll(() => getRun(stage.database.db, run.runId), { timeout: 30_000 })
    .toMatchObject({ state: "failed", outcome_reason: TERMINATED });
  expect(relay.problem()).toBeNull();
  await relay.close();
});

it("tells whoever approves a run whose workflow is gone, and ends it at once", async () => {
  await stage.apply();
  stopWorkers = await startWorkers(stage);
  const run = await waitingForReview("gone");
  await run.workflow.terminate("by hand");
  await expect(decideRun(stage, run, "approve")).rejects.toThrow(
    `run "${run.runId}": what you said is kept, but the run has failed: ${TERMINATED}`,
  );
  expect(await getRun(stage.database.db, run.runId)).toMatchObject({
    state: "failed",
    outcome_reason: TERMINATED,
  });
  expect(await statesOf(stage, run)).toMatchObject({ qa: "done", review: "cancelled", deploy: "cancelled" });
});

it("aborts a run at work, one that waits for a review, and one whose workflow is gone, once", async () => {
  const { db } = stage.database;
  const erin = stage.engineer;
  const operations = operationsOf(stage);
  await stage.apply();
  const [gone, atWork] = [await start(stage, { runKey: "gone" }), await start(stage, { runKey: "at-work" })];
  await gone.workflow.terminate("by hand");
  for (const { runId } of [gone, atWork]) await abortRun(operations, erin, { runId, reason: "" });
  stopWorkers = await startWorkers(stage);
  const waiting = await waitingForReview("waiting");
  await abortRun(operations, erin, { runId: waiting.runId, reason: "wrong file" });
  await expect(abortRun(operations, erin, { runId: waiting.runId, reason: "" })).rejects.toThrow(
    "has ended (aborted), so nothing is left to abort",
  );
  await expect(abortRun(operations, stage.reviewer, { runId: gone.runId, reason: "" })).rejects.toThrow(
    "may not submit",
  );
  await expect(decideRun(stage, waiting, "approve")).rejects.toThrow("ended");
  for (const { workflow } of [atWork, waiting]) {
    await expect(workflow.result()).rejects.toThrow();
    await expectNoTaskFailed(workflow);
  }
  for (const { runId } of [gone, atWork])
    expect(await getRun(db, runId)).toMatchObject({ state: "aborted", outcome_reason: "aborted by erin" });
  expect(await getRun(db, waiting.runId)).toMatchObject({
    outcome: "aborted",
    outcome_reason: "aborted by erin: wrong file",
  });
  expect(await statesOf(stage, waiting)).toMatchObject({ review: "cancelled" });
});

it("ends as the person wanted who aborts at a step of a run whose workflow is gone", async () => {
  const huge = { trainer: "als", factors: 4, iterations: 1, maxSizeMb: 0.0001 } as const;
  await stage.apply({ candidates: { huge } });
  stopWorkers = await startWorkers(stage);
  const run = await start(stage);
  const { round } = await untilStep(stage, run, "train:huge", "needs_attention");
  await run.workflow.terminate("by hand");
  const answer = { answer: "abort", round, reason: "no use" } as const;
  await answerStep(operationsOf(stage), stage.engineer, { runId: run.runId, step: "train:huge" }, answer);
  expect(await getRun(stage.database.db, run.runId)).toMatchObject({
    state: "aborted",
    outcome_reason: "aborted at train:huge by erin: no use",
  });
});
