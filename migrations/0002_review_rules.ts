/** Who may decide, how many, and what else a review knows. Old workers must end first: roles and decisions change their shape. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Several roles a person: who applies definitions may well review other people's.
  await sql`alter table person
    add column roles text[] not null default '{}',
    add column groups text[] not null default '{}',
    -- a program's owner: what it does counts as theirs
    add column owner_id uuid references person,
    add column email text check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$')`.execute(db);
  await sql`update person set roles =
    case role when 'engineer' then array['deployer'] else array[role] end`.execute(db);
  await sql`alter table person drop column role,
    add check (roles <@ array['viewer', 'service', 'submitter', 'reviewer', 'deployer', 'auditor', 'admin'])`.execute(
    db,
  );
  // Who somebody is elsewhere: an OpenID provider's (issuer, subject), or Slack's (workspace, user).
  await sql`
    create table person_identity (
      issuer text not null,
      subject text not null,
      person_id uuid not null references person,
      created_at timestamptz not null default now(),
      primary key (issuer, subject)
    )`.execute(db);
  // Everybody who applied exactly this definition: none of them may approve what comes of it.
  await sql`
    create table definition_author (
      definition_digest text not null references definition,
      person_id uuid not null references person,
      at timestamptz not null default now(),
      primary key (definition_digest, person_id)
    )`.execute(db);
  // Before there was such a table, the audit log alone said who it was.
  await sql`
    insert into definition_author (definition_digest, person_id, at)
    select d.digest, a.person_id, min(a.at) from audit a join definition d on a.subject = 'definition ' || d.digest
    where a.action = 'apply' and a.person_id is not null
    group by d.digest, a.person_id`.execute(db);

  await sql`alter table review
    add column state text not null default 'open'
      check (state in ('open', 'approved', 'rejected', 'expired', 'superseded')),
    add column ended_at timestamptz,
    add column superseded_by text references run,
    -- the rules of the definition, as they were when the review opened
    add column rules jsonb not null default '{}',
    add column approvals_needed integer not null default 1 check (approvals_needed > 0),
    add column needs_override boolean not null default false,
    add check ((state = 'open') = (ended_at is null)),
    add check ((state = 'superseded') = (superseded_by is not null))`.execute(db);
  await sql`update review set state = 'expired', ended_at = expired_at where expired_at is not null`.execute(
    db,
  );
  await sql`update review set ended_at = d.at,
      state = case d.verdict when 'approve' then 'approved' else 'rejected' end
    from decision d where d.run_id = review.run_id and review.state = 'open'`.execute(db);
  await sql`alter table review drop column expired_at`.execute(db);

  await sql`alter table decision drop constraint decision_run_id_key, drop constraint decision_verdict_check,
    drop constraint decision_channel_check, drop constraint decision_check`.execute(db);
  await sql`alter table decision
    alter column person_id drop not null,
    add column on_behalf_of uuid references person,
    -- name of the definition's rule that decided in nobody's name
    add column rule text,
    add column override boolean not null default false,
    add column seen jsonb,
    add check (verdict in ('approve', 'reject', 'ask')),
    add check (channel in ('page', 'cli', 'api', 'slack', 'code', 'rule')),
    add check (reason <> '' or (verdict = 'approve' and not override)),
    add check ((person_id is null) = (rule is not null)),
    add check ((channel = 'rule') = (rule is not null)),
    add check (rule is null or (verdict = 'approve' and not override))`.execute(db);
  // One vote a person; a question is none.
  await sql`create unique index decision_one_vote on decision (run_id, person_id) where verdict <> 'ask'`.execute(
    db,
  );
  await sql`create unique index decision_one_rule on decision (run_id) where rule is not null`.execute(db);
  await sql`alter table review_code add column override boolean not null default false`.execute(db);

  await sql`
    create table review_comment (
      id uuid primary key default gen_random_uuid(),
      run_id text not null references review,
      check_id text,
      person_id uuid not null references person,
      text text not null check (text <> ''),
      at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table delegation (
      id uuid primary key default gen_random_uuid(),
      from_person uuid not null references person,
      to_person uuid not null references person check (to_person <> from_person),
      since timestamptz not null default now(),
      until timestamptz not null check (until > since),
      reason text not null check (reason <> ''),
      ended_at timestamptz
    )`.execute(db);
  // What people are told of a review, once each: written when it is due, sent by whoever comes by.
  await sql`
    create table review_notice (
      id uuid primary key default gen_random_uuid(),
      run_id text not null references review,
      -- opened, reminder-1, reminder-2, …, escalation, ended
      event text not null,
      channel text not null check (channel in ('slack', 'mail')),
      recipient text not null,
      created_at timestamptz not null default now(),
      delivered_at timestamptz,
      -- where Slack keeps the message, so that it can be changed when the review ends
      reference text,
      unique (run_id, event, channel, recipient)
    )`.execute(db);
  await sql`alter table run drop constraint run_outcome_check, add check (outcome in
    ('deployed', 'no_change', 'rejected', 'expired', 'superseded', 'qa_failed', 'aborted', 'failed'))`.execute(
    db,
  );
  // An automatic approval has no person, so neither has its deployment.
  await sql`alter table deployment alter column person_id drop not null`.execute(db);
  for (const table of ["review_comment", "definition_author"])
    await sql`
      create trigger ${sql.id(`${table}_only_grows`)} before update or delete or truncate on ${sql.id(table)}
      for each statement execute function refuse_change()`.execute(db);
}
