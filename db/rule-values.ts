/** What editorial rules go by in an items table: which items there are, and the cells of the columns that rules name. */
import { type Kysely, sql } from "kysely";
import { dataTable, dataTableText } from "./data-tables.ts";
import type { Tables } from "./tables.ts";

/** Columns of a table, in its order. */
export async function listColumns(db: Kysely<Tables>, tableName: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_attribute
    where attrelid = ${dataTableText(tableName)}::regclass and attnum > 0 and not attisdropped
    order by attnum`.execute(db);
  return rows.map(({ name }) => name);
}

/** Those of these items that the table has, in byte order. */
export async function listKnownItems(
  db: Kysely<Tables>,
  itemsTable: string,
  itemIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ item_id: string }>`
    select item_id from ${dataTable(itemsTable)} where item_id = any(${[...itemIds]}::text[])
    order by item_id collate "C"`.execute(db);
  return rows.map(({ item_id }) => item_id);
}

/** Whether a column of a table is a time. */
export async function isTimeColumn(db: Kysely<Tables>, tableName: string, column: string): Promise<boolean> {
  const { rows } = await sql<{ is_time: boolean }>`
    select atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) as is_time from pg_attribute
    where attrelid = ${dataTableText(tableName)}::regclass and attname = ${column} and not attisdropped`.execute(
    db,
  );
  return rows[0]?.is_time ?? false;
}

/** Items and a time of theirs in milliseconds since 1970, those that have none left out, in byte order. One without a zone is UTC's. */
export async function listTimes(
  db: Kysely<Tables>,
  itemsTable: string,
  column: string,
): Promise<[string, number][]> {
  const { rows } = await sql<{ item_id: string; ms: number }>`
    select item_id, floor(extract(epoch from ${sql.ref(column)}) * 1000)::double precision as ms
    from ${dataTable(itemsTable)} where isfinite(${sql.ref(column)}) order by item_id collate "C"`.execute(
    db,
  );
  return rows.map(({ item_id, ms }) => [item_id, ms]);
}

/** Items and their cells in one column, those that are empty left out, in byte order. */
export async function listCells(
  db: Kysely<Tables>,
  itemsTable: string,
  column: string,
): Promise<[string, string][]> {
  const { rows } = await sql<{ item_id: string; cell: string }>`
    select item_id, ${sql.ref(column)}::text as cell from ${dataTable(itemsTable)}
    where ${sql.ref(column)}::text <> '' order by item_id collate "C"`.execute(db);
  return rows.map(({ item_id, cell }) => [item_id, cell]);
}
