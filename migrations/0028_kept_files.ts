/** Since when a static file isn't what it should be, so that the monitor can say it. Old workers may run: they leave it empty. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table static_file add column problem_since timestamptz`.execute(db);
}
