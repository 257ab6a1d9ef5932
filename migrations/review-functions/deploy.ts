/** Going live: the number of a signed release, and the one flip. Both check everything again, from the rows. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addDeploy(db: Kysely<unknown>): Promise<void> {
  await addAssertSigned(db);
  // A release that has a number keeps it, whichever run brings it again.
  await sql`
    create function register_version(p_run text) returns integer language plpgsql ${DEFINER} as $$
    declare
      this_run run;
      there review;
      given integer;
      signed decision;
    begin
      select * into this_run from run where id = p_run;
      perform from model where name = this_run.model for no key update;
      there := lock_review(p_run);
      select version into given from model_version where model = this_run.model and release_digest = there.release_digest;
      if given is not null then
        return given;
      end if;
      signed := assert_signed(there, format('run "%s"', p_run));
      select coalesce(max(version), 0) + 1 into given from model_version where model = this_run.model;
      insert into model_version (model, version, release_digest, run_id, decision_id)
        values (this_run.model, given, there.release_digest, p_run, signed.id);
      perform add_authority_audit(null, 'register', p_run, jsonb_build_object('version', given, 'release', there.release_digest));
      return given;
    end $$`.execute(db);
  // The slot's words for what is live.
  await sql`
    create function assert_live(p_model text, p_expected integer, p_again text) returns live
    language plpgsql ${DEFINER} as $$
    declare
      now_live live;
    begin
      select * into now_live from live where model = p_model;
      if now_live.version is distinct from p_expected then
        raise exception using errcode = 'HT409', message = format(
          'slot "%s": %s is live, not %s as expected; see "holt history %s", then %s', p_model,
          coalesce('version ' || now_live.version, 'nothing'), coalesce('version ' || p_expected, 'nothing'), p_model, p_again);
      end if;
      return now_live;
    end $$`.execute(db);
  await sql`
    create function flip_live(p_model text, p_version integer, p_before live, p_kind text, p_run text, p_person uuid, p_reason text)
    returns deployment language plpgsql ${DEFINER} as $$
    declare
      made deployment;
      next_fence bigint := coalesce(p_before.fence, 0) + 1;
    begin
      insert into live (model, version, fence, since) values (p_model, p_version, next_fence, clock_timestamp())
        on conflict (model) do update set version = excluded.version, fence = excluded.fence, since = excluded.since;
      insert into deployment (model, version, previous_version, fence, kind, run_id, person_id, reason, at)
        values (p_model, p_version, p_before.version, next_fence, p_kind, p_run, p_person, p_reason, clock_timestamp())
        returning * into made;
      insert into audit (person_id, action, model, subject, detail) values (p_person, p_kind, p_model, 'version ' || p_version,
        jsonb_build_object('from', p_before.version, 'to', p_version, 'run', p_run, 'reason', p_reason));
      perform pg_notify('holt_live', p_model);
      return made;
    end $$`.execute(db);
  // Puts a run's version live if what was live when the run opened still is. A second call gives the same deployment.
  await sql`
    create function deploy(p_run text, p_version integer, p_artifact text, p_report text) returns deployment
    language plpgsql ${DEFINER} as $$
    declare
      this_run run;
      there review;
      signed decision;
      done deployment;
      place text;
    begin
      select * into this_run from run where id = p_run;
      perform from model where name = this_run.model for no key update;
      there := lock_review(p_run);
      select * into done from deployment where run_id = p_run;
      if done.id is not null and done.version = p_version then
        return done;
      end if;
      select * into this_run from run where id = p_run;
      place := format('model "%s" version %s', this_run.model, p_version);
      if this_run.finished_at is not null then
        raise exception using errcode = 'HT409', message = format(
          '%s: run "%s" has ended (%s); start another (nothing was deployed)', place, p_run, this_run.outcome);
      end if;
      signed := assert_signed(there, place);
      if not exists (select from model_version where model = this_run.model and version = p_version
          and release_digest = there.release_digest) then
        raise exception using errcode = 'HT500', message = format(
          '%s: is not the release that was approved in run "%s"; have it reviewed (nothing was deployed)', place, p_run);
      end if;
      if there.report_digest is distinct from p_report or not exists (select from release
          where digest = there.release_digest and body ->> 'artifactDigest' = p_artifact) then
        raise exception using errcode = 'HT500', message = format(
          '%s: artifact or report is not the one that was approved; start the run again (nothing was deployed)', place);
      end if;
      return flip_live(this_run.model, p_version, assert_live(this_run.model, this_run.champion_version, 'deploy again'), 'deploy',
        p_run, signed.person_id, coalesce(nullif(signed.reason, ''), 'approved'));
    end $$`.execute(db);
  await addRollback(db);
}

/** Whether the release of this review may go live, by the definition and the votes that still stand; the vote that made it so. */
async function addAssertSigned(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function assert_signed(p_review review, p_place text) returns decision language plpgsql ${DEFINER} as $$
    declare
      failed boolean := has_failed_check(p_review.report_digest);
      last_vote decision;
      gone text;
    begin
      if p_review.state <> 'approved' then
        raise exception using errcode = 'HT500', message = format(
          '%s: nobody approved release %s in run "%s" (its review is %s); have it reviewed (nothing was deployed)',
          p_place, p_review.release_digest, p_review.run_id, p_review.state);
      elsif failed and (coalesce(review_rules(p_review.run_id) -> 'override', 'null') = 'null') then
        raise exception using errcode = 'HT500', message = format(
          '%s: its QA report has a failed check of severity "error"; mend what it names and run again (nothing was deployed)', p_place);
      elsif has_open_question(p_review.run_id)
          or exists (select from decision where run_id = p_review.run_id and verdict = 'reject') then
        raise exception using errcode = 'HT500', message = format(
          '%s: somebody rejected it, or asks for changes, in run "%s"; start the run again (nothing was deployed)', p_place, p_review.run_id);
      end if;
      select d.* into last_vote from decision d join automatic_rule(p_review.run_id, p_review.release_digest, p_review.report_digest) a
        on d.rule = a.rule where d.run_id = p_review.run_id and d.verdict = 'approve' and not failed
          and d.release_digest = p_review.release_digest and d.report_digest = p_review.report_digest;
      if last_vote.id is not null then
        return last_vote;
      end if;
      if standing_approvals(p_review.run_id, failed) < approvals_needed(p_review.run_id, failed) then
        select p.name into gone from decision d join person p on p.id = d.person_id
          where d.run_id = p_review.run_id and d.verdict = 'approve'
            and d.id not in (select id from standing_votes(p_review.run_id, failed)) order by d.at limit 1;
        if gone is null then
          raise exception using errcode = 'HT500', message = format(
            '%s: release %s has fewer approvals in run "%s" than its definition asks for; have it reviewed (nothing was deployed)',
            p_place, p_review.release_digest, p_review.run_id);
        end if;
        raise exception using errcode = 'HT403', message = format(
          '%s: "%s", who approved it, may no longer decide on it (disabled, or no reviewer of it any more); run again and have another person review it (nothing was deployed)',
          p_place, gone);
      end if;
      select * into last_vote from standing_votes(p_review.run_id, failed) order by at desc, id limit 1;
      return last_vote;
    end $$`.execute(db);
}

/** The same flip, back to what was live before; needs no data and no review, but a person who may. */
async function addRollback(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function rollback(p_proof text, p_model text, p_expected integer, p_to integer, p_reason text) returns deployment
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      next_version integer := p_to;
      now_live live;
    begin
      perform from model where name = p_model for no key update;
      if not found then
        raise exception using errcode = 'HT404', message = format(
          'model "%s": is not in the database; apply its definition with "holt apply"', p_model);
      end if;
      if next_version is null then
        -- Rollbacks don't count: going back twice from 3 leads by 2 to 1, not back to 3.
        select previous_version into next_version from deployment
          where model = p_model and version = p_expected and kind = 'deploy' order by fence desc limit 1;
      end if;
      if next_version is null then
        raise exception using errcode = 'HT409', message = format(
          'model "%s" version %s: nothing was live before it; name a version, see "holt history %s"', p_model, p_expected, p_model);
      elsif next_version = p_expected then
        raise exception using errcode = 'HT409', message = format(
          'model "%s" version %s: is live already; name another version', p_model, next_version);
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = format(
          'model "%s" version %s: has no reason; say why, it is kept in the audit log', p_model, next_version);
      elsif not exists (select from model_version where model = p_model and version = next_version) then
        raise exception using errcode = 'HT404', message = format(
          'model "%s" version %s: does not exist; see "holt versions %s"', p_model, next_version, p_model);
      elsif not exists (select from deployment where model = p_model and version = next_version) then
        raise exception using errcode = 'HT409', message = format(
          'model "%s" version %s: was never live, so it cannot be rolled back to; see "holt history %s"', p_model, next_version, p_model);
      end if;
      now_live := assert_live(p_model, p_expected, 'roll back again');
      return flip_live(p_model, next_version, now_live, 'rollback', null, actor.id, p_reason);
    end $$`.execute(db);
}
