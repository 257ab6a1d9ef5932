/** A run that Holt opens for an incident: neither a person asked for it nor a schedule. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addIncidentRuns(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table run drop constraint run_trigger_check,
      add constraint run_trigger_check check (trigger in ('person', 'schedule', 'incident'))`.execute(db);
  // As insert_run, which is for a person or a tick. The wake-up starts it, as it starts a person's.
  await sql`
    create function open_incident_run(p_model text, p_run_key text, p_incident bigint) returns text
    language plpgsql ${DEFINER} as $$
    declare
      v_now timestamptz := now_ms();
      made run;
    begin
      insert into run (id, model, run_key, definition_digest, as_of, opened_at, trigger, baseline_only, fresh, champion_version, workflow_id)
        select name || '-' || p_run_key, name, p_run_key, definition_digest, v_now, v_now, 'incident', false, false,
          (select version from live where live.model = name), 'run/' || name || '/' || p_run_key
        from model where name = p_model on conflict do nothing returning * into made;
      if made.id is null then
        return null;
      end if;
      insert into audit (person_id, action, model, subject, detail) values (null, 'start_run', p_model, 'run ' || made.id,
        jsonb_build_object('incident', p_incident));
      insert into wake_up (workflow_id, signal) values (made.workflow_id, 'start');
      return made.id;
    end $$`.execute(db);
}
