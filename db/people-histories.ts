/** Everybody's history, a few hundred people at a time, so that a pass over all needs little memory. */
import { type Kysely, sql } from "kysely";
import { dataTable } from "./data-tables.ts";
import type { Tables } from "./tables.ts";

/** People a fetch: some hundred kilobytes. */
const FETCH_PEOPLE = 200;

export interface PersonHistory {
  userId: string;
  /** In the order in which the person first had them (ties by item id), each once: as in training and serving. */
  items: string[];
}

/**
 * Calls `onPerson` for each person of an interactions table, one after the other, in byte order of their ids.
 * With `sample`, for that many people at most: always the same ones, spread evenly by a hash of their ids.
 * One transaction, so it reads one state; the histories pass by and are not kept.
 */
export async function forEachHistory(
  db: Kysely<Tables>,
  interactionsTable: string,
  { sample, signal }: { sample?: number; signal?: AbortSignal },
  onPerson: (person: PersonHistory) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`declare histories no scroll cursor for ${histories(interactionsTable, sample)}`.execute(trx);
    for (;;) {
      signal?.throwIfAborted();
      const { rows } = await sql<{ user_id: string; items: string[] }>`
        fetch ${sql.lit(FETCH_PEOPLE)} from histories`.execute(trx);
      if (rows.length === 0) return;
      for (const { user_id, items } of rows) {
        signal?.throwIfAborted();
        await onPerson({ userId: user_id, items });
      }
    }
  });
}

function histories(interactionsTable: string, sample: number | undefined) {
  const table = dataTable(interactionsTable);
  const some =
    sample === undefined
      ? sql``
      : sql`where user_id in (
          select user_id from (select distinct user_id from ${table}) everybody
          order by md5(user_id), user_id collate "C" limit ${sql.lit(sample)})`;
  return sql`
    select user_id, array_agg(item_id order by first_time, item_id collate "C") as items
    from (select user_id, item_id, min(event_time) as first_time from ${table} ${some} group by 1, 2) had
    group by user_id
    order by user_id collate "C"`;
}

/** Title of every item of an items table, by its id; null where it has none. */
export async function readTitles(
  db: Kysely<Tables>,
  itemsTable: string,
): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ item_id: string; title: string | null }>`
    select item_id, title from ${dataTable(itemsTable)}`.execute(db);
  return new Map(rows.map((row) => [row.item_id, row.title]));
}
