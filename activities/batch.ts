/** A table scored as a whole: its input copied, everybody's list added, all of it shown in one go. */
import { activityInfo, cancellationSignal } from "@temporalio/activity";
import type { BatchState } from "../core/batch.ts";
import { NotAllowed } from "../core/errors.ts";
import * as batches from "../db/batches.ts";
import { cleanUp, publishBatch, showEarlier } from "./batch/publish.ts";
import { scoreBatch } from "./batch/score.ts";
import { stageBatch } from "./batch/stage.ts";
import type { ActivityContext } from "./context.ts";

export interface BatchRef {
  batchId: string;
}

export const batchActivities = (context: ActivityContext) => {
  const { db } = context.database;
  /**
   * Of the workflow that asks, since whoever reaches Temporal can start one with any batch's name.
   * @throws {NotFound} @throws {NotAllowed} it belongs to another workflow
   */
  const own = async ({ batchId }: BatchRef): Promise<batches.BatchRow> => {
    const batch = await batches.getBatch(db, batchId);
    const workflowId = activityInfo().workflowExecution?.workflowId;
    if (batch.workflow_id !== workflowId)
      throw new NotAllowed(
        `batch "${batchId}": belongs to workflow "${batch.workflow_id}", not "${workflowId}"; start batches with "holt batch"`,
      );
    return batch;
  };
  /** One that somebody ended meanwhile is left as it is. */
  const whileOpen = async (ref: BatchRef, work: (batch: batches.BatchRow) => Promise<unknown>) => {
    const batch = await own(ref);
    if (batch.finished_at === null) await work(batch);
  };
  return {
    /** The batch of a schedule's tick, for this workflow; null where there is nothing to score. */
    async openScheduledBatch({ model, tick }: { model: string; tick: string }): Promise<string | null> {
      const workflowId = String(activityInfo().workflowExecution?.workflowId);
      return batches.openScheduledBatch(db, { model, tick, workflowId });
    },

    /** Copies the input; before that, after a rollback, shows what this version wrote when it was live. @throws {InvalidInput} */
    async stageBatch(ref: BatchRef): Promise<void> {
      await whileOpen(ref, async (batch) => {
        const signal = cancellationSignal();
        if (batch.trigger === "deployment" && batch.staged_at === null)
          await showEarlier(context, batch, signal);
        await stageBatch(context, batch, signal);
      });
    },

    /** Adds everybody's list, and goes on where an attempt before ended. @throws {InvalidInput} @throws {BrokenPromise} */
    async scoreBatch(ref: BatchRef): Promise<void> {
      await whileOpen(ref, (batch) => scoreBatch(context, batch, cancellationSignal()));
    },

    /** Shows all of it under its name, and removes what is too old. */
    async publishBatch(ref: BatchRef): Promise<void> {
      await publishBatch(context, await own(ref), cancellationSignal());
    },

    /** Puts it before a person. */
    async needBatchAttention({
      error,
      ...ref
    }: BatchRef & { error: { code: string; message: string } }): Promise<void> {
      await whileOpen(ref, ({ id }) => batches.needAttention(db, id, error));
    },

    /** What stands in its row. */
    async readBatchState(ref: BatchRef): Promise<BatchState> {
      return (await own(ref)).state;
    },

    /** After its end by a person, a flip or Temporal: removes its rows. Whoever cancels it in Temporal ends it, too. */
    async endBatch(ref: BatchRef): Promise<void> {
      const { id } = await own(ref);
      await batches.endBatch(db, id, {
        state: "cancelled",
        message: "its workflow was cancelled in Temporal",
      });
      await cleanUp(db, await batches.getBatch(db, id));
    },
  };
};
