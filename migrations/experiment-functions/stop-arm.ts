/** How Holt ends one of several arms by itself. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addStopArm(db: Kysely<unknown>): Promise<void> {
  // Only what its last look found, as settle_experiment does; the last arm that is left ends with the experiment. Twice is once.
  await sql`
    create function stop_arm(p_id text, p_arm text) returns void language plpgsql ${DEFINER} as $$
    declare
      there experiment;
      found_arm json;
      place text := format('experiment "%s" arm "%s"', p_id, p_arm);
    begin
      perform from model where name = (select model from experiment where id = p_id) for no key update;
      select * into there from experiment where id = p_id for no key update;
      if there.id is null then
        raise exception using errcode = 'HT404', message = format('experiment "%s": does not exist', p_id);
      elsif there.ended_at is not null or exists (select from experiment_stopped_arm where experiment_id = p_id and arm = p_arm) then
        return;
      elsif exists (select from experiment_pause where experiment_id = p_id and until_at is null) then
        raise exception using errcode = 'HT409', message = format('experiment "%s": is paused; resume it, or end it', p_id);
      elsif there.holdout or (there.plan ->> 'aa')::boolean then
        raise exception using errcode = 'HT409', message = format('%s: A/A tests and holdouts stop nothing; end it by hand', place);
      end if;
      select a into found_arm from json_array_elements(
          (select analysis -> 'arms' from experiment_look where experiment_id = p_id order by day desc limit 1)) as a
        where a ->> 'arm' = p_arm;
      if found_arm is null or found_arm ->> 'verdict' <> 'stop' then
        raise exception using errcode = 'HT409', message = format('%s: its last look does not say that it does harm; look again', place);
      elsif not exists (select from experiment_arm as a where a.experiment_id = p_id and a.position > 0 and a.name <> p_arm
          and not exists (select from experiment_stopped_arm as s where s.experiment_id = p_id and s.arm = a.name)) then
        raise exception using errcode = 'HT409', message = format('%s: no other is left beside the control; the experiment ends as a whole', place);
      end if;
      insert into experiment_stopped_arm (experiment_id, arm, at, reason, finding)
        values (p_id, p_arm, clock_timestamp(), found_arm ->> 'reason', found_arm);
      insert into audit (person_id, action, model, subject, detail) values (null, 'stop_arm', there.model, 'experiment ' || p_id,
        jsonb_build_object('arm', p_arm, 'reason', found_arm ->> 'reason'));
      perform pg_notify('holt_live', there.model);
    end $$`.execute(db);
}
