/** Steps that failed for good: a person answers, and nothing that was done is done again. */
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { getRun } from "../../db/runs.ts";
import { findStep } from "../../db/steps.ts";
import { answerFailedSteps } from "../../operations/answer-failed-steps.ts";
import { retryWithDefinition } from "../../operations/retry-with-definition.ts";
import { activitiesOf, expectNoTaskFailed } from "../support/history.ts";
import { isAlive, trainingProcess } from "../support/processes.ts";
import { answer, approve, operationsOf, start, statesOf, untilRun, untilStep } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

/** A candidate whose file is always too large: its training fails at once and for good. */
const TOO_LARGE = { trainer: "als", factors: 4, iterations: 1, maxSizeMb: 0.0001 } as const;
const SIMILAR = { trainer: "item_similarity", neighbours: 10 } as const;

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeEach(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
});
afterEach(async () => {
  await stopWorkers();
  await stage.close();
});

it("tries a step again when a person says retry, and does no finished step again", async () => {
  await stage.apply();
  const titles = join(stage.files, "titles.csv");
  await rename(titles, `${titles}.gone`);
  const run = await start(stage);
  const failed = await untilStep(stage, run, "ingest:titles", "needs_attention");
  expect(failed).toMatchObject({ round: 1, error_code: "InvalidInput" });
  expect(failed.error_message).toContain("titles.csv");
  await untilStep(stage, run, "ingest:ratings", "done");
  expect(await getRun(stage.database.db, run.runId)).toMatchObject({
    state: "needs_attention",
    finished_at: null,
  });

  await answer(stage, run, "ingest:titles", "retry");
  await untilStep(stage, run, "ingest:titles", "needs_attention").then((again) =>
    expect(again.round).toBe(2),
  );
  await rename(`${titles}.gone`, titles);
  await answer(stage, run, "ingest:titles", "retry");

  expect(await approve(stage, run)).toMatchObject({ outcome: "deployed" });
  const mended = await findStep(stage.database.db, { runId: run.runId, step: "ingest:titles" });
  expect(mended).toMatchObject({ state: "done", round: 2, error_message: null });
  const activities = await activitiesOf(run.workflow);
  expect(activities.filter((name) => name === "ingestSource")).toHaveLength(4); // ratings once, titles three times
  expect(activities.filter((name) => name === "trainCandidate")).toHaveLength(3);
  await expectNoTaskFailed(run.workflow);
});

it("lets all runs that failed at a step go on by one answer", async () => {
  await stage.apply();
  const titles = join(stage.files, "titles.csv");
  await rename(titles, `${titles}.gone`);
  const runs = [
    await start(stage, { baselineOnly: true, runKey: "one" }),
    await start(stage, { baselineOnly: true, runKey: "two" }),
  ];
  for (const run of runs) await untilStep(stage, run, "ingest:titles", "needs_attention");
  await rename(`${titles}.gone`, titles);
  const asked = { answer: "retry", at: "ingest", reason: "the file came late" } as const;
  const done = await answerFailedSteps(operationsOf(stage), stage.engineer, asked);
  expect(done).toMatchObject({
    answered: [{ runId: "shelf-one" }, { runId: "shelf-two" }],
    refused: [],
    left: 0,
  });
  for (const run of runs) await untilStep(stage, run, "ingest:titles", "done");
});

