import { NativeConnection, Worker } from "@temporalio/worker";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import { getRun } from "../../db/runs.ts";
import { deliverWakeUps } from "../../operations/wake-ups.ts";
import { workflowBundle } from "../../workers/bundle.ts";
import { approval } from "../../workflows/messages.ts";
import type { Stage } from "../support/open-stage.ts";
import { approve, operationsOf, start, type TestRun, untilRun } from "../support/runs.ts";
import { startWorkers } from "../support/workers.ts";
import { CALL_COUNT, callActivities } from "./called-activities.ts";
import { ENDINGS, FORGERIES } from "./forgeries.ts";
import type { FaultRow } from "./row.ts";

/** Of so many forgeries of a kind, one is a worker of the attacker's own, and one its workflow before Holt's workers. */
const ONE_WORKER_IN = 25;
/** How runs end here by themselves: a newer one takes their place, or their workflow is gone. */
const HONEST = ["superseded", "failed"] as const;
/** An answer that Temporal keeps back for longer is none. */
const PATIENCE_MS = 1_000;

/** Everything that Temporal lets anybody do who reaches it, at a run that waits for its review. */
export const s13: FaultRow = {
  id: "S-13",
  title:
    "Straight to Temporal: signals, starts, updates, resets, terminations, completions, batches, a worker and a workflow of one's own",
  bound: "nothing is decided, nothing goes live, and no row says that somebody skipped, aborted or decided",
  counts: { quick: 20, full: 1_000 },
  async run(context) {
    const kinds = [...Object.entries(FORGERIES), ...Object.entries(ENDINGS)];
    const each = Math.ceil(context.n / kinds.length);
    const stage = await context.stage();
    let stopWorkers = await startWorkers(stage);
    context.cleanUp(() => stopWorkers());
    await stage.apply();
    const failures: string[] = [];
    let n = 0;
    let run: TestRun | undefined;
    for (const [kind, forge] of kinds) {
      run = await waitingRun(stage, run);
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
      const run = await waitingRun(stage);
      await stopWorkers();
      await workAsAttacker(stage, run);
      n += 1;
      failures.push(...(await breaches(stage)).map((words) => `after the attacker's own worker: ${words}`));
      stopWorkers = await startWorkers(stage);
      failures.push(...(await callActivities(stage, run)));
      n += CALL_COUNT;
      failures.push(...(await breaches(stage)).map((words) => `after forged calls: ${words}`));
    }
    // Somebody who may decides, and it goes live: what was looked at would have been seen.
    await approve(stage, await start(stage, { baselineOnly: true, runKey: "genuine" }));
    if ((await breaches(stage)).length === 0) failures.push("a genuine approval was not seen");
    return { n, failures };
  },
};

/** The run of before while it still waits for its review, in Temporal too; else another. */
async function waitingRun(stage: Stage, before?: TestRun): Promise<TestRun> {
  if (before) {
    const { state } = await getRun(stage.database.db, before.runId);
    const { status } = await before.workflow.describe();
    if (state === "waiting_for_review" && status.name === "RUNNING") return before;
  }
  const run = await start(stage, { baselineOnly: true });
  await untilRun(stage, run, "waiting_for_review");
  return run;
}

async function breaches({ database: { db } }: Stage): Promise<string[]> {
  const open = db.selectFrom("run").select("id").where("outcome", "is", null);
  const [decisions, versions, deployments, live, traffic, stages, answers, skipped, ends] = await Promise.all(
    [
      db.selectFrom("decision").select("id").execute(),
      db.selectFrom("model_version").select("version").execute(),
      db.selectFrom("deployment").select("id").execute(),
      db.selectFrom("live").select("version").execute(),
      db.selectFrom("traffic").select("version").execute(),
      db.selectFrom("rollout_stage").select("stage").execute(),
      db.selectFrom("step_answer").select("id").execute(),
      db
        .selectFrom("step")
        .select("name")
        .where("state", "=", "skipped")
        .where("run_id", "in", open)
        .execute(),
      db.selectFrom("run").select("id").where("outcome", "not in", HONEST).execute(),
    ],
  );
  return Object.entries({
    ...{ decisions, versions, deployments, live, traffic, stages, answers },
    ...{ "steps skipped": skipped, "ends that nobody brought about": ends },
  })
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
  lookAtFreeze: async () => ({ waitMs: 0 }),
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
