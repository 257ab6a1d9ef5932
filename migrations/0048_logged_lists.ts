/**
 * Lists that were drawn, found without reading all others: each run's step `qa` asks whether there are any. Only they cost anything. Servers
 * and workers from before may run.
 */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index exposure_logged on exposure (model, id) where propensities is not null`.execute(db);
}
