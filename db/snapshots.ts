/** Snapshots: a source as one run saw it, in a table that never changes once it has its name. */
import type { Kysely, Selectable } from "kysely";
import type { PoolClient } from "pg";
import type { Source } from "../core/definition.ts";
import { digestOf } from "../store/digest.ts";
import { failpoint } from "../store/failpoint.ts";
import {
  dataTableExists,
  dataTableText,
  quoteName,
  regclassOf,
  SQL_TYPES,
  sessionTableName,
} from "./data-tables.ts";
import { inTransaction } from "./session.ts";
import type { SetAsideRowTable, SnapshotTable, Tables } from "./tables.ts";

/** Of a row that is set aside, in characters. */
const MAX_RAW_LENGTH = 1_000;

export type SnapshotRow = Selectable<SnapshotTable>;

/** What a snapshot is of; `inputDigest` is its key beside model and source. */
export interface SnapshotOrigin {
  model: string;
  source: string;
  inputDigest: string;
  contentDigest: string;
  runId: string;
  deliveredAt: Date;
  /** Known time of rows that nothing else gives one: when the run was opened. */
  openedAt: Date;
  /** The table goes with the session that makes it, as a drill's does. */
  ofSession?: boolean;
}

export interface StagedCounts {
  rowsRead: number;
  rowsSetAside: number;
}

/** The snapshot of this origin that is there already; undefined when none is, or its table is gone. */
export async function findSnapshot(
  db: Kysely<Tables>,
  { model, source, inputDigest }: Pick<SnapshotOrigin, "model" | "source" | "inputDigest">,
): Promise<SnapshotRow | undefined> {
  const row = await db
    .selectFrom("snapshot")
    .selectAll()
    .where("model", "=", model)
    .where("source", "=", source)
    .where("input_digest", "=", inputDigest)
    .executeTakeFirst();
  return row && (await dataTableExists(db, row.table_name)) ? row : undefined;
}

/** Rows set aside, the first ones of the file first. */
export function listSetAsideRows(
  db: Kysely<Tables>,
  snapshotId: number,
  limit: number,
): Promise<Selectable<SetAsideRowTable>[]> {
  return db
    .selectFrom("set_aside_row")
    .selectAll()
    .where("snapshot_id", "=", snapshotId)
    .orderBy("line")
    .limit(limit)
    .execute();
}

/** Sets rows aside whose key a row before them has, then counts. A second call changes nothing. */
export async function settleStaging(
  client: PoolClient,
  staging: string,
  source: Source,
): Promise<StagedCounts> {
  const table = dataTableText(staging);
  const key = source.key.map(quoteName);
  // By name: the file's own order of columns is not known here any more. A null is left out.
  const shown = Object.keys(source.columns).map(
    (column) => `'${column}=' || staged.${quoteName(column)}::text`,
  );
  await client.query(`analyze ${table}`);
  await client.query(`
    with twice as (
      select ${key.join(", ")}, min(holt_line) as holt_first from ${table}
      where holt_fault is null group by ${key.join(", ")} having count(*) > 1
    )
    update ${table} as staged
    set holt_fault = 'has the same key (${source.key.join(", ")}) as line ' || twice.holt_first,
        holt_raw = left(concat_ws(', ', ${shown.join(", ")}), ${MAX_RAW_LENGTH})
    from twice
    where ${key.map((column) => `staged.${column} = twice.${column}`).join(" and ")}
      and staged.holt_fault is null and staged.holt_line > twice.holt_first`);
  const { rows } = await client.query<StagedCounts>(
    `select count(*) as "rowsRead", count(holt_fault) as "rowsSetAside" from ${table}`,
  );
  return rows[0] as StagedCounts;
}

/** Whether more rows were set aside than the source allows, so that nothing of them may become a snapshot. */
export function hasTooManyBadRows(source: Source, { rowsRead, rowsSetAside }: StagedCounts): boolean {
  return rowsSetAside > source.maxBadRowShare * rowsRead;
}

/** The first rows of a staging table that are set aside. */
export async function listStagedFaults(
  client: PoolClient,
  staging: string,
  limit: number,
): Promise<{ line: number; fault: string; raw: string }[]> {
  const { rows } = await client.query(
    `select holt_line as line, holt_fault as fault, holt_raw as raw from ${dataTableText(staging)}
     where holt_fault is not null order by holt_line limit $1`,
    [limit],
  );
  return rows;
}

/**
 * Makes a settled staging table the snapshot and drops it, in one transaction: whoever dies after it leaves nothing to
 * tidy up. If another attempt was first, its snapshot stands and is given back. A row whose source says no known time has that of the same row in the source's previous snapshot.
 */
export async function swapSnapshot(
  client: PoolClient,
  staging: string,
  source: Source,
  origin: SnapshotOrigin,
): Promise<SnapshotRow> {
  const name = snapshotName(origin);
  await failpoint(`before swap of ${origin.source}`);
  const snapshot = await inTransaction(client, async () => {
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [name]);
    const swapped =
      (await findStanding(client, name)) ?? (await addSnapshot(client, { staging, name, source, origin }));
    await client.query(`drop table ${dataTableText(staging)}`);
    await failpoint(`in swap of ${origin.source}`);
    return swapped;
  });
  await failpoint(`after swap of ${origin.source}`);
  return snapshot;
}

