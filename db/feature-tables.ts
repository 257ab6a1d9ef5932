/** Feature tables: what a statement of the definition gave for certain inputs, in a table that never changes. */
import type { Kysely, Selectable } from "kysely";
import type { PoolClient } from "pg";
import pg from "pg";
import { InvalidInput } from "../core/errors.ts";
import { digestOf } from "../store/digest.ts";
import { failpoint } from "../store/failpoint.ts";
import { dataTableExists, dataTableText, quoteName, regclassOf } from "./data-tables.ts";
import { filledSql, runDefinedSql } from "./defined-sql.ts";
import { type SeenTable, withSeenTables } from "./seen-tables.ts";
import { inTransaction } from "./session.ts";
import type { FeatureTableTable, Tables } from "./tables.ts";

export type FeatureTableRow = Selectable<FeatureTableTable>;

/** What a feature table is for: the person's history, or what is recommended. Each asks for columns. */
export type FeatureRole = "interactions" | "items";

export interface FeatureBuild {
  model: string;
  name: string;
  inputDigest: string;
  runId: string;
  sql: string;
  reads: readonly SeenTable[];
  asOf: Date;
  roles: readonly FeatureRole[];
}

const TEXT = ["text", "character varying"];
const TIME = ["timestamp with time zone", "timestamp without time zone", "date"];
/** Columns that a role needs, their types, and the index that finds rows. */
const ROLES: Record<FeatureRole, { columns: Record<string, string[]>; index: string }> = {
  interactions: {
    columns: { user_id: TEXT, item_id: TEXT, event_time: TIME },
    index: "create index on",
  },
  items: { columns: { item_id: TEXT, title: TEXT }, index: "create unique index on" },
};
const UNIQUE_VIOLATION = "23505";

/** The table of these inputs that is there already; undefined when none is, or its table is gone. */
export async function findFeatureTable(
  db: Kysely<Tables>,
  { model, name, inputDigest }: Pick<FeatureBuild, "model" | "name" | "inputDigest">,
): Promise<FeatureTableRow | undefined> {
  const row = await db
    .selectFrom("feature_table")
    .selectAll()
    .where("model", "=", model)
    .where("name", "=", name)
    .where("input_digest", "=", inputDigest)
    .executeTakeFirst();
  return row && (await dataTableExists(db, row.table_name)) ? row : undefined;
}

/**
 * Builds a feature table in one transaction. If another attempt was first, its table stands and is given back.
 * @throws {InvalidInput} PostgreSQL refuses the statement, or its rows don't fit the table's role
 */
export async function buildFeatureTable(client: PoolClient, build: FeatureBuild): Promise<FeatureTableRow> {
  const { model, name, inputDigest } = build;
  const tableName = `feature_${name}_${digestOf({ model, name, inputDigest }).slice(0, 12)}`;
  const table = await inTransaction(client, async () => {
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [tableName]);
    await client.query(
      `delete from feature_table where table_name = $1 and ${regclassOf("table_name")} is null`,
      [tableName],
    );
    const standing = await client.query<FeatureTableRow>(
      "select * from feature_table where table_name = $1",
      [tableName],
    );
    if (standing.rows[0]) return standing.rows[0];
    const rows = await fillFeatureTable(client, build, tableName);
    const added = await client.query<FeatureTableRow>(
      `insert into feature_table (model, name, input_digest, table_name, run_id, rows)
       values ($1, $2, $3, $4, $5, $6) returning *`,
      [model, name, inputDigest, tableName, build.runId, rows],
    );
    await failpoint(`in build of ${name}`);
    return added.rows[0] as FeatureTableRow;
  });
  await failpoint(`after build of ${name}`);
  return table;
}

/**
 * Makes the table itself, which nothing names yet, and returns its rows' count. Call it in a transaction.
 * @throws {InvalidInput} as `buildFeatureTable`
 */
export async function fillFeatureTable(
  client: PoolClient,
  build: Pick<FeatureBuild, "name" | "sql" | "reads" | "asOf" | "roles">,
  tableName: string,
): Promise<number> {
  const rows = await createTable(client, build, tableName);
  for (const role of build.roles) await checkRole(client, build, role, { tableName, rows });
  await client.query(`analyze ${dataTableText(tableName)}`);
  return rows;
}

type FilledFeature = Parameters<typeof fillFeatureTable>[1];

/** In a subquery a statement can only read: PostgreSQL lets nothing in there that changes data. */
async function createTable(client: PoolClient, build: FilledFeature, tableName: string): Promise<number> {
  const created = await withSeenTables(client, build.reads, build.asOf, () =>
    runDefinedSql(client, placeOf(build), {
      before: `create table ${dataTableText(tableName)} as select * from (\n`,
      sql: filledSql(build.sql, build.asOf),
      after: `) as ${quoteName(build.name)}`,
    }),
  );
  return created.rowCount ?? 0;
}

async function checkRole(
  client: PoolClient,
  build: FilledFeature,
  role: FeatureRole,
  { tableName, rows }: { tableName: string; rows: number },
): Promise<void> {
  const { columns, index } = ROLES[role];
  const types = await columnTypes(client, tableName);
  for (const [column, allowed] of Object.entries(columns)) {
    const type = types.get(column);
    if (type === undefined)
      throw new InvalidInput(
        `${placeOf(build)}: column "${column}" is missing, which the ${role} table needs; add it to the select`,
      );
    if (!allowed.some((name) => type.startsWith(name)))
      throw new InvalidInput(
        `${placeOf(build)}: column "${column}" is of type ${type}, not ${allowed[0]}; write ${column}::${allowed[0]}`,
      );
    const { rows: found } = await client.query<{ empty: number }>(
      `select count(*) as empty from ${dataTableText(tableName)} where ${quoteName(column)} is null`,
    );
    const empty = found[0]?.empty ?? 0;
    if (empty > 0)
      throw new InvalidInput(
        `${placeOf(build)}: column "${column}" is null in ${empty} of ${rows} rows; leave them out with "where … is not null"`,
      );
  }
  const [firstColumn = ""] = Object.keys(columns);
  try {
    await client.query(`${index} ${dataTableText(tableName)} (${quoteName(firstColumn)})`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error;
    throw new InvalidInput(
      `${placeOf(build)}: an ${firstColumn} is there more than once, but each item is one row; group or filter the rows`,
      { cause: error },
    );
  }
}

async function columnTypes(client: PoolClient, tableName: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0`,
    [dataTableText(tableName)],
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

function placeOf({ name }: FilledFeature): string {
  return `features.${name}.sql`;
}
