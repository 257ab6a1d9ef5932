import type { Kysely } from "kysely";
import { expect, it } from "vitest";
import { listDecisions } from "../db/decisions.ts";
import { getReview, issueReviewCode } from "../db/reviews.ts";
import { getRun, setRunState } from "../db/runs.ts";
import { addSteps, findStep, findStepDetail } from "../db/steps.ts";
import type { Tables } from "../db/tables.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { sha256 } from "../store/digest.ts";
import { testDatabase } from "../tests/support/database.ts";
import {
  addRunToReview,
  addTestPerson,
  decideAs,
  leaveReport,
  type ReviewedRun,
  type ReviewedRunOptions,
  type TestPerson,
} from "../tests/support/reviewed-run.ts";
import { reviewActivities } from "./review.ts";

const DAY_MS = 86_400_000;
const NODE = { after: [], skippable: false };
const FAILED = { severity: "error", verdict: "fail" } as const;

/** A run whose QA step is done, with its review open for `waitMs`, and somebody who may decide. */
async function setUp(of: ReviewedRunOptions = {}) {
  const database = await testDatabase();
  const { db } = database;
  const context = { database, ingest: database, artifacts: new ArtifactStore("none") };
  const activities = reviewActivities(context);
  const run = await addQaDone(db, of);
  const opened = await activities.openReview({ runId: run.runId, waitMs: of.waitMs ?? DAY_MS });
  const rita = await addTestPerson(db);
  const row = () => findStep(db, { runId: run.runId, step: "review" });
  return {
    db,
    run,
    activities,
    opened,
    rita,
    row,
    approve: () => decideAs(db, rita, run, { reason: "good" }),
  };
}

async function addQaDone(db: Kysely<Tables>, of: ReviewedRunOptions = {}): Promise<ReviewedRun> {
  const run = await addRunToReview(db, of);
  await addSteps(db, run.runId, [
    { name: "qa", kind: "qa", ...NODE },
    { name: "review", kind: "review", ...NODE },
  ]);
  await leaveReport(db, run, of.checks?.some(({ verdict }) => verdict === "fail") ? "fail" : "pass");
  return run;
}

let codes = 0;
/** A code that Holt gave to this person. */
async function issue(db: Kysely<Tables>, { proof }: TestPerson, run: ReviewedRun): Promise<string> {
  const code = `code-${++codes}`;
  const wanted = { ...run, verdict: "approve" as const, reason: "", override: false };
  await issueReviewCode(db, { ...wanted, proof, codeSha256: sha256(code) });
  return code;
}

const refusals = async (db: Kysely<Tables>) => {
  const rows = await db
    .selectFrom("audit")
    .select("detail")
    .where("action", "=", "refuse_review_code")
    .orderBy("id")
    .execute();
  return rows.map(({ detail }) => String(detail["because"]));
};

it("opens a review once: a second call keeps the first deadline", async () => {
  const { db, run, activities, opened, row } = await setUp();
  expect(opened).toEqual({ verdict: "open", waitMs: expect.any(Number) });
  const before = await getReview(db, run.runId);
  const again = await activities.openReview({ runId: run.runId, waitMs: 5 });
  expect(again.verdict === "open" && again.waitMs).toBeGreaterThan(DAY_MS / 2);
  expect(await getReview(db, run.runId)).toEqual(before);
  expect(await row()).toMatchObject({ state: "running" });
  expect(await getRun(db, run.runId)).toMatchObject({ state: "waiting_for_review" });
});

it("opens none for a report with a failed check that nobody may override", async () => {
  const { db, opened, row } = await setUp({ checks: [FAILED] });
  expect(opened).toEqual({ verdict: "qa_failed" });
  expect(await row()).toMatchObject({ state: "waiting" });
  expect(await db.selectFrom("review").select("run_id").execute()).toEqual([]);
});

it("opens one that needs an override where the definition allows it", async () => {
  const { db, run, opened } = await setUp({ checks: [FAILED], rules: { override: { groups: [] } } });
  expect(opened).toMatchObject({ verdict: "open" });
  expect(await getReview(db, run.runId)).toMatchObject({ needs_override: true, approvals_needed: 2 });
});

it("stays open without a decision, however often it is looked at", async () => {
  const { db, run, activities } = await setUp();
  for (let look = 0; look < 3; look++)
    expect(await activities.settleReview(run)).toEqual({ verdict: "open", waitMs: expect.any(Number) });
  expect(await getReview(db, run.runId)).toMatchObject({ state: "open", ended_at: null });
});

it("settles as decided, also when the deadline passed after the decision", async () => {
  const { db, run, activities, rita, approve } = await setUp();
  await approve();
  await db
    .updateTable("review")
    .set({ expires_at: new Date(0) })
    .execute();
  expect(await activities.settleReview(run)).toEqual({ verdict: "approved" });
  expect(await findStepDetail(db, { runId: run.runId, step: "review" })).toEqual({
    verdict: "approved",
    by: [rita.name],
    reason: "good",
  });
});

