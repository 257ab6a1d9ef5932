/** What a drill's session needs no more goes at once, so that a long history takes no more room than two of its nights. */

import { dataTableText } from "./data-tables.ts";
import type { DrillSession } from "./drill-session.ts";

/** Id of the newest snapshot; 0 before the first. */
export async function newestSnapshotId({ client }: DrillSession): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    "select coalesce(max(id), 0)::bigint as id from pg_temp.snapshot",
  );
  return rows[0]?.id ?? 0;
}

/** As if the snapshots after this one had never come. */
export async function forgetSnapshotsAfter(session: DrillSession, id: number): Promise<void> {
  const { client } = session;
  await client.query("delete from pg_temp.source_profile where snapshot_id > $1", [id]);
  const { rows } = await client.query<{ table_name: string }>(
    "delete from pg_temp.snapshot where id > $1 returning table_name",
    [id],
  );
  await client.query("truncate pg_temp.set_aside_row");
  await dropTables(
    session,
    rows.map(({ table_name }) => table_name),
  );
}

/** Takes the rows of all snapshots but each source's newest; their profiles, and that they were there, stay. */
export async function emptySnapshotsBefore({ client }: DrillSession): Promise<void> {
  const { rows } = await client.query<{ table_name: string }>(
    `select table_name from pg_temp.snapshot as older
     where exists (select from pg_temp.snapshot as newer where newer.source = older.source and newer.id > older.id)
       and not is_emptied`,
  );
  for (const { table_name } of rows) await client.query(`truncate ${dataTableText(table_name)}`);
  await client.query("update pg_temp.snapshot set is_emptied = true where table_name = any($1)", [
    rows.map(({ table_name }) => table_name),
  ]);
}

export async function dropTables({ client }: DrillSession, tables: readonly string[]): Promise<void> {
  if (tables.length > 0) await client.query(`drop table ${tables.map(dataTableText).join(", ")}`);
}
