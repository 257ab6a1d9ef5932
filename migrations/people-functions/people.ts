import { type Kysely, sql } from "kysely";
import { ROLES } from "../../core/roles.ts";
import { DEFINER } from "./definer.ts";

/** Adding people and programs, changing what they may do, shutting them out. */
export async function addPeopleFunctions(db: Kysely<unknown>): Promise<void> {
  // In the order of core/roles.ts, each once.
  await sql`
    create function checked_roles(p_name text, p_roles text[]) returns text[] language plpgsql immutable
    set search_path = pg_catalog, pg_temp as $$
    declare
      v_known constant text[] := string_to_array(${sql.lit(ROLES.join(","))}, ',');
      v_role text;
    begin
      if p_roles is null then
        return null;
      end if;
      foreach v_role in array p_roles loop
        if v_role <> all(v_known) then
          raise exception 'person "%": "%" is not a role; use %', p_name, v_role, array_to_string(v_known, ', ')
            using errcode = 'HT400';
        end if;
      end loop;
      return array(select role from unnest(v_known) as role where role = any(p_roles));
    end $$`.execute(db);

  // A program's owner is a person of flesh: what the program does counts as theirs.
  await sql`
    create function owner_called(p_name text, p_owner text) returns uuid language plpgsql stable ${DEFINER} as $$
    declare
      v_owner person;
    begin
      if p_owner is null then
        return null;
      end if;
      v_owner := person_called(p_owner);
      if v_owner.name = p_name or v_owner.owner_id is not null or v_owner.disabled_at is not null then
        raise exception 'person "%": "%" cannot own a program; name a person who is not disabled and is no program',
          p_name, p_owner using errcode = 'HT400';
      end if;
      return v_owner.id;
    end $$`.execute(db);

  await sql`
    create function add_person(
      p_proof text, p_name text, p_roles text[], p_groups text[], p_email text, p_owner text
    ) returns person language plpgsql ${DEFINER} as $$
    declare
      v_by uuid := administrator(p_proof);
      v_roles text[] := checked_roles(p_name, p_roles);
      v_owner uuid := owner_called(p_name, p_owner);
      v_person person;
    begin
      insert into person (name, roles, groups, email, owner_id)
        values (p_name, v_roles, p_groups, p_email, v_owner)
        on conflict (name) do nothing returning * into v_person;
      if found then
        insert into audit (person_id, action, model, subject, detail) values (v_by, 'add_person', null,
          'person ' || p_name, jsonb_strip_nulls(jsonb_build_object(
            'roles', v_roles, 'groups', p_groups, 'owner', p_owner)));
        return v_person;
      end if;
      v_person := person_called(p_name);
      if v_person.roles <> v_roles or v_person.disabled_at is not null
          or (p_owner is not null and v_person.owner_id is distinct from v_owner) then
        raise exception 'person "%": the name is taken (%); choose another', p_name,
          array_to_string(v_person.roles, ', ')
          || case when v_person.disabled_at is null then '' else ', disabled' end using errcode = 'HT409';
      end if;
      return v_person;
    end $$`.execute(db);

  // Null leaves a thing as it is.
  await sql`
    create function change_person(
      p_proof text, p_name text, p_roles text[], p_groups text[], p_email text, p_owner text
    ) returns person language plpgsql ${DEFINER} as $$
    declare
      v_by uuid := administrator(p_proof);
      v_before person := person_called(p_name);
      v_after person;
    begin
      update person set
        roles = coalesce(checked_roles(p_name, p_roles), roles),
        groups = coalesce(p_groups, groups),
        email = coalesce(p_email, email),
        owner_id = coalesce(owner_called(p_name, p_owner), owner_id)
        where id = v_before.id returning * into v_after;
      if v_after is distinct from v_before then
        insert into audit (person_id, action, model, subject, detail) values (v_by, 'change_person', null,
          'person ' || p_name, jsonb_build_object(
            'roles', v_after.roles, 'rolesBefore', v_before.roles,
            'groups', v_after.groups, 'groupsBefore', v_before.groups));
      end if;
      return v_after;
    end $$`.execute(db);

  await sql`
    create function disable_person(p_proof text, p_name text) returns void language plpgsql ${DEFINER} as $$
    declare
      v_by uuid := administrator(p_proof);
      v_person person := person_called(p_name);
    begin
      update person set disabled_at = clock_timestamp() where id = v_person.id and disabled_at is null;
      if found then
        insert into audit (person_id, action, model, subject) values (v_by, 'disable_person', null, 'person ' || p_name);
      end if;
    end $$`.execute(db);

  await sql`
    create function link_identity(p_proof text, p_name text, p_issuer text, p_subject text) returns void
    language plpgsql ${DEFINER} as $$
    declare
      v_by uuid := administrator(p_proof);
      v_person person := person_called(p_name);
      v_holder text;
    begin
      insert into person_identity (issuer, subject, person_id) values (p_issuer, p_subject, v_person.id)
        on conflict do nothing;
      if found then
        insert into audit (person_id, action, model, subject, detail) values (v_by, 'link_identity', null,
          'person ' || p_name, jsonb_build_object('issuer', p_issuer, 'subject', p_subject));
        return;
      end if;
      select person.name into v_holder from person_identity join person on person.id = person_id
        where issuer = p_issuer and subject = p_subject;
      if v_holder <> p_name then
        raise exception 'person "%": "%" of "%" is "%" already; one identity is one person', p_name, p_subject,
          p_issuer, v_holder using errcode = 'HT409';
      end if;
    end $$`.execute(db);
}
