/** Everybody's history, streamed: what a training set is made of. */
import type { PoolClient } from "pg";
import { copyOut } from "./copy.ts";
import { dataTableText } from "./data-tables.ts";

export interface HistoryTables {
  interactions: string;
  items: string;
}

/**
 * Pairs of person and item. People by the bytes of their ids; within a person in the order in which they first had an
 * item (ties by the item's id), each item once. Only items of the items table.
 */
export async function* streamHistories(
  client: PoolClient,
  { interactions, items }: HistoryTables,
): AsyncGenerator<{ userId: string; itemId: string }, void> {
  const statement = `copy (
    select user_id::text, item_id::text from ${dataTableText(interactions)}
    where item_id in (select item_id from ${dataTableText(items)})
    group by user_id, item_id
    order by user_id::text collate "C", min(event_time), item_id::text collate "C"
  ) to stdout`;
  for await (const [userId, itemId] of copyOut(client, statement))
    yield { userId: userId as string, itemId: itemId as string };
}
