/** What goes live is what was signed, judged against what is live: anything else stops the deployment. */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findStep } from "../../db/steps.ts";
import { findLive } from "../../db/versions.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { answer, approve, decideRun, start, untilRun, untilStep } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeEach(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
  await stage.apply();
});
afterEach(async () => {
  await stopWorkers();
  await stage.close();
});

it("refuses to replace a version that went live after the run opened, and asks a person", async () => {
  const { db } = stage.database;
  const titles = join(stage.files, "titles.csv");
  const quick = await start(stage, { runKey: "quick", baselineOnly: true });
  await untilRun(stage, quick, "waiting_for_review");
  await rename(titles, `${titles}.gone`);
  const slow = await start(stage, { runKey: "slow", fresh: true }); // opened while nothing is live
  await untilStep(stage, slow, "ingest:titles", "needs_attention");
  expect(await approve(stage, quick)).toMatchObject({ outcome: "deployed" });
  await rename(`${titles}.gone`, titles);
  await answer(stage, slow, "ingest:titles", "retry");
  await untilRun(stage, slow, "waiting_for_review");

  await decideRun(stage, slow, "approve");
  const refused = await untilStep(stage, slow, "deploy", "needs_attention");
  expect(refused).toMatchObject({ error_code: "Conflict" });
  expect(refused.error_message).toContain('slot "shelf": version 1 is live, not nothing as expected');
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1, runId: quick.runId });
  await answer(stage, slow, "deploy", "abort");
  expect(await slow.workflow.result()).toEqual({ outcome: "aborted" });
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1, fence: 1 });
  await expectNoTaskFailed(slow.workflow);
});

it("refuses an artifact whose bytes changed after it was signed, and deploys it once they are back", async () => {
  const { db } = stage.database;
  const run = await start(stage, { runKey: "run" });
  await untilRun(stage, run, "waiting_for_review");
  const release = await db.selectFrom("release").select("body").executeTakeFirstOrThrow();
  const { artifactDigest } = release.body as { artifactDigest: string };
  const file = join(stage.artifactsFolder, artifactDigest.slice(0, 2), artifactDigest);
  const bytes = await stage.artifacts.get(artifactDigest);
  await writeFile(file, Buffer.from("something else"));

  await decideRun(stage, run, "approve");
  const refused = await untilStep(stage, run, "deploy", "needs_attention");
  expect(refused.error_code).toBe("BrokenPromise");
  expect(refused.error_message).toContain("it changed after it was stored");
  expect(await findLive(db, "shelf")).toBeUndefined();

  await writeFile(file, bytes);
  await answer(stage, run, "deploy", "retry");
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
  expect(await findStep(db, { runId: run.runId, step: "deploy" })).toMatchObject({ state: "done", round: 1 });
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1, release: { artifactDigest } });
  await expectNoTaskFailed(run.workflow);
});

it("refuses when the person who approved is disabled before the flip", async () => {
  const { db } = stage.database;
  const run = await start(stage, { runKey: "run", baselineOnly: true });
  await untilRun(stage, run, "waiting_for_review");
  await stopWorkers();
  await decideRun(stage, run, "approve");
  await db.updateTable("person").set({ disabled_at: new Date() }).where("name", "=", "rita").execute();
  stopWorkers = await startWorkers(stage);
  expect(await untilStep(stage, run, "deploy", "needs_attention")).toMatchObject({
    error_code: "NotAllowed",
  });
  expect(await findLive(db, "shelf")).toBeUndefined();
});
