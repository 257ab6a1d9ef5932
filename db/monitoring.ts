/** What the monitor reads and writes: newest snapshots, references of versions, its own runs. */
import { type Insertable, type Kysely, type Selectable, sql } from "kysely";
import { type MonitorReference, monitorReferenceSchema } from "../core/monitor-reference.ts";
import { dataTable, dataTableExists } from "./data-tables.ts";
import type { SnapshotRow } from "./snapshots.ts";
import type { MonitorRunTable, Tables } from "./tables.ts";

export type MonitorRunRow = Selectable<MonitorRunTable>;

/** The newest delivery of a source that a run took; undefined when none did, or its table is gone. */
export async function findNewestSnapshot(
  db: Kysely<Tables>,
  model: string,
  source: string,
): Promise<SnapshotRow | undefined> {
  const row = await db
    .selectFrom("snapshot")
    .selectAll()
    .where("model", "=", model)
    .where("source", "=", source)
    .orderBy("delivered_at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && (await dataTableExists(db, row.table_name)) ? row : undefined;
}

/** Different items that a snapshot names in its column `item_id`, and how many of them an items table lacks. */
export async function countNamedItems(
  db: Kysely<Tables>,
  snapshotTable: string,
  itemsTable: string,
): Promise<{ named: number; unknown: number }> {
  const { rows } = await sql<{ named: number; unknown: number }>`
    select count(*) as named, count(*) filter (where items.item_id is null) as unknown
    from (select distinct item_id::text as item_id from ${dataTable(snapshotTable)} where item_id is not null) named
    left join ${dataTable(itemsTable)} items on items.item_id = named.item_id`.execute(db);
  return rows[0] ?? { named: 0, unknown: 0 };
}

/** Keeps what a version did when it was deployed; the first measurement stands. */
export async function addReference(
  db: Kysely<Tables>,
  of: { model: string; version: number; reference: MonitorReference },
): Promise<void> {
  const { model, version, reference } = of;
  await db
    .insertInto("monitor_reference")
    .values({ model, version, body: JSON.stringify(reference) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function findReference(
  db: Kysely<Tables>,
  model: string,
  version: number,
): Promise<MonitorReference | undefined> {
  const row = await db
    .selectFrom("monitor_reference")
    .select("body")
    .where("model", "=", model)
    .where("version", "=", version)
    .executeTakeFirst();
  return row && monitorReferenceSchema.parse(row.body);
}

export function findMonitorRun(db: Kysely<Tables>, id: string): Promise<MonitorRunRow | undefined> {
  return db.selectFrom("monitor_run").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Writes a monitor run; false, and nothing is written, when it is there already. */
export async function addMonitorRun(db: Kysely<Tables>, run: Insertable<MonitorRunTable>): Promise<boolean> {
  const inserted = await db
    .insertInto("monitor_run")
    .values(run)
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** Whether the monitor has looked at a later time already, so that what was seen at `at` is old news. */
export async function hasLaterMonitorRun(db: Kysely<Tables>, model: string, at: Date): Promise<boolean> {
  const later = await db
    .selectFrom("monitor_run")
    .select("id")
    .where("model", "=", model)
    .where("at", ">", at)
    .limit(1)
    .executeTakeFirst();
  return later !== undefined;
}
