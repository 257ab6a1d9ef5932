/** An experiment begins: by somebody who may put a version before people, with versions that were approved. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addStartExperiment(db: Kysely<unknown>): Promise<void> {
  await addAssertMayAnswer(db);
  await addFindPlace(db);
  // The plan is canonical JSON, so that its bytes have its digest. Its id.
  await sql`
    create function start_experiment(p_proof text, p_plan text, p_reason text) returns text language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      plan jsonb := p_plan::jsonb;
      v_model text := plan ->> 'model';
      v_number integer;
      made experiment;
      arm record;
      held record;
      place text := format('model "%s" experiment', v_model);
    begin
      perform from model where name = v_model for no key update;
      if not found then
        raise exception using errcode = 'HT404', message = format(
          'model "%s": is not in the database; apply its definition with "holt apply"', v_model);
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: has no reason; say why, it is kept in the audit log', place);
      elsif plan -> 'metrics' -> (plan -> 'primary' ->> 'metric') is null then
        raise exception using errcode = 'HT400', message = format(
          '%s: has no primary metric, so nothing could decide it; name one in its plan', place);
      elsif not exists (select from live where model = v_model) then
        raise exception using errcode = 'HT409', message = format(
          '%s: nothing of the model is live, so there is nothing to compare with; run it first with "holt run %s"', place, v_model);
      elsif (select count(*) filter (where share > 0) < 2 or abs(sum(share) - 1) > 1e-6
          from jsonb_to_recordset(plan -> 'arms') as a (share double precision)) then
        raise exception using errcode = 'HT400', message = format('%s: needs two arms or more, whose shares are 1 together', place);
      end if;
      select * into held from held_back(v_model);
      if found then
        raise exception using errcode = 'HT409', message = format(
          '%s: nothing new meets people until %s (%s); wait, or see "holt safeguards"', place,
          to_char(held.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), held.reason);
      end if;
      select coalesce(max(number), 0) + 1 into v_number from experiment where model = v_model;
      insert into experiment (id, model, number, plan, digest, holdout, layer, from_place, to_place, traffic, person_id, reason, started_at)
        select v_model || '-x' || v_number, v_model, v_number, p_plan::json, hash_of(p_plan), (plan ->> 'holdout')::boolean,
          plan ->> 'layer', f, f + (plan ->> 'growsTo')::numeric(7, 6), (plan ->> 'traffic')::numeric(7, 6), actor.id, p_reason,
          clock_timestamp()
        from find_place(v_model, (plan ->> 'holdout')::boolean, plan ->> 'layer', (plan ->> 'growsTo')::numeric(7, 6)) f
        returning * into made;
      for arm in
        select * from rows from (jsonb_to_recordset(plan -> 'arms')
          as (name text, version integer, "listOnly" boolean, share double precision)) with ordinality
          as a (name, version, "listOnly", share, nth)
      loop
        if arm.version is not null then
          perform assert_may_answer(v_model, arm.version);
        end if;
        insert into experiment_arm (experiment_id, name, position, model, version, list_only, share)
          values (made.id, arm.name, arm.nth - 1, v_model, arm.version, arm."listOnly", arm.share);
      end loop;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'start_experiment', v_model,
        'experiment ' || made.id, jsonb_build_object('plan', made.digest, 'traffic', made.traffic, 'reason', p_reason,
          'arms', (select jsonb_agg(jsonb_build_object('name', name, 'version', version, 'listOnly', list_only, 'share', share)
            order by position) from experiment_arm where experiment_id = made.id)));
      perform pg_notify('holt_live', v_model);
      return made.id;
    end $$`.execute(db);
}

async function addAssertMayAnswer(db: Kysely<unknown>): Promise<void> {
  // What was live once was checked then; what never was must be signed as if it went live now.
  await sql`
    create function assert_may_answer(p_model text, p_version integer) returns void language plpgsql ${DEFINER} as $$
    declare
      v_run text := (select run_id from model_version where model = p_model and version = p_version);
    begin
      if v_run is null then
        raise exception using errcode = 'HT404', message = format(
          'model "%s" version %s: does not exist; see "holt versions %s"', p_model, p_version, p_model);
      elsif not exists (select from deployment where model = p_model and version = p_version) then
        perform assert_signed(lock_review(v_run), format('model "%s" version %s', p_model, p_version));
      end if;
    end $$`.execute(db);
}

async function addFindPlace(db: Kysely<unknown>): Promise<void> {
  // The first gap of a layer that is wide enough. Whoever starts in one layer goes one after another, whichever the model.
  await sql`
    create function find_place(p_model text, p_holdout boolean, p_layer text, p_width numeric) returns numeric
    language plpgsql ${DEFINER} as $$
    declare
      other experiment;
      free numeric;
      place text := format('model "%s" experiment', p_model);
    begin
      perform pg_advisory_xact_lock(hashtextextended('experiments of layer ' || p_layer, 0));
      select * into other from experiment where model = p_model and ended_at is null and holdout = p_holdout
        and (holdout or layer <> p_layer) limit 1;
      if other.id is not null and p_holdout then
        raise exception using errcode = 'HT409', message = format(
          '%s: "%s" holds people of this model out already; end it first: holt experiment end %s', place, other.id, other.id);
      elsif other.id is not null then
        raise exception using errcode = 'HT409', message = format(
          '%s: "%s" is in layer "%s", and one person gets one version of a model; name that layer, or end it', place, other.id, other.layer);
      end if;
      select min(gap.start) into free from (
          select 0::numeric as start union all
          select to_place from experiment where layer = p_layer and ended_at is null) gap
        where gap.start + p_width <= coalesce(
            (select min(from_place) from experiment where layer = p_layer and ended_at is null and to_place > gap.start), 1);
      if free is null then
        raise exception using errcode = 'HT409', message = format(
          '%s: layer "%s" has no room for %s of the people beside %s; end one of these, or ask for less traffic', place, p_layer,
          trim_scale(p_width), (select string_agg(format('"%s" (%s)', id, trim_scale(to_place - from_place)), ', ' order by from_place)
            from experiment where layer = p_layer and ended_at is null));
      end if;
      return free;
    end $$`.execute(db);
}
