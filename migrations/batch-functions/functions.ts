import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addBatchFunctions(db: Kysely<unknown>): Promise<void> {
  await addOpening(db);
  await addDeployed(db);
  await addScheduled(db);
  await addAnswer(db);
}

async function addOpening(db: Kysely<unknown>): Promise<void> {
  // The row and its wake-up. Called with the model's row locked, so that numbers have no gap and targets one owner.
  await sql`
    create function add_batch(p_row batch) returns batch language plpgsql ${DEFINER} as $$
    declare
      made batch := p_row;
      v_number bigint := (select count(*) + 1 from batch where model = p_row.model);
      v_owner text;
    begin
      if made.target !~ '[.]' then
        insert into batch_target (target, model) values (made.target, made.model) on conflict do nothing;
        select model into v_owner from batch_target where target = made.target;
        if v_owner <> made.model then
          raise exception using errcode = 'HT409', message = format(
            'to: table "%s" belongs to model "%s"; choose another name', made.target, v_owner);
        end if;
      end if;
      made.id := format('%s-b%s', made.model, v_number);
      made.workflow_id := coalesce(made.workflow_id, format('batch/%s/%s', made.model, v_number));
      made.release_digest := (select release_digest from model_version where model = made.model and version = made.version);
      insert into batch (id, model, batch_key, version, release_digest, source, target, k, layout, strangers, country,
          max_bad_row_share, trigger, person_id, workflow_id, opened_at)
        values (made.id, made.model, made.batch_key, made.version, made.release_digest, made.source, made.target, made.k,
          made.layout, made.strangers, made.country, made.max_bad_row_share, made.trigger, made.person_id, made.workflow_id,
          clock_timestamp())
        returning * into made;
      insert into audit (person_id, action, model, subject, detail) values (made.person_id, 'start_batch', made.model,
        'batch ' || made.id, jsonb_build_object('version', made.version, 'from', made.source, 'to', made.target,
          'trigger', made.trigger));
      return made;
    end $$`.execute(db);
  await sql`
    create function open_batch(p_proof text, p_model text, p_key text, p_version integer, p_source text, p_target text,
      p_k integer, p_layout text, p_strangers text, p_country text, p_share double precision)
    returns table (id text, is_new boolean, woken uuid) language plpgsql ${DEFINER} as $$
    #variable_conflict use_column
    declare
      actor person := acting(p_proof, 'submit');
      wanted batch;
      there batch;
    begin
      perform from model where name = p_model for no key update;
      if not found then
        raise exception using errcode = 'HT404', message = format(
          'model "%s": is not in the database; apply its definition with "holt apply"', p_model);
      end if;
      wanted.model := p_model;
      wanted.batch_key := coalesce(p_key, gen_random_uuid()::text);
      wanted.version := coalesce(p_version, (select version from live where model = p_model));
      if wanted.version is null then
        raise exception using errcode = 'HT409', message = format(
          'model "%s": nothing is live; name a version, or run it first with "holt run %s"', p_model, p_model);
      elsif not exists (select from model_version where model = p_model and version = wanted.version) then
        raise exception using errcode = 'HT404', message = format(
          'model "%s" version %s: does not exist; see "holt versions %s"', p_model, wanted.version, p_model);
      end if;
      select * into there from batch where model = p_model and batch_key = wanted.batch_key;
      if there.id is not null then
        if row(there.source, there.target, there.k, there.layout, there.strangers, there.country, there.max_bad_row_share)
            is distinct from row(p_source, p_target, p_k, p_layout, p_strangers, p_country, p_share)
            or (p_version is not null and p_version <> there.version) then
          raise exception using errcode = 'HT409', message = format(
            'key "%s": was used for batch "%s", which asks for something else; choose another key', p_key, there.id);
        end if;
        return query select there.id, false, null::uuid;
        return;
      end if;
      select * into there from batch where model = p_model and target = p_target and state in ('running', 'needs_attention');
      if there.id is not null then
        raise exception using errcode = 'HT409', message = format(
          'to: "%s" is being written by batch "%s"; wait for it, or cancel it with "holt batch cancel %s"',
          p_target, there.id, there.id);
      end if;
      wanted.source := p_source;
      wanted.target := p_target;
      wanted.k := p_k;
      wanted.layout := p_layout;
      wanted.strangers := p_strangers;
      wanted.country := p_country;
      wanted.max_bad_row_share := p_share;
      wanted.trigger := 'person';
      wanted.person_id := actor.id;
      wanted := add_batch(wanted);
      insert into wake_up (workflow_id, signal) values (wanted.workflow_id, 'start') returning wake_up.id into woken;
      id := wanted.id;
      is_new := true;
      return next;
    end $$`.execute(db);
  // What a definition says of its batch; all null where it has none.
  await sql`
    create function batch_of(p_model text, p_version integer) returns batch language plpgsql stable ${DEFINER} as $$
    declare
      wanted batch;
      said jsonb := (
        select definition.body::jsonb->'deployment' from model_version v
          join release on release.digest = v.release_digest
          join definition on definition.digest = release.body->>'definitionDigest'
        where v.model = p_model and v.version = p_version);
    begin
      if said->>'kind' is distinct from 'batch' then
        return null;
      end if;
      wanted.model := p_model;
      wanted.version := p_version;
      wanted.source := said->>'from';
      wanted.target := said->>'to';
      wanted.k := (said->>'k')::integer;
      wanted.layout := said->>'layout';
      wanted.strangers := said->>'strangers';
      wanted.country := said->>'country';
      wanted.max_bad_row_share := (said->>'maxBadRowShare')::double precision;
      return wanted;
    end $$`.execute(db);
}