it("ends its step once, however often and at the same time it settles, and leaves a later state of the run", async () => {
  const { db, run, activities, approve, row } = await setUp();
  await approve();
  const settle = () => activities.settleReview(run);
  expect(await Promise.all([settle(), settle(), settle()])).toEqual(Array(3).fill({ verdict: "approved" }));
  const ended = await row();
  expect(ended).toMatchObject({ state: "done", detail: { verdict: "approved" } });
  await setRunState(db, run.runId, "needs_attention");
  expect(await settle()).toEqual({ verdict: "approved" });
  expect(await activities.openReview({ runId: run.runId, waitMs: DAY_MS })).toEqual({ verdict: "approved" });
  expect(await row()).toEqual(ended);
  expect(await getRun(db, run.runId)).toMatchObject({ state: "needs_attention" });
});

it("expires once the deadline has passed, and no decision comes after", async () => {
  const { db, run, activities, approve, row } = await setUp({ waitMs: 1 });
  await expect.poll(() => activities.settleReview(run)).toEqual({ verdict: "expired" });
  await expect(approve()).rejects.toThrow("expired at");
  expect(await activities.settleReview(run)).toEqual({ verdict: "expired" });
  expect(await row()).toMatchObject({ state: "done", summary: "nobody decided in time" });
  const audit = await db.selectFrom("audit").select("action").execute();
  expect(audit).toEqual([{ action: "expire" }]);
});

it("ends as superseded when a newer run's review opens, and names that run", async () => {
  const { db, run, activities, row } = await setUp();
  const newer = await addQaDone(db);
  await activities.openReview({ runId: newer.runId, waitMs: DAY_MS });
  expect(await activities.settleReview(run)).toEqual({ verdict: "superseded" });
  expect(await row()).toMatchObject({
    state: "done",
    summary: `run "${newer.runId}", a newer one, took its place`,
    detail: { verdict: "superseded", by: [], reason: "" },
  });
});

it("writes the decision that a code stands for, once", async () => {
  const { db, run, activities, rita } = await setUp();
  const code = await issue(db, rita, run);
  for (let time = 0; time < 2; time++)
    await activities.redeemReviewCodes({ runId: run.runId, codes: [code] });
  expect(await listDecisions(db, run.runId)).toMatchObject([
    { verdict: "approve", channel: "code", person_id: rita.personId },
  ]);
  expect(await refusals(db)).toEqual([]);
});

it("refuses a code that is wrong, too old, or of a person who may no longer decide", async () => {
  const { db, run, activities, rita } = await setUp();
  const redeem = (code: string) => activities.redeemReviewCodes({ runId: run.runId, codes: [code] });
  await redeem("guessed");
  const old = await issue(db, rita, run);
  await db
    .updateTable("review_code")
    .set({ expires_at: new Date(0) })
    .execute();
  await redeem(old);
  const code = await issue(db, rita, run);
  await db
    .updateTable("person")
    .set({ roles: ["viewer"] })
    .where("id", "=", rita.personId)
    .execute();
  await redeem(code);
  await db
    .updateTable("person")
    .set({ roles: ["reviewer"] })
    .where("id", "=", rita.personId)
    .execute();
  await redeem(code);
  expect(await listDecisions(db, run.runId)).toEqual([]);
  const because = await refusals(db);
  expect(because.map((words) => words.replace(/^.*?: /, ""))).toEqual([
    expect.stringContaining("is not one of this review's"),
    expect.stringContaining("expired"),
    expect.stringContaining("may not decide"),
    expect.stringContaining("was used already"),
  ]);
  expect(because.join()).not.toContain(code);
  expect(await activities.settleReview(run)).toMatchObject({ verdict: "open" });
});

it("burns a code that is sent to another run", async () => {
  const { db, run, activities, rita } = await setUp();
  const other = await addQaDone(db, { model: "songs" });
  await activities.openReview({ runId: other.runId, waitMs: DAY_MS });
  const code = await issue(db, rita, run);
  await activities.redeemReviewCodes({ runId: other.runId, codes: [code] });
  await activities.redeemReviewCodes({ runId: run.runId, codes: [code] });
  expect(await db.selectFrom("decision").select("id").execute()).toEqual([]);
  expect(await refusals(db)).toEqual([
    expect.stringContaining("is not one of this review's"),
    expect.stringContaining("was used already"),
  ]);
});

it("refuses a code that comes after the review was decided otherwise", async () => {
  const { db, run, activities, rita, approve } = await setUp();
  const late = await issue(db, rita, run);
  await approve();
  await activities.redeemReviewCodes({ runId: run.runId, codes: [late] });
  expect(await listDecisions(db, run.runId)).toMatchObject([{ channel: "cli", reason: "good" }]);
  expect(await refusals(db)).toEqual([expect.stringContaining("was decided already")]);
});
