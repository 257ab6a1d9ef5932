import { expect, it } from "vitest";
import { recordDecision } from "../db/decisions.ts";
import { listDeployments } from "../db/deployments.ts";
import { addSteps, findStep } from "../db/steps.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { quietEnvironment } from "../tests/support/data-road.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addReviewedRun, addTestPerson } from "../tests/support/reviewed-run.ts";
import { deployActivities } from "./deploy.ts";

/** A run whose release is approved and has its number. */
async function registered() {
  const database = await testDatabase();
  const { db } = database;
  const run = await addReviewedRun(db);
  await addSteps(db, run.runId, [{ name: "deploy", kind: "deploy", after: [], skippable: false }]);
  const personId = await addTestPerson(db);
  await db
    .transaction()
    .execute((trx) =>
      recordDecision(trx, { ...run, verdict: "approve", personId, channel: "cli", reason: "good" }),
    );
  const { registerVersion, flipLive } = deployActivities({ database, artifacts: new ArtifactStore("none") });
  const register = () => quietEnvironment().run(registerVersion, { runId: run.runId });
  const flip = () => flipLive({ runId: run.runId, version: 1 });
  const row = () => findStep(db, { runId: run.runId, step: "deploy" });
  expect(await register()).toEqual({ version: 1 });
  return { db, run, register, flip, row };
}

it("goes live once, and ends its step once, however often and at the same time it is called", async () => {
  const { db, run, flip, row } = await registered();
  await Promise.all([flip(), flip(), flip()]);
  const ended = await row();
  expect(ended).toMatchObject({ state: "done", summary: "version 1 is live" });
  await flip();
  expect(await row()).toEqual(ended);
  expect(await listDeployments(db, run.model)).toHaveLength(1);
  const audit = await db.selectFrom("audit").select("action").where("action", "=", "deploy").execute();
  expect(audit).toHaveLength(1);
});

it("keeps number and step of what is live when an attempt to register it comes late", async () => {
  const { db, register, flip, row } = await registered();
  await flip();
  const ended = await row();
  expect(await register()).toEqual({ version: 1 });
  expect(await row()).toEqual(ended);
  expect(await db.selectFrom("model_version").select("version").execute()).toEqual([{ version: 1 }]);
});
