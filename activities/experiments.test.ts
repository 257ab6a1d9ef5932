/** Looks at an experiment, without a workflow around them. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type ExperimentInput, experimentSchema } from "../core/definition-experiment.ts";
import { freezePlan } from "../core/experiment-plan.ts";
import { openDatabase } from "../db/connection.ts";
import { writeGiven } from "../db/experiment-given.ts";
import { findWaitsFor, listLooks } from "../db/experiment-looks.ts";
import { listArmAnswers } from "../db/experiment-sums.ts";
import { startExperiment } from "../db/experiments.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { testDatabase } from "../tests/support/database.ts";
import { quickExperiment, storeAudience } from "../tests/support/experiments.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { experimentActivities } from "./experiments.ts";

/** An experiment of versions that were live, and looks at it with the worker's login. */
async function setUp(change: Partial<ExperimentInput> = {}) {
  const { db, url } = await testDatabase();
  for (const _ of [1, 2, 3]) await addLiveVersion(db);
  const { proof, personId } = await addTestPerson(db, "deployer");
  const frozen = freezePlan(experimentSchema.parse(quickExperiment(change)), {
    ...{ model: "shop", champion: 3, aliases: new Map() },
  });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  const id = await startExperiment(db, { proof, plan: frozen.plan, reason: "x" });
  const worker = openDatabase(asLogin(url, "worker"), { applicationName: "holt-test-worker" });
  const folder = await mkdtemp(join(tmpdir(), "holt-look-"));
  onTestFinished(async () => {
    await worker.close();
    await rm(folder, { recursive: true });
  });
  const artifacts = new ArtifactStore(folder);
  const { lookAtExperiment } = experimentActivities({ database: worker, ingest: worker, artifacts });
  const look = async () => {
    const next = await lookAtExperiment({ experimentId: id });
    return { next, last: (await listLooks(db, id)).at(-1) };
  };
  return { db, id, look, audience: { experimentId: id, model: "shop", reportedBy: personId } };
}

const ALIKE = { people: 900, clickEvery: 4, spend: (at: number) => (at % 3 === 0 ? 10 : 0) };

it("blocks, and names the cause, when one arm lost more of what servers gave than another, and keeps that", async () => {
  const { db, id, look, audience } = await setUp();
  await storeAudience(db, audience, { control: ALIKE, treatment: ALIKE });
  const sound = await look();
  expect(sound.last?.analysis.sampleRatio).toEqual({ isMismatch: false, p: 1, causes: [] });
  const days = await listArmAnswers(db, id);
  const write = (server: string, more: Record<string, number>, notKept = 0) =>
    writeGiven(db, server, [
      ...days.map(({ arm, day, answers }) => ({
        ...{ experiment: id, arm, day, answers: answers + (more[arm] ?? 0), notKept },
      })),
      { experiment: "gone-x1", arm: "control", day: "2026-11-30", answers: 1, notKept: 0 },
    ]);
  const server = randomUUID();
  await write(server, { control: 30, treatment: 30 });
  const alike = await look();
  expect(alike.last?.analysis.sampleRatio).toMatchObject({ isMismatch: false, loss: { isMismatch: false } });
  await write(server, { control: 0, treatment: 60 });
  const unlike = await look();
  expect(unlike.next).toMatchObject({ isEnded: false, waits: true });
  expect(unlike.last).toMatchObject({
    verdict: "go_on",
    reason: expect.stringMatching(
      /^the arms lost unequal shares of the answers that servers gave, so nothing can be read from them; likely because what servers kept never came to PostgreSQL .+ for 6.3 % in arm treatment and 0 % in arm control$/,
    ),
  });
  expect(unlike.last?.analysis.counts[1]?.given).toEqual({ answers: 960, recorded: 900, notKept: 0 });
  expect(await findWaitsFor(db, id)).toMatch(/^the arms lost unequal shares .+: find out why, then holt/);
  await write(server, {});
  expect((await look()).last?.analysis.sampleRatio.isMismatch).toBe(true);
});
