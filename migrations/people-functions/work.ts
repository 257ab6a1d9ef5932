import { type Kysely, sql } from "kysely";
import { DEFINER } from "./definer.ts";

/** Who applied a definition and who asked for a run: neither may approve what comes of it, so neither can be forged. */
export async function addWorkFunctions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function apply_definition(p_proof text, p_digest text, p_model text, p_body text, p_folder text)
    returns text language plpgsql ${DEFINER} as $$
    declare
      v_by uuid := (acting(p_proof, 'submit')).id;
      v_previous text;
    begin
      -- Appliers of one model go one after another, also before the model has a row.
      perform pg_advisory_xact_lock(hashtextextended('apply ' || p_model, 0));
      select definition_digest into v_previous from model where name = p_model;
      insert into definition (digest, model, body, folder) values (p_digest, p_model, p_body::json, p_folder)
        on conflict (digest) do update set folder = p_folder;
      insert into definition_author (definition_digest, person_id) values (p_digest, v_by) on conflict do nothing;
      if v_previous is distinct from p_digest then
        insert into model (name, definition_digest, applied_at) values (p_model, p_digest, clock_timestamp())
          on conflict (name) do update set definition_digest = p_digest, applied_at = clock_timestamp();
        insert into audit (person_id, action, model, subject, detail) values (v_by, 'apply', p_model,
          'definition ' || p_digest, jsonb_build_object('previous', v_previous));
      end if;
      return v_previous;
    end $$`.execute(db);

  // To the millisecond, as JavaScript has it, so that whoever compares dates outside gets the same answer.
  await sql`
    create function now_ms() returns timestamptz language sql volatile set search_path = pg_catalog, pg_temp
    return date_trunc('milliseconds', clock_timestamp())`.execute(db);

  await sql`
    create function insert_run(
      p_model text, p_run_key text, p_person uuid, p_baseline_only boolean, p_fresh boolean
    ) returns run language plpgsql ${DEFINER} as $$
    declare
      v_now timestamptz := now_ms();
      v_definition text;
      v_run run;
    begin
      select definition_digest into v_definition from model where name = p_model;
      if not found then
        raise exception 'model "%": is not in the database; apply its definition with "holt apply"', p_model
          using errcode = 'HT404';
      end if;
      insert into run (id, model, run_key, definition_digest, as_of, opened_at, trigger, person_id,
          baseline_only, fresh, champion_version, workflow_id)
        values (p_model || '-' || p_run_key, p_model, p_run_key, v_definition, v_now, v_now,
          case when p_person is null then 'schedule' else 'person' end, p_person, p_baseline_only, p_fresh,
          (select version from live where live.model = p_model), 'run/' || p_model || '/' || p_run_key)
        -- Without columns: of two at the same time, the later may meet the first at key, id or workflow's id.
        on conflict do nothing returning * into v_run;
      return v_run;
    end $$`.execute(db);

  // Without a key each start is a run: 20261124T030000, or 20261124T030000-2 for the second of a second.
  await sql`
    create function open_run(
      p_proof text, p_model text, p_run_key text, p_baseline_only boolean, p_fresh boolean
    ) returns table (run_id text, is_new boolean, wake_up uuid) language plpgsql ${DEFINER} as $$
    declare
      v_by uuid := (acting(p_proof, 'submit')).id;
      v_second text := to_char(now_ms() at time zone 'UTC', 'YYYYMMDD"T"HH24MISS');
      v_count integer := 1;
      v_run run;
      v_wake_up uuid;
    begin
      v_run := insert_run(p_model, coalesce(p_run_key, v_second), v_by, p_baseline_only, p_fresh);
      while v_run.id is null and p_run_key is null loop
        v_count := v_count + 1;
        v_run := insert_run(p_model, v_second || '-' || v_count, v_by, p_baseline_only, p_fresh);
      end loop;
      if v_run.id is null then
        select * into v_run from run where model = p_model and run_key = p_run_key;
        if not found then
          raise exception 'run "%-%": is another model''s already, by its name and key together; choose another run key',
            p_model, p_run_key using errcode = 'HT409';
        end if;
        if v_run.baseline_only <> p_baseline_only or v_run.fresh <> p_fresh then
          raise exception 'run "%": its run key was used before with baselineOnly % and fresh %; choose another key',
            v_run.id, v_run.baseline_only::text, v_run.fresh::text using errcode = 'HT409';
        end if;
        return query select v_run.id, false, null::uuid;
        return;
      end if;
      insert into audit (person_id, action, model, subject, detail) values (v_by, 'start_run', p_model,
        'run ' || v_run.id, jsonb_build_object('baselineOnly', p_baseline_only, 'fresh', p_fresh));
      insert into wake_up (workflow_id, signal) values (v_run.workflow_id, 'start') returning id into v_wake_up;
      return query select v_run.id, true, v_wake_up;
    end $$`.execute(db);

  await sql`
    create function open_scheduled_run(p_model text, p_run_key text, p_tick text)
    returns text language plpgsql ${DEFINER} as $$
    declare
      v_run run := insert_run(p_model, p_run_key, null, false, false);
    begin
      if v_run.id is null then
        raise exception 'run "%-%": is there already', p_model, p_run_key using errcode = 'HT409';
      end if;
      insert into audit (person_id, action, model, subject, detail) values (null, 'start_run', p_model,
        'run ' || v_run.id, jsonb_build_object('tick', p_tick));
      return v_run.id;
    end $$`.execute(db);

  // What a run is of and who asked for it is settled when it opens; its state goes on. What it is judged against and may
  // replace is settled with its plan, and its end is one: whoever only moves it on could else bring back an old approval.
  await sql`
    create function keep_requester() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
    begin
      if (new.id, new.model, new.definition_digest, new.trigger, new.person_id)
          is distinct from (old.id, old.model, old.definition_digest, old.trigger, old.person_id) then
        raise exception 'run "%": what it is of and who asked for it never change', old.id using errcode = '42501';
      end if;
      if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'USAGE') then
        return new;
      end if;
      if new.champion_version is distinct from old.champion_version
          and exists (select from public.step where run_id = old.id) then
        raise exception 'run "%": what it may replace never changes once its steps are planned', old.id using errcode = '42501';
      end if;
      if old.finished_at is not null
          and (new.state, new.outcome, new.finished_at) is distinct from (old.state, old.outcome, old.finished_at) then
        raise exception 'run "%": has ended, and the first end stands', old.id using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger run_keeps_requester before update on run for each row execute function keep_requester()`.execute(
    db,
  );
}
