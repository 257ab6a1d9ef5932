import type { Client } from "@temporalio/client";
import type { Kysely, Transaction } from "kysely";
import { Conflict } from "../core/errors.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { findBatchOfWorkflow } from "../db/batches.ts";
import { isConnectionLost } from "../db/connection-lost.ts";
import { endLostRun } from "../db/end-run.ts";
import { findOpenExperimentOfWorkflow } from "../db/experiments.ts";
import { getRun } from "../db/runs.ts";
import type { RunRow } from "../db/steps.ts";
import type { Tables } from "../db/tables.ts";
import { findRunOfWorkflow } from "../db/views/runs.ts";
import * as wakeUps from "../db/wake-ups.ts";
import type { OperationsContext } from "./context.ts";
import { findFate } from "./lost-runs.ts";
import { checkTemporal, loadTemporal, withDeadline } from "./temporal.ts";

/** Names of workflows/messages.ts; a test holds the two together, since operations may not import workflows. */
export const SIGNALS = {
  approval: "approval",
  stepAnswered: "stepAnswered",
  rolloutAnswered: "rolloutAnswered",
  batchAnswered: "batchAnswered",
  experimentChanged: "experimentChanged",
} as const;
/** Not a signal: the workflow of a run, batch or experiment is to be started. Kept in the same table, so that a run outlives Temporal's absence. */
const START = "start";
/** The same: the run was aborted, and its workflow is to be cancelled. */
const CANCEL = "cancel";

/** A person waits for the answer to their decision, which stands already. */
const SEND_TIMEOUT_MS = 3_000;
/** Most wake-ups of one round of the relay. */
const ROUND = 200;

export interface Delivered {
  /** How many were sent. */
  delivered: number;
  /** Why those that wait on could not be sent. */
  errors: Error[];
  /** Runs that ended, since their workflow was found to be gone. */
  lost: RunRow[];
}

/**
 * Sends what waits, or only the ones named. One whose workflow has ended has nobody to wake, and counts as sent; if its
 * run was still open, that run ends. One that cannot be sent holds up no other while Temporal and PostgreSQL answer.
 */
export async function deliverWakeUps(
  context: OperationsContext,
  ids?: readonly string[],
): Promise<Delivered> {
  const { temporal } = context;
  const done: Delivered = { delivered: 0, errors: [], lost: [] };
  if (!temporal) return done;
  const waiting = ids ?? (await wakeUps.listOpenWakeUps(context.database.db, ROUND));
  for (const [at, id] of waiting.entries()) {
    try {
      const sent = await deliver(context, temporal, id);
      if (sent) done.delivered++;
      if (sent?.lost) done.lost.push(sent.lost);
    } catch (error) {
      done.errors.push(error as Error);
      // the next would wait as long, for nothing
      if (at + 1 < waiting.length && (isConnectionLost(error) || !(await answers(temporal)))) break;
    }
  }
  return done;
}

/**
 * After the commit of a decision, answer or start: sends its wake-up now if Temporal is there, else leaves it.
 * @throws {Conflict} the run's workflow is gone, so that the run has failed and nothing follows from what was said
 */
export async function wakeNow(context: OperationsContext, id: string): Promise<void> {
  const { errors, lost } = await deliverWakeUps(context, [id]).catch((error: Error) => ({
    errors: [error],
    lost: [],
  }));
  for (const error of errors) context.onDelay?.(error);
  for (const run of lost)
    if (run.outcome === "failed")
      throw new Conflict(
        `run "${run.id}": what you said is kept, but the run has failed: ${run.outcome_reason}`,
      );
}

/** The row stays locked while it is sent, so that two relays don't send it twice; undefined when it was sent before. */
function deliver(
  context: OperationsContext,
  temporal: Client,
  id: string,
): Promise<{ lost: RunRow | undefined } | undefined> {
  return context.database.db.transaction().execute(async (trx) => {
    const wakeUp = await wakeUps.lockWakeUp(trx, id);
    if (!wakeUp) return undefined;
    const send = () => sendOne(trx, temporal, wakeUp);
    const lost = await withDeadline(temporal, send, SEND_TIMEOUT_MS);
    await wakeUps.markDelivered(trx, id);
    return { lost };
  });
}

/** @returns the run, if it ended because nobody was there to wake */
async function sendOne(
  trx: Transaction<Tables>,
  temporal: Client,
  { workflow_id, signal }: wakeUps.WakeUpRow,
): Promise<RunRow | undefined> {
  if (signal === START) {
    await startWorkflow(trx, temporal, workflow_id);
    return undefined;
  }
  const workflow = temporal.workflow.getHandle(workflow_id);
  try {
    if (signal === CANCEL) await workflow.cancel();
    else await workflow.signal(signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof loadTemporal().WorkflowNotFoundError)) throw error;
    const fate = await findFate(temporal, workflow_id);
    if (!fate) throw error; // started again meanwhile; the next round wakes it
    const run = await findRunOfWorkflow(trx, workflow_id);
    return run && (await endLostRun(trx, run.id, fate)) ? getRun(trx, run.id) : undefined;
  }
}

async function startWorkflow(db: Kysely<Tables>, temporal: Client, workflowId: string): Promise<void> {
  const start = await whatToStart(db, workflowId);
  if (!start) return;
  await temporal.workflow
    .start(start.type, {
      workflowId,
      taskQueue: TASK_QUEUES.pipeline,
      args: [start.input],
      workflowIdReusePolicy: "REJECT_DUPLICATE",
      workflowIdConflictPolicy: "USE_EXISTING",
    })
    .catch((error) => {
      if (!(error instanceof loadTemporal().WorkflowExecutionAlreadyStartedError)) throw error;
    });
}

/** Undefined for what has ended, or is nobody's. */
async function whatToStart(
  db: Kysely<Tables>,
  workflowId: string,
): Promise<{ type: "lifecycle" | "batch" | "experiment"; input: object } | undefined> {
  const run = await findRunOfWorkflow(db, workflowId);
  if (run) return run.finished_at ? undefined : { type: "lifecycle", input: { runId: run.id } };
  const batch = await findBatchOfWorkflow(db, workflowId);
  if (batch) return batch.finished_at ? undefined : { type: "batch", input: { batchId: batch.id } };
  const experimentId = await findOpenExperimentOfWorkflow(db, workflowId);
  return experimentId === undefined ? undefined : { type: "experiment", input: { experimentId } };
}

function answers(temporal: Client): Promise<boolean> {
  return checkTemporal(temporal).then(
    () => true,
    () => false,
  );
}
