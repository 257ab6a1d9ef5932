import { expect, it } from "vitest";
import type { QaReport } from "../core/qa-report.ts";
import { createTestDatabase, type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { addReviewedRun, addTestPerson, type ReviewedRun } from "../tests/support/reviewed-run.ts";
import { recordDecision } from "./decisions.ts";
import { type Flip, flipLive, listDeployments } from "./deployments.ts";
import { findLive, registerVersion } from "./versions.ts";

type Db = TestDatabase["db"];

/** A run whose release was approved and has a version. */
async function approved(
  db: Db,
  personId: string,
  of: { checks?: QaReport["checks"] } = {},
): Promise<ReviewedRun & { version: number }> {
  const run = await addReviewedRun(db, of);
  return db.transaction().execute(async (trx) => {
    const decision = await recordDecision(trx, {
      ...run,
      verdict: "approve",
      personId,
      channel: "page",
      reason: "good shelf",
    });
    return { ...run, version: await registerVersion(trx, { ...run, decisionId: decision.id }) };
  });
}

async function setUp() {
  const { db } = await testDatabase();
  const personId = await addTestPerson(db);
  const flip = (run: ReviewedRun & { version: number }, change: Partial<Flip> = {}) =>
    db.transaction().execute((trx) =>
      flipLive(trx, {
        model: run.model,
        expected: null,
        next: run.version,
        kind: "deploy",
        runId: run.runId,
        personId,
        reason: "approved",
        ...change,
      }),
    );
  return { db, personId, flip };
}

it("puts an approved version live, and a second call of the same run changes nothing", async () => {
  const { db, personId, flip } = await setUp();
  const run = await approved(db, personId);
  const first = await flip(run);
  expect(await flip(run)).toEqual(first);
  expect(await findLive(db, run.model)).toMatchObject({
    version: 1,
    fence: 1,
    releaseDigest: run.releaseDigest,
    runId: run.runId,
  });
  expect(await listDeployments(db, run.model)).toHaveLength(1);
  const audit = await db
    .selectFrom("audit")
    .select(["action", "subject"])
    .where("action", "=", "deploy")
    .execute();
  expect(audit).toEqual([{ action: "deploy", subject: "version 1" }]);
});

it("refuses when another version went live in between, and changes nothing", async () => {
  const { db, personId, flip } = await setUp();
  const [first, second] = [await approved(db, personId), await approved(db, personId)];
  await flip(first);
  await expect(flip(second)).rejects.toThrow(
    'slot "films": version 1 is live, not nothing as expected; see "holt history films"',
  );
  expect(await findLive(db, "films")).toMatchObject({ version: 1, fence: 1 });
  expect(await listDeployments(db, "films")).toHaveLength(1);
});

it("lets one of two flips win that come at the same time", async () => {
  const { db, personId, flip } = await setUp();
  const runs = [await approved(db, personId), await approved(db, personId)];
  const results = await Promise.allSettled(runs.map((run) => flip(run)));
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await listDeployments(db, "films")).toHaveLength(1);
});

it("counts every flip with a fence that grows by one, rollbacks too", async () => {
  const { db, personId, flip } = await setUp();
  const [first, second] = [await approved(db, personId), await approved(db, personId)];
  await flip(first);
  await flip(second, { expected: 1 });
  await flip(first, { expected: 2, kind: "rollback", runId: null, reason: "spend fell" });
  const history = await listDeployments(db, "films");
  expect(history.map(({ fence, version, previous_version }) => [fence, version, previous_version])).toEqual([
    [3, 1, 2],
    [2, 2, 1],
    [1, 1, null],
  ]);
});

it("refuses a release that nobody approved in this run, whoever asks", async () => {
  const { db, personId, flip } = await setUp();
  const [signed, other] = [await approved(db, personId), await addReviewedRun(db)];
  await expect(flip({ ...other, version: signed.version })).rejects.toThrow("nobody approved release");
  const stranger = await addTestPerson(db);
  await expect(flip(signed, { personId: stranger })).rejects.toThrow("nobody approved release");
  expect(await findLive(db, "films")).toBeUndefined();
});

it("refuses a release whose report has a failed check of severity error, approved or not", async () => {
  const { db, personId, flip } = await setUp();
  const check = { id: "must_have", title: "Must-have films", value: 1, threshold: 2, unit: "count" as const };
  const failed = {
    ...check,
    verdict: "fail" as const,
    sampleSize: 9,
    explanation: "one is missing",
    examples: [],
  };
  const warned = await approved(db, personId, { checks: [{ ...failed, severity: "warn" }] });
  await flip(warned);
  const broken = await approved(db, personId, { checks: [{ ...failed, severity: "error" }] });
  await expect(flip(broken, { expected: 1 })).rejects.toThrow('failed check of severity "error"');
  expect(await findLive(db, "films")).toMatchObject({ version: 1 });
});

it("refuses when the person who approved was disabled since", async () => {
  const { db, personId, flip } = await setUp();
  const run = await approved(db, personId);
  await db.updateTable("person").set({ disabled_at: new Date() }).where("id", "=", personId).execute();
  await expect(flip(run)).rejects.toThrow("is disabled");
  expect(await findLive(db, "films")).toBeUndefined();
});

it("refuses to roll back to a version that was never live", async () => {
  const { db, personId, flip } = await setUp();
  const [first, second] = [await approved(db, personId), await approved(db, personId)];
  await flip(first);
  await expect(
    flip(second, { expected: 1, kind: "rollback", runId: null, reason: "curious" }),
  ).rejects.toThrow("was never live");
  expect(await findLive(db, "films")).toMatchObject({ version: 1, fence: 1 });
});

it("tells whoever listens once the flip is committed", async () => {
  const database = await createTestDatabase();
  const personId = await addTestPerson(database.db);
  const run = await approved(database.db, personId);
  const listener = await database.pool.connect();
  try {
    await listener.query("listen holt_live");
    const heard = new Promise<string | undefined>((resolve) =>
      listener.once("notification", ({ payload }) => resolve(payload)),
    );
    await database.db.transaction().execute((trx) =>
      flipLive(trx, {
        model: run.model,
        expected: null,
        next: run.version,
        kind: "deploy",
        runId: run.runId,
        personId,
        reason: "approved",
      }),
    );
    expect(await heard).toBe("films");
  } finally {
    listener.release(true);
    await database.close();
  }
});
