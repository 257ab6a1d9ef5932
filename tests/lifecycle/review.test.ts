/** Reviews that end otherwise than by one person's word, and long ones, with real workers. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { listDecisions } from "../../db/decisions.ts";
import { getRun } from "../../db/runs.ts";
import { findLive } from "../../db/versions.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { deliverWakeUps } from "../../operations/wake-ups.ts";
import { addActor } from "../support/actors.ts";
import { activitiesOf, eventsOf, expectNoTaskFailed } from "../support/history.ts";
import { approve, decideRun, operationsOf, start, type TestRun, untilRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

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

async function openReview(runKey: string): Promise<TestRun> {
  const run = await start(stage, { baselineOnly: true, runKey });
  await untilRun(stage, run, "waiting_for_review");
  return run;
}

const anotherReviewer = () => addActor(operationsOf(stage), "reviewer");

it("ends as superseded, naming the newer run, which answers what was asked for", async () => {
  const { db } = stage.database;
  await stage.apply();
  const first = await openReview("first");
  await decideRun(stage, first, "ask", "where is the derby?");
  await untilRun(stage, first, "waiting_for_review");
  expect(await getReviewDetail(db, first.runId)).toMatchObject({ state: "changes_requested" });

  const second = await openReview("second");
  await deliverWakeUps(operationsOf(stage)); // as the server does each second
  expect(await first.workflow.result()).toEqual({ outcome: "superseded" });
  expect(await getRun(db, first.runId)).toMatchObject({
    state: "finished",
    outcome: "superseded",
    outcome_reason: `run "${second.runId}", a newer one, took its place`,
  });
  await expect(decideRun(stage, first, "approve")).rejects.toThrow("took its place");
  expect(await approve(stage, second)).toMatchObject({ outcome: "deployed" });
  expect(await getReviewDetail(db, second.runId)).toMatchObject({ supersedes: first.runId });
  for (const run of [first, second]) await expectNoTaskFailed(run.workflow);
});

it("goes live with a failed check once one person more than else has overridden it", async () => {
  const { db } = stage.database;
  await stage.apply({
    qa: { itemCoverage: { atLeast: 1, severity: "error" } },
    review: { override: {} },
  });
  const run = await openReview("overridden");
  expect(await getReviewDetail(db, run.runId)).toMatchObject({
    verdict: "fail",
    needsOverride: true,
    approvalsNeeded: 2,
  });
  const why = "half of the catalogue is out of season";
  await decideRun(stage, run, "approve", why, { override: true });
  await untilRun(stage, run, "waiting_for_review");
  expect(await findLive(db, "shelf")).toBeUndefined();
  await decideRun(stage, run, "approve", why, { override: true, by: await anotherReviewer() });
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1 });
  await expectNoTaskFailed(run.workflow);
});

it("waits for two different people where the definition asks for two", async () => {
  const { db } = stage.database;
  await stage.apply({ review: { approvals: 2 } });
  const run = await openReview("two");
  await decideRun(stage, run, "approve");
  await untilRun(stage, run, "waiting_for_review");
  expect(await getReviewDetail(db, run.runId)).toMatchObject({ state: "open", approvals: 1 });
  await decideRun(stage, run, "approve", "", { by: await anotherReviewer() });
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
  expect(await listDecisions(db, run.runId)).toHaveLength(2);
  await expectNoTaskFailed(run.workflow);
});

it("asks nobody in a case that the definition names, and signs with its name", async () => {
  const { db } = stage.database;
  const quiet = { scheduledOnly: false, sameCandidate: false, maxListChange: 1 };
  await stage.apply({ review: { automatic: { quiet } } });
  await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
  // the small model has no item that nobody had, so one of its checks can tell nothing, ever
  const run = await start(stage, { runKey: "second" });
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
  expect(await listDecisions(db, run.runId)).toMatchObject([{ by: "quiet", channel: "rule" }]);
  const { report } = await getReviewDetail(db, run.runId);
  expect(report.checks.filter(({ verdict }) => verdict !== "pass")).toMatchObject([
    { id: "extreme.new_item", verdict: "inconclusive", severity: "warn" },
  ]);
  expect(await findLive(db, "shelf")).toMatchObject({ version: 2, runId: run.runId });
  await expectNoTaskFailed(run.workflow);
});

it("costs its history a handful of events for each reminder", async () => {
  const always = { days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "00:00" };
  await stage.apply({ review: { expiresAfter: "8 s", remindAfter: "1 s", workingHours: always } });
  const run = await start(stage, { baselineOnly: true, runKey: "long" });
  expect(await run.workflow.result()).toEqual({ outcome: "expired" });
  const activities = await activitiesOf(run.workflow);
  const reminders = activities.filter((name) => name === "tellReviewers").length;
  expect(reminders).toBeGreaterThanOrEqual(5);
  expect(reminders).toBeLessThanOrEqual(12);
  const { length } = (await eventsOf(run.workflow)).filter(({ eventId }) => Number(eventId) > 0);
  const others = activities.filter((name) => name !== "tellReviewers" && name !== "settleReview").length;
  expect(length).toBeLessThanOrEqual(17 * reminders + 8 * others + 20);
  await expectNoTaskFailed(run.workflow);
});
