/** A pause of an experiment, and its end. Both wake its workflow, and servers hear of them as of a flip. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addPauses(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function pause_experiment(p_proof text, p_id text, p_reason text) returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      there experiment := running_experiment(p_id, p_reason);
      pause experiment_pause;
    begin
      select * into pause from experiment_pause where experiment_id = p_id and until_at is null;
      if pause.from_at is not null then
        raise exception using errcode = 'HT409', message = format('experiment "%s": is paused already (%s); holt experiment resume %s', p_id,
          pause.reason, p_id);
      end if;
      insert into experiment_pause (experiment_id, from_at, person_id, reason) values (p_id, clock_timestamp(), actor.id, p_reason);
      perform tell_of_pause(there, 'pause_experiment', actor.id, p_reason);
    end $$`.execute(db);
  // What an arm serves meets people again, so a freeze holds it as it would hold a start.
  await sql`
    create function resume_experiment(p_proof text, p_id text, p_reason text) returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      there experiment := running_experiment(p_id, p_reason);
      held record;
    begin
      if not exists (select from experiment_pause where experiment_id = p_id and until_at is null) then
        raise exception using errcode = 'HT409', message = format('experiment "%s": is not paused; see "holt experiment show %s"', p_id, p_id);
      end if;
      select * into held from held_back(there.model);
      if found then
        raise exception using errcode = 'HT409', message = format(
          'experiment "%s": nothing new meets people until %s (%s); wait, or see "holt safeguards"', p_id,
          to_char(held.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), held.reason);
      end if;
      update experiment_pause set until_at = clock_timestamp(), resumed_by = actor.id, resume_reason = p_reason
        where experiment_id = p_id and until_at is null;
      perform tell_of_pause(there, 'resume_experiment', actor.id, p_reason);
    end $$`.execute(db);
  await sql`
    create function tell_of_pause(p_there experiment, p_action text, p_person uuid, p_reason text) returns void
    language plpgsql ${DEFINER} as $$
    begin
      insert into audit (person_id, action, model, subject, detail) values (p_person, p_action, p_there.model,
        'experiment ' || p_there.id, jsonb_build_object('reason', p_reason));
      insert into wake_up (workflow_id, signal) values ('experiment/' || p_there.id, 'experimentChanged');
      perform pg_notify('holt_live', p_there.model);
    end $$`.execute(db);
}
