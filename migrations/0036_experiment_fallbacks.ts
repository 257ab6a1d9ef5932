/** Sums of experiments say which units the arm `fallback` answered. Old workers may run: of the days that they make, nobody knows. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table experiment_day
      -- 'fallback': it answered the units of this row, even once, in the time that counts
      add column answered_by text not null default 'unknown' check (answered_by in ('arm', 'fallback', 'unknown')),
      drop constraint experiment_day_pkey,
      add primary key (experiment_id, metric, arm, day, answered_by)`.execute(db);
  // The next look makes all days anew of which the exposures are still there, as a first one does.
  await sql`
    delete from experiment_refresh as r using experiment as e
      where e.id = r.experiment_id and e.ended_at is null`.execute(db);
}
