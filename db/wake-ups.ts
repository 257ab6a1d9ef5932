/** Signals that must reach a workflow: written with the row that has the authority, sent afterwards. */
import type { Kysely, Selectable, Transaction } from "kysely";
import type { Tables, WakeUpTable } from "./tables.ts";

export type WakeUpRow = Selectable<WakeUpTable>;

/** Call it in the transaction of what the workflow is woken for. */
export async function addWakeUp(
  trx: Transaction<Tables>,
  wakeUp: { workflowId: string; signal: string },
): Promise<string> {
  const { id } = await trx
    .insertInto("wake_up")
    .values({ workflow_id: wakeUp.workflowId, signal: wakeUp.signal })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Ids of what waits to be sent, the oldest first. */
export async function listOpenWakeUps(db: Kysely<Tables>, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom("wake_up")
    .select("id")
    .where("delivered_at", "is", null)
    .orderBy("created_at")
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Locks one that waits; undefined when it was sent, or another relay is about to send it. */
export function lockWakeUp(trx: Transaction<Tables>, id: string): Promise<WakeUpRow | undefined> {
  return trx
    .selectFrom("wake_up")
    .selectAll()
    .where("id", "=", id)
    .where("delivered_at", "is", null)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

export async function markDelivered(trx: Transaction<Tables>, id: string): Promise<void> {
  await trx.updateTable("wake_up").set({ delivered_at: new Date() }).where("id", "=", id).execute();
}
