import { type Kysely, sql } from "kysely";
import { DEFINER } from "./definer.ts";

/** Sessions of the pages: 12 hours at most, 30 minutes without use; each sign-in has a secret of its own. */
export async function addSessionFunctions(db: Kysely<unknown>): Promise<void> {
  // Only a token gives a code: a session that could would never have to end.
  await sql`
    create function issue_sign_in_code(p_token text, p_code_sha256 text, p_ttl_ms double precision)
    returns timestamptz language plpgsql ${DEFINER} as $$
    declare
      v_person uuid := (select id from token_holder(hash_of(p_token)));
      v_expires timestamptz := after_ms(p_ttl_ms);
    begin
      if v_person is null then
        raise exception 'token: is unknown, expired or revoked; ask an admin for another' using errcode = 'HT403';
      end if;
      insert into sign_in_code (code_sha256, person_id, expires_at) values (p_code_sha256, v_person, v_expires);
      return v_expires;
    end $$`.execute(db);

  await sql`
    create function add_session(p_person uuid, p_session_sha256 text, p_ttl_ms double precision)
    returns timestamptz language plpgsql ${DEFINER} as $$
    declare
      v_expires timestamptz := after_ms(least(p_ttl_ms, 12 * 3600000));
    begin
      insert into session (session_sha256, person_id, expires_at) values (p_session_sha256, p_person, v_expires);
      return v_expires;
    end $$`.execute(db);

  // No row: the token or code opens nothing. A code is spent in one statement, so of two who bring it one gets in.
  await sql`
    create function open_session(
      p_token text, p_code text, p_session_sha256 text, p_ttl_ms double precision
    ) returns table (person_id uuid, name text, roles text[], groups text[], expires_at timestamptz)
    language plpgsql ${DEFINER} as $$
    declare
      v_person uuid;
    begin
      if p_token is not null then
        v_person := (select id from token_holder(hash_of(p_token)));
      else
        update sign_in_code set used_at = clock_timestamp() from person
          where person.id = sign_in_code.person_id and person.disabled_at is null
            and code_sha256 = hash_of(p_code) and used_at is null
            and sign_in_code.expires_at > clock_timestamp()
          returning person.id into v_person;
      end if;
      if v_person is not null then
        return query select p.id, p.name, p.roles, p.groups, add_session(p.id, p_session_sha256, p_ttl_ms)
          from person p where p.id = v_person;
      end if;
    end $$`.execute(db);

  // Noted once a minute, so that reading pages doesn't write at every click.
  await sql`
    create function session_holder(p_session_sha256 text) returns setof person language plpgsql ${DEFINER} as $$
    begin
      update session set last_used_at = clock_timestamp()
        where session_sha256 = p_session_sha256 and is_open(session)
          and last_used_at < clock_timestamp() - interval '1 minute';
      return query select person.* from session join person on person.id = session.person_id
        where session_sha256 = p_session_sha256 and is_open(session) and person.disabled_at is null;
    end $$`.execute(db);

  await sql`
    create function end_session(p_session_sha256 text) returns void language sql ${DEFINER} as $$
      update session set ended_at = clock_timestamp()
      where session_sha256 = p_session_sha256 and ended_at is null $$`.execute(db);

  // Roles and groups follow the provider at each sign-in; null, as from Slack, leaves them, and adds nobody.
  await sql`
    create function sign_in_external(
      p_issuer text, p_subject text, p_name text, p_email text, p_roles text[], p_groups text[],
      p_ttl_ms double precision, p_session_sha256 text
    ) returns table (person_id uuid, name text, roles text[], groups text[], expires_at timestamptz)
    language plpgsql ${DEFINER} as $$
    declare
      v_person person;
      v_roles text[] := checked_roles(p_name, p_roles);
    begin
      perform pg_advisory_xact_lock(hashtextextended('sign in ' || p_issuer || ' ' || p_subject, 0));
      select person.* into v_person from person_identity i join person on person.id = i.person_id
        where i.issuer = p_issuer and i.subject = p_subject;
      if not found then
        if v_roles is null then
          raise exception 'person: "%" of "%" is nobody here; an admin links them with "holt users link"', p_subject, p_issuer
            using errcode = 'HT403';
        end if;
        insert into person (name, email, roles, groups) values (p_name, p_email, v_roles, coalesce(p_groups, '{}'))
          on conflict do nothing returning * into v_person;
        if not found then
          raise exception 'person "%": the name is taken by somebody who signs in otherwise; an admin links them with "holt users link"', p_name
            using errcode = 'HT409';
        end if;
        insert into person_identity (issuer, subject, person_id) values (p_issuer, p_subject, v_person.id);
        insert into audit (person_id, action, model, subject, detail) values (null, 'add_person', null,
          'person ' || p_name, jsonb_build_object('roles', v_roles, 'issuer', p_issuer, 'subject', p_subject));
      end if;
      if v_person.disabled_at is not null then
        raise exception 'person "%": is disabled; ask an admin', v_person.name using errcode = 'HT403';
      end if;
      if v_roles <> v_person.roles or coalesce(p_groups, v_person.groups) <> v_person.groups then
        insert into audit (person_id, action, model, subject, detail) values (null, 'change_person', null,
          'person ' || v_person.name, jsonb_build_object('issuer', p_issuer,
            'roles', coalesce(v_roles, v_person.roles), 'rolesBefore', v_person.roles,
            'groups', coalesce(p_groups, v_person.groups), 'groupsBefore', v_person.groups));
        update person set roles = coalesce(v_roles, person.roles), groups = coalesce(p_groups, person.groups)
          where id = v_person.id returning * into v_person;
      end if;
      -- Never another in its place: who changes it at the provider stays the human that they were here.
      update person set email = p_email where id = v_person.id and email is null and p_email is not null;
      return query select v_person.id, v_person.name, v_person.roles, v_person.groups,
        add_session(v_person.id, p_session_sha256, p_ttl_ms);
    end $$`.execute(db);
}
