/** Each entry of the audit log is linked to the one before as its transaction commits. Old workers may run: it only adds. */
import { type Kysely, sql } from "kysely";

/** What nobody writes but the functions that have the authority for it: such an entry says that something took effect. */
const RESERVED = [
  "apply",
  "start_run",
  "comment",
  "approve",
  "reject",
  "ask",
  "override",
  "issue_review_code",
  "delegate",
  "end_delegation",
  "supersede",
  "expire",
  "register",
  "deploy",
  "rollback",
  "add_person",
  "change_person",
  "disable_person",
  "link_identity",
  "issue_token",
  "revoke_token",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_link (
      -- 1, 2, 3, … without a gap, in the order of the commits
      position bigint primary key check (position > 0),
      audit_id bigint not null unique references audit,
      previous_hash text not null check (length(previous_hash) = 64),
      hash text not null unique check (length(hash) = 64)
    )`.execute(db);
  // One row, locked only while a transaction commits, so it cannot take part in a deadlock; and never changed, so that
  // no number of commits beside a long transaction leaves old versions of it behind.
  await sql`
    create table audit_origin (
      only_one boolean primary key default true check (only_one),
      -- made up once; the first link follows from it, and checkpoints name it
      database_id uuid not null default gen_random_uuid()
    )`.execute(db);
  await sql`insert into audit_origin default values`.execute(db);

  // db/audit-chain.ts computes the same hash outside the database.
  await sql`
    create function append_audit_link(entry audit) returns void language plpgsql
      set search_path = pg_catalog, public, pg_temp as $$
    declare
      last_position bigint;
      last_hash text;
    begin
      perform from public.audit_origin for update;
      -- a new statement, so that it sees what was committed while this one waited
      select position, hash into last_position, last_hash from public.audit_link order by position desc limit 1;
      if not found then
        select 0, encode(sha256(convert_to('holt audit ' || database_id, 'UTF8')), 'hex')
          into strict last_position, last_hash from public.audit_origin;
      end if;
      insert into public.audit_link (position, audit_id, previous_hash, hash)
        values (last_position + 1, entry.id, last_hash, encode(sha256(convert_to(
          last_hash || E'\\n' || (last_position + 1) || E'\\n' || jsonb_build_array(
            entry.id, to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), entry.person_id,
            entry.action, entry.model, entry.subject, entry.detail)::text, 'UTF8')), 'hex'));
    end $$`.execute(db);
  await sql`revoke execute on function append_audit_link from public`.execute(db);
  await sql`
    create function link_audit() returns trigger language plpgsql security definer
      set search_path = pg_catalog, public, pg_temp as $$
    begin
      perform public.append_audit_link(new);
      return null;
    end $$`.execute(db);
  // What was written before there was a chain.
  await sql`select count(append_audit_link(audit)) from (select * from audit order by id) as audit`.execute(
    db,
  );
  await sql`
    create constraint trigger audit_chain after insert on audit
    deferrable initially deferred for each row execute function link_audit()`.execute(db);

  // Whoever only may add entries neither dates them nor says that something with authority happened.
  await sql`
    create function guard_audit() returns trigger language plpgsql
      set search_path = pg_catalog, public, pg_temp as $$
    begin
      if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'USAGE') then
        return new;
      end if;
      if new.action = any(${sql.raw(`array[${RESERVED.map((action) => `'${action}'`).join(", ")}]`)}) then
        raise exception 'audit: action "%" is written by the function that does it, never by hand; call that', new.action
          using errcode = '42501';
      end if;
      new.at := now();
      return new;
    end $$`.execute(db);
  await sql`create trigger audit_guard before insert on audit for each row execute function guard_audit()`.execute(
    db,
  );
  await sql`
    create trigger audit_link_only_grows before update or delete or truncate on audit_link
    for each statement execute function refuse_change()`.execute(db);
  await sql`
    create trigger audit_origin_stays before update or delete or truncate on audit_origin
    for each statement execute function refuse_change()`.execute(db);
}
