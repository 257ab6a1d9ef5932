/** An experiment from its start to its end: looks by a workflow, an end for harm, by a person, and with a version for everybody. */
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type ExperimentInput, experimentSchema } from "../../core/definition-experiment.ts";
import { findWaitsFor, listLooks } from "../../db/experiment-looks.ts";
import { getExperiment } from "../../db/experiments.ts";
import { findLive, getVersion } from "../../db/versions.ts";
import {
  endExperiment,
  pauseExperiment,
  resumeExperiment,
  shipExperiment,
  startExperiment,
} from "../../operations/experiments.ts";
import { reviveExperiments } from "../../operations/lost-experiments.ts";
import { deliverWakeUps } from "../../operations/wake-ups.ts";
import { ageExperiment, quickExperiment, storeAudience, untilPaused } from "../support/experiments.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { approve, operationsOf, start } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { startWorkers } from "../support/workers.ts";

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeEach(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
  await stage.apply();
  await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
  await approve(stage, await start(stage, { runKey: "second" }));
});
afterEach(async () => {
  await stopWorkers();
  await stage.close();
});

/** The relay is the server's. */
const relay = () => deliverWakeUps(operationsOf(stage));

/** Version 2, which is live, against version 1. */
async function begin(change: Partial<ExperimentInput> = {}) {
  const plan = experimentSchema.parse(quickExperiment(change));
  const { id } = await startExperiment(operationsOf(stage), stage.engineer, "shelf", {
    plan,
    reason: "to see",
  });
  await relay();
  return { id, workflow: stage.temporal.workflow.getHandle(`experiment/${id}`) };
}

const audience = (id: string) => ({ experimentId: id, model: "shelf", reportedBy: stage.engineer.personId });
const untilLook = (id: string) => until("a look", async () => (await listLooks(stage.database.db, id))[0]);

it("stops for harm by itself, says that clicks went up while spend went down, and leaves what is live", async () => {
  const { db } = stage.database;
  const { id, workflow } = await begin();
  await untilLook(id);
  await storeAudience(db, audience(id), {
    control: { people: 900, clickEvery: 4, spend: (at) => (at % 3 === 0 ? 10 : 0) },
    treatment: { people: 900, clickEvery: 2, spend: (at) => (at % 9 === 0 ? 10 : 0) },
  });
  await workflow.result();
  const { endedBy, endReason } = await getExperiment(db, id);
  expect(endedBy).toBeNull();
  expect(endReason).toMatch(/^spend fell by 66.7 % .*clicking rose by 100 % .*the verdict follows spend$/);
  expect(await findLive(db, "shelf")).toMatchObject({ version: 2 });
  const [look] = (await listLooks(db, id)).slice(-1);
  expect(look).toMatchObject({ verdict: "stop", arm: null });
  expect(look?.analysis.counts).toContainEqual({ arm: "treatment", units: 900, answers: 900, fallbacks: 0 });
  await expectNoTaskFailed(workflow);
});

it("waits for a person where an arm may be shipped, who puts its version live", async () => {
  const { db } = stage.database;
  const { id, workflow } = await begin();
  await storeAudience(db, audience(id), {
    control: { people: 900, clickEvery: 4, spend: (at) => (at % 9 === 0 ? 10 : 0) },
    treatment: { people: 900, clickEvery: 4, spend: (at) => (at % 3 === 0 ? 10 : 0) },
  });
  // a week has to pass before an arm may be shipped; the database's clock is what says so
  await ageExperiment(db, id, "8 days");
  expect(await until("a question", () => findWaitsFor(db, id))).toMatch(
    /^a person is to confirm arm "treatment"/,
  );
  expect(await findLive(db, "shelf")).toMatchObject({ version: 2 });
  await shipExperiment(operationsOf(stage), stage.engineer, id, {
    arm: "treatment",
    reason: "it earns more",
  });
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1 });
  await relay();
  await workflow.result();
  await expectNoTaskFailed(workflow);
});

