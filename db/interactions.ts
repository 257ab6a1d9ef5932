/** Interactions and items that a live run built last: where serving and pages find a person's history and titles. */
import { type Kysely, sql } from "kysely";
import type pg from "pg";
import type { StepRef } from "../core/steps.ts";
import { sha256 } from "../store/digest.ts";
import { dataTable, dataTableText } from "./data-tables.ts";
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
 * Makes the feature table that a finished step left the one that serving reads, if it is the model's interactions or
 * items. Only a run of today counts (as of when it was opened, or later), and only until a run that was opened later has
 * finished the same step; else nothing changes.
 */
export async function showToServing(db: Kysely<Tables>, ref: StepRef): Promise<void> {
  await sql`
    update model set
      interactions_table = case when mine.step = 'feature:' || mine.interactions then mine.table_name
        else interactions_table end,
      items_table = case when mine.step = 'feature:' || mine.items then mine.table_name else items_table end
    from (
      select run.model, run.opened_at, step.name as step, step.detail->>'tableName' as table_name,
        definition.body->>'interactions' as interactions, definition.body->>'items' as items
      from run
      join step on step.run_id = run.id and step.name = ${ref.step} and step.state in ('done', 'reused')
      join definition on definition.digest = run.definition_digest
      where run.id = ${ref.runId} and run.as_of >= run.opened_at
    ) as mine
    where model.name = mine.model and not exists (
      select from run as later join step on step.run_id = later.id
      where later.model = mine.model and later.opened_at > mine.opened_at and later.as_of >= later.opened_at
        and step.name = mine.step and step.state in ('done', 'reused')
    )`.execute(db);
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

/** The same for a server that asks it all the time: PostgreSQL plans it once a table and connection. */
export async function findHistoryAgain(
  pool: pg.Pool,
  interactionsTable: string,
  userId: string,
): Promise<string[]> {
  const { rows } = await pool.query<{ item_id: string }>({
    name: `history of ${sha256(interactionsTable).slice(0, 32)}`,
    text: `select item_id from ${dataTableText(interactionsTable)} where user_id = $1
      group by item_id order by min(event_time), item_id collate "C"`,
    values: [userId],
  });
  return rows.map((row) => row.item_id);
}

/** The same of many people in one statement; strangers are left out. As JSON, which Node reads faster than arrays. */
export async function findHistories(
  pool: pg.Pool,
  interactionsTable: string,
  userIds: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await pool.query<{ user_id: string; items: string[] }>({
    name: `histories of ${sha256(interactionsTable).slice(0, 32)}`,
    text: `select user_id, json_agg(item_id order by first, item_id collate "C") as items
      from (
        select user_id, item_id, min(event_time) as first from ${dataTableText(interactionsTable)}
        where user_id = any($1::text[])
        group by user_id, item_id
      ) as had
      group by user_id`,
    values: [[...userIds]],
  });
  return new Map(rows.map(({ user_id, items }) => [user_id, items]));
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