it("goes on with a changed definition as a run of its own, which does again only what the change concerns", async () => {
  await stage.apply({ candidates: { similar: SIMILAR, huge: TOO_LARGE } });
  const run = await start(stage, { runKey: "big" });
  const retry = () =>
    retryWithDefinition(operationsOf(stage), stage.engineer, { runId: run.runId, reason: "more room" });
  await expect(retry()).rejects.toThrow('run "shelf-big": no step needs attention');
  await untilStep(stage, run, "train:huge", "needs_attention");
  await untilStep(stage, run, "evaluate:similar", "done");
  await expect(retry()).rejects.toThrow(
    'run "shelf-big": was started with the definition that is applied now; change that, "holt apply" it',
  );
  await stage.apply({ candidates: { similar: SIMILAR, huge: { ...TOO_LARGE, maxSizeMb: 10 } } });
  const { runId, workflowId, isNew, alsoOpen } = await retry();
  expect({ runId, isNew, alsoOpen }).toEqual({
    ...{ isNew: true, alsoOpen: [] },
    runId: expect.stringMatching(/^shelf-big-[0-9a-f]{8}$/),
  });
  expect(await getRun(stage.database.db, run.runId)).toMatchObject({
    outcome: "aborted",
    outcome_reason: `aborted by erin: goes on as run ${runId} with a changed definition: more room`,
  });
  const next = { runId, workflow: stage.temporal.workflow.getHandle(workflowId) };
  await untilRun(stage, next, "waiting_for_review");
  expect(await statesOf(stage, next)).toMatchObject({
    "ingest:ratings": "reused",
    split: "reused",
    "train:similar": "reused",
    "train:huge": "done",
  });
  expect(await retry()).toMatchObject({ runId, isNew: false });
  expect(await getRun(stage.database.db, runId)).toMatchObject({ state: "waiting_for_review" });
});

it("goes on without a candidate that a person skips, and does not judge it", async () => {
  await stage.apply({ candidates: { similar: SIMILAR, huge: TOO_LARGE } });
  const run = await start(stage);
  await answer(stage, run, "train:huge", "skip");
  expect(await approve(stage, run)).toMatchObject({ outcome: "deployed" });
  expect(await statesOf(stage, run)).toMatchObject({
    "train:huge": "skipped",
    "evaluate:huge": "skipped",
    "train:similar": "done",
    "evaluate:similar": "done",
    deploy: "done",
  });
  await expectNoTaskFailed(run.workflow);
});

it("ends when a person aborts, with the reason, and leaves no step open", async () => {
  await stage.apply({ candidates: { similar: SIMILAR, huge: TOO_LARGE } });
  const run = await start(stage);
  await answer(stage, run, "train:huge", "abort", "not worth it");
  expect(await run.workflow.result()).toEqual({ outcome: "aborted" });
  expect(await getRun(stage.database.db, run.runId)).toMatchObject({
    state: "aborted",
    outcome: "aborted",
    outcome_reason: "aborted at train:huge by erin: not worth it",
  });
  const states = await statesOf(stage, run);
  expect(states).toMatchObject({ "ingest:ratings": "done", "train:huge": "cancelled", deploy: "cancelled" });
  expect(Object.values(states)).not.toContain("running");
  await expectNoTaskFailed(run.workflow);
});

it("lets the other steps go on while one waits for a person, also at a cap of one", async () => {
  await stage.apply({ parallel: 1, candidates: { huge: TOO_LARGE, similar: SIMILAR } });
  const run = await start(stage);
  await untilStep(stage, run, "train:huge", "needs_attention");
  await untilStep(stage, run, "evaluate:similar", "done");
  await untilStep(stage, run, "evaluate:popularity", "done");
  await answer(stage, run, "train:huge", "skip");
  await untilRun(stage, run, "waiting_for_review");
  await expectNoTaskFailed(run.workflow);
});

it("ends as failed, since nobody aborted it, when its workflow is cancelled in Temporal, and kills the training process", async () => {
  await stage.apply({ candidates: { slow: { trainer: "als", factors: 256, iterations: 200 } } });
  const run = await start(stage);
  const pid = await trainingProcess(process.pid);
  await run.workflow.cancel();
  await expect(run.workflow.result()).rejects.toMatchObject({ cause: { name: "CancelledFailure" } });
  expect(await getRun(stage.database.db, run.runId)).toMatchObject({
    state: "failed",
    outcome_reason: "its workflow was cancelled in Temporal",
  });
  expect(await statesOf(stage, run)).toMatchObject({ "train:slow": "cancelled", "ingest:ratings": "done" });
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  await expectNoTaskFailed(run.workflow);
});
