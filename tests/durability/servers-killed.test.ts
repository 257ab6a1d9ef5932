/** kill -9 of PostgreSQL and of Temporal, during training and during the review, restarted on the same data. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listDecisions } from "../../db/decisions.ts";
import { deliverWakeUps } from "../../operations/wake-ups.ts";
import { digestsOf } from "../support/digests.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { openStageWithServers, type StageWithServers } from "../support/own-servers.ts";
import { isAlive, trainingProcess } from "../support/processes.ts";
import { decideRun, operationsOf, start, untilRun } from "../support/runs.ts";
import { spawnWorker, type WorkerProcess } from "../support/workers.ts";

/** Takes a second or more, so that a server can be killed meanwhile. */
const SLOW = { candidates: { slow: { trainer: "als", factors: 128, iterations: 10 } } } as const;
/** How long a server is away. */
const AWAY_MS = 2_000;

let stage: StageWithServers;
let worker: WorkerProcess;
let undisturbed: Awaited<ReturnType<typeof digestsOf>>["steps"];

beforeAll(async () => {
  stage = await openStageWithServers();
  await stage.apply(SLOW);
  worker = spawnWorker(stage);
  await worker.says({ ready: true });
  const run = await start(stage, { runKey: "undisturbed" });
  await untilRun(stage, run, "waiting_for_review");
  undisturbed = (await digestsOf(stage.database.db, run.runId)).steps;
  await decideRun(stage, run, "reject", "only to compare with");
  await run.workflow.result();
});
afterAll(async () => {
  expect(await worker.stop()).toBe(0);
  await stage.close();
});

async function blink(server: "PostgreSQL" | "Temporal"): Promise<void> {
  await stage.killServer(server);
  await sleep(AWAY_MS);
  await stage.restartServer(server);
}

it.each(["PostgreSQL", "Temporal"] as const)(
  "goes on when %s is killed during training, with the same result and the same worker",
  async (server) => {
    const run = await start(stage, { runKey: `train-${server.toLowerCase()}`, fresh: true });
    await trainingProcess(worker.pid);
    await blink(server);
    await untilRun(stage, run, "waiting_for_review");
    const { steps } = await digestsOf(stage.database.db, run.runId);
    for (const step of ["split", "train:slow", "evaluate:slow", "choose", "qa"])
      expect(steps[step]?.detail).toEqual(undisturbed[step]?.detail);
    expect(await isAlive(worker.pid)).toBe(true);
    await decideRun(stage, run, "reject", "only to see it end");
    expect(await run.workflow.result()).toEqual({ outcome: "rejected" });
    await expectNoTaskFailed(run.workflow);
  },
);

it("keeps an open review when PostgreSQL is killed, and takes the decision afterwards", async () => {
  const run = await start(stage, { runKey: "review-postgresql" });
  await untilRun(stage, run, "waiting_for_review");
  await blink("PostgreSQL");
  await decideRun(stage, run, "reject", "not now");
  expect(await run.workflow.result()).toEqual({ outcome: "rejected" });
  await expectNoTaskFailed(run.workflow);
});

it("takes a decision while Temporal is dead, and deploys once when it is back", async () => {
  const { db } = stage.database;
  const run = await start(stage, { runKey: "review-temporal" });
  await untilRun(stage, run, "waiting_for_review");
  await stage.killServer("Temporal");
  await decideRun(stage, run, "approve");
  expect(await listDecisions(db, run.runId)).toMatchObject([{ verdict: "approve" }]);
  await stage.restartServer("Temporal");
  await deliverWakeUps(operationsOf(stage)); // what the server's relay does
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
  expect((await digestsOf(db, run.runId)).deployments).toEqual([
    { version: 1, previous_version: null, fence: 1, kind: "deploy" },
  ]);
  await expectNoTaskFailed(run.workflow);
});

it("starts a run that was opened while Temporal was dead", async () => {
  await stage.killServer("Temporal");
  const run = await start(stage, { runKey: "opened-alone", baselineOnly: true });
  await stage.restartServer("Temporal");
  await deliverWakeUps(operationsOf(stage));
  await run.workflow.result();
  await expectNoTaskFailed(run.workflow);
});
