/**
 * kill -9 of the worker in every step: before, in the middle of, and at the end of its work, and after it has committed.
 * The run ends as an undisturbed one, and nothing else is left or done twice.
 * Each chain is one run whose worker is killed again and again; the chains run side by side, since most of their time
 * is Temporal's heartbeat timeout.
 */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { getRun } from "../../db/runs.ts";
import { listSteps } from "../../db/steps.ts";
import { digestsOf } from "../support/digests.ts";
import { eventsOf, expectNoTaskFailed } from "../support/history.ts";
import { approve, decideRun, start, type TestRun, untilRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { spawnWorker, startWorkers, type WorkerProcess } from "../support/workers.ts";

/** Not a failpoint: the run waits for its review, and nobody works. */
const IN_REVIEW = "in review";
const TIMEOUT_MS = 300_000;

/**
 * Points of store/failpoint.ts. Each comes after the one before it because its step needs that one's, or a worker could
 * be past it before the kill arrives. A step is killed 4 times at most: it has 5 attempts.
 */
const CHAINS: Record<string, string[]> = {
  "while files are copied, and in the middle of the first steps' work": [
    "after openRun",
    "in copy",
    "in build of items",
    "in split",
    "running train:popularity",
    "in evaluate:popularity",
    "running choose",
    IN_REVIEW,
  ],
  "while snapshots wait to be swapped in, and in the middle of the later steps' work": [
    "before swap of ratings",
    "in build of interactions",
    "running train:similar",
    "in evaluate:similar",
    "in qa",
    "before settleReview",
    "after registerVersion",
    "in flip",
  ],
  "within a snapshot's swap, and while the costly candidate and the deployment's parts work": [
    "in swap of ratings",
    "running train:als",
    "in evaluate:als",
    "after readChoice",
    "before openReview",
    "before smokeTest",
    "before measureReference",
    "after flipLive",
  ],
  "when a snapshot or report is committed and its step isn't, and in the user's own step": [
    "after swap of ratings",
    "in steps.every_rating_has_a_title.sql",
    "ending choose",
    "after report in qa",
    "after openReview",
    "before registerVersion",
    "before flipLive",
  ],
  "at the end of steps, and after they have committed, before Temporal knows": [
    "in swap of titles",
    "after build of items",
    "after split",
    "ending train:similar",
    "after evaluate:similar",
    "after qa",
    "after settleReview",
    "after finishRun",
  ],
};

let undisturbed: Awaited<ReturnType<typeof whatIsLeft>>;
const stages: Stage[] = [];

beforeAll(async () => {
  const stage = await newStage();
  const stopWorkers = await startWorkers(stage);
  const run = await start(stage, { runKey: "run" });
  await approve(stage, run);
  undisturbed = await whatIsLeft(stage, run);
  expect(undisturbed.deployments).toHaveLength(1);
  expect(undisturbed.audit.filter((action) => action === "deploy")).toHaveLength(1);
  await stopWorkers();
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

/** Digests, and all else that would tell of work done twice or left half done: tables of data, rows, the audit log. */
async function whatIsLeft({ database: { db } }: Stage, { runId }: TestRun) {
  const inData = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'data'::regnamespace and relkind <> 'i' order by 1`.execute(db);
  const audit = await db.selectFrom("audit").select("action").orderBy("action").execute();
  const counts: Record<string, number> = {};
  for (const table of [
    "snapshot",
    "feature_table",
    "step_result",
    "release",
    "qa_report",
    "model_version",
  ] as const)
    counts[table] = (await db.selectFrom(table).selectAll().execute()).length;
  return {
    ...(await digestsOf(db, runId)),
    inData: inData.rows.map(({ name }) => name),
    audit: audit.map(({ action }) => action),
    counts,
  };
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
  const isOpen = async () => (await getRun(stage.database.db, run.runId)).state === "waiting_for_review";
  await vi.waitUntil(isOpen, { timeout: TIMEOUT_MS, interval: 50 }); // many a killed worker later
  await decideRun(stage, run, "approve");
}

describe.concurrent("a worker that is killed", () => {
  it.each(Object.entries(CHAINS))(
    "%s: the run ends as if nothing had happened",
    { timeout: TIMEOUT_MS },
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
      const stopWorkers = await startWorkers(stage);
      await approved;
      expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
      await stopWorkers();

      expect(await whatIsLeft(stage, run)).toEqual(undisturbed);
      expect(await getRun(stage.database.db, run.runId)).toMatchObject({ outcome: "deployed" });
      expect(await doneSteps(stage, run)).toEqual(expect.arrayContaining(done));
      const events = await eventsOf(run.workflow);
      expect(events.length).toBeLessThan(300);
      await expectNoTaskFailed(run.workflow);
    },
  );
});
