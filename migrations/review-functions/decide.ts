/** A person's decision: the only thing, beside a rule of the definition, that lets a version go live. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addDecide(db: Kysely<unknown>): Promise<void> {
  // Why somebody may not decide, as an error says it.
  await sql`
    create function barrier_words(p_person uuid, p_barrier text) returns text language sql stable ${DEFINER} as $$
      select format('"%s" ', name) || case p_barrier
        when 'disabled' then 'is disabled, or their owner is; ask a reviewer or an admin'
        when 'role' then 'may not decide; ask a reviewer or an admin'
        when 'requester' then 'started this run, so somebody else decides; ask another reviewer'
        when 'requester_program' then 'and who started this run are one, so somebody else decides; ask another reviewer'
        when 'author' then 'applied its definition, so somebody else decides; ask another reviewer'
        when 'author_program' then 'and who applied its definition are one, so somebody else decides; ask another reviewer'
        else 'is not among those whom the definition names as reviewers; ask one of them, or for a delegation'
      end from person where id = p_person
    $$`.execute(db);
  // What else stops somebody who may decide: they have, or somebody has in each of their places.
  await sql`
    create function decided_barrier(p_run text, p_person uuid) returns text language sql stable ${DEFINER} as $$
      select case
        when exists (select from decision d where d.run_id = p_run and d.verdict <> 'ask'
          and human_key(d.person_id) = human_key(p_person)) then 'decided'
        when not exists (select from free_seats_of(p_run, p_person, false)) then 'place_decided'
      end
    $$`.execute(db);
  // What stops any decision, whoever gives it: the review's state, or that it isn't what the person saw.
  await sql`
    create function assert_undecided(p_review review, p_release text, p_report text) returns void
    language plpgsql ${DEFINER} as $$
    declare
      place text := format('review of run "%s"', p_review.run_id);
      this_run run;
      at_utc text := to_char(coalesce(p_review.ended_at, p_review.expires_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
    begin
      select * into this_run from run where id = p_review.run_id;
      if p_review.state in ('approved', 'rejected') then
        raise exception using errcode = 'HT409', message = format('%s: was decided already (%s, %s); the first decision stands',
          place, p_review.state, at_utc);
      elsif p_review.state = 'superseded' then
        raise exception using errcode = 'HT409', message = format('%s: run "%s" took its place; decide on that one',
          place, p_review.superseded_by);
      elsif this_run.finished_at is not null and p_review.state = 'open' then
        raise exception using errcode = 'HT409', message = format(
          'run "%s": has ended (%s), so nothing is left to decide; start another', p_review.run_id, this_run.outcome);
      elsif p_review.state = 'expired' or p_review.expires_at <= clock_timestamp() then
        raise exception using errcode = 'HT409', message = format('%s: expired at %s; start the run again', place, at_utc);
      elsif p_review.release_digest <> p_release or p_review.report_digest <> p_report then
        raise exception using errcode = 'HT409', message = format(
          '%s: release or report is not the one that you saw; look at it again', place);
      end if;
    end $$`.execute(db);
  // Reasons that are missing, and an override that is missing, or that has nothing to override.
  await sql`
    create function assert_well_formed(p_review review, p_verdict text, p_reason text, p_override boolean) returns void
    language plpgsql ${DEFINER} as $$
    declare
      place text := format('review of run "%s"', p_review.run_id);
    begin
      if p_verdict not in ('approve', 'reject', 'ask') then
        raise exception using errcode = 'HT400', message = format('%s: "%s" is not known; write "approve", "reject" or "ask"', place, p_verdict);
      elsif p_verdict = 'reject' and p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: a rejection needs a reason; say why, whoever made the model reads it', place);
      elsif p_verdict = 'ask' and p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: a question needs words; say what you ask for, whoever made the model reads it', place);
      elsif p_verdict <> 'approve' and p_override then
        raise exception using errcode = 'HT400', message = format('%s: only an approval overrides a failed check; leave "override" out', place);
      elsif p_verdict = 'approve' and p_override and not p_review.needs_override then
        raise exception using errcode = 'HT400', message = format('%s: has no failed check to override; leave "override" out', place);
      elsif p_verdict = 'approve' and not p_override and p_review.needs_override then
        raise exception using errcode = 'HT409', message = format(
          '%s: has a failed check of severity "error"; reject it, or approve it with an override and a reason', place);
      elsif p_override and p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: an override needs a reason; say why it may go live all the same', place);
      end if;
    end $$`.execute(db);
  await addDecideAs(db);
  // A person is known by what they hold, never by what a caller says.
  await sql`
    create function decide(p_proof text, p_run text, p_verdict text, p_release text, p_report text, p_reason text,
      p_channel text, p_override boolean, p_seen jsonb) returns table (decision_id uuid, wake_up_id uuid)
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'decide');
    begin
      if p_channel not in ('page', 'cli', 'api', 'slack') then
        raise exception using errcode = 'HT400', message = format('channel: "%s" is not a person''s; write "page", "cli", "api" or "slack"', p_channel);
      end if;
      return query select * from decide_as(actor.id, p_run, p_verdict, p_release, p_report, p_reason, p_channel, p_override, p_seen);
    end $$`.execute(db);
}

/** The decision of somebody who was checked: their row, its audit entry, the run's wake-up, and the end that it brings. */
async function addDecideAs(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function decide_as(p_person uuid, p_run text, p_verdict text, p_release text, p_report text, p_reason text,
      p_channel text, p_override boolean, p_seen jsonb) returns table (decision_id uuid, wake_up_id uuid)
    language plpgsql ${DEFINER} as $$
    declare
      there review := lock_review(p_run);
      -- read once, before the deadline is looked at: a vote that was in time is dated in time
      decided_at timestamptz := clock_timestamp();
      place text := format('review of run "%s"', p_run);
      barrier text := decide_barrier(p_run, p_person);
      earlier decision;
      own_seat uuid;
      new_id uuid;
    begin
      select * into earlier from decision d where d.run_id = p_run and d.person_id = p_person and d.verdict = p_verdict
        and d.release_digest = p_release and d.report_digest = p_report and d.reason = p_reason and d.override = p_override
        limit 1;
      if earlier.id is not null then
        return query select earlier.id, null::uuid;
        return;
      end if;
      if barrier is not null then
        raise exception using errcode = 'HT403', message = place || ': ' || barrier_words(p_person, barrier);
      end if;
      perform assert_undecided(there, p_release, p_report);
      perform assert_well_formed(there, p_verdict, p_reason, p_override);
      select * into earlier from decision d where d.run_id = p_run and d.verdict <> 'ask'
        and human_key(d.person_id) = human_key(p_person) limit 1;
      if earlier.id is not null then
        raise exception using errcode = 'HT409', message = format(
          '%s: you have decided already (%s); one decision a person, and the first stands', place, earlier.verdict);
      end if;
      select s.seat into own_seat from free_seats_of(p_run, p_person, p_override) s order by s.nth limit 1;
      if own_seat is null and not exists (select from seats_of(p_run, p_person, p_override)) then
        raise exception using errcode = 'HT403', message = format(
          '%s: the definition names who overrides a failed check, and you are not among them; ask one of them', place);
      elsif own_seat is null then
        raise exception using errcode = 'HT409', message = format(
          '%s: somebody has decided in that place already; one decision a place, and the first stands', place);
      end if;
      insert into decision (run_id, release_digest, report_digest, verdict, person_id, on_behalf_of, channel, override, reason, seen, at)
        values (p_run, p_release, p_report, p_verdict, p_person,
          case when own_seat <> human_of(p_person) then own_seat end,
          p_channel, p_override, p_reason, p_seen, decided_at)
        returning id into new_id;
      perform add_authority_audit(p_person, case when p_override then 'override' else p_verdict end, p_run,
        jsonb_strip_nulls(jsonb_build_object('release', p_release, 'report', p_report, 'channel', p_channel,
          'reason', nullif(p_reason, ''), 'seen', p_seen,
          'onBehalfOf', case when own_seat <> human_of(p_person) then (select name from person where id = own_seat) end)));
      if p_verdict = 'reject' then
        perform end_review(p_run, 'rejected', null);
      elsif not has_open_question(p_run) and standing_approvals(p_run, there.needs_override) >= there.approvals_needed then
        perform end_review(p_run, 'approved', null);
      end if;
      return query select new_id, wake_run(p_run);
    end $$`.execute(db);
}
