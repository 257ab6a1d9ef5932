/** A step is left out because a person said so, or because there is nothing for it to judge then. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addSkipStep(db: Kysely<unknown>): Promise<void> {
  // A second call changes nothing. That an evaluation goes with its training is workflows/run-graph.ts's rule.
  await sql`
    create function skip_step(p_run text, p_step text) returns void language plpgsql ${DEFINER} as $$
    declare
      this_run run;
      left_out step;
      answered_by text;
      place text := format('run "%s" step "%s"', p_run, p_step);
    begin
      select * into this_run from run where id = p_run for no key update;
      select * into left_out from step where run_id = p_run and name = p_step for no key update;
      if left_out.run_id is null then
        raise exception using errcode = 'HT404', message = format('%s: is not part of the run; see "holt run show %s"', place, p_run);
      elsif left_out.state = 'skipped' then
        return;
      elsif this_run.finished_at is not null then
        raise exception using errcode = 'HT409', message = format('run "%s": has ended (%s); start another', p_run, this_run.outcome);
      end if;
      select person.name into answered_by from step_answer said join person on person.id = said.person_id
        where said.run_id = p_run and said.step = p_step and said.round = left_out.round and said.answer = 'skip';
      if answered_by is null and not (left_out.kind = 'evaluate' and exists (select from step before
          where before.run_id = p_run and before.name = any (left_out.after) and before.state = 'skipped')) then
        raise exception using errcode = 'HT403', message = format(
          '%s: cannot be left out, since nobody said so; answer it with "holt skip %s %s"', place, p_run, p_step);
      elsif left_out.state in ('done', 'reused') then
        raise exception using errcode = 'HT409', message = format('%s: is done, so it cannot be left out; look at it again', place);
      end if;
      update step set state = 'skipped', progress = null, finished_at = now_ms(),
          summary = coalesce('skipped by ' || answered_by, 'left out with the step before it')
        where run_id = p_run and name = p_step;
    end $$`.execute(db);
  await sql`
    create function guard_skipped() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    begin
      if not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'USAGE') then
        raise exception 'run "%" step "%": is left out by skip_step alone, which asks who said so', new.run_id, new.name
          using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger step_skipped_by_function before insert or update of state on step for each row
    when (new.state = 'skipped') execute function guard_skipped()`.execute(db);
}
