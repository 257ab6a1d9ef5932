import { expect, it } from "vitest";
import { listDeployments } from "../db/deployments.ts";
import { addSteps, endStep, findStep } from "../db/steps.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { quietEnvironment } from "../tests/support/data-road.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addReviewedRun, addTestPerson, decideAs, leaveReport } from "../tests/support/reviewed-run.ts";
import { deployActivities } from "./deploy.ts";

/** A run whose release is approved and has its number. */
async function registered() {
  const database = await testDatabase();
  const { db } = database;
  const run = await addReviewedRun(db);
  await addSteps(db, run.runId, [
    { name: "qa", kind: "qa", after: [], skippable: false },
    { name: "deploy", kind: "deploy", after: [], skippable: false },
  ]);
  await leaveReport(db, run, "pass");
  await decideAs(db, await addTestPerson(db), run, { reason: "good" });
  const context = { database, ingest: database, artifacts: new ArtifactStore("none") };
  const { registerVersion, flipLive } = deployActivities(context);
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

it("refuses when the run's report isn't the one that was signed, and leaves the step to a person", async () => {
  const { db, run, flip, row } = await registered();
  const other = await addReviewedRun(db, { model: "other" });
  await endStep(
    db,
    { runId: run.runId, step: "qa" },
    {
      ...{ state: "done", inputDigest: "0".repeat(64), reusedFromRun: null },
      result: {
        summary: "another",
        detail: { verdict: "pass", releaseDigest: run.releaseDigest, reportDigest: other.reportDigest },
      },
    },
  );
  await expect(flip()).rejects.toThrow("artifact or report is not the one that was approved");
  expect(await row()).toMatchObject({ state: "running" });
  expect(await listDeployments(db, run.model)).toEqual([]);
});
