/** An experiment's workflow is started with it, and looks again when people changed something. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addWakeExperiment(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function wake_experiment() returns trigger language plpgsql ${DEFINER} as $$
    begin
      insert into wake_up (workflow_id, signal)
        values ('experiment/' || new.id, case tg_op when 'INSERT' then 'start' else 'experimentChanged' end);
      return null;
    end $$`.execute(db);
  await sql`
    create trigger experiment_wakes after insert or update on experiment
    for each row execute function wake_experiment()`.execute(db);
  // Those that began before they were looked at.
  await sql`
    insert into wake_up (workflow_id, signal) select 'experiment/' || id, 'start' from experiment where ended_at is null`.execute(
    db,
  );
}