async function addSnapshot(client: PoolClient, swap: Swap): Promise<SnapshotRow> {
  await fillTable(client, swap);
  const snapshot = await insertSnapshot(client, swap);
  await client.query(
    `insert into set_aside_row (snapshot_id, line, reason, raw)
     select $1, holt_line, holt_fault, holt_raw from ${dataTableText(swap.staging)} where holt_fault is not null`,
    [snapshot.id],
  );
  return snapshot;
}

function snapshotName({ model, source, inputDigest, ofSession }: SnapshotOrigin): string {
  const name = `snapshot_${source}_${digestOf({ model, source, inputDigest }).slice(0, 12)}`;
  return ofSession ? sessionTableName(name) : name;
}

/** A row without its table is of no use to anybody, and makes room. */
async function findStanding(client: PoolClient, name: string): Promise<SnapshotRow | undefined> {
  await client.query(`delete from snapshot where table_name = $1 and ${regclassOf("table_name")} is null`, [
    name,
  ]);
  const { rows } = await client.query<SnapshotRow>("select * from snapshot where table_name = $1", [name]);
  return rows[0];
}

interface Swap {
  staging: string;
  name: string;
  source: Source;
  origin: SnapshotOrigin;
}

/** Known times are kept to the millisecond, as a run's date is, so that whoever compares them outside gets the same answer. */
async function fillTable(client: PoolClient, { staging, name, source, origin }: Swap): Promise<void> {
  const table = dataTableText(name);
  const columns = Object.keys(source.columns).map(quoteName);
  const typed = Object.entries(source.columns).map(
    ([column, { type }]) => `${quoteName(column)} ${SQL_TYPES[type]}`,
  );
  await client.query(`create table ${table} (${typed.join(", ")}, holt_known_time timestamptz not null)`);
  const previous = source.knownTime === undefined ? await findPrevious(client, source, origin) : undefined;
  const declared = source.knownTime === undefined ? undefined : `staged.${quoteName(source.knownTime)}`;
  await client.query(
    `insert into ${table}
     select ${columns.map((column) => `staged.${column}`).join(", ")},
       date_trunc('milliseconds', coalesce(${declared ?? (previous ? "previous.holt_known_time" : "null")}, $1::timestamptz))
     from ${dataTableText(staging)} as staged
     ${previous ? `left join ${dataTableText(previous)} as previous on ${sameRow(source)}` : ""}
     where staged.holt_fault is null`,
    [origin.openedAt],
  );
  await client.query(`alter table ${table} add primary key (${source.key.map(quoteName).join(", ")})`);
  await client.query(`create index on ${table} (holt_known_time)`);
  await client.query(`analyze ${table}`);
}

function sameRow(source: Source): string {
  return Object.keys(source.columns)
    .map((column) => {
      const is = source.key.includes(column) ? "=" : "is not distinct from";
      return `staged.${quoteName(column)} ${is} previous.${quoteName(column)}`;
    })
    .join(" and ");
}

/** The newest snapshot of the source, if it has the same columns: with other columns no row is the same. */
async function findPrevious(
  client: PoolClient,
  source: Source,
  { model, source: sourceName }: SnapshotOrigin,
): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string; columns: Record<string, string> | null }>(
    `select table_name as name, (
       select jsonb_object_agg(attname, format_type(atttypid, atttypmod)) from pg_attribute
       where attrelid = ${regclassOf("table_name")} and attnum > 0 and not attisdropped
         and attname <> 'holt_known_time'
     ) as columns
     from snapshot where model = $1 and source = $2 order by id desc limit 1`,
    [model, sourceName],
  );
  const [newest] = rows;
  if (!newest?.columns) return undefined;
  const wanted = Object.entries(source.columns).map(
    ([name, { type }]) => [name, SQL_TYPES[type].replace(' collate "C"', "")] as const,
  );
  const isSame =
    Object.keys(newest.columns).length === wanted.length &&
    wanted.every(([name, type]) => newest.columns?.[name] === type);
  return isSame ? newest.name : undefined;
}

async function insertSnapshot(
  client: PoolClient,
  { staging, name, source, origin }: Swap,
): Promise<SnapshotRow> {
  const eventTime =
    source.eventTime === undefined ? "null::timestamptz" : `max(${quoteName(source.eventTime)})`;
  const { rows } = await client.query<SnapshotRow>(
    `insert into snapshot (model, source, input_digest, content_digest, table_name, run_id, delivered_at,
       rows_read, rows_kept, rows_set_aside, newest_event_time, newest_known_time)
     select $1, $2, $3, $4, $5, $6, $7::timestamptz, staged.rows_read, kept.rows, staged.rows_set_aside, kept.event, kept.known
     from (select count(*) as rows_read, count(holt_fault) as rows_set_aside from ${dataTableText(staging)}) as staged,
       (select count(*) as rows, ${eventTime} as event, max(holt_known_time) as known from ${dataTableText(name)}) as kept
     returning *`,
    [
      origin.model,
      origin.source,
      origin.inputDigest,
      origin.contentDigest,
      name,
      origin.runId,
      origin.deliveredAt,
    ],
  );
  return rows[0] as SnapshotRow;
}
