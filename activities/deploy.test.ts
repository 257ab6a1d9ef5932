import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { listDeployments } from "../db/deployments.ts";
import { addSteps, endStep, findStep } from "../db/steps.ts";
import { findVersionLatency } from "../db/version-latency.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { quietEnvironment } from "../tests/support/data-road.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addReviewedRun, addTestPerson, decideAs, leaveReport } from "../tests/support/reviewed-run.ts";
import { storeModels } from "../tests/support/shop.ts";
import { deployActivities } from "./deploy.ts";

/** A run whose release is approved. */
async function approved() {
  const database = await testDatabase();
  const { db } = database;
  const folder = await emptyFolder();
  const artifacts = new ArtifactStore(folder);
  const models = await storeModels(artifacts);
  const run = await addReviewedRun(db, { artifacts: models });
  await addSteps(db, run.runId, [
    { name: "qa", kind: "qa", after: [], skippable: false },
    { name: "deploy", kind: "deploy", after: [], skippable: false },
  ]);
  await leaveReport(db, run, "pass");
  await decideAs(db, await addTestPerson(db), run, { reason: "good" });
  const context = { database, ingest: database, artifacts };
  const { registerVersion, flipLive } = deployActivities(context);
  const register = () => quietEnvironment().run(registerVersion, { runId: run.runId });
  const flip = () => quietEnvironment().run(flipLive, { runId: run.runId, version: 1 });
  const row = () => findStep(db, { runId: run.runId, step: "deploy" });
  return { database, db, run, register, flip, row, artifacts, folder, models };
}

/** The same, with its number. */
async function registered() {
  const road = await approved();
  expect(await road.register()).toEqual({ version: 1 });
  return road;
}

it("gives no number to a model that answers its golden rows otherwise, nor puts one live, and measures the sound one once", async () => {
  const { database, db, run, register, flip, artifacts, folder, models } = await approved();
  const path = join(folder, models.golden.slice(0, 2), models.golden);
  const other = await storeModels(artifacts, "other");
  const whileGolden = async (bytes: Uint8Array, act: () => Promise<unknown>) => {
    const kept = await readFile(path);
    await writeFile(path, bytes);
    await act().finally(() => writeFile(path, kept));
  };
  const flipped = await readFile(path);
  flipped.writeUInt8(flipped.readUInt8(90) ^ 1, 90);
  await expect(whileGolden(flipped, register)).rejects.toThrow("changed after it was stored");
  const mixed = await addReviewedRun(db, { model: "mixed", artifacts: { ...models, golden: other.golden } });
  await addSteps(db, mixed.runId, [
    { name: "qa", kind: "qa", after: [], skippable: false },
    { name: "deploy", kind: "deploy", after: [], skippable: false },
  ]);
  await leaveReport(db, mixed, "pass");
  await decideAs(db, await addTestPerson(db), mixed, { reason: "good" });
  const { registerVersion } = deployActivities({ database, ingest: database, artifacts });
  await expect(quietEnvironment().run(registerVersion, { runId: mixed.runId })).rejects.toThrow(
    /^model "mixed" of run "mixed-.+": answers golden row 2 of \d+ otherwise than when it was trained: /,
  );
  expect(await db.selectFrom("model_version").select("version").execute()).toEqual([]);

  expect(await register()).toEqual({ version: 1 });
  const latency = await findVersionLatency(db, { model: run.model, version: 1 });
  expect(latency).toMatchObject({ answers: 82, cores: availableParallelism() });
  expect(latency?.p99Ms).toBeGreaterThanOrEqual(latency?.p50Ms as number);
  await register();
  expect(await findVersionLatency(db, { model: run.model, version: 1 })).toEqual(latency);
  await expect(whileGolden(flipped, flip)).rejects.toThrow("changed after it was stored");
  expect(await listDeployments(db, run.model)).toEqual([]);
});

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

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-deploy-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
