/** Who the people of a training set are: the set has them in an order, but without names. */
import type { PoolClient } from "pg";
import { copyOut } from "./copy.ts";
import { dataTableText } from "./data-tables.ts";
import type { HistoryTables } from "./histories.ts";

/** Ids of everybody with an item of the items table, in the training set's order: by the bytes of the ids. */
export async function* streamTrainingPeople(
  client: PoolClient,
  { interactions, items }: HistoryTables,
): AsyncGenerator<string, void> {
  const statement = `copy (
    select distinct user_id::text collate "C" as user_id from ${dataTableText(interactions)}
    where item_id in (select item_id from ${dataTableText(items)})
    order by 1
  ) to stdout`;
  for await (const [userId] of copyOut(client, statement)) yield userId as string;
}
