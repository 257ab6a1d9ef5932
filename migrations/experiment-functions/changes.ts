/** What may happen to an experiment under way: more traffic, somebody put into an arm by hand, its end. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addExperimentChanges(db: Kysely<unknown>): Promise<void> {
  await addRunning(db);
  await sql`
    create function end_experiment(p_proof text, p_id text, p_reason text) returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      there experiment := running_experiment(p_id, p_reason);
    begin
      update experiment set ended_at = clock_timestamp(), ended_by = actor.id, end_reason = p_reason where id = p_id;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'end_experiment', there.model,
        'experiment ' || p_id, jsonb_build_object('reason', p_reason));
      perform pg_notify('holt_live', there.model);
    end $$`.execute(db);
  await sql`
    create function grow_experiment(p_proof text, p_id text, p_traffic numeric, p_reason text) returns void
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      there experiment := running_experiment(p_id, p_reason);
    begin
      if p_traffic < there.traffic then
        raise exception using errcode = 'HT409', message = format(
          'experiment "%s": %s is less than the %s of now, and whoever has an arm keeps it; end it, and start another', p_id,
          p_traffic, trim_scale(there.traffic));
      elsif p_traffic > there.to_place - there.from_place then
        raise exception using errcode = 'HT409', message = format(
          'experiment "%s": %s is more than the %s that its plan grows to', p_id, p_traffic, trim_scale(there.to_place - there.from_place));
      elsif p_traffic = there.traffic then
        return;
      end if;
      update experiment set traffic = p_traffic where id = p_id;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'grow_experiment', there.model,
        'experiment ' || p_id, jsonb_build_object('from', there.traffic, 'to', p_traffic, 'reason', p_reason));
      perform pg_notify('holt_live', there.model);
    end $$`.execute(db);
  // Without an arm the unit is assigned as all others again. The log says that, and not who it is.
  await sql`
    create function override_arm(p_proof text, p_id text, p_unit text, p_arm text, p_reason text) returns void
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      there experiment := running_experiment(p_id, p_reason);
      place text := format('experiment "%s" override', p_id);
    begin
      if p_unit = '' then
        raise exception using errcode = 'HT400', message = format('%s: names nobody; say whom', place);
      elsif p_arm is null then
        delete from experiment_override where experiment_id = p_id and unit_id = p_unit;
        if not found then
          raise exception using errcode = 'HT404', message = format('%s: there is none of this id', place);
        end if;
      elsif not exists (select from experiment_arm where experiment_id = p_id and name = p_arm) then
        raise exception using errcode = 'HT404', message = format('%s: "%s" is none of its arms; known are %s', place, p_arm,
          (select string_agg(format('"%s"', name), ', ' order by position) from experiment_arm where experiment_id = p_id));
      elsif (select count(*) from experiment_override where experiment_id = p_id and unit_id <> p_unit) >= 200 then
        raise exception using errcode = 'HT409', message = format('%s: there are 200 already; take some away', place);
      else
        insert into experiment_override (experiment_id, unit_id, arm, person_id) values (p_id, p_unit, p_arm, actor.id)
          on conflict (experiment_id, unit_id) do update set arm = excluded.arm, person_id = excluded.person_id, at = clock_timestamp();
      end if;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'override_arm', there.model,
        'experiment ' || p_id, jsonb_strip_nulls(jsonb_build_object('arm', p_arm, 'reason', p_reason)));
      perform pg_notify('holt_live', there.model);
    end $$`.execute(db);
}

/** Found, locked, under way, and with a reason to be changed. Locks go model first, as everywhere. */
async function addRunning(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function running_experiment(p_id text, p_reason text) returns experiment language plpgsql ${DEFINER} as $$
    declare
      there experiment;
    begin
      perform from model where name = (select model from experiment where id = p_id) for no key update;
      select * into there from experiment where id = p_id for no key update;
      if there.id is null then
        raise exception using errcode = 'HT404', message = format(
          'experiment "%s": does not exist; see "holt experiment list"', p_id);
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = format(
          'experiment "%s": has no reason given; say why, it is kept in the audit log', p_id);
      elsif there.ended_at is not null then
        raise exception using errcode = 'HT409', message = format('experiment "%s": has ended (%s); start another', p_id, there.end_reason);
      end if;
      return there;
    end $$`.execute(db);
}
