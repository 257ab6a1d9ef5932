/** Tables of the schema `data`: snapshots and feature tables, one each. Rows elsewhere keep their names without the schema. */
import { type Kysely, type RawBuilder, sql } from "kysely";
import pg from "pg";
import type { ColumnType } from "../core/definition.ts";
import type { Tables } from "./tables.ts";

const SCHEMA = "data";

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
  return sql.table(`${SCHEMA}.${tableName}`);
}

/** The table as text, quoted, for statements that take no kysely. */
export function dataTableText(tableName: string): string {
  return `${SCHEMA}.${quoteName(tableName)}`;
}

export function quoteName(name: string): string {
  return pg.escapeIdentifier(name);
}

/** Whether a table or view of this name is there. */
export async function dataTableExists(db: Kysely<Tables>, tableName: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    select exists (
      select from pg_class where relnamespace = ${SCHEMA}::regnamespace and relname = ${tableName}
    ) as there`.execute(db);
  return rows[0]?.there ?? false;
}
