/** A review's states. Each change holds the locks of run and review, so that exactly one end comes first. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addReviewStates(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function add_authority_audit(p_person uuid, p_action text, p_run text, p_detail jsonb) returns void
    language sql ${DEFINER} as $$
      insert into audit (person_id, action, model, subject, detail)
      select p_person, p_action, run.model, 'run ' || run.id, p_detail from run where run.id = p_run
    $$`.execute(db);
  await sql`
    create function wake_run(p_run text) returns uuid language sql ${DEFINER} as $$
      insert into wake_up (workflow_id, signal) select workflow_id, 'approval' from run where id = p_run returning id
    $$`.execute(db);
  // Locks are taken in one order everywhere: model, then runs by id, then reviews.
  await sql`
    create function lock_review(p_run text) returns review language plpgsql ${DEFINER} as $$
    declare
      found_review review;
    begin
      perform assert_sees_now();
      perform from run where id = p_run for no key update;
      select * into found_review from review where run_id = p_run for no key update;
      if found_review.run_id is null then
        raise exception using errcode = 'HT404',
          message = format('run "%s": has no review; see "holt run show %s"', p_run, p_run);
      end if;
      return found_review;
    end $$`.execute(db);
  // Every end of a review comes through here, under its lock.
  await sql`
    create function end_review(p_run text, p_state text, p_by_run text) returns void language plpgsql ${DEFINER} as $$
    begin
      update review set state = p_state, ended_at = clock_timestamp(), superseded_by = p_by_run
        where run_id = p_run and state = 'open';
      if not found then
        raise exception using errcode = 'HT500', message = format('review of run "%s": has ended before', p_run);
      end if;
    end $$`.execute(db);
  await sql`
    create function supersede_review(p_run text, p_by_run text) returns void language plpgsql ${DEFINER} as $$
    begin
      perform end_review(p_run, 'superseded', p_by_run);
      perform add_authority_audit(null, 'supersede', p_run, jsonb_build_object('by', p_by_run));
    end $$`.execute(db);
  await addOpenReview(db);
  await addWakeAsked(db);
  // The end that stands in the rows, an expiry once the deadline has passed, an approval once the last question that
  // held it up fell away with whoever asked, else how long it is still open.
  await sql`
    create function settle_review(p_run text) returns table (state text, wait_ms double precision)
    language plpgsql ${DEFINER} as $$
    declare
      there review := lock_review(p_run);
    begin
      if there.state = 'open' and there.expires_at <= clock_timestamp() then
        perform end_review(p_run, 'expired', null);
        perform add_authority_audit(null, 'expire', p_run, jsonb_build_object('release', there.release_digest));
      elsif there.state = 'open' and not has_open_question(p_run)
          and standing_approvals(p_run, there.needs_override) >= there.approvals_needed
          and exists (select from run where id = p_run and finished_at is null) then
        perform end_review(p_run, 'approved', null);
      end if;
      return query select r.state, (extract(epoch from r.expires_at - clock_timestamp()) * 1000)::double precision
        from review r where r.run_id = p_run;
    end $$`.execute(db);
}

/**
 * Opens what QA let through, for a time by the database's clock, and takes the place of older runs' open reviews. Where
 * a newer run came first, this one is superseded at once; where a rule of the definition holds, it is approved at once.
 * A second call finds what is there. A report with a failed check and no override in the rules opens none: `qa_failed`.
 */
async function addOpenReview(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function open_review(p_run text, p_release text, p_report text, p_wait_ms double precision)
    returns table (state text, wait_ms double precision) language plpgsql ${DEFINER} as $$
    declare
      this_run run;
      failed boolean := has_failed_check(p_report);
      newer text;
      older text;
      named record;
    begin
      select * into this_run from run where id = p_run;
      perform from model where name = this_run.model for no key update;
      perform from run where id = p_run or (model = this_run.model and finished_at is null and exists (
        select from review r where r.run_id = run.id and r.state = 'open')) order by id for no key update;
      select * into this_run from run where id = p_run;
      if this_run.id is null then
        raise exception using errcode = 'HT404', message = format('run "%s": is not in the database; see "holt runs"', p_run);
      end if;
      if exists (select from review where run_id = p_run) then
        return query select * from settle_review(p_run);
        return;
      end if;
      if this_run.finished_at is not null then
        raise exception using errcode = 'HT409',
          message = format('run "%s": has ended (%s), so it opens no review; start another', p_run, this_run.outcome);
      end if;
      if not exists (select from release where digest = p_release and model = this_run.model
          and body ->> 'definitionDigest' = this_run.definition_digest) then
        raise exception using errcode = 'HT500',
          message = format('run "%s": release %s is not of its model and definition; start the run again', p_run, p_release);
      end if;
      if failed and coalesce(review_rules(p_run) -> 'override', 'null') = 'null' then
        return query select 'qa_failed', 0::double precision;
        return;
      end if;
      insert into review (run_id, release_digest, report_digest, opened_at, expires_at, rules, approvals_needed, needs_override)
        values (p_run, p_release, p_report, clock_timestamp(), clock_timestamp() + p_wait_ms * interval '1 millisecond',
          review_rules(p_run), approvals_needed(p_run, failed), failed);
      select n.id into newer from run n join review r on r.run_id = n.id
        where n.model = this_run.model and (n.opened_at, n.id) > (this_run.opened_at, this_run.id)
          and ((r.state = 'open' and n.finished_at is null and r.expires_at > clock_timestamp())
            or (r.state = 'approved' and coalesce(n.outcome, 'deployed') = 'deployed'))
        order by n.opened_at desc, n.id desc limit 1;
      if newer is not null then
        perform supersede_review(p_run, newer);
      else
        for older in select o.id from run o join review r on r.run_id = o.id
          where o.model = this_run.model and o.id <> p_run and o.finished_at is null
            and r.state = 'open' and r.expires_at > clock_timestamp() order by o.id for no key update of r
        loop
          perform supersede_review(older, p_run);
          perform wake_run(older);
        end loop;
        select * into named from automatic_rule(p_run, p_release, p_report);
        if named.rule is not null and not failed then
          insert into decision (run_id, release_digest, report_digest, verdict, channel, rule, reason, at)
            values (p_run, p_release, p_report, 'approve', 'rule', named.rule, named.reason, clock_timestamp());
          perform end_review(p_run, 'approved', null);
          perform add_authority_audit(null, 'approve', p_run, jsonb_build_object(
            'release', p_release, 'report', p_report, 'channel', 'rule', 'rule', named.rule, 'reason', named.reason));
        end if;
      end if;
      return query select * from settle_review(p_run);
    end $$`.execute(db);
}

/** Who asked and may no longer decide holds nothing up: the run looks at once, not with the next reminder. */
async function addWakeAsked(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function wake_asked_runs() returns trigger language plpgsql ${DEFINER} as $$
    begin
      perform wake_run(asked.run_id) from (
        select distinct q.run_id from decision q join review r using (run_id)
        where r.state = 'open' and q.verdict = 'ask' and new.id in (q.person_id, human_of(q.person_id), q.on_behalf_of)
      ) asked where not has_open_question(asked.run_id);
      return null;
    end $$`.execute(db);
  await sql`
    create trigger wake_asked_runs after update of roles, groups, disabled_at, owner_id on person
    for each row execute function wake_asked_runs()`.execute(db);
}
