/** How many people were shown something of a model in a time, for whoever may not read what was shown to whom. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  // By the days' ids, so that other days are not read.
  await sql`
    create function people_shown(p_model text, p_from timestamptz, p_until timestamptz)
    returns table (people bigint, answers bigint, fallbacks bigint) language sql stable ${DEFINER} as $$
      select count(distinct user_id) filter (where user_id <> ''), count(*), count(*) filter (where fallback) from exposure
      where model = p_model and at >= p_from and at < p_until
        and id >= first_exposure_id((p_from at time zone 'utc')::date)
        and id < first_exposure_id((p_until at time zone 'utc')::date + 1)
    $$`.execute(db);
  await grantLater(db, { tables: {}, calls: { holt_server: ["people_shown"] } });
}
