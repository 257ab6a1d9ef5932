import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import { getReview } from "../../db/reviews.ts";
import { getRun } from "../../db/runs.ts";
import type { Tables } from "../../db/tables.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { startRun } from "../../operations/start-run.ts";
import { deliverWakeUps } from "../../operations/wake-ups.ts";
import { approval } from "../../workflows/messages.ts";
import type { Stage } from "../support/open-stage.ts";
import { addTestPerson } from "../support/reviewed-run.ts";
import { addOpenReview } from "../support/shop.ts";
import { until } from "../support/until.ts";
import { startWorkers } from "../support/workers.ts";
import { Random } from "./random.ts";
import { disagreements, ENDS, type End, endOf, race } from "./review-ends.ts";
import type { FaultContext, FaultRow } from "./row.ts";

/** Of this many races one is against a whole run's own timer, with real workers. */
const ONE_WORKFLOW_IN = 100;
const SESSIONS = 3;
/** Long enough that the contenders are ready before it. */
const DEADLINE = "2 s";

const OUTCOMES = {
  approved: "deployed",
  rejected: "rejected",
  expired: "expired",
  superseded: "superseded",
} as const;

/** Approval, rejection, deadline and a newer run meet within 5 ms. */
export const r15: FaultRow = {
  id: "R-15",
  title: "Approve, reject, expire and supersede within 5 ms",
  bound: "one end, the same in row, decisions, audit log, page and the workflow's outcome",
  counts: { quick: 90, full: 5_000 },
  async run(context) {
    const inWorkflows = Math.ceil(context.n / ONE_WORKFLOW_IN);
    const ends = new Map<End, number>();
    const failures = [
      ...(await raceRows(context, context.n - inWorkflows, ends)),
      ...(await raceWorkflows(context, inWorkflows, ends)),
    ];
    // A race that always ends alike is none.
    const never = ENDS.filter((end) => !ends.has(end));
    failures.push(...never.map((end) => `no race of ${context.n} ended as ${end}`));
    return { n: context.n, failures };
  },
};

/** On rows alone, as the activities and doors call it. */
async function raceRows(context: FaultContext, count: number, ends: Map<End, number>): Promise<string[]> {
  const { db } = await context.database();
  const [approver, rejecter] = [await addTestPerson(db), await addTestPerson(db)];
  const failures: string[] = [];
  let last = "";
  const work = async (session: number) => {
    for (let trial = session; trial < count; trial += SESSIONS) {
      const random = new Random(context.seed * 1_000_003 + trial);
      const run = await addOpenReview(db, { model: `m${session}` });
      await race(db, run, { random, approver, rejecter });
      const end = await endOf(db, run.runId);
      ends.set(end, (ends.get(end) ?? 0) + 1);
      failures.push(...(await disagreements(db, run.runId, end)));
      last = run.runId;
    }
  };
  await Promise.all(Array.from({ length: SESSIONS }, (_, session) => work(session)));
  return [...failures, ...(await seesBreach(db, last))];
}

/** An end that somebody adds by hand must be found, or the comparison sees nothing. */
async function seesBreach(db: Kysely<Tables>, runId: string): Promise<string[]> {
  const { model } = await getRun(db, runId);
  const added = { action: "expire", model, subject: `run ${runId}` };
  await db.insertInto("audit").values([added, added]).execute();
  const found = await disagreements(db, runId, await endOf(db, runId));
  return found.length > 0 ? [] : ["a second end in the audit log was not found"];
}

/** Whole runs: the deadline is the workflow's own timer, and its outcome must be the end, too. */
async function raceWorkflows(
  context: FaultContext,
  count: number,
  ends: Map<End, number>,
): Promise<string[]> {
  const stage = await context.stage();
  const stopWorkers = await startWorkers(stage);
  context.cleanUp(stopWorkers);
  const { db } = stage.database;
  const [approver, rejecter] = [await addTestPerson(db), await addTestPerson(db)];
  const failures: string[] = [];
  for (let trial = 0; trial < count; trial++) {
    const random = new Random(context.seed * 1_000_003 - 1 - trial);
    const model = `shelf${trial}`;
    await stage.apply({ name: model, review: { expiresAfter: DEADLINE } });
    const { runId, workflow } = await startWaiting(stage, model);
    const { expires_at } = await getReview(db, runId);
    const { releaseDigest, reportDigest } = await getReviewDetail(db, runId);
    await sleep(Math.max(0, expires_at.getTime() - Date.now() - random.below(5)));
    const run = { runId, model, releaseDigest, reportDigest };
    await race(db, run, { random, approver, rejecter, deadlineIsSet: true });
    const end = await endOf(db, runId);
    ends.set(end, (ends.get(end) ?? 0) + 1);
    await deliverWakeUps({ database: stage.database, temporal: stage.temporal });
    await workflow.signal(approval).catch(() => {}); // it may have ended by its timer
    const { outcome } = (await workflow.result()) as { outcome: string };
    const row = await getRun(db, runId);
    failures.push(...(await disagreements(db, runId, end)));
    for (const [where, told] of [
      ["workflow", outcome],
      ["run", row.outcome],
    ])
      if (told !== OUTCOMES[end]) failures.push(`run "${runId}" is ${end}, but its ${where}: ${told}`);
  }
  return failures;
}

async function startWaiting(stage: Stage, model: string) {
  const { database, temporal, engineer } = stage;
  const wanted = { model, runKey: "race", baselineOnly: true, fresh: false };
  const { runId, workflowId } = await startRun({ database, temporal }, engineer, wanted);
  await until(`run "${runId}" at its review`, async () => {
    const { state, outcome } = await getRun(database.db, runId);
    if (outcome) throw new Error(`run "${runId}": ended before the race: ${outcome}`);
    return state === "waiting_for_review";
  });
  return { runId, workflow: temporal.workflow.getHandle(workflowId) };
}
