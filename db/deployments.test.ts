import { sql } from "kysely";
import { expect, it } from "vitest";
import { createTestDatabase, testDatabase } from "../tests/support/database.ts";
import {
  addReviewedRun,
  addTestPerson,
  decideAs,
  type ReviewedRun,
  type ReviewedRunOptions,
} from "../tests/support/reviewed-run.ts";
import { deploy, listDeployments, rollback } from "./deployments.ts";
import { findRelease } from "./releases.ts";
import { settleReview } from "./reviews.ts";
import { findLive, registerVersion } from "./versions.ts";
import { listLiveBefore } from "./views/live.ts";

type Db = Awaited<ReturnType<typeof testDatabase>>["db"];
type Registered = ReviewedRun & { version: number };

const FAILED = { severity: "error", verdict: "fail" } as const;

/** A run whose release was approved and has a version. */
async function approved(db: Db, of: ReviewedRunOptions = {}): Promise<Registered> {
  const run = await addReviewedRun(db, of);
  await decideAs(db, await addTestPerson(db), run, { reason: "good shelf" });
  return { ...run, version: await registerVersion(db, run.runId) };
}

async function flip(
  db: Db,
  run: Registered,
  change: Partial<{ version: number; artifactDigest: string; reportDigest: string }> = {},
) {
  const release = await findRelease(db, run.releaseDigest);
  const { version = run.version, ...digests } = change;
  const signed = {
    artifactDigest: String(release?.artifactDigest),
    reportDigest: run.reportDigest,
    ...digests,
  };
  return deploy(db, { runId: run.runId, version }, signed);
}

const actions = (db: Db, action: string) =>
  db.selectFrom("audit").select(["action", "subject"]).where("action", "=", action).execute();

it("puts an approved version live, and a second call of the same run changes nothing", async () => {
  const { db } = await testDatabase();
  const run = await approved(db);
  const first = await flip(db, run);
  expect(first).toMatchObject({ kind: "deploy", reason: "good shelf", previous_version: null });
  expect(await flip(db, run)).toEqual(first);
  expect(await findLive(db, run.model)).toMatchObject({
    version: 1,
    fence: 1,
    releaseDigest: run.releaseDigest,
    runId: run.runId,
  });
  expect(await listDeployments(db, run.model)).toHaveLength(1);
  expect(await actions(db, "deploy")).toEqual([{ action: "deploy", subject: "version 1" }]);
  expect(await actions(db, "register")).toHaveLength(1);
});

it("gives a release one number, however often and at the same time it is asked for", async () => {
  const { db } = await testDatabase();
  const run = await addReviewedRun(db);
  await decideAs(db, await addTestPerson(db), run);
  const numbers = await Promise.all([1, 2, 3].map(() => registerVersion(db, run.runId)));
  expect(numbers).toEqual([1, 1, 1]);
  expect(await actions(db, "register")).toHaveLength(1);
});

it("refuses when another version went live in between, and changes nothing", async () => {
  const { db } = await testDatabase();
  const [first, second] = [await approved(db), await approved(db)];
  await flip(db, first);
  await expect(flip(db, second)).rejects.toThrow(
    'slot "films": version 1 is live, not nothing as expected; see "holt history films", then deploy again',
  );
  expect(await findLive(db, "films")).toMatchObject({ version: 1, fence: 1 });
  expect(await listDeployments(db, "films")).toHaveLength(1);
});

it("lets one of two flips win that come at the same time", async () => {
  const { db } = await testDatabase();
  const runs = [await approved(db), await approved(db)];
  const results = await Promise.allSettled(runs.map((run) => flip(db, run)));
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await listDeployments(db, "films")).toHaveLength(1);
});

it("counts every flip with a fence that grows by one, rollbacks too", async () => {
  const { db } = await testDatabase();
  await flip(db, await approved(db));
  await flip(db, await approved(db, { champion: 1 }));
  const { proof, name } = await addTestPerson(db, "deployer");
  await rollback(db, { proof, model: "films", expected: 2, to: null, reason: "spend fell" });
  const history = await listDeployments(db, "films");
  expect(history.map(({ fence, version, previous_version }) => [fence, version, previous_version])).toEqual([
    [3, 1, 2],
    [2, 2, 1],
    [1, 1, null],
  ]);
  expect(history[0]).toMatchObject({ kind: "rollback", by: name, reason: "spend fell" });
});

it("lists what was live before, the last first, without what was rolled back from", async () => {
  const { db } = await testDatabase();
  const before = async (most = 9) => (await listLiveBefore(db, "films", most)).map(({ version }) => version);
  expect(await before()).toEqual([]);
  await flip(db, await approved(db));
  for (const champion of [1, 2, 3]) await flip(db, await approved(db, { champion }));
  expect(await before()).toEqual([3, 2, 1]);
  expect(await before(2)).toEqual([3, 2]);
  const { proof } = await addTestPerson(db, "deployer");
  const goTo = (expected: number, to: number) =>
    rollback(db, { proof, model: "films", expected, to, reason: "spend fell" });
  await goTo(4, 2);
  expect(await before()).toEqual([3, 1]);
  await goTo(2, 3);
  expect(await before()).toEqual([2, 1]);
  expect(await listLiveBefore(db, "another", 9)).toEqual([]);
});

