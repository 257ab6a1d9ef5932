/** Stages of a rollout: only of a release that may go live, and only beside the version that the run was judged against. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addRolloutFunctions(db: Kysely<unknown>): Promise<void> {
  await addStartStage(db);
  await addEnds(db);
  await addAnswer(db);
}

async function addStartStage(db: Kysely<unknown>): Promise<void> {
  // Called twice for one stage, it changes nothing; an earlier stage than the one that is there is refused.
  await sql`
    create function start_stage(p_run text, p_version integer, p_stage integer, p_kind text, p_share double precision)
    returns timestamptz language plpgsql ${DEFINER} as $$
    declare
      this_run run;
      there review;
      signed decision;
      beside traffic;
      begun timestamptz;
      place text;
    begin
      select * into this_run from run where id = p_run;
      perform from model where name = this_run.model for no key update;
      there := lock_review(p_run);
      select * into this_run from run where id = p_run;
      place := format('model "%s" version %s', this_run.model, p_version);
      if this_run.finished_at is not null then
        raise exception using errcode = 'HT409', message = format(
          '%s: run "%s" has ended (%s); start another (nobody is answered by it)', place, p_run, this_run.outcome);
      end if;
      signed := assert_signed(there, place);
      if not exists (select from model_version where model = this_run.model and version = p_version
          and release_digest = there.release_digest) then
        raise exception using errcode = 'HT500', message = format(
          '%s: is not the release that was approved in run "%s"; have it reviewed (nobody is answered by it)', place, p_run);
      end if;
      perform assert_live(this_run.model, this_run.champion_version, 'roll it out again');
      select * into beside from traffic where model = this_run.model;
      if beside.run_id <> p_run then
        raise exception using errcode = 'HT409', message = format(
          '%s: version %s of run "%s" is being rolled out; end that first: holt rollout %s --back', place, beside.version,
          beside.run_id, beside.run_id);
      elsif beside.stage > p_stage then
        raise exception using errcode = 'HT409', message = format(
          '%s: its rollout is at stage %s already, beyond stage %s', place, beside.stage, p_stage);
      elsif p_stage > 0 and not exists (select from rollout_stage where run_id = p_run and stage = p_stage - 1
          and state = 'passed') then
        raise exception using errcode = 'HT500', message = format(
          '%s: stage %s of its rollout has not passed, so stage %s does not begin', place, p_stage - 1, p_stage);
      end if;
      select started_at into begun from rollout_stage where run_id = p_run and stage = p_stage;
      if begun is not null then
        return begun;
      end if;
      begun := clock_timestamp();
      insert into rollout_stage (run_id, stage, model, version, kind, share, person_id, started_at)
        values (p_run, p_stage, this_run.model, p_version, p_kind, p_share, signed.person_id, begun);
      insert into traffic (model, version, run_id, stage, kind, share)
        values (this_run.model, p_version, p_run, p_stage, p_kind, p_share)
        on conflict (model) do update set version = excluded.version, run_id = excluded.run_id, stage = excluded.stage,
          kind = excluded.kind, share = excluded.share;
      insert into audit (person_id, action, model, subject, detail) values (signed.person_id, 'roll_out', this_run.model,
        'version ' || p_version, jsonb_build_object('stage', p_stage, 'kind', p_kind, 'share', p_share, 'run', p_run));
      perform pg_notify('holt_live', this_run.model);
      return begun;
    end $$`.execute(db);
}

async function addEnds(db: Kysely<unknown>): Promise<void> {
  // What a look at a stage found. A stage that has ended keeps what it ended with.
  await sql`
    create function note_stage(p_run text, p_stage integer, p_state text, p_checks jsonb) returns void
    language plpgsql ${DEFINER} as $$
    begin
      update rollout_stage set state = p_state, checks = p_checks, looked_at = clock_timestamp(),
          ended_at = case when p_state in ('passed', 'failed') then clock_timestamp() end
        where run_id = p_run and stage = p_stage and ended_at is null;
    end $$`.execute(db);
  // The version answers nobody any more; what is live stays live.
  await sql`
    create function end_rollout(p_run text, p_reason text) returns void language plpgsql ${DEFINER} as $$
    declare
      of_model text := (select model from run where id = p_run);
    begin
      perform from model where name = of_model for no key update;
      perform stop_traffic(of_model, p_reason) from traffic where run_id = p_run;
    end $$`.execute(db);
}

async function addAnswer(db: Kysely<unknown>): Promise<void> {
  // A person lifts a stage's wait, or ends the rollout; the same answer again changes nothing. Its own wake-up's id, or null.
  await sql`
    create function answer_rollout(p_proof text, p_run text, p_stage integer, p_answer text, p_reason text) returns uuid
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      there rollout_stage;
      given rollout_answer;
      this_run run;
      woken uuid;
      place text := format('run "%s" stage %s', p_run, p_stage);
    begin
      select * into there from rollout_stage where run_id = p_run and stage = p_stage for no key update;
      if there.run_id is null then
        raise exception using errcode = 'HT404', message = format('%s: is no stage of a rollout; see "holt run show %s"', place, p_run);
      end if;
      select * into given from rollout_answer where run_id = p_run and stage = p_stage;
      if given.person_id = actor.id and given.answer = p_answer and given.reason = p_reason then
        return null;
      elsif given.run_id is not null then
        raise exception using errcode = 'HT409', message = format('%s: "%s" answered already: %s; the first answer stands', place,
          (select name from person where id = given.person_id), given.answer);
      elsif there.ended_at is not null then
        raise exception using errcode = 'HT409', message = format('%s: has ended (%s); look at the run again', place, there.state);
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: the answer has no reason; say why, it is kept in the audit log', place);
      end if;
      select * into this_run from run where id = p_run;
      if this_run.finished_at is not null then
        raise exception using errcode = 'HT409', message = format('run "%s": has ended (%s); start another', p_run, this_run.outcome);
      end if;
      insert into rollout_answer (run_id, stage, answer, person_id, reason) values (p_run, p_stage, p_answer, actor.id, p_reason);
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'answer_rollout', this_run.model,
        'run ' || p_run, jsonb_build_object('stage', p_stage, 'answer', p_answer, 'reason', p_reason));
      insert into wake_up (workflow_id, signal) values (this_run.workflow_id, 'rolloutAnswered') returning id into woken;
      return woken;
    end $$`.execute(db);
}
