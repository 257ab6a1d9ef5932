import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { addReviewedRun, addTestPerson } from "../tests/support/reviewed-run.ts";
import { findDecision, type NewDecisionRow, recordDecision } from "./decisions.ts";
import { expireReview, lockReview } from "./reviews.ts";

async function setUp(of: { waitMs?: number } = {}) {
  const { db } = await testDatabase();
  const run = await addReviewedRun(db, of);
  const personId = await addTestPerson(db);
  const decide = (change: Partial<NewDecisionRow> = {}) =>
    db
      .transaction()
      .execute((trx) =>
        recordDecision(trx, { ...run, verdict: "approve", personId, channel: "cli", reason: "", ...change }),
      );
  return { db, run, personId, decide };
}

it("keeps the first decision and refuses every later one, also at the same time", async () => {
  const { db, run, decide } = await setUp();
  const attempts = await Promise.allSettled([
    decide(),
    decide({ verdict: "reject", reason: "too few films" }),
    decide(),
  ]);
  expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const attempt of attempts)
    if (attempt.status === "rejected") expect(attempt.reason.message).toMatch(/was decided already/);
  expect(await db.selectFrom("decision").selectAll().execute()).toHaveLength(1);
  expect(await findDecision(db, run.runId)).toMatchObject({ channel: "cli" });
});

it("writes who decided what in the audit log, with the digests that were signed", async () => {
  const { db, run, personId, decide } = await setUp();
  await decide();
  expect(await db.selectFrom("audit").selectAll().execute()).toMatchObject([
    {
      action: "approve",
      person_id: personId,
      subject: `run ${run.runId}`,
      detail: { release: run.releaseDigest, report: run.reportDigest, channel: "cli" },
    },
  ]);
});

it("refuses a person who may not decide, and leaves no row", async () => {
  const { db, personId, decide } = await setUp();
  const engineer = await addTestPerson(db, "deployer");
  await expect(decide({ personId: engineer })).rejects.toThrow("may not decide");
  await db.updateTable("person").set({ disabled_at: new Date() }).where("id", "=", personId).execute();
  await expect(decide()).rejects.toThrow("may not decide");
  expect(await db.selectFrom("decision").selectAll().execute()).toEqual([]);
  expect(await db.selectFrom("audit").selectAll().execute()).toEqual([]);
});

it("refuses a release or a report that isn't the one that the person saw", async () => {
  const { db, decide } = await setUp();
  const other = "0".repeat(64);
  await expect(decide({ releaseDigest: other })).rejects.toThrow("not the one that you saw");
  await expect(decide({ reportDigest: other })).rejects.toThrow("not the one that you saw");
  expect(await db.selectFrom("decision").selectAll().execute()).toEqual([]);
});

it("refuses a rejection without a reason", async () => {
  const { decide } = await setUp();
  await expect(decide({ verdict: "reject" })).rejects.toThrow("a rejection needs a reason");
});

it("refuses a decision after the deadline, whether or not the expiry was written", async () => {
  const { db, run, decide } = await setUp({ waitMs: 1 });
  await expect(decide()).rejects.toThrow("expired at");
  await db.transaction().execute(async (trx) => {
    await expireReview(trx, await lockReview(trx, run.runId), run.model);
  });
  await expect(decide()).rejects.toThrow("expired at");
  expect(await db.selectFrom("decision").selectAll().execute()).toEqual([]);
});
