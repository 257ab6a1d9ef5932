/** People are told of experiments by the channels of their model's alerts. Old servers and workers may run: they send none of these. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table alert_delivery add column experiment_id text references experiment`.execute(db);
  // an experiment's alert is of no incident, and has its model as a test's has
  await sql`create unique index alert_delivery_of_experiment_once on alert_delivery (experiment_id, event, channel, about)
    where experiment_id is not null`.execute(db);
}
