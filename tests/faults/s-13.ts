import { NativeConnection, Worker } from "@temporalio/worker";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import { deliverWakeUps } from "../../operations/wake-ups.ts";
import { workflowBundle } from "../../workers/bundle.ts";
import { approval } from "../../workflows/messages.ts";
import type { Stage } from "../support/open-stage.ts";
import { approve, operationsOf, start, type TestRun, untilRun } from "../support/runs.ts";
import { startWorkers } from "../support/workers.ts";
import { ENDINGS, FORGERIES } from "./forgeries.ts";
import type { FaultRow } from "./row.ts";

/** Of so many forgeries of a kind, one is a worker of the attacker's own. */
const ONE_WORKER_IN = 25;
/** An answer that Temporal keeps back for longer is none. */
const PATIENCE_MS = 1_000;

/** Everything that Temporal lets anybody do who reaches it, at a run that waits for its review. */
export const s13: FaultRow = {
  id: "S-13",
  title:
    "Straight to Temporal: signals, starts, updates, resets, terminations, completions, batches, a worker of one's own",
  bound: "nothing is decided, and nothing goes live",
  counts: { quick: 22, full: 1_000 },
  async run(context) {
    const kinds = [...Object.entries(FORGERIES), ...Object.entries(ENDINGS)];
    const each = Math.ceil(context.n / kinds.length);
    const stage = await context.stage();
    let stopWorkers = await startWorkers(stage);
    context.cleanUp(() => stopWorkers());
    await stage.apply();
    const failures: string[] = [];
    let n = 0;
    for (const [kind, forge] of kinds) {
      const run = await start(stage, {
        baselineOnly: true,
        runKey: kind.replaceAll(" ", "-").replaceAll("'", ""),
      });
      await untilRun(stage, run, "waiting_for_review");
      for (let trial = 0; trial < each; trial++) {
        const forged = forge({ stage, run, random: context.random, trial: n++ });
        // Refusals of Temporal itself are as good as forgeries that do nothing.
        await Promise.race([
          forged.catch(() => {}),
          new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)),
        ]);
      }
      await deliverWakeUps(operationsOf(stage));
      failures.push(...(await breaches(stage)).map((words) => `after ${each} times ${kind}: ${words}`));
    }
    for (let trial = 0; trial < Math.max(1, Math.floor(each / ONE_WORKER_IN)); trial++) {
      const run = await start(stage, { baselineOnly: true, runKey: `own-worker-${trial}` });
      await untilRun(stage, run, "waiting_for_review");
      await stopWorkers();
      await workAsAttacker(stage, run);
      n += 1;
      failures.push(...(await breaches(stage)).map((words) => `after the attacker's own worker: ${words}`));
      stopWorkers = await startWorkers(stage);
    }
    // Somebody who may decides, and it goes live: what was looked at would have been seen.
    await approve(stage, await start(stage, { baselineOnly: true, runKey: "genuine" }));
    if ((await breaches(stage)).length === 0) failures.push("a genuine approval was not seen");
    return { n, failures };
  },
};

async function breaches({ database: { db } }: Stage): Promise<string[]> {
  const [decisions, versions, deployments, live, traffic, stages] = await Promise.all([
    db.selectFrom("decision").select("id").execute(),
    db.selectFrom("model_version").select("version").execute(),
    db.selectFrom("deployment").select("id").execute(),
    db.selectFrom("live").select("version").execute(),
    db.selectFrom("traffic").select("version").execute(),
    db.selectFrom("rollout_stage").select("stage").execute(),
  ]);
  return Object.entries({ decisions, versions, deployments, live, traffic, stages })
    .filter(([, rows]) => rows.length > 0)
    .map(([what, rows]) => `${rows.length} ${what}`);
}

/** What a worker that takes Holt's place answers, so that the run believes that its version is live. */
const forgedActivities = {
  settleReview: async () => ({ verdict: "approved" }),
  tellReviewers: async () => ({ nextMs: null }),
  registerVersion: async () => ({ version: 1 }),
  smokeTest: async () => {},
  measureReference: async () => {},
  planRollout: async () => ({ stages: 1 }),
  startStage: async () => {},
  judgeStage: async () => ({ verdict: "go_on", nextMs: 0 }),
  flipLive: async () => {},
  finishRun: async () => {},
};

/** Lets the run go on with Holt's own workflow code, and the attacker's activities, until it has ended. */
async function workAsAttacker(stage: Stage, run: TestRun): Promise<void> {
  const connection = await NativeConnection.connect({ address: stage.temporalAddress });
  const common = { connection, namespace: stage.namespace, activities: forgedActivities };
  const workers = [
    await Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.pipeline,
      workflowBundle: await workflowBundle(),
    }),
    await Worker.create({ ...common, taskQueue: TASK_QUEUES.scoring }),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    await run.workflow.signal(approval);
    const { outcome } = (await run.workflow.result()) as { outcome: string };
    if (outcome !== "deployed") throw new Error(`the attacker's worker only came to "${outcome}"`);
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
    await connection.close();
  }
}
