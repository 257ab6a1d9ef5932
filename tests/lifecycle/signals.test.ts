/** What a signal can do: wake the run, and redeem a code that Holt gave to a person. Nothing else. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { listDecisions } from "../../db/decisions.ts";
import { findLive } from "../../db/versions.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { issueReviewCode } from "../../operations/review-codes.ts";
import { deliverWakeUps, SIGNALS } from "../../operations/wake-ups.ts";
import {
  approval,
  batchAnswered,
  experimentChanged,
  rolloutAnswered,
  stepAnswered,
} from "../../workflows/messages.ts";
import { activitiesOf, eventsOf, expectNoTaskFailed } from "../support/history.ts";
import { decideRun, operationsOf, start, type TestRun, untilRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeAll(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
  await stage.apply();
});
afterAll(async () => {
  await stopWorkers();
  await stage.close();
});

async function openReview(runKey: string): Promise<TestRun> {
  const run = await start(stage, { baselineOnly: true, runKey });
  await untilRun(stage, run, "waiting_for_review");
  return run;
}

const LOOK = ["redeemReviewCodes", "settleReview"];

function nameOf(event: Awaited<ReturnType<typeof eventsOf>>[number]): string {
  return event.activityTaskScheduledEventAttributes?.activityType?.name ?? "";
}

/** Waits until the run has looked at its rows once more, as each signal makes it. */
async function untilItLooked(run: TestRun, times: number): Promise<void> {
  const looks = async () =>
    (await activitiesOf(run.workflow)).filter((name) => name === "settleReview").length;
  await expect.poll(looks, { timeout: 30_000 }).toBeGreaterThanOrEqual(times);
}

async function codeFor(run: TestRun, verdict: "approve" | "reject", reason = ""): Promise<string> {
  const { releaseDigest, reportDigest } = await getReviewDetail(stage.database.db, run.runId);
  const asked = { verdict, releaseDigest, reportDigest, reason, override: false };
  return (await issueReviewCode(operationsOf(stage), stage.reviewer, run.runId, asked)).code;
}

it("has the names by which the operations send them", () => {
  expect(SIGNALS).toEqual({
    approval: approval.name,
    stepAnswered: stepAnswered.name,
    rolloutAnswered: rolloutAnswered.name,
    batchAnswered: batchAnswered.name,
    experimentChanged: experimentChanged.name,
  });
});

it("rejects with the reason that the code was given for", async () => {
  const run = await openReview("rejected-by-code");
  await run.workflow.signal(approval, await codeFor(run, "reject", "not this week"));
  expect(await run.workflow.result()).toEqual({ outcome: "rejected" });
  expect(await findLive(stage.database.db, "shelf")).toBeUndefined();
  await expectNoTaskFailed(run.workflow);
});

it("refuses a code of another run, and the code is worth nothing afterwards", async () => {
  const { db } = stage.database;
  const one = await openReview("one");
  const code = await codeFor(one, "approve");
  const two = await openReview("two");
  await two.workflow.signal(approval, code);
  await untilItLooked(two, 1);
  await untilRun(stage, two, "waiting_for_review");
  await deliverWakeUps(operationsOf(stage)); // as the server does each second
  expect(await one.workflow.result()).toEqual({ outcome: "superseded" });
  for (const run of [one, two]) {
    expect(await listDecisions(db, run.runId)).toEqual([]);
    await expectNoTaskFailed(run.workflow);
  }
  const used = await db.selectFrom("review_code").select("used_at").where("run_id", "=", one.runId).execute();
  expect(used).toEqual([{ used_at: expect.any(Date) }]);
});

it("is not stopped by a signal whose payload cannot be read", async () => {
  const run = await openReview("unreadable");
  await stage.temporal.workflowService.signalWorkflowExecution({
    namespace: stage.namespace,
    workflowExecution: { workflowId: run.workflow.workflowId },
    signalName: "approval",
    input: {
      payloads: [{ metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from("{not json") }],
    },
  });
  await run.workflow.signal(approval, await codeFor(run, "reject", "enough"));
  expect(await run.workflow.result()).toEqual({ outcome: "rejected" });
  await expectNoTaskFailed(run.workflow);
});

it("looks only now and then while junk floods it, and still hears what is genuine", async () => {
  const { db } = stage.database;
  const run = await openReview("flooded");
  const before = (await eventsOf(run.workflow)).length;
  const junk = Array.from({ length: 150 }, (_, index) => `junk-${index}`);
  for (const code of junk) await run.workflow.signal(approval, code);
  await decideRun(stage, run, "reject", "too much noise");
  expect(await run.workflow.result()).toEqual({ outcome: "rejected" });

  const events = await eventsOf(run.workflow);
  const scheduled = events.filter((event) => LOOK.includes(nameOf(event)));
  // what a look begins with: codes that came with the signals, else what the rows say
  const looks = scheduled.filter((event, at) => {
    const before = scheduled[at - 1];
    return nameOf(event) === "redeemReviewCodes" || !before || nameOf(before) !== "redeemReviewCodes";
  });
  const times = looks.map(({ eventTime }) => Number(eventTime?.seconds) + (eventTime?.nanos ?? 0) / 1e9);
  // from the sixth look on, each waits for longer than the one before: 1 s, 2 s, 4 s, 8 s, 10 s, 10 s …
  for (const [at, time] of times.entries())
    if (at >= 5) expect(time - (times[at - 1] ?? 0)).toBeGreaterThanOrEqual(Math.min(2 ** (at - 5), 10));
  // a signal costs itself and at most one workflow task; a look two activities, a timer, and their workflow tasks
  expect(events.length - before).toBeLessThanOrEqual(4 * (junk.length + 1) + 20 * looks.length + 10);
  const refusals = await db
    .selectFrom("audit")
    .select("detail")
    .where("action", "=", "refuse_review_code")
    .where("subject", "=", `run ${run.runId}`)
    .execute();
  expect(refusals.length).toBeLessThanOrEqual(looks.length);
  expect(refusals.reduce((sum, { detail }) => sum + Number(detail["codes"]), 0)).toBeLessThanOrEqual(
    junk.length,
  );
  await expectNoTaskFailed(run.workflow);
});

it("changes nothing by a forged signal, whatever it carries, and the real code afterwards still works, once", async () => {
  const { db } = stage.database;
  const run = await openReview("forged");
  const forged: unknown[][] = [
    [],
    ["approve"],
    [{ approver: "rita", verdict: "approve" }],
    [null],
    [42],
    ["x".repeat(10_000)],
    [["approve"]],
  ];
  for (const args of forged) await run.workflow.signal("approval", ...args);
  await run.workflow.signal("aproval", "approve");
  await run.workflow.signal("stepAnswered", "retry");
  await untilItLooked(run, 1);
  expect(await listDecisions(db, run.runId)).toEqual([]);
  expect(await findLive(db, "shelf")).toBeUndefined();
  await untilRun(stage, run, "waiting_for_review");

  const code = await codeFor(run, "approve");
  await run.workflow.signal(approval, `${code}x`);
  await run.workflow.signal(approval, code);
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
  expect(await listDecisions(db, run.runId)).toMatchObject([
    { channel: "code", by: "rita", verdict: "approve" },
  ]);
  const codes = await db
    .selectFrom("review_code")
    .select("used_at")
    .where("run_id", "=", run.runId)
    .execute();
  expect(codes).toEqual([{ used_at: expect.any(Date) }]);
  await expectNoTaskFailed(run.workflow);
});
