import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from "@temporalio/client";
import type { Kysely } from "kysely";
import { TASK_QUEUES } from "../core/task-queues.ts";
import type { Tables } from "../db/tables.ts";
import { findRunOfWorkflow } from "../db/views/runs.ts";
import * as wakeUps from "../db/wake-ups.ts";
import type { OperationsContext } from "./context.ts";
import { withDeadline } from "./temporal.ts";

/** Names of workflows/messages.ts; a test holds the two together, since operations may not import workflows. */
export const SIGNALS = { approval: "approval", stepAnswered: "stepAnswered" } as const;
/** Not a signal: the run's workflow is to be started. Kept in the same table, so that a run outlives Temporal's absence. */
export const START = "start";

/** A person waits for the answer to their decision, which stands already. */
const SEND_TIMEOUT_MS = 3_000;
/** Most wake-ups of one round of the relay. */
const ROUND = 200;

/**
 * Sends what waits, or only the ones named. One whose workflow has ended has nobody to wake, and counts as sent.
 * @returns how many were sent, and the errors of those that wait on
 */
export async function deliverWakeUps(
  context: OperationsContext,
  ids?: readonly string[],
): Promise<{ delivered: number; errors: Error[] }> {
  const { temporal } = context;
  if (!temporal) return { delivered: 0, errors: [] };
  const errors: Error[] = [];
  let delivered = 0;
  for (const id of ids ?? (await wakeUps.listOpenWakeUps(context.database.db, ROUND))) {
    try {
      if (await deliver(context, temporal, id)) delivered++;
    } catch (error) {
      errors.push(error as Error);
      if (isOutOfReach(error)) break; // the next would wait as long, for nothing
    }
  }
  return { delivered, errors };
}

/** After the commit of a decision, answer or start: sends its wake-up now if Temporal is there, else leaves it. */
export async function wakeNow(context: OperationsContext, id: string): Promise<void> {
  try {
    const { errors } = await deliverWakeUps(context, [id]);
    for (const error of errors) context.onDelay?.(error);
  } catch (error) {
    context.onDelay?.(error as Error);
  }
}

/** The row stays locked while it is sent, so that two relays don't send it twice. */
function deliver(context: OperationsContext, temporal: Client, id: string): Promise<boolean> {
  return context.database.db.transaction().execute(async (trx) => {
    const wakeUp = await wakeUps.lockWakeUp(trx, id);
    if (!wakeUp) return false;
    const send = () =>
      wakeUp.signal === START
        ? startLifecycle(trx, temporal, wakeUp.workflow_id)
        : signal(temporal, wakeUp.workflow_id, wakeUp.signal);
    await withDeadline(temporal, send, SEND_TIMEOUT_MS);
    await wakeUps.markDelivered(trx, id);
    return true;
  });
}

async function signal(temporal: Client, workflowId: string, name: string): Promise<void> {
  await temporal.workflow
    .getHandle(workflowId)
    .signal(name)
    .catch((error) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
}

async function startLifecycle(db: Kysely<Tables>, temporal: Client, workflowId: string): Promise<void> {
  const run = await findRunOfWorkflow(db, workflowId);
  if (!run || run.finished_at) return;
  await temporal.workflow
    .start("lifecycle", {
      workflowId,
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ runId: run.id }],
      workflowIdReusePolicy: "REJECT_DUPLICATE",
      workflowIdConflictPolicy: "USE_EXISTING",
    })
    .catch((error) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
}

/** gRPC's codes for a server that doesn't answer: 4 DEADLINE_EXCEEDED, 14 UNAVAILABLE. */
function isOutOfReach(error: unknown): boolean {
  const cause = (error as Error).cause ?? error;
  return !isGrpcServiceError(cause) || cause.code === 4 || cause.code === 14;
}
