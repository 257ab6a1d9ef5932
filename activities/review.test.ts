import { createHash, randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import { expect, it } from "vitest";
import { findDecision, recordDecision } from "../db/decisions.ts";
import { addReviewCode, findReview } from "../db/reviews.ts";
import { getRun, setRunState } from "../db/runs.ts";
import { addSteps, endStep, findStep, findStepDetail } from "../db/steps.ts";
import type { Tables } from "../db/tables.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addReviewedRun, addTestPerson, type ReviewedRun } from "../tests/support/reviewed-run.ts";
import { reviewActivities } from "./review.ts";

const DAY_MS = 86_400_000;
const NODE = { after: [], skippable: false };

/** A run whose QA step is done, its review open for `waitMs`, and somebody who may decide. */
async function setUp(of: { waitMs?: number } = {}) {
  const database = await testDatabase();
  const { db } = database;
  const run = await addReviewedRun(db, of);
  await addSteps(db, run.runId, [
    { name: "qa", kind: "qa", ...NODE },
    { name: "review", kind: "review", ...NODE },
  ]);
  await leaveReport(db, run, "pass");
  const activities = reviewActivities({ database, artifacts: new ArtifactStore("none") });
  const personId = await addTestPerson(db);
  const approve = () =>
    db
      .transaction()
      .execute((trx) =>
        recordDecision(trx, { ...run, verdict: "approve", personId, channel: "cli", reason: "good" }),
      );
  return { db, run, activities, personId, approve };
}

async function leaveReport(db: Kysely<Tables>, run: ReviewedRun, verdict: "pass" | "fail") {
  const detail = { verdict, releaseDigest: run.releaseDigest, reportDigest: run.reportDigest };
  const result = { summary: "looked at", detail };
  const end = { state: "done" as const, inputDigest: "0".repeat(64), reusedFromRun: null, result };
  await endStep(db, { runId: run.runId, step: "qa" }, end);
}

/** A one-time code as `issueReviewCode` keeps it. */
async function addCode(
  { db, run, personId }: { db: Kysely<Tables>; run: ReviewedRun; personId: string },
  expiresInMs = 60_000,
) {
  const code = randomBytes(32).toString("base64url");
  await addReviewCode(db, {
    code_sha256: createHash("sha256").update(code).digest("hex"),
    person_id: personId,
    run_id: run.runId,
    release_digest: run.releaseDigest,
    report_digest: run.reportDigest,
    verdict: "approve",
    expires_at: new Date(Date.now() + expiresInMs),
  });
  return code;
}

const refusals = (db: Kysely<Tables>) =>
  db.selectFrom("audit").select("detail").where("action", "=", "refuse_review_code").execute();

it("opens a review once: a second call keeps the first deadline", async () => {
  const { db, run, activities } = await setUp();
  const before = await findReview(db, run.runId);
  const opened = await activities.openReview({ runId: run.runId, waitMs: 5 });
  expect(opened).toEqual({ isOpen: true, waitMs: expect.any(Number) });
  expect(opened.isOpen && opened.waitMs).toBeGreaterThan(DAY_MS / 2);
  expect(await findReview(db, run.runId)).toEqual(before);
  expect(await findStep(db, { runId: run.runId, step: "review" })).toMatchObject({ state: "running" });
});

it("opens none for a report with a failed check", async () => {
  const { db, run, activities } = await setUp();
  await leaveReport(db, run, "fail");
  expect(await activities.openReview({ runId: run.runId, waitMs: DAY_MS })).toEqual({ isOpen: false });
  expect(await findStep(db, { runId: run.runId, step: "review" })).toMatchObject({ state: "waiting" });
});

it("stays open without a decision, however often it is looked at", async () => {
  const { db, run, activities } = await setUp();
  for (let look = 0; look < 3; look++)
    expect(await activities.settleReview(run)).toEqual({ verdict: "open", waitMs: expect.any(Number) });
  expect(await findReview(db, run.runId)).toMatchObject({ expired_at: null });
});

it("settles as decided, also when the deadline passed after the decision", async () => {
  const { db, run, activities, approve } = await setUp();
  await approve();
  await db
    .updateTable("review")
    .set({ expires_at: new Date(0) })
    .execute();
  expect(await activities.settleReview(run)).toEqual({ verdict: "approved" });
  expect(await findReview(db, run.runId)).toMatchObject({ expired_at: null });
  expect(await findStepDetail(db, { runId: run.runId, step: "review" })).toMatchObject({
    verdict: "approved",
  });
});

it("ends its step once, however often and at the same time it settles, and leaves a later state of the run", async () => {
  const { db, run, activities, approve } = await setUp();
  const row = () => findStep(db, { runId: run.runId, step: "review" });
  await activities.openReview({ runId: run.runId, waitMs: DAY_MS });
  await approve();
  const settle = () => activities.settleReview(run);
  expect(await Promise.all([settle(), settle(), settle()])).toEqual(Array(3).fill({ verdict: "approved" }));
  const ended = await row();
  expect(ended).toMatchObject({ state: "done", detail: { verdict: "approved" } });
  await setRunState(db, run.runId, "needs_attention");
  expect(await settle()).toEqual({ verdict: "approved" });
  expect(await activities.openReview({ runId: run.runId, waitMs: DAY_MS })).toMatchObject({ isOpen: true });
  expect(await row()).toEqual(ended);
  expect(await getRun(db, run.runId)).toMatchObject({ state: "needs_attention" });
});

it("expires once the deadline has passed, and no decision comes after", async () => {
  const { db, run, activities, approve } = await setUp({ waitMs: 1 });
  expect(await activities.settleReview(run)).toEqual({ verdict: "expired" });
  await expect(approve()).rejects.toThrow("expired at");
  expect(await activities.settleReview(run)).toEqual({ verdict: "expired" });
  const audit = await db.selectFrom("audit").select("action").execute();
  expect(audit).toEqual([{ action: "expire_review" }]);
});

it("has one end when decision and deadline come together", async () => {
  const { db, run, activities, approve } = await setUp({ waitMs: 60 });
  const settled: string[] = [];
  const settle = async () => {
    for (;;) {
      const { verdict } = await activities.settleReview(run);
      if (verdict !== "open") return void settled.push(verdict);
    }
  };
  const decided = await Promise.allSettled([approve(), settle(), settle()]);
  const decision = await findDecision(db, run.runId);
  const review = await findReview(db, run.runId);
  expect([decision !== undefined, review?.expired_at !== null].filter(Boolean)).toHaveLength(1);
  expect(decided[0].status).toBe(decision ? "fulfilled" : "rejected");
  expect(new Set(settled)).toEqual(new Set([decision ? "approved" : "expired"]));
});

it("writes the decision that a code stands for, once", async () => {
  const stage = await setUp();
  const code = await addCode(stage);
  await stage.activities.redeemReviewCodes({ runId: stage.run.runId, codes: [code] });
  await stage.activities.redeemReviewCodes({ runId: stage.run.runId, codes: [code] });
  expect(await findDecision(stage.db, stage.run.runId)).toMatchObject({
    verdict: "approve",
    channel: "code",
    person_id: stage.personId,
  });
  expect(await refusals(stage.db)).toEqual([]);
});

it("refuses a code that is wrong, too old, of another run, or of a person who may no longer decide", async () => {
  const stage = await setUp();
  const { db, run, activities } = stage;
  const elsewhere = { ...stage, run: await addReviewedRun(db) };
  await activities.redeemReviewCodes({ runId: run.runId, codes: ["guessed"] });
  await activities.redeemReviewCodes({ runId: run.runId, codes: [await addCode(stage, -1)] });
  await activities.redeemReviewCodes({ runId: run.runId, codes: [await addCode(elsewhere)] });
  const code = await addCode(stage);
  await db.updateTable("person").set({ role: "viewer" }).where("id", "=", stage.personId).execute();
  await activities.redeemReviewCodes({ runId: run.runId, codes: [code] });
  expect(await db.selectFrom("decision").selectAll().execute()).toEqual([]);
  const because = (await refusals(db)).map(({ detail }) => String(detail["because"]));
  expect(because).toHaveLength(4);
  expect(because.join()).not.toContain(code);
  expect(await activities.settleReview(run)).toMatchObject({ verdict: "open" });
});

it("refuses a used code, and one that comes after the review was decided otherwise", async () => {
  const stage = await setUp();
  const { db, run, activities } = stage;
  const late = await addCode(stage);
  await stage.approve();
  await activities.redeemReviewCodes({ runId: run.runId, codes: [late] });
  expect(await findDecision(db, run.runId)).toMatchObject({ channel: "cli", reason: "good" });
  expect((await refusals(db)).map(({ detail }) => detail["because"])).toEqual([
    expect.stringContaining("was decided already"),
  ]);
});