it("puts the version live by itself where its plan says so", async () => {
  const { db } = stage.database;
  const { id, workflow } = await begin({ confirm: "automatic" });
  await storeAudience(db, audience(id), {
    control: { people: 900, clickEvery: 4, spend: (at) => (at % 9 === 0 ? 10 : 0) },
    treatment: { people: 900, clickEvery: 4, spend: (at) => (at % 3 === 0 ? 10 : 0) },
  });
  await ageExperiment(db, id, "8 days");
  await workflow.result();
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1 });
});

it("says what is in the way of a version that would go live, and tries again at each look", async () => {
  const { db } = stage.database;
  const { release } = await getVersion(db, "shelf", 1);
  const digest = release.fallbackDigest;
  const file = join(stage.artifactsFolder, digest.slice(0, 2), digest);
  await rename(file, `${file}.away`);
  const { id, workflow } = await begin({ confirm: "automatic" });
  await storeAudience(db, audience(id), {
    control: { people: 900, clickEvery: 4, spend: (at) => (at % 9 === 0 ? 10 : 0) },
    treatment: { people: 900, clickEvery: 4, spend: (at) => (at % 3 === 0 ? 10 : 0) },
  });
  await ageExperiment(db, id, "8 days");
  expect(await until("the reason", () => findWaitsFor(db, id))).toContain("is not in the store");
  expect(await findLive(db, "shelf")).toMatchObject({ version: 2 });
  await rename(`${file}.away`, file);
  await workflow.result();
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1 });
});

it("ends when a person ends it, and was looked at before", async () => {
  const { id, workflow } = await begin({ lookEvery: "1 h" });
  expect(await untilLook(id)).toMatchObject({ day: 0, verdict: "go_on" });
  await endExperiment(operationsOf(stage), stage.engineer, id, { reason: "a mistake in the plan" });
  await relay();
  await workflow.result();
  expect(await getExperiment(stage.database.db, id)).toMatchObject({
    endReason: "a mistake in the plan",
    endedBy: "erin",
  });
});

it("is not looked at while it is paused, and afterwards by those whose time no pause fell into", async () => {
  const { db } = stage.database;
  const { id, workflow } = await begin();
  const people = (count: number) => ({
    control: { people: count, clickEvery: 4, spend: (at: number) => (at % 3 === 0 ? 10 : 0) },
    treatment: { people: count, clickEvery: 4, spend: (at: number) => (at % 9 === 0 ? 10 : 0) },
  });
  await untilLook(id);
  await pauseExperiment(operationsOf(stage), stage.engineer, id, { reason: "the shop is down" });
  await relay();
  await untilPaused(workflow);
  await storeAudience(db, audience(id), people(300));
  await resumeExperiment(operationsOf(stage), stage.engineer, id, { reason: "it is back" });
  await relay();
  await storeAudience(db, audience(id), people(900));
  await workflow.result();
  expect(await getExperiment(db, id)).toMatchObject({ endReason: expect.stringMatching(/^spend fell/) });
  const [look] = (await listLooks(db, id)).slice(-1);
  expect(look?.analysis.counts.map(({ arm, units }) => [arm, units])).toEqual([
    ["control", 600],
    ["treatment", 600],
  ]);
  await expectNoTaskFailed(workflow);
});

it("is looked at again after its workflow was terminated in Temporal", async () => {
  const { id, workflow } = await begin();
  await untilLook(id);
  expect(await reviveExperiments(operationsOf(stage), 0)).toEqual({ revived: [], errors: [] });
  await workflow.terminate("by mistake");
  expect(await reviveExperiments(operationsOf(stage), 0)).toEqual({ revived: [id], errors: [] });
  await endExperiment(operationsOf(stage), stage.engineer, id, { reason: "enough" });
  await relay();
  await stage.temporal.workflow.getHandle(workflow.workflowId).result();
});
