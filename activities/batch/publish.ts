import type { Kysely, Transaction } from "kysely";
import * as tables from "../../db/batch-tables.ts";
import * as batches from "../../db/batches.ts";
import { withSession } from "../../db/session.ts";
import type { Tables } from "../../db/tables.ts";
import { findLive, lockModel } from "../../db/versions.ts";
import { failpoint } from "../../store/failpoint.ts";
import type { ActivityContext } from "../context.ts";
import { writeFile } from "./write-file.ts";

/** Rows of so many batches with the same target stay, so that going back needs no scoring. */
const KEPT = 3;

/**
 * Shows a scored batch under its target's name, table or file, in one go; then drops what is too old. What a definition's
 * batch scored for a version that is live no more is not shown. A second call changes nothing.
 */
export async function publishBatch(
  context: ActivityContext,
  batch: batches.BatchRow,
  signal: AbortSignal,
): Promise<void> {
  const { db } = context.database;
  if (batch.finished_at !== null) return cleanUp(db, batch);
  await withSession(context.database, signal, (client) => tables.indexOutput(client, batch));
  const file = await writeFile(context, batch, signal);
  await db.transaction().execute(async (trx) => {
    await lockModel(trx, batch.model);
    const open = await batches.lockOpenBatch(trx, batch.id);
    if (!open) return; // somebody ended it
    if (await isOutdated(trx, open)) {
      await batches.endBatch(trx, batch.id, { state: "superseded" });
      return;
    }
    await failpoint("in batch swap");
    if (file) await file.show(trx);
    else await tables.showOutput(trx, open);
    await batches.endBatch(trx, batch.id, { state: "done" });
  });
  await file?.discard();
  await cleanUp(db, batch);
}

/**
 * Shows what an earlier batch of the same version wrote, if that is still there: until the table is scored anew after a
 * rollback, people have the lists of the version that is live.
 */
export async function showEarlier(
  context: ActivityContext,
  batch: batches.BatchRow,
  signal: AbortSignal,
): Promise<void> {
  const { db } = context.database;
  const earlier = await batches.findEarlierBatch(db, batch);
  if (!earlier) return;
  const file = await writeFile(context, earlier, signal);
  await db.transaction().execute(async (trx) => {
    await lockModel(trx, batch.model);
    const open = await batches.lockOpenBatch(trx, batch.id);
    if (!open || (await isOutdated(trx, open))) return;
    if (file) await file.show(trx);
    else await tables.showOutput(trx, earlier);
  });
  await file?.discard();
}

/** Removes what an ended batch needs no more. A second call changes nothing. */
export async function cleanUp(db: Kysely<Tables>, batch: batches.BatchRow): Promise<void> {
  const ended = await batches.getBatch(db, batch.id);
  if (ended.finished_at === null) return;
  await tables.dropInput(db, ended);
  for (const left of await batches.listLeftBatches(db, ended)) await drop(db, left);
  for (const old of await batches.listOldBatches(db, ended, KEPT)) await drop(db, old);
}

async function drop(db: Kysely<Tables>, batch: batches.BatchRow): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockModel(trx, batch.model);
    const { dropped_at } = await batches.getBatch(trx, batch.id);
    if (dropped_at !== null) return;
    await tables.dropInput(trx, batch);
    await tables.dropOutput(trx, batch);
    await trx.updateTable("batch").set({ dropped_at: new Date() }).where("id", "=", batch.id).execute();
  });
}

/** Asked under the lock that flips take. */
async function isOutdated(trx: Transaction<Tables>, batch: batches.BatchRow): Promise<boolean> {
  if (batch.trigger === "person") return false;
  return (await findLive(trx, batch.model))?.version !== batch.version;
}
