/** Parts of the people in experiments, as by country: where a plan names one, units and sums say which. Old workers may run: theirs say none. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Of the unit's first exposure; empty where the plan asks for none, and where the request named none.
  await sql`alter table experiment_unit add column segment text not null default ''`.execute(db);
  await sql`
    alter table experiment_day
      add column segment text not null default '',
      drop constraint experiment_day_pkey,
      add primary key (experiment_id, metric, arm, day, answered_by, segment)`.execute(db);
}
