/** Every way in which a version beside the live one stops answering: a flip, its rollout's end, its run's end. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addTrafficEnds(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function stop_traffic(p_model text, p_reason text) returns void language plpgsql ${DEFINER} as $$
    declare
      beside traffic;
    begin
      delete from traffic where model = p_model returning * into beside;
      if beside.model is null then
        return;
      end if;
      update rollout_stage set state = 'ended', ended_at = clock_timestamp()
        where run_id = beside.run_id and stage = beside.stage and ended_at is null;
      insert into audit (action, model, subject, detail) values ('end_rollout', p_model, 'version ' || beside.version,
        jsonb_build_object('stage', beside.stage, 'run', beside.run_id, 'reason', p_reason));
      perform pg_notify('holt_live', p_model);
    end $$`.execute(db);
  // What was tried beside the version that was live is not tried beside another.
  await sql`
    create function stop_traffic_at_flip() returns trigger language plpgsql ${DEFINER} as $$
    begin
      perform stop_traffic(new.model, format('version %s went live', new.version));
      return null;
    end $$`.execute(db);
  await sql`
    create trigger flip_stops_traffic after insert or update of version on live for each row
    execute function stop_traffic_at_flip()`.execute(db);
  // However a run ends, also when its workflow is gone: nobody goes on being answered by its version.
  await sql`
    create function stop_traffic_of_run() returns trigger language plpgsql ${DEFINER} as $$
    begin
      perform stop_traffic(model, format('its run ended (%s)', coalesce(new.outcome, 'no outcome')))
        from traffic where run_id = new.id;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger run_end_stops_traffic after update of finished_at on run for each row
    when (old.finished_at is null and new.finished_at is not null) execute function stop_traffic_of_run()`.execute(
    db,
  );
}
