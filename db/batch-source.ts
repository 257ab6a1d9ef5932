/** The table that a batch reads, by the rights of whoever wrote its name: the login for definitions. */
import { type Kysely, sql } from "kysely";
import type { PoolClient } from "pg";
import pg from "pg";
import type { BatchSource } from "../core/batch.ts";
import { InvalidInput } from "../core/errors.ts";
import { copyOut } from "./copy.ts";
import { dataTableText, quoteName } from "./data-tables.ts";
import type { Tables } from "./tables.ts";

/** Columns that count, by their names; one of the first two must be there. */
const COLUMNS = ["user_id", "items", "country"] as const;
const INSUFFICIENT_PRIVILEGE = "42501";

export interface BatchCells {
  userId: string | null;
  items: string | null;
  country: string | null;
}

/** The table as text, quoted: what the newest run of today made of a source or feature, or the one that is named. @throws {InvalidInput} */
export async function findBatchTable(
  db: Kysely<Tables>,
  model: string,
  source: Exclude<BatchSource, { kind: "file" }>,
): Promise<string> {
  if (source.kind === "table") return `${quoteName(source.schema)}.${quoteName(source.table)}`;
  const found = await db
    .selectFrom("step")
    .innerJoin("run", "run.id", "step.run_id")
    .select(sql<string>`step.detail->>'tableName'`.as("table_name"))
    .where("run.model", "=", model)
    .where("step.name", "in", [`feature:${source.name}`, `ingest:${source.name}`])
    .where("step.state", "in", ["done", "reused"])
    .whereRef("run.as_of", ">=", "run.opened_at")
    .orderBy("run.opened_at", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!found)
    throw new InvalidInput(
      `from: "${source.name}" has no table of model "${model}" yet; run it first with "holt run ${model}", or write schema.table`,
    );
  return dataTableText(found.table_name);
}

/**
 * Its rows in the order in which PostgreSQL gives them, each value as text, as one state of it.
 * @throws {InvalidInput} it isn't there, may not be read, or has neither of the columns
 */
export async function* readBatchTable(client: PoolClient, table: string): AsyncGenerator<BatchCells, void> {
  const types = await columnTypes(client, table);
  if (types.size === 0)
    throw new InvalidInput(
      `from: table ${table} is not there; write schema.table, or the name of a source or feature`,
    );
  if (!types.has("user_id") && !types.has("items"))
    throw new InvalidInput(
      `from: table ${table} has neither a column "user_id" nor "items"; add one, or read from a view`,
    );
  const cells = COLUMNS.map((column) => {
    const category = types.get(column);
    if (category === undefined) return "null";
    return category === "A" ? `array_to_json(${column})::text` : `${column}::text`;
  });
  try {
    for await (const [userId = null, items = null, country = null] of copyOut(
      client,
      `copy (select ${cells.join(", ")} from ${table}) to stdout`,
    ))
      yield { userId, items, country };
  } catch (error) {
    throw mayNot(error, table);
  }
}

/** PostgreSQL's category of each column's type; A is an array. */
async function columnTypes(client: PoolClient, table: string): Promise<Map<string, string>> {
  try {
    const { rows } = await client.query<{ name: string; category: string }>(
      `select attname as name, typcategory as category from pg_attribute join pg_type on pg_type.oid = atttypid
       where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
      [table],
    );
    return new Map(rows.map(({ name, category }) => [name, category]));
  } catch (error) {
    throw mayNot(error, table);
  }
}

function mayNot(error: unknown, table: string): unknown {
  if (!(error instanceof pg.DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) return error;
  return new InvalidInput(
    `from: the login for definitions (holt_ingest) may not read table ${table}; grant it usage of the schema and select on the table`,
    { cause: error },
  );
}
