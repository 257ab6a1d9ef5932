import { expect, it } from "vitest";
import type { NewDecision } from "../core/api.ts";
import { findDecision } from "../db/decisions.ts";
import { expireReview, findReview, lockReview } from "../db/reviews.ts";
import { finishRun } from "../db/runs.ts";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { decide } from "./decide.ts";

const RACES = 50;

async function setUp(of: { waitMs?: number } = {}) {
  const database = await testDatabase();
  const context = { database };
  const run = await addOpenReview(database.db, of);
  const rita = await addActor(context, "reviewer");
  const decision = (change: Partial<NewDecision> = {}): NewDecision => ({
    verdict: "approve",
    releaseDigest: run.releaseDigest,
    reportDigest: run.reportDigest,
    reason: "",
    ...change,
  });
  return { db: database.db, context, run, rita, decision };
}

it("keeps a decision with its audit entry and a wake-up, though nobody runs Temporal", async () => {
  const { db, context, run, rita, decision } = await setUp();
  const made = await decide(context, rita, run.runId, decision({ reason: "good shelf" }), "page");
  expect(made).toMatchObject({ verdict: "approve", by: rita.name, channel: "page", reason: "good shelf" });
  expect(await db.selectFrom("wake_up").selectAll().execute()).toMatchObject([
    { signal: "approval", delivered_at: null },
  ]);
  const audit = await db
    .selectFrom("audit")
    .select("action")
    .where("subject", "=", `run ${run.runId}`)
    .execute();
  expect(audit).toEqual([{ action: "approve" }]);
});

it("gives the same person's same decision the same answer, and writes nothing again", async () => {
  const { db, context, run, rita, decision } = await setUp();
  const answers = await Promise.all(
    Array.from({ length: RACES }, () => decide(context, rita, run.runId, decision(), "cli")),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await db.selectFrom("wake_up").select("id").execute()).toHaveLength(1);
  const audit = await db.selectFrom("audit").select("id").where("action", "=", "approve").execute();
  expect(audit).toHaveLength(1);
});

it("refuses a second decision, of another person or another mind", async () => {
  const { context, run, rita, decision } = await setUp();
  await decide(context, rita, run.runId, decision(), "cli");
  const decidedAlready = `review of run "${run.runId}": was decided already (approve, `;
  const rob = await addActor(context, "reviewer");
  await expect(decide(context, rob, run.runId, decision(), "cli")).rejects.toThrow(decidedAlready);
  const reject = decision({ verdict: "reject", reason: "dull" });
  await expect(decide(context, rita, run.runId, reject, "cli")).rejects.toThrow(decidedAlready);
});

it.each([
  ["release", { releaseDigest: "0".repeat(64) }],
  ["report", { reportDigest: "0".repeat(64) }],
])("refuses a decision on a %s that isn't the one there", async (_what, change) => {
  const { db, context, run, rita, decision } = await setUp();
  await expect(decide(context, rita, run.runId, decision(change), "page")).rejects.toThrow(
    `review of run "${run.runId}": release or report is not the one that you saw; look at it again`,
  );
  expect(await findDecision(db, run.runId)).toBeUndefined();
  expect(await db.selectFrom("wake_up").select("id").execute()).toEqual([]);
});

it("refuses a rejection without a reason, a run without a review, one that has ended, and one past its time", async () => {
  const { db, context, run, rita, decision } = await setUp();
  await expect(decide(context, rita, run.runId, decision({ verdict: "reject" }), "cli")).rejects.toThrow(
    "a rejection needs a reason",
  );
  await expect(decide(context, rita, "shop-none", decision(), "cli")).rejects.toThrow(
    'run "shop-none": has no review; see "holt run show shop-none"',
  );
  await finishRun(db, run.runId, { state: "aborted", outcome: "aborted", reason: "no need" });
  await expect(decide(context, rita, run.runId, decision(), "cli")).rejects.toThrow(
    `run "${run.runId}": has ended (aborted), so nothing is left to decide; start another`,
  );
  const late = await addOpenReview(db, { waitMs: -1 });
  const { releaseDigest, reportDigest } = late;
  await expect(
    decide(context, rita, late.runId, decision({ releaseDigest, reportDigest }), "cli"),
  ).rejects.toThrow(`review of run "${late.runId}": expired at `);
});

it("lets only reviewers and admins decide", async () => {
  const { db, context, run, decision } = await setUp();
  for (const role of ["viewer", "service", "engineer"] as const) {
    const actor = await addActor(context, role);
    await expect(decide(context, actor, run.runId, decision(), "cli")).rejects.toThrow(
      `role "${role}" may not decide; ask for the role "reviewer" or "admin"`,
    );
  }
  expect(await findDecision(db, run.runId)).toBeUndefined();
});

it(`comes to exactly one end when approval, rejection and expiry meet, ${RACES} times`, async () => {
  const { db, context, rita } = await setUp();
  const rob = await addActor(context, "reviewer");
  const ends = new Set<string>();
  for (let race = 0; race < RACES; race++) {
    const { runId, model, releaseDigest, reportDigest } = await addOpenReview(db);
    const seen = { releaseDigest, reportDigest, reason: "why" };
    const contenders = [
      () => decide(context, rita, runId, { ...seen, verdict: "approve" }, "cli"),
      () => decide(context, rob, runId, { ...seen, verdict: "reject" }, "page"),
      () =>
        db.transaction().execute(async (trx) => {
          const review = await lockReview(trx, runId);
          if (!(await findDecision(trx, runId))) await expireReview(trx, review, model);
        }),
    ];
    const first = race % contenders.length;
    await Promise.allSettled([...contenders.slice(first), ...contenders.slice(0, first)].map((run) => run()));
    const decision = await findDecision(db, runId);
    const review = await findReview(db, runId);
    expect([decision, review?.expired_at].filter(Boolean)).toHaveLength(1);
    const audit = await db
      .selectFrom("audit")
      .select("action")
      .where("subject", "=", `run ${runId}`)
      .where("action", "in", ["approve", "reject", "expire_review"])
      .execute();
    expect(audit).toEqual([{ action: decision?.verdict ?? "expire_review" }]);
    ends.add(decision?.verdict ?? "expire_review");
  }
  expect(ends.size).toBeGreaterThan(1);
});
