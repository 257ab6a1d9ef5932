/** What people say about a report, and who decides in whose place meanwhile. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addComments(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function comment_on_review(p_proof text, p_run text, p_check text, p_text text) returns review_comment
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'decide');
      there review;
      made review_comment;
    begin
      select * into there from review where run_id = p_run;
      if there.run_id is null then
        raise exception using errcode = 'HT404',
          message = format('run "%s": has no review; see "holt run show %s"', p_run, p_run);
      elsif trim(p_text) = '' then
        raise exception using errcode = 'HT400', message = format('review of run "%s": the comment is empty; write what you think', p_run);
      elsif p_check is not null and not exists (select from qa_report, jsonb_array_elements(body -> 'checks') c
          where digest = there.report_digest and c ->> 'id' = p_check) then
        raise exception using errcode = 'HT404', message = format(
          'review of run "%s": its report has no check "%s"; see "holt review show %s"', p_run, p_check, p_run);
      end if;
      insert into review_comment (run_id, check_id, person_id, text, at)
        values (p_run, p_check, actor.id, p_text, clock_timestamp()) returning * into made;
      perform add_authority_audit(actor.id, 'comment', p_run, jsonb_strip_nulls(jsonb_build_object('check', p_check, 'comment', made.id)));
      return made;
    end $$`.execute(db);
  // The other needs the role too: a delegation hands over a seat that the rules give, not the right to review.
  await sql`
    create function add_delegation(p_proof text, p_to text, p_until timestamptz, p_reason text) returns delegation
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'decide');
      other person;
      made delegation;
    begin
      select * into other from person where name = p_to;
      if other.id is null then
        raise exception using errcode = 'HT404', message = format('person "%s": nobody has this name; see "holt users"', p_to);
      elsif not is_decider(other.id) then
        raise exception using errcode = 'HT409', message = format(
          'delegation to "%s": may not decide, or is disabled; choose a reviewer, or ask an admin for the role', p_to);
      elsif human_key(other.id) = human_key(actor.id) then
        raise exception using errcode = 'HT409', message = format('delegation to "%s": is yourself; choose somebody else', p_to);
      elsif p_until <= clock_timestamp() then
        raise exception using errcode = 'HT400', message = format('delegation to "%s": ends before it begins; name a later time', p_to);
      elsif trim(p_reason) = '' then
        raise exception using errcode = 'HT400', message = format('delegation to "%s": has no reason; say why', p_to);
      end if;
      -- Begins now by the clock, not by the transaction's start.
      insert into delegation (from_person, to_person, since, until, reason)
        values (human_of(actor.id), other.id, clock_timestamp(), p_until, p_reason) returning * into made;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'delegate', null, 'person ' || other.name,
        jsonb_build_object('until', p_until, 'reason', p_reason));
      return made;
    end $$`.execute(db);
  await addEndDelegation(db);
}

/** What was decided in the other's place before stays. A delegation that has ended stays as it is. */
async function addEndDelegation(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function end_delegation(p_proof text, p_delegation uuid) returns delegation language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'decide');
      found_one delegation;
    begin
      select * into found_one from delegation where id = p_delegation for update;
      if found_one.id is null then
        raise exception using errcode = 'HT404',
          message = format('delegation "%s": is not in the database; see "holt delegations"', p_delegation);
      elsif human_key(actor.id) not in (human_key(found_one.from_person), human_key(found_one.to_person))
          and not exists (select from role_ability where ability = 'administer' and role = any (actor.roles)) then
        raise exception using errcode = 'HT403', message = format(
          'delegation "%s": is neither from you nor to you; ask one of the two, or an admin', p_delegation);
      elsif found_one.ended_at is not null or found_one.until <= clock_timestamp() then
        return found_one;
      end if;
      update delegation set ended_at = clock_timestamp() where id = p_delegation returning * into found_one;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'end_delegation', null,
        'person ' || (select name from person where id = found_one.to_person),
        jsonb_build_object('from', (select name from person where id = found_one.from_person), 'until', found_one.until));
      return found_one;
    end $$`.execute(db);
}
