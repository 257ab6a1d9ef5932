import { type Kysely, sql } from "kysely";
import { dataTable } from "./data-tables.ts";
import { findHistory } from "./interactions.ts";
import type { Tables } from "./tables.ts";

/** Histories of the first `people` of an interactions table, by the byte order of their ids; the ids stay here. */
export async function sampleHistories(
  db: Kysely<Tables>,
  interactionsTable: string,
  people: number,
): Promise<string[][]> {
  const { rows } = await sql<{ user_id: string }>`
    select distinct user_id collate "C" as user_id from ${dataTable(interactionsTable)}
    order by 1 limit ${people}`.execute(db);
  return Promise.all(rows.map((row) => findHistory(db, interactionsTable, row.user_id)));
}
