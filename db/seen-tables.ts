/** Sources and feature tables as a run of a certain date may see them. */
import type { PoolClient } from "pg";
import pg from "pg";
import { digestOf } from "../store/digest.ts";
import type { Database } from "./connection.ts";
import { dataTableText, quoteName } from "./data-tables.ts";

export interface SeenTable {
  /** Its name in the definition. */
  name: string;
  tableName: string;
  /** A source's own columns; undefined for a feature table, of which all is seen. */
  columns: readonly string[] | undefined;
  /** ISO time of a source's row that became known last; null for a feature table, and without rows. */
  newestKnownTime: string | null;
}

/** The run's date in SQL. */
export function timeText(time: Date): string {
  return `(timestamptz ${pg.escapeLiteral(time.toISOString())})`;
}

/** How a statement of the definition names one of its tables. Its alias is the table's name if it says no other. */
export function seenName(name: string): string {
  return `pg_temp.${quoteName(name)}`;
}

/** SQL with seenName's names as the person wrote them. */
export function asWritten(sql: string): string {
  return sql.replaceAll(/pg_temp\."([^"]*)"/g, "{{ $1 }}");
}

/**
 * Runs `work` while the tables stand under their names as views of this session, and no other table can be named
 * without its schema: what a statement reads must be known, or its result could not be reused. Within a transaction.
 */
export async function withSeenTables<T>(
  client: PoolClient,
  tables: readonly SeenTable[],
  asOf: Date,
  work: () => Promise<T>,
): Promise<T> {
  for (const table of tables)
    await client.query(`create temporary view ${quoteName(table.name)} as ${seenRows(table, asOf)}`);
  await client.query("set local search_path to pg_catalog");
  const result = await work();
  await client.query("set local search_path to default");
  for (const { name } of tables) await client.query(`drop view ${seenName(name)}`);
  return result;
}

/** The same for another process: a view with a name of its own in the schema `data`. Gives that name, with the schema. */
export async function addSeenView(
  { pool }: Pick<Database, "pool">,
  table: SeenTable,
  asOf: Date,
  runId: string,
): Promise<string> {
  const view = `seen_${table.name}_${digestOf({ table, runId }).slice(0, 12)}`;
  await pool.query(`create or replace view ${dataTableText(view)} as ${seenRows(table, asOf)}`);
  return dataTableText(view);
}

export async function dropSeenView({ pool }: Pick<Database, "pool">, view: string): Promise<void> {
  await pool.query(`drop view if exists ${view}`);
}

function seenRows({ tableName, columns }: SeenTable, asOf: Date): string {
  if (!columns) return `select * from ${dataTableText(tableName)}`;
  return `select ${columns.map(quoteName).join(", ")} from ${dataTableText(tableName)} where holt_known_time <= ${timeText(asOf)}`;
}
