/** Profiles of snapshots: measured once, in PostgreSQL, and kept. */
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Source } from "../core/definition.ts";
import {
  type ColumnProfile,
  FEWEST_NEW_ROWS,
  MOST_CATEGORIES,
  QUANTILES,
  type SourceProfile,
  sourceProfileSchema,
  WEEKS,
} from "../core/inputs/profile.ts";
import { dataTable, dataTableText, isThere, SQL_TYPES } from "./data-tables.ts";
import type { SnapshotRow } from "./snapshots.ts";
import type { Tables } from "./tables.ts";

export type ProfiledSnapshot = SnapshotRow & { profile: SourceProfile | undefined };

/** The newest deliveries of a source up to this one, of those whose tables are there; the oldest first. */
export async function listProfiledSnapshots(
  db: Kysely<Tables>,
  { model, source, id }: Pick<SnapshotRow, "model" | "source" | "id">,
  most: number,
): Promise<ProfiledSnapshot[]> {
  const rows = await db
    .selectFrom("snapshot")
    .leftJoin("source_profile", "source_profile.snapshot_id", "snapshot.id")
    .selectAll("snapshot")
    .select("source_profile.body as profile")
    .where("model", "=", model)
    .where("source", "=", source)
    .where("snapshot.id", "<=", id)
    .where(isThere("table_name"))
    .orderBy("snapshot.id", "desc")
    .limit(most)
    .execute();
  return rows
    .map(({ profile, ...row }) => ({
      ...row,
      profile: profile ? sourceProfileSchema.parse(profile) : undefined,
    }))
    .reverse();
}

/** Keeps a snapshot's profile; the first measurement stands. */
export async function addProfile(
  db: Kysely<Tables>,
  snapshotId: number,
  profile: SourceProfile,
): Promise<void> {
  await db
    .insertInto("source_profile")
    .values({ snapshot_id: snapshotId, body: JSON.stringify(profile) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Measures a snapshot in PostgreSQL; no row leaves it. One pass for all numbers, one for each text.
 * @param previous the delivery before: rows that Holt knew by it are not new; undefined for the first one
 */
export async function measureProfile(
  db: Kysely<Tables>,
  snapshot: SnapshotRow,
  defined: Source,
  previous: SnapshotRow | undefined,
): Promise<SourceProfile> {
  const table = dataTable(snapshot.table_name);
  const since = previous?.newest_known_time;
  const isNew = since ? sql`holt_known_time > ${since}` : sql`true`;
  const { rows } = await sql<{ newRows: number }>`
    select count(*) as "newRows" from ${table} where ${isNew}`.execute(db);
  const newRows = rows[0]?.newRows ?? 0;
  const there = await columnsOf(db, snapshot.table_name);
  // an earlier delivery may be from before a column was defined, or was of another type
  const defines = ([name, { type }]: Column) => there[name] === SQL_TYPES[type].replace(' collate "C"', "");
  const columns = Object.entries(defined.columns).filter(
    (column) => !defined.key.includes(column[0]) && defines(column),
  );
  const { eventTime } = defined;
  return {
    rows: snapshot.rows_kept,
    newRows,
    columns: newRows < FEWEST_NEW_ROWS ? null : await measureColumns(db, { table, isNew, newRows }, columns),
    dailyRows:
      eventTime !== undefined && there[eventTime] === SQL_TYPES.timestamp
        ? await countDays(db, table, eventTime, snapshot.delivered_at)
        : null,
  };
}

/** Names of a data table's columns with their types, as PostgreSQL writes them. */
export async function columnsOf(db: Kysely<Tables>, tableName: string): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; type: string }>`
    select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = to_regclass(${dataTableText(tableName)}) and attnum > 0 and not attisdropped`.execute(
    db,
  );
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
}

interface NewRows {
  table: RawBuilder<unknown>;
  isNew: RawBuilder<unknown>;
  newRows: number;
}

type Column = [name: string, column: Source["columns"][string]];

async function measureColumns(
  db: Kysely<Tables>,
  rows: NewRows,
  columns: Column[],
): Promise<Record<string, ColumnProfile>> {
  const measured = await measureNumbers(db, rows, columns);
  for (const [name, { type }] of columns) {
    const profile = measured[name];
    if (profile && (type === "text" || type === "boolean"))
      profile.values = await shareValues(db, rows, name);
  }
  return measured;
}

/** Share of nulls of each column, and quantiles of those that are numbers, in one pass. */
async function measureNumbers(
  db: Kysely<Tables>,
  { table, isNew, newRows }: NewRows,
  columns: Column[],
): Promise<Record<string, ColumnProfile>> {
  if (columns.length === 0) return {};
  const figures = columns.flatMap(([name, { type }], at) => [
    sql`count(${sql.ref(name)}) as ${sql.ref(`n${at}`)}`,
    type === "integer" || type === "number"
      ? sql`percentile_disc(array[${sql.join([...QUANTILES])}]::double precision[])
          within group (order by ${sql.ref(name)}::double precision) as ${sql.ref(`q${at}`)}`
      : sql`null as ${sql.ref(`q${at}`)}`,
  ]);
  const { rows } = await sql<Record<string, number | number[] | null>>`
    select ${sql.join(figures)} from ${table} where ${isNew}`.execute(db);
  const [found] = rows;
  return Object.fromEntries(
    columns.map(([name], at) => [
      name,
      {
        nullShare: 1 - Number(found?.[`n${at}`] ?? 0) / newRows,
        quantiles: finite((found?.[`q${at}`] ?? null) as number[] | null),
      },
    ]),
  );
}

/** Infinity and not-a-number are values of PostgreSQL's numbers, and none of JSON's. */
function finite(quantiles: number[] | null): number[] | null {
  return quantiles?.every(Number.isFinite) ? quantiles : null;
}

/** Null when the column has more values than a category does. */
async function shareValues(
  db: Kysely<Tables>,
  { table, isNew, newRows }: NewRows,
  name: string,
): Promise<Record<string, number> | null> {
  const { rows } = await sql<{ value: string; count: number }>`
    select ${sql.ref(name)}::text as value, count(*) as count from ${table}
    where ${isNew} and ${sql.ref(name)} is not null group by 1 limit ${MOST_CATEGORIES + 1}`.execute(db);
  if (rows.length > MOST_CATEGORIES) return null;
  return Object.fromEntries(rows.map(({ value, count }) => [value, count / newRows]));
}

/** Days without a row count 0. The day of the delivery itself may not be over, so the day before it is the last. */
async function countDays(
  db: Kysely<Tables>,
  table: RawBuilder<unknown>,
  eventTime: string,
  deliveredAt: Date,
): Promise<number[]> {
  const { rows } = await sql<{ count: number }>`
    with days as (
      select generate_series(0, ${WEEKS * 7}) as at, date_trunc('day', ${deliveredAt}::timestamptz, 'UTC') as until
    ), counted as (
      select floor(extract(epoch from ${sql.ref(eventTime)}) / 86400)::bigint as day, count(*) as count
      from ${table}
      where ${sql.ref(eventTime)} >= date_trunc('day', ${deliveredAt}::timestamptz, 'UTC') - ${WEEKS * 7 + 1} * interval '24 hours'
        and ${sql.ref(eventTime)} < date_trunc('day', ${deliveredAt}::timestamptz, 'UTC')
      group by 1
    )
    select coalesce(counted.count, 0) as count
    from days left join counted
      on counted.day = (extract(epoch from days.until) / 86400)::bigint - 1 - ${WEEKS * 7} + days.at
    order by days.at`.execute(db);
  return rows.map(({ count }) => Number(count));
}
