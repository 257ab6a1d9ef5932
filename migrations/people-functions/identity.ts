import { type Kysely, sql } from "kysely";
import { ABILITIES, ROLES } from "../../core/roles.ts";
import { DEFINER } from "./definer.ts";

/** Who a secret belongs to, and what they may do: what every other function asks first. */
export async function addIdentityFunctions(db: Kysely<unknown>): Promise<void> {
  // A copy of core/roles.ts, which a test compares; `position` is the order in which roles are named.
  await sql`
    create table role_ability (
      ability text not null,
      role text not null,
      position integer not null,
      primary key (ability, role)
    )`.execute(db);
  for (const [ability, roles] of Object.entries(ABILITIES))
    for (const role of roles)
      await sql`insert into role_ability values (${ability}, ${role}, ${ROLES.indexOf(role)})`.execute(db);
  await sql`
    alter table session add column last_used_at timestamptz not null default clock_timestamp()`.execute(db);

  await sql`
    create function hash_of(p_secret text) returns text language sql immutable set search_path = pg_catalog, pg_temp
    return encode(sha256(convert_to(p_secret, 'UTF8')), 'hex')`.execute(db);
  await sql`
    create function is_open(s session) returns boolean language sql stable set search_path = pg_catalog, pg_temp
    return s.ended_at is null and s.expires_at > clock_timestamp()
      and s.last_used_at > clock_timestamp() - interval '30 minutes'`.execute(db);

  // A transaction that keeps what it saw first would see a token that was revoked since, and who was a reviewer then.
  await sql`
    create function assert_sees_now() returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
    begin
      if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'transaction: is "%", so it may see what is over; what decides needs "read committed"',
          current_setting('transaction_isolation') using errcode = 'HT500';
      end if;
    end $$`.execute(db);

  // The words are those of operations/authenticate.ts.
  await sql`
    create function require_ability(p_person person, p_ability text) returns void language plpgsql stable ${DEFINER} as $$
    declare
      v_allowed text;
      v_roles text;
    begin
      if exists (select from role_ability where ability = p_ability and role = any(p_person.roles)) then
        return;
      end if;
      select string_agg(format('"%s"', role), ' or ' order by position) into v_allowed
        from role_ability where ability = p_ability;
      if v_allowed is null then
        raise exception 'ability "%": is not known', p_ability using errcode = 'HT500';
      end if;
      select case count(*) when 0 then 'has no role, so' when 1 then 'role ' else 'roles ' end
        || coalesce(string_agg(format('"%s"', role), ', ' order by at), '') into v_roles
        from unnest(p_person.roles) with ordinality as r (role, at);
      raise exception 'person "%": % may not %; ask for the role %', p_person.name, v_roles, p_ability, v_allowed
        using errcode = 'HT403';
    end $$`.execute(db);

  await sql`
    create function acting(p_proof text, p_ability text) returns person language plpgsql stable ${DEFINER} as $$
    declare
      v_person person;
    begin
      perform assert_sees_now();
      select person.* into v_person from person
        join token on token.person_id = person.id
        where token.token_sha256 = hash_of(p_proof) and token.revoked_at is null
          and token.expires_at > clock_timestamp() and person.disabled_at is null;
      if not found then
        select person.* into v_person from person
          join session on session.person_id = person.id
          where session.session_sha256 = hash_of(p_proof) and is_open(session) and person.disabled_at is null;
      end if;
      if not found then
        raise exception 'person: is not signed in any more (the token or session has ended); sign in again'
          using errcode = 'HT403';
      end if;
      perform require_ability(v_person, p_ability);
      return v_person;
    end $$`.execute(db);

  // A new installation has no admin yet; whoever owns the database can do anything anyway.
  await sql`
    create function administrator(p_proof text) returns uuid language plpgsql stable ${DEFINER} as $$
    begin
      if p_proof is not null then
        return (acting(p_proof, 'administer')).id;
      end if;
      if pg_has_role(session_user, (select datdba from pg_database where datname = current_database()), 'member') then
        return null;
      end if;
      raise exception 'person: nobody is named, and only the owner of the database may set up an installation; use an admin''s token'
        using errcode = 'HT403';
    end $$`.execute(db);

  await sql`
    create function person_called(p_name text) returns person language plpgsql stable ${DEFINER} as $$
    declare
      v_person person;
    begin
      select * into v_person from person where name = p_name;
      if not found then
        raise exception 'person "%": nobody has this name; see "holt users"', p_name using errcode = 'HT404';
      end if;
      return v_person;
    end $$`.execute(db);
}
