/** One-time codes that decide from Temporal's own pages, where nobody is signed in. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addCodes(db: Kysely<unknown>): Promise<void> {
  // Stands for this person, run, release, report, verdict and reason, for ten minutes. Only the hash is handed in.
  await sql`
    create function issue_review_code(p_proof text, p_run text, p_verdict text, p_release text, p_report text,
      p_reason text, p_override boolean, p_code_sha256 text) returns table (workflow_id text, expires_at timestamptz)
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'decide');
      there review := lock_review(p_run);
      barrier text := decide_barrier(p_run, actor.id);
    begin
      if barrier is not null then
        raise exception using errcode = 'HT403', message = format('review of run "%s": ', p_run) || barrier_words(actor.id, barrier);
      end if;
      perform assert_undecided(there, p_release, p_report);
      perform assert_well_formed(there, p_verdict, p_reason, p_override);
      insert into review_code (code_sha256, person_id, run_id, release_digest, report_digest, verdict, reason, override, expires_at)
        values (p_code_sha256, actor.id, p_run, p_release, p_report, p_verdict, p_reason, p_override,
          clock_timestamp() + interval '10 minutes');
      perform add_authority_audit(actor.id, 'issue_review_code', p_run,
        jsonb_build_object('verdict', p_verdict, 'release', p_release, 'report', p_report));
      return query select run.workflow_id, c.expires_at from run, review_code c
        where run.id = p_run and c.code_sha256 = p_code_sha256;
    end $$`.execute(db);
  // Redeems a code, or says why not. Raises nothing, since a refused code must stay burnt: also one for another run.
  await sql`
    create function redeem_review_code(p_code text, p_run text) returns text language plpgsql ${DEFINER} as $$
    declare
      place text := format('review of run "%s": one-time code', p_run);
      remedy text := format('get another with "holt review code %s"', p_run);
      given review_code;
    begin
      perform lock_review(p_run);
      select * into given from review_code where code_sha256 = encode(sha256(convert_to(p_code, 'utf8')), 'hex') for update;
      if given.code_sha256 is null then
        return format('%s: is not one of this review''s; %s', place, remedy);
      end if;
      if given.used_at is not null then
        if given.run_id = p_run and exists (select from decision d where d.run_id = p_run and d.channel = 'code'
            and d.person_id = given.person_id and d.verdict = given.verdict) then
          return null;
        end if;
        return format('%s: was used already; %s', place, remedy);
      end if;
      update review_code set used_at = clock_timestamp() where code_sha256 = given.code_sha256;
      if given.run_id <> p_run then
        return format('%s: is not one of this review''s; %s', place, remedy);
      elsif given.expires_at <= clock_timestamp() then
        return format('%s: expired; %s', place, remedy);
      end if;
      begin
        perform decide_as(given.person_id, p_run, given.verdict, given.release_digest, given.report_digest, given.reason,
          'code', given.override, null);
      exception when sqlstate 'HT400' or sqlstate 'HT403' or sqlstate 'HT404' or sqlstate 'HT409' then
        return sqlerrm;
      end;
      return null;
    end $$`.execute(db);
}
