/**
 * kill -9 of the worker at every step, while it works and after it has committed: the run ends as an undisturbed one.
 * Each chain is one run whose worker is killed again and again; the chains run side by side, since most of their time
 * is Temporal's heartbeat timeout.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getRun } from "../../db/runs.ts";
import { listSteps } from "../../db/steps.ts";
import { digestsOf } from "../support/digests.ts";
import { eventsOf, expectNoTaskFailed } from "../support/history.ts";
import { approve, decideRun, start, type TestRun, untilRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { spawnWorker, type WorkerProcess } from "../support/workers.ts";

/** Not a failpoint: the run waits for its review, and nobody works. */
const IN_REVIEW = "in review";

const CHAINS: Record<string, string[]> = {
  "while steps of the first half work": [
    "after openRun",
    "running ingest:ratings",
    "running feature:items",
    "running split",
    "running train:popularity",
    "running evaluate:popularity",
    "running choose",
    IN_REVIEW,
  ],
  "while steps of the second half work": [
    "running ingest:titles",
    "running feature:interactions",
    "running train:similar",
    "running evaluate:similar",
    "running qa",
    "before settleReview",
    "after registerVersion",
    "before flipLive",
  ],
  "while the user's own step, the costly candidate and the deployment's parts work": [
    "running step:every_rating_has_a_title",
    "running train:als",
    "running evaluate:als",
    "after readChoice",
    "before openReview",
    "before smokeTest",
    "before measureReference",
    "after flipLive",
  ],
  "after steps have committed, before Temporal knows": [
    "after ingest:ratings",
    "after feature:interactions",
    "after train:als",
    "after evaluate:als",
    "after qa",
    "after openReview",
    "after settleReview",
    "after finishRun",
  ],
};

let undisturbed: Awaited<ReturnType<typeof digestsOf>>;
const stages: Stage[] = [];

beforeAll(async () => {
  const stage = await newStage();
  const worker = spawnWorker(stage);
  const run = await start(stage, { runKey: "run" });
  await approve(stage, run);
  undisturbed = await digestsOf(stage.database.db, run.runId);
  expect(await worker.stop()).toBe(0);
});
afterAll(async () => {
  for (const stage of stages) await stage.close();
});

async function newStage(): Promise<Stage> {
  const stage = await openStage();
  stages.push(stage);
  await stage.apply();
  return stage;
}

/** What is done and when it was: none of it may be done again. */
async function doneSteps(stage: Stage, { runId }: TestRun) {
  const steps = await listSteps(stage.database.db, runId);
  return steps
    .filter(({ state }) => state === "done")
    .map(({ name, finished_at, attempt }) => ({ name, finished_at, attempt }));
}

async function killAt(stage: Stage, run: TestRun, worker: WorkerProcess, point: string): Promise<void> {
  if (point === IN_REVIEW) await untilRun(stage, run, "waiting_for_review");
  else await worker.says({ failpoint: point });
  await worker.kill();
  if (point === IN_REVIEW) await decideRun(stage, run, "approve");
}

/** Decides as soon as there is something to decide, whether or not a worker lives. */
async function approveInTime(stage: Stage, run: TestRun): Promise<void> {
  await untilRun(stage, run, "waiting_for_review");
  await decideRun(stage, run, "approve");
}

describe.concurrent("a worker that is killed", () => {
  it.each(Object.entries(CHAINS))(
    "%s: the run ends as if nothing had happened",
    { timeout: 240_000 },
    async (_, points) => {
      const stage = await newStage();
      const run = await start(stage, { runKey: "run" });
      const approved = points.includes(IN_REVIEW) ? undefined : approveInTime(stage, run);
      const done = [];
      for (const point of points) {
        const worker = spawnWorker(stage, [point]);
        await killAt(stage, run, worker, point);
        done.push(...(await doneSteps(stage, run)));
      }
      const worker = spawnWorker(stage);
      await approved;
      expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
      expect(await worker.stop()).toBe(0);

      expect(await digestsOf(stage.database.db, run.runId)).toEqual(undisturbed);
      expect(await getRun(stage.database.db, run.runId)).toMatchObject({ outcome: "deployed" });
      expect(await doneSteps(stage, run)).toEqual(expect.arrayContaining(done));
      const events = await eventsOf(run.workflow);
      expect(events.length).toBeLessThan(300);
      await expectNoTaskFailed(run.workflow);
    },
  );
});
