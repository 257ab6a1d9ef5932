/** What each delivery of a source was like, for the monitor to compare later ones with. Old workers may run: they don't look. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table source_profile (
      snapshot_id bigint primary key references snapshot on delete cascade,
      -- core/inputs/profile.ts has its shape
      body json not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await grantLater(db, { tables: { holt_worker: ["select, insert on source_profile"] }, calls: {} });
}