/** Each flip, forth or back, has the table scored anew by what is live now; what still scores for the one before ends. */
async function addDeployed(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function score_what_went_live() returns trigger language plpgsql ${DEFINER} as $$
    declare
      wanted batch := batch_of(new.model, new.version);
    begin
      with ended as (
        update batch set state = 'superseded', finished_at = clock_timestamp()
        where model = new.model and trigger <> 'person' and state in ('running', 'needs_attention')
        returning workflow_id
      )
      insert into wake_up (workflow_id, signal) select workflow_id, 'cancel' from ended;
      if wanted.model is null then
        return null;
      end if;
      wanted.batch_key := format('deployment %s', new.fence);
      wanted.trigger := 'deployment';
      wanted.person_id := new.person_id;
      wanted := add_batch(wanted);
      insert into wake_up (workflow_id, signal) values (wanted.workflow_id, 'start');
      return null;
    end $$`.execute(db);
  await sql`
    create trigger deployment_scores_its_table after insert on deployment
    for each row execute function score_what_went_live()`.execute(db);
}

async function addScheduled(db: Kysely<unknown>): Promise<void> {
  // One tick: null where the live version scores no table, or is doing it just now.
  await sql`
    create function open_scheduled_batch(p_model text, p_tick timestamptz, p_workflow text) returns text
    language plpgsql ${DEFINER} as $$
    declare
      v_key text := format('tick %s', to_char(p_tick at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
      wanted batch;
      there batch;
    begin
      perform from model where name = p_model for no key update;
      select * into there from batch where model = p_model and batch_key = v_key;
      if there.id is not null then
        return case when there.workflow_id = p_workflow then there.id end;
      end if;
      wanted := batch_of(p_model, (select version from live where model = p_model));
      if wanted.model is null or exists (
        select from batch where model = p_model and target = wanted.target and state in ('running', 'needs_attention')
      ) then
        return null;
      end if;
      wanted.batch_key := v_key;
      wanted.trigger := 'schedule';
      wanted.workflow_id := p_workflow;
      return (add_batch(wanted)).id;
    end $$`.execute(db);
}

async function addAnswer(db: Kysely<unknown>): Promise<void> {
  // 'retry' lets a batch that needs attention go on; 'cancel' ends one that has not ended.
  await sql`
    create function answer_batch(p_proof text, p_batch text, p_answer text, p_reason text) returns uuid
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'submit');
      there batch;
      woken uuid;
    begin
      select * into there from batch where id = p_batch for no key update;
      if there.id is null then
        raise exception using errcode = 'HT404', message = format('batch "%s": is not there; see "holt batch list"', p_batch);
      elsif there.finished_at is not null then
        raise exception using errcode = 'HT409', message = format('batch "%s": has ended (%s)', p_batch, there.state);
      elsif p_answer = 'retry' and there.state <> 'needs_attention' then
        raise exception using errcode = 'HT409', message = format('batch "%s": goes on, so there is nothing to retry', p_batch);
      elsif p_answer not in ('retry', 'cancel') then
        raise exception using errcode = 'HT400', message = format('answer: "%s" is neither "retry" nor "cancel"', p_answer);
      end if;
      if p_answer = 'retry' then
        update batch set state = 'running', error_code = null, error_message = null where id = p_batch;
      else
        update batch set state = 'cancelled', finished_at = clock_timestamp() where id = p_batch;
      end if;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, p_answer || '_batch', there.model,
        'batch ' || p_batch, jsonb_strip_nulls(jsonb_build_object('reason', nullif(p_reason, ''), 'error', there.error_message)));
      insert into wake_up (workflow_id, signal)
        values (there.workflow_id, case p_answer when 'retry' then 'batchAnswered' else 'cancel' end) returning id into woken;
      return woken;
    end $$`.execute(db);
  // Temporal carries it no more. Like a run's end by that reason, it is the server's word, and nobody's act.
  await sql`
    create function end_lost_batch(p_batch text, p_message text) returns boolean language plpgsql ${DEFINER} as $$
    begin
      update batch set state = 'failed', finished_at = clock_timestamp(), error_message = p_message
        where id = p_batch and finished_at is null;
      return found;
    end $$`.execute(db);
}
