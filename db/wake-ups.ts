/** Signals that must reach a workflow: the functions write them with the row that has the authority; sent afterwards. */
import type { Kysely, Selectable, Transaction } from "kysely";
import type { Tables, WakeUpTable } from "./tables.ts";

export type WakeUpRow = Selectable<WakeUpTable>;

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
