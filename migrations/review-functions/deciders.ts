/** Who counts as whom, and whose decision counts on a run: asked when somebody decides, and again at the flip. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addDeciders(db: Kysely<unknown>): Promise<void> {
  // A program counts as the person at the end of its owners.
  await sql`
    create function human_of(p_person uuid) returns uuid language sql stable ${DEFINER} as $$
      with recursive owners as (
        select id, owner_id, 1 as depth from person where id = p_person
        union all
        select o.id, o.owner_id, s.depth + 1 from owners s join person o on o.id = s.owner_id where s.depth < 20
      )
      select id from owners order by depth desc limit 1
    $$`.execute(db);
  // Two accounts with one mailbox cannot be told from one human, however the address is spelt.
  await sql`
    create function human_key(p_person uuid) returns text language sql stable ${DEFINER} as $$
      select coalesce('mail ' || lower(normalize(email, nfkc)), id::text) from person where id = human_of(p_person)
    $$`.execute(db);
  await sql`
    create function is_decider(p_person uuid) returns boolean language sql stable ${DEFINER} as $$
      select count(*) > 0 and bool_and(disabled_at is null and exists (
          select from role_ability where ability = 'decide' and role = any (person.roles)))
        from person where id in (p_person, human_of(p_person))
    $$`.execute(db);
  // Who may not decide on what comes of their own work; the run's requester is said first.
  await sql`
    create function barred_because(p_run text, p_person uuid) returns text language sql stable ${DEFINER} as $$
      select because from (
        select 1 as place, run.person_id, 'requester' as because from run where id = p_run
        union all
        select 2, a.person_id, 'author' from run join definition_author a using (definition_digest) where run.id = p_run
      ) own
      where human_key(own.person_id) = human_key(p_person)
      order by place, own.person_id <> p_person
      limit 1
    $$`.execute(db);
  // Of a program's work: whether it was the person's own hand, for the words only.
  await sql`
    create function barred_by_program(p_run text, p_person uuid) returns boolean language sql stable ${DEFINER} as $$
      select not exists (select from run where id = p_run and person_id = p_person)
        and not exists (select from run join definition_author a using (definition_digest)
          where run.id = p_run and a.person_id = p_person)
    $$`.execute(db);
  await sql`
    create function review_rules(p_run text) returns jsonb language sql stable ${DEFINER} as $$
      select coalesce((d.body -> 'review')::jsonb, '{}')
        from run join definition d on d.digest = run.definition_digest where run.id = p_run
    $$`.execute(db);
  // Whether the rules give this human a seat: by name, by group, or since they name nobody.
  await sql`
    create function has_seat(p_run text, p_human uuid, p_override boolean) returns boolean
    language sql stable ${DEFINER} as $$
      select is_decider(p_human) and barred_because(p_run, p_human) is null
        and (rules -> 'reviewers' is null
          or rules -> 'reviewers' -> 'people' ? h.name
          or rules -> 'reviewers' -> 'groups' ?| h.groups)
        and (not p_override or coalesce(jsonb_array_length(rules -> 'override' -> 'groups'), 0) = 0
          or rules -> 'override' -> 'groups' ?| h.groups)
      from person h, review_rules(p_run) as rules where h.id = p_human
    $$`.execute(db);
  // The seats that somebody may sit on: their own, then those that were given to them, the oldest first.
  await sql`
    create function seats_of(p_run text, p_person uuid, p_override boolean) returns table (seat uuid, nth bigint)
    language sql stable ${DEFINER} as $$
      select holder, row_number() over (order by since nulls first, holder) from (
        select human_of(p_person) as holder, null::timestamptz as since
        union all
        select human_of(d.from_person), min(d.since) from delegation d
        where human_key(d.to_person) = human_key(p_person) and d.ended_at is null
          and d.since <= clock_timestamp() and clock_timestamp() < d.until
        group by human_of(d.from_person)
      ) seats
      where has_seat(p_run, holder, p_override)
    $$`.execute(db);
  // A seat decides once, whoever sits on it.
  await sql`
    create function free_seats_of(p_run text, p_person uuid, p_override boolean) returns table (seat uuid, nth bigint)
    language sql stable ${DEFINER} as $$
      select s.seat, s.nth from seats_of(p_run, p_person, p_override) s
      where not exists (select from decision d where d.run_id = p_run and d.verdict <> 'ask'
        and human_key(coalesce(d.on_behalf_of, d.person_id)) = human_key(s.seat))
    $$`.execute(db);
  // Why somebody may not take part in a run's decision; null when they may.
  await sql`
    create function decide_barrier(p_run text, p_person uuid) returns text language plpgsql stable ${DEFINER} as $$
    declare
      barred text := barred_because(p_run, p_person);
    begin
      if exists (select from person where id in (p_person, human_of(p_person)) and disabled_at is not null) then
        return 'disabled';
      elsif not is_decider(p_person) then
        return 'role';
      elsif barred is not null and barred_by_program(p_run, p_person) then
        return barred || '_program';
      elsif barred is not null then
        return barred;
      elsif not exists (select from seats_of(p_run, p_person, false)) then
        return 'not_named';
      end if;
      return null;
    end $$`.execute(db);
  // A vote that stands: what it is on is what is there, whoever gave it still may, and so may whose seat it took.
  await sql`
    create function standing_votes(p_run text, p_override boolean) returns setof decision
    language sql stable ${DEFINER} as $$
      select d.* from decision d join review r using (run_id)
      where d.run_id = p_run and d.verdict = 'approve' and d.person_id is not null
        and d.release_digest = r.release_digest and d.report_digest = r.report_digest and d.at <= r.expires_at
        and (not p_override or (d.override and d.reason <> ''))
        and is_decider(d.person_id) and barred_because(p_run, d.person_id) is null
        and has_seat(p_run, coalesce(d.on_behalf_of, human_of(d.person_id)), p_override)
    $$`.execute(db);
  // Different humans on different seats: neither one voice with two accounts, nor one seat with two voices, counts twice.
  await sql`
    create function standing_approvals(p_run text, p_override boolean) returns integer
    language sql stable ${DEFINER} as $$
      select least(count(distinct human_key(person_id)), count(distinct human_key(coalesce(on_behalf_of, person_id))))::integer
        from standing_votes(p_run, p_override)
    $$`.execute(db);
  // Somebody asked, still may decide, and hasn't done so since: who has gone would block for ever.
  await sql`
    create function has_open_question(p_run text) returns boolean language sql stable ${DEFINER} as $$
      select exists (select from decision q where q.run_id = p_run and q.verdict = 'ask' and not exists (
        select from decision v where v.run_id = p_run and v.verdict <> 'ask'
          and human_key(v.person_id) = human_key(q.person_id))
        and is_decider(q.person_id) and barred_because(p_run, q.person_id) is null
        and has_seat(p_run, coalesce(q.on_behalf_of, human_of(q.person_id)), false))
    $$`.execute(db);
  await sql`
    create function has_failed_check(p_report text) returns boolean language sql stable ${DEFINER} as $$
      select exists (select from qa_report, jsonb_array_elements(body -> 'checks') as c
        where digest = p_report and c ->> 'severity' = 'error' and c ->> 'verdict' = 'fail')
    $$`.execute(db);
  await sql`
    create function approvals_needed(p_run text, p_override boolean) returns integer
    language sql stable ${DEFINER} as $$
      select coalesce((review_rules(p_run) ->> 'approvals')::integer, 1) + p_override::integer
    $$`.execute(db);
}
