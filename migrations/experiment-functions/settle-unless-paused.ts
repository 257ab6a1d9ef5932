/** How Holt ends an experiment by itself (ship.ts), which it does not while a person has it paused. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function settleUnlessPaused(db: Kysely<unknown>): Promise<void> {
  // As before, and nothing of one that is paused: a look that was under way may come after.
  await sql`
    create or replace function settle_experiment(p_id text) returns void language plpgsql ${DEFINER} as $$
    declare
      there experiment;
      look experiment_look;
    begin
      perform from model where name = (select model from experiment where id = p_id) for no key update;
      select * into there from experiment where id = p_id for no key update;
      if there.id is null then
        raise exception using errcode = 'HT404', message = format('experiment "%s": does not exist', p_id);
      elsif there.ended_at is not null then
        return;
      end if;
      if exists (select from experiment_pause where experiment_id = p_id and until_at is null) then
        raise exception using errcode = 'HT409', message = format('experiment "%s": is paused; resume it, or end it', p_id);
      end if;
      select * into look from experiment_look where experiment_id = p_id order by day desc limit 1;
      if look.verdict is null or look.verdict = 'go_on' then
        raise exception using errcode = 'HT409', message = format(
          'experiment "%s": its last look ends nothing (%s); look again', p_id, coalesce(look.reason, 'there was none'));
      elsif look.verdict = 'ship' then
        if there.plan ->> 'confirm' <> 'automatic' then
          raise exception using errcode = 'HT409', message = format(
            'experiment "%s": its plan has a person confirm; holt experiment ship %s', p_id, p_id);
        end if;
        perform flip_to_arm(there, look.arm, there.person_id, format('experiment %s: %s', p_id, look.reason));
      end if;
      update experiment set ended_at = clock_timestamp(), end_reason = look.reason where id = p_id;
      insert into audit (person_id, action, model, subject, detail) values (null, 'settle_experiment', there.model, 'experiment ' || p_id,
        jsonb_strip_nulls(jsonb_build_object('verdict', look.verdict, 'arm', look.arm, 'reason', look.reason)));
      perform pg_notify('holt_live', there.model);
    end $$`.execute(db);
}
