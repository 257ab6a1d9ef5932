/** Interactions and items that a live run built last: where serving and pages find a person's history and titles. */
import { type Kysely, sql } from "kysely";
import { dataTable } from "./data-tables.ts";
import type { Tables } from "./tables.ts";

export interface ServingTables {
  interactions: string | null;
  items: string | null;
}

/** The model's newest interactions and items tables; undefined when there is no such model. */
export async function findServingTables(
  db: Kysely<Tables>,
  model: string,
): Promise<ServingTables | undefined> {
  return db
    .selectFrom("model")
    .select(["interactions_table as interactions", "items_table as items"])
    .where("name", "=", model)
    .executeTakeFirst();
}

/**
 * Makes what a run built the tables that serving reads. Only a run of today counts (as of when it was opened, or
 * later), and only until a run that was opened later has built the same step; else nothing changes.
 */
export async function setServingTables(
  db: Kysely<Tables>,
  built: { runId: string; step: string; interactions?: string; items?: string },
): Promise<void> {
  await db
    .updateTable("model")
    .from("run as mine")
    .set({
      ...(built.interactions === undefined ? {} : { interactions_table: built.interactions }),
      ...(built.items === undefined ? {} : { items_table: built.items }),
    })
    .where("mine.id", "=", built.runId)
    .whereRef("model.name", "=", "mine.model")
    .whereRef("mine.as_of", ">=", "mine.opened_at")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("run as later")
            .innerJoin("step", "step.run_id", "later.id")
            .select("later.id")
            .whereRef("later.model", "=", "mine.model")
            .whereRef("later.opened_at", ">", "mine.opened_at")
            .whereRef("later.as_of", ">=", "later.opened_at")
            .where("step.name", "=", built.step)
            .where("step.state", "in", ["done", "reused"]),
        ),
      ),
    )
    .execute();
}

/**
 * Items of one person in the order in which they first had them (ties by item id), each once; empty for a stranger.
 * The same order that the training set has.
 */
export async function findHistory(
  db: Kysely<Tables>,
  interactionsTable: string,
  userId: string,
): Promise<string[]> {
  const { rows } = await sql<{ item_id: string }>`
    select item_id from ${dataTable(interactionsTable)}
    where user_id = ${userId}
    group by item_id
    order by min(event_time), item_id collate "C"`.execute(db);
  return rows.map((row) => row.item_id);
}

/** Titles of items by their ids; ids that aren't in the table are left out. */
export async function findTitles(
  db: Kysely<Tables>,
  itemsTable: string,
  itemIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ item_id: string; title: string }>`
    select item_id, title from ${dataTable(itemsTable)} where item_id = any(${[...itemIds]}::text[])`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.item_id, row.title]));
}

/** Ids of all items that may be recommended, in byte order. */
export async function listItemIds(db: Kysely<Tables>, itemsTable: string): Promise<string[]> {
  const { rows } = await sql<{ item_id: string }>`
    select item_id from ${dataTable(itemsTable)} order by item_id collate "C"`.execute(db);
  return rows.map((row) => row.item_id);
}
