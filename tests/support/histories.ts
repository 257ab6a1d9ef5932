import type { TestDatabase } from "./database-at.ts";

/** Interactions as a run leaves them, and the model that points there. */
export async function addHistories(
  { db, pool }: TestDatabase,
  of: Record<string, readonly string[]>,
): Promise<void> {
  await pool.query("create table data.feature_sold (user_id text, item_id text, event_time timestamptz)");
  for (const [user, items] of Object.entries(of))
    for (const [at, item] of items.entries())
      await pool.query("insert into data.feature_sold values ($1, $2, to_timestamp($3))", [user, item, at]);
  await db.updateTable("model").set({ interactions_table: "feature_sold" }).execute();
}
