/** What a login that only moves runs on, or keeps a transaction open, could bring back: an approval that is over. */
import pg from "pg";
import { expect, it, onTestFinished } from "vitest";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addReviewedRun, addTestPerson, decideAs } from "../tests/support/reviewed-run.ts";
import type { Login } from "./database-roles.ts";
import { deploy } from "./deployments.ts";
import { findRelease } from "./releases.ts";
import { findLive, registerVersion } from "./versions.ts";

async function connectAs(database: TestDatabase, login: Login): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: asLogin(database.url, login) });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** A run that somebody approved, with its version and what a deployment names of it. */
async function approved(database: TestDatabase) {
  const { db } = database;
  const run = await addReviewedRun(db);
  const rita = await addTestPerson(db);
  await decideAs(db, rita, run);
  const version = await registerVersion(db, run.runId);
  const artifactDigest = String((await findRelease(db, run.releaseDigest))?.artifactDigest);
  return { ...run, rita, version, artifactDigest };
}

it("deploys nothing by a transaction that still sees an approver who has gone", async () => {
  const database = await testDatabase();
  const { runId, version, artifactDigest, reportDigest, rita } = await approved(database);
  const worker = await connectAs(database, "worker");
  const flip = () =>
    worker.query("select version from deploy($1, $2, $3, $4)", [
      runId,
      version,
      artifactDigest,
      reportDigest,
    ]);
  for (const level of ["repeatable read", "serializable"]) {
    await worker.query(`begin isolation level ${level}`);
    await worker.query("select 1 from run");
    await database.db
      .updateTable("person")
      .set({ disabled_at: new Date() })
      .where("id", "=", rita.personId)
      .execute();
    await expect(flip()).rejects.toThrow(`transaction: is "${level}", so it may see what is over`);
    await worker.query("rollback");
    await database.db.updateTable("person").set({ disabled_at: null }).execute();
  }
  expect(await findLive(database.db, "films")).toBeUndefined();
  expect((await flip()).rows).toEqual([{ version }]);
});

it("knows a revoked token by no transaction that began before", async () => {
  const database = await testDatabase();
  const run = await addReviewedRun(database.db);
  const rita = await addTestPerson(database.db);
  const server = await connectAs(database, "server");
  await server.query("begin isolation level repeatable read");
  await server.query("select 1 from run");
  await database.db.updateTable("token").set({ revoked_at: new Date() }).execute();
  const decide = "select * from decide($1, $2, 'approve', $3, $4, '', 'cli', false, null)";
  await expect(
    server.query(decide, [rita.proof, run.runId, run.releaseDigest, run.reportDigest]),
  ).rejects.toThrow('transaction: is "repeatable read"');
  await server.query("rollback");
  expect(await database.db.selectFrom("decision").select("id").execute()).toEqual([]);
});

it("lets no worker make an old approval fit what is live now, nor a run begin again", async () => {
  const database = await testDatabase();
  const { db } = database;
  const old = await approved(database);
  const newer = await approved(database);
  const { runId, version, artifactDigest, reportDigest } = newer;
  await deploy(db, { runId, version }, { artifactDigest, reportDigest });
  await db.insertInto("step").values({ run_id: old.runId, name: "qa", kind: "qa", position: 1 }).execute();
  const worker = await connectAs(database, "worker");
  await expect(
    worker.query("update run set champion_version = $2 where id = $1", [old.runId, version]),
  ).rejects.toThrow("what it may replace never changes once its steps are planned");
  await expect(
    worker.query("select deploy($1, $2, $3, $4)", [
      old.runId,
      old.version,
      old.artifactDigest,
      old.reportDigest,
    ]),
  ).rejects.toThrow("is live, not nothing as expected");
  await db
    .updateTable("run")
    .set({ state: "aborted", outcome: "aborted", finished_at: new Date() })
    .where("id", "=", old.runId)
    .execute();
  await expect(worker.query("update run set state = 'running' where id = $1", [old.runId])).rejects.toThrow(
    "has ended, and the first end stands",
  );
  for (const login of ["worker", "server"] as const) {
    const client = await connectAs(database, login);
    await expect(
      client.query("update run set state = 'running', outcome = null, finished_at = null where id = $1", [
        old.runId,
      ]),
    ).rejects.toThrow("permission denied for table run");
  }
  expect(await findLive(db, "films")).toMatchObject({ version, fence: 1 });
});