it("refuses what nobody approved, whoever asks and whatever its review is", async () => {
  const { db } = await testDatabase();
  const rejected = await addReviewedRun(db, { model: "a" });
  await decideAs(db, await addTestPerson(db), rejected, { verdict: "reject", reason: "dull" });
  const expired = await addReviewedRun(db, { model: "b", waitMs: -1 });
  await settleReview(db, expired.runId);
  const superseded = await addReviewedRun(db, { model: "c" });
  const open = await addReviewedRun(db, { model: "c" });
  for (const run of [rejected, expired, superseded, open]) {
    await expect(registerVersion(db, run.runId)).rejects.toThrow("nobody approved release");
    await expect(flip(db, { ...run, version: 1 })).rejects.toThrow("nobody approved release");
  }
  expect(await db.selectFrom("model_version").select("version").execute()).toEqual([]);
  expect(await db.selectFrom("live").select("version").execute()).toEqual([]);
});

it("refuses a version, artifact or report other than what was approved", async () => {
  const { db } = await testDatabase();
  const run = await approved(db);
  const other = await approved(db);
  const nothing = "0".repeat(64);
  await expect(flip(db, run, { version: other.version })).rejects.toThrow(
    "is not the release that was approved",
  );
  await expect(flip(db, run, { artifactDigest: nothing })).rejects.toThrow(
    "artifact or report is not the one",
  );
  await expect(flip(db, run, { reportDigest: nothing })).rejects.toThrow("artifact or report is not the one");
  await expect(flip(db, run, { reportDigest: other.reportDigest })).rejects.toThrow("artifact or report");
  expect(await findLive(db, "films")).toBeUndefined();
  await flip(db, run);
});

it("refuses a failed check that was overridden by too few, and takes it when enough did", async () => {
  const { db } = await testDatabase();
  const run = await addReviewedRun(db, { checks: [FAILED], rules: { override: { groups: [] } } });
  const override = { override: true, reason: "withdrawn" };
  const one = await addTestPerson(db);
  await decideAs(db, one, run, override);
  await expect(registerVersion(db, run.runId)).rejects.toThrow("nobody approved release");
  await decideAs(db, await addTestPerson(db), run, override);
  const version = await registerVersion(db, run.runId);
  await db
    .updateTable("person")
    .set({ roles: ["viewer"] })
    .where("id", "=", one.personId)
    .execute();
  await expect(flip(db, { ...run, version })).rejects.toThrow(
    `"${one.name}", who approved it, may no longer`,
  );
  await db
    .updateTable("person")
    .set({ roles: ["reviewer"] })
    .where("id", "=", one.personId)
    .execute();
  expect(await flip(db, { ...run, version })).toMatchObject({ version: 1 });
});

it.each([
  ["disabled", { disabled_at: new Date() }],
  ["no reviewer any more", { roles: ["submitter" as const] }],
])("refuses when who approved is %s", async (_, change) => {
  const { db } = await testDatabase();
  const run = await addReviewedRun(db);
  const { personId, ...reviewer } = await addTestPerson(db);
  await decideAs(db, { personId, ...reviewer }, run);
  const version = await registerVersion(db, run.runId);
  await db.updateTable("person").set(change).where("id", "=", personId).execute();
  await expect(flip(db, { ...run, version })).rejects.toThrow(
    `"${reviewer.name}", who approved it, may no longer decide on it`,
  );
  expect(await findLive(db, "films")).toBeUndefined();
});

it("refuses when who approved turns out to have applied the definition, or to be the requester's program", async () => {
  const { db } = await testDatabase();
  const requester = await addTestPerson(db, "submitter");
  const run = await approved(db, { requesterId: requester.personId });
  const { person_id } = await db.selectFrom("decision").select("person_id").executeTakeFirstOrThrow();
  await db
    .updateTable("person")
    .set({ owner_id: requester.personId })
    .where("id", "=", String(person_id))
    .execute();
  await expect(flip(db, run)).rejects.toThrow("may no longer decide on it");
  await db.updateTable("person").set({ owner_id: null }).where("id", "=", String(person_id)).execute();
  const { definition_digest } = await db
    .selectFrom("run")
    .select("definition_digest")
    .executeTakeFirstOrThrow();
  await db
    .insertInto("definition_author")
    .values({ definition_digest, person_id: String(person_id) })
    .execute();
  await expect(flip(db, run)).rejects.toThrow("may no longer decide on it");
  expect(await findLive(db, "films")).toBeUndefined();
});

it("refuses for a run that has ended", async () => {
  const { db } = await testDatabase();
  const run = await approved(db);
  const end = { state: "aborted", outcome: "aborted", finished_at: new Date() } as const;
  await db.updateTable("run").set(end).where("id", "=", run.runId).execute();
  await expect(flip(db, run)).rejects.toThrow("has ended (aborted)");
  expect(await findLive(db, "films")).toBeUndefined();
});

it("refuses to read a release or a definition whose row was changed", async () => {
  const { db } = await testDatabase();
  const run = await approved(db);
  await flip(db, run);
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx); // as a superuser may
    await sql`update release set body = jsonb_set(body, '{artifactDigest}', to_jsonb(repeat('0', 64)))`.execute(
      trx,
    );
  });
  await expect(findLive(db, "films")).rejects.toThrow("so it changed after it was stored");
  await expect(findRelease(db, run.releaseDigest)).rejects.toThrow("so it changed after it was stored");
});

it("tells whoever listens once the flip is committed", async () => {
  const database = await createTestDatabase();
  const run = await approved(database.db);
  const listener = await database.pool.connect();
  try {
    await listener.query("listen holt_live");
    const heard = new Promise<string | undefined>((resolve) =>
      listener.once("notification", ({ payload }) => resolve(payload)),
    );
    await flip(database.db, run);
    expect(await heard).toBe("films");
  } finally {
    listener.release(true);
    await database.close();
  }
});
