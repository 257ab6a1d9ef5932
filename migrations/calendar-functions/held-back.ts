/** What holds a model back now, whoever wants it live: a freeze that somebody put up, or the calendar of its definition. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addHeldBack(db: Kysely<unknown>): Promise<void> {
  // The calendar is the applied definition's, so that what is applied today holds for a run of yesterday.
  await sql`
    create function held_back(p_model text) returns table (safeguard_id uuid, ends_at timestamptz, reason text)
    language sql stable ${DEFINER} as $$
      select * from (
        select frozen.id, frozen.ends_at, frozen.reason from freeze_of(p_model) as frozen where frozen.id is not null
        union all
        select null, calendar.ends_at, calendar.reason
        from model join definition on definition.digest = model.definition_digest,
          lateral calendar_freeze(definition.body::jsonb -> 'freezes', clock_timestamp()) as calendar
        where model.name = p_model and not exists (select from safeguard where kind = 'thaw' and safeguard.model = p_model
          and lifted_at is null and starts_at <= clock_timestamp() and safeguard.ends_at > clock_timestamp())
      ) as held order by ends_at desc limit 1
    $$`.execute(db);
  await sql`
    create or replace function refuse_while_frozen() returns trigger language plpgsql ${DEFINER} as $$
    declare
      held record;
      v_until text;
    begin
      select * into held from held_back(new.model);
      if not found then
        return new;
      end if;
      v_until := to_char(held.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"');
      if held.safeguard_id is null then
        raise exception using errcode = 'HT409', message = format(
          'model "%s" version %s: nothing goes live until %s, by the calendar of its definition (%s); wait, or override it with "holt thaw %s"',
          new.model, new.version, v_until, held.reason, new.model);
      end if;
      raise exception using errcode = 'HT409', message = format(
        'model "%s" version %s: nothing goes live until %s: "%s" froze it (%s); wait, or lift that with "holt safeguards lift %s"',
        new.model, new.version, v_until,
        (select name from person where id = (select person_id from safeguard where id = held.safeguard_id)), held.reason,
        held.safeguard_id);
    end $$`.execute(db);
  // Another calendar: runs that wait by the old one look again.
  await sql`
    create function look_at_new_calendar() returns trigger language plpgsql ${DEFINER} as $$
    begin
      if (select body::jsonb -> 'freezes' from definition where digest = new.definition_digest)
          is distinct from (select body::jsonb -> 'freezes' from definition where digest = old.definition_digest) then
        perform wake_held_runs(new.name);
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create function wake_held_runs(p_model text) returns setof uuid language sql ${DEFINER} as $$
      insert into wake_up (workflow_id, signal) select run.workflow_id, 'rolloutAnswered' from run
        join step on step.run_id = run.id and step.kind = 'deploy' and step.state = 'running'
        where run.finished_at is null and (p_model is null or run.model = p_model)
        returning id
    $$`.execute(db);
  await sql`
    create trigger calendar_changed after update of definition_digest on model
    for each row when (new.definition_digest is distinct from old.definition_digest)
    execute function look_at_new_calendar()`.execute(db);
}
