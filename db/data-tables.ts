/**
 * Tables of the schema `data`: snapshots and feature tables, one each. Rows elsewhere keep their names without the schema.
 * Those of one session (a drill's) stand in the schema that PostgreSQL drops with it, and are named with it.
 */
import { type Kysely, type RawBuilder, sql } from "kysely";
import pg from "pg";
import type { ColumnType } from "../core/definition.ts";
import type { Tables } from "./tables.ts";

const SCHEMA = "data";
const OF_SESSION = "pg_temp.";

/** What a source's column is in PostgreSQL. Text sorts by its bytes, so that no machine's language changes a result. */
export const SQL_TYPES: Record<ColumnType, string> = {
  text: 'text collate "C"',
  integer: "bigint",
  number: "double precision",
  boolean: "boolean",
  timestamp: "timestamp with time zone",
  epoch_seconds: "timestamp with time zone",
};

/** The table for kysely's `sql`. */
export function dataTable(tableName: string): RawBuilder<unknown> {
  return tableName.startsWith(OF_SESSION)
    ? sql.id(OF_SESSION.slice(0, -1), tableName.slice(OF_SESSION.length))
    : sql.id(SCHEMA, tableName);
}

/** The table as text, quoted, for statements that take no kysely. */
export function dataTableText(tableName: string): string {
  return tableName.startsWith(OF_SESSION)
    ? OF_SESSION + quoteName(tableName.slice(OF_SESSION.length))
    : `${SCHEMA}.${quoteName(tableName)}`;
}

/** The name of a table that goes with the session that makes it. A plain name has no dot, so the two cannot be mixed up. */
export function sessionTableName(name: string): string {
  return OF_SESSION + name;
}

/** The table that a column or parameter names, in SQL: null when it is not there. */
export function regclassOf(tableName: string): string {
  return `to_regclass(case when starts_with(${tableName}, '${OF_SESSION}') then ${tableName} else '${SCHEMA}.' || quote_ident(${tableName}) end)`;
}

/** Whether the table that a column names is there, for kysely's `sql`. */
export function isThere(column: string): RawBuilder<boolean> {
  const name = sql.ref(column);
  return sql`to_regclass(case when starts_with(${name}, ${OF_SESSION}) then ${name} else ${sql.lit(`${SCHEMA}.`)} || quote_ident(${name}) end) is not null`;
}

export function quoteName(name: string): string {
  return pg.escapeIdentifier(name);
}

/** Whether a table or view of this name is there. */
export async function dataTableExists(db: Kysely<Tables>, tableName: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass(${dataTableText(tableName)}) is not null as there`.execute(db);
  return rows[0]?.there ?? false;
}
