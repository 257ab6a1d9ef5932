/** Staging tables: each belongs to one attempt of one ingest, and goes when that attempt ends, whichever way. */
import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import type { Source } from "../core/definition.ts";
import { failpoint } from "../store/failpoint.ts";
import type { Database } from "./connection.ts";
import { copyIn, copyLine } from "./copy.ts";
import { dataTableText, quoteName, SQL_TYPES } from "./data-tables.ts";
import { withSession } from "./session.ts";

const PREFIX = "staging_";

/** A row of the file: its values in the order of the source's columns, or why it is set aside and how it reads. */
export type StagedRow = { line: number } & ({ values: (string | null)[] } | { fault: string; raw: string });

/**
 * Gives `work` a session and the name of an empty staging table that no other attempt has. While the session lives it
 * holds a lock on the name, so that whoever finds a table without its lock knows that its attempt died.
 */
export async function withStaging<T>(
  database: Database,
  signal: AbortSignal,
  source: Source,
  work: (client: PoolClient, table: string) => Promise<T>,
): Promise<T> {
  const table = PREFIX + randomUUID().replaceAll("-", "");
  try {
    return await withSession(database, signal, async (client) => {
      await removeOrphans(client);
      await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [table]);
      await client.query(`create unlogged table ${dataTableText(table)} ${stagingColumns(source)}`);
      const result = await work(client, table);
      await client.query(`drop table if exists ${dataTableText(table)}`);
      await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [table]);
      return result;
    });
  } catch (error) {
    // The session may be gone. If this fails too, the next ingest removes the table.
    await database.pool.query(`drop table if exists ${dataTableText(table)}`).catch(() => {});
    throw error;
  }
}

/** Copies rows into the staging table; `rows` comes in batches, one write each. */
export async function stageRows(
  client: PoolClient,
  table: string,
  source: Source,
  batches: AsyncIterable<readonly StagedRow[]>,
): Promise<void> {
  const none = Object.keys(source.columns).map(() => null);
  const columns = ["holt_line", "holt_fault", "holt_raw", ...Object.keys(source.columns)].map(quoteName);
  const lineOf = (row: StagedRow) =>
    "fault" in row
      ? copyLine([String(row.line), row.fault, storable(row.raw), ...none])
      : copyLine([String(row.line), null, null, ...row.values]);
  async function* lines() {
    for await (const batch of batches) {
      yield batch.map(lineOf).join("");
      await failpoint("in copy");
    }
  }
  await copyIn(client, `copy ${dataTableText(table)} (${columns.join(", ")}) from stdin`, lines());
}

/** A row of the file that cannot be in a table at all still has a text that can. */
function storable(raw: string): string {
  return raw.replaceAll("\0", "\uFFFD").toWellFormed();
}

/** Columns of a staging table, in brackets: a line of the file, why it is set aside, and the source's own columns. */
export function stagingColumns({ columns }: Source): string {
  const typed = Object.entries(columns).map(([name, { type }]) => `${quoteName(name)} ${SQL_TYPES[type]}`);
  return `(${["holt_line bigint not null", "holt_fault text", "holt_raw text", ...typed].join(", ")})`;
}

async function removeOrphans(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'data'::regnamespace and relkind = 'r' and starts_with(relname, $1)`,
    [PREFIX],
  );
  for (const { name } of rows) {
    const lock = await client.query<{ isFree: boolean }>(
      `select pg_try_advisory_lock(hashtextextended($1, 0)) as "isFree"`,
      [name],
    );
    if (!lock.rows[0]?.isFree) continue;
    await client.query(`drop table if exists ${dataTableText(name)}`);
    await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [name]);
  }
}
