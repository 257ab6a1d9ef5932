import { sql } from "kysely";
import { expect, it } from "vitest";
import { redeemCodes } from "../activities/redeem-code.ts";
import { listDecisions } from "../db/decisions.ts";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { decide } from "./decide.ts";
import { issueReviewCode } from "./review-codes.ts";

async function setUp() {
  const database = await testDatabase();
  const context = { database };
  const run = await addOpenReview(database.db);
  const rita = await addActor(context, "reviewer");
  const seen = { releaseDigest: run.releaseDigest, reportDigest: run.reportDigest, override: false };
  const approve = { ...seen, verdict: "approve" as const, reason: "" };
  return { db: database.db, context, run, rita, seen, approve };
}

it("gives a code that an activity turns into this person's decision, once", async () => {
  const { db, context, run, rita, seen } = await setUp();
  const reject = { ...seen, verdict: "reject" as const, reason: "too dull" };
  const given = await issueReviewCode(context, rita, run.runId, reject);
  expect(given).toMatchObject({ signal: "approval", workflowId: expect.stringMatching(/^run\/shop\//) });
  await Promise.all([1, 2, 3].map(() => redeemCodes(db, { runId: run.runId, codes: [given.code] })));
  expect(await listDecisions(db, run.runId)).toMatchObject([
    { verdict: "reject", person_id: rita.personId, channel: "code", reason: "too dull" },
  ]);
  const audit = await db.selectFrom("audit").select("action").where("action", "=", "reject").execute();
  expect(audit).toHaveLength(1);
});

it("keeps only the code's hash", async () => {
  const { db, context, run, rita, approve } = await setUp();
  const { code, expiresAt } = await issueReviewCode(context, rita, run.runId, approve);
  const { rows } = await sql<{ dump: string }>`select review_code::text as dump from review_code`.execute(db);
  expect(rows).toHaveLength(1);
  expect(rows[0]?.dump).not.toContain(code.slice(5));
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(10 * 60_000);
});

it("gives no code for what is decided, past its time, not what the person saw, or to who may not decide", async () => {
  const { db, context, run, rita, approve } = await setUp();
  const issue = (change: object, actor = rita) =>
    issueReviewCode(context, actor, run.runId, { ...approve, ...change });
  await expect(issue({ releaseDigest: "0".repeat(64) })).rejects.toThrow("is not the one that you saw");
  await expect(issue({ reportDigest: "0".repeat(64) })).rejects.toThrow("is not the one that you saw");
  await expect(issue({ verdict: "reject" })).rejects.toThrow("a rejection needs a reason");
  await expect(issue({}, await addActor(context, "deployer"))).rejects.toThrow("may not decide");
  await decide(context, rita, run.runId, approve, "cli");
  await expect(issue({})).rejects.toThrow(`was decided already (approved, `);
  const late = await addOpenReview(db, { waitMs: -1 });
  const { releaseDigest, reportDigest } = late;
  await expect(
    issueReviewCode(context, rita, late.runId, { ...approve, releaseDigest, reportDigest }),
  ).rejects.toThrow(`review of run "${late.runId}": expired at `);
  expect(await db.selectFrom("review_code").select("run_id").execute()).toEqual([]);
});
