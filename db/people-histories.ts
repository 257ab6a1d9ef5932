/** Everybody's history, a few hundred people at a time, so that a pass over all needs little memory. */
import { type Kysely, sql } from "kysely";
import { InvalidInput } from "../core/errors.ts";
import { didYouMean, quoteAll } from "../core/faults.ts";
import type { ItemFacts } from "../core/qa-items.ts";
import { dataTable, dataTableText } from "./data-tables.ts";
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
 * With `after`, for those whose ids come after it. With `sample`, for that many people at most: always the same ones, spread evenly by a hash of their ids.
 * One transaction, so it reads one state; the histories pass by and are not kept.
 */
export async function forEachHistory(
  db: Kysely<Tables>,
  interactionsTable: string,
  { sample, after, signal }: { sample?: number; after?: string | null; signal?: AbortSignal },
  onPerson: (person: PersonHistory) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`declare histories no scroll cursor for ${histories(interactionsTable, sample, after)}`.execute(
      trx,
    );
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

function histories(interactionsTable: string, sample: number | undefined, after: string | null = null) {
  const table = dataTable(interactionsTable);
  const some =
    sample === undefined
      ? sql``
      : sql`where user_id in (
          select user_id from (select distinct user_id from ${table}) everybody
          order by md5(user_id), user_id collate "C" limit ${sql.lit(sample)})`;
  const rest = after === null ? sql`` : sql`where user_id collate "C" > ${sql.lit(after)}`;
  return sql`
    select user_id, array_agg(item_id order by first_time, item_id collate "C") as items
    from (select user_id, item_id, min(event_time) as first_time from ${table} ${some} group by 1, 2) had
    ${rest}
    group by user_id
    order by user_id collate "C"`;
}

/**
 * Every item of an items table by its id, with what a shelf shows of it.
 * @param display columns for genre and picture, by the definition
 * @throws {InvalidInput} the items table hasn't such a column
 */
export async function readItems(
  db: Kysely<Tables>,
  itemsTable: string,
  display: { genre?: string | undefined; picture?: string | undefined },
): Promise<Map<string, ItemFacts>> {
  await assertColumns(db, itemsTable, display);
  const shown = (column: string | undefined) =>
    column === undefined ? sql`null` : sql`${sql.ref(column)}::text`;
  const { rows } = await sql<{ item_id: string } & ItemFacts>`
    select item_id, title, ${shown(display.genre)} as genre, ${shown(display.picture)} as picture
    from ${dataTable(itemsTable)}
    order by item_id collate "C"`.execute(db);
  return new Map(rows.map(({ item_id, title, genre, picture }) => [item_id, { title, genre, picture }]));
}

async function assertColumns(
  db: Kysely<Tables>,
  itemsTable: string,
  display: Record<string, string | undefined>,
): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_attribute
    where attrelid = ${dataTableText(itemsTable)}::regclass and attnum > 0 and not attisdropped
    order by attnum`.execute(db);
  const columns = rows.map(({ name }) => name);
  for (const [setting, column] of Object.entries(display))
    if (column !== undefined && !columns.includes(column))
      throw new InvalidInput(
        `qa.display.${setting}: "${column}" is not a column of the items table, which has ${quoteAll(columns)}${didYouMean(column, columns)}`,
      );
}

/** Rows of each item in an interactions table: what it earns where the definition names nothing else. */
export async function countInteractions(
  db: Kysely<Tables>,
  interactionsTable: string,
): Promise<Map<string, number>> {
  const { rows } = await sql<{ item_id: string; count: number }>`
    select item_id, count(*) as count from ${dataTable(interactionsTable)}
    group by item_id
    order by item_id collate "C"`.execute(db);
  return new Map(rows.map(({ item_id, count }) => [item_id, count]));
}
