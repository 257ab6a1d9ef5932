/** Keys of other environments, each under the name that an admin of this one gave it. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addTrust(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table trusted_environment (
      -- SHA-256 of the public key's DER
      key_id text primary key check (length(key_id) = 64),
      name text not null check (name ~ '^[a-z][a-z0-9-]{0,19}$'),
      public_key bytea not null,
      person_id uuid not null references person,
      trusted_at timestamptz not null,
      ended_at timestamptz,
      ended_by uuid references person,
      check ((ended_at is null) = (ended_by is null))
    )`.execute(db);
  // What was trusted, and until when, is never rewritten.
  await sql`
    create function keep_trusted_environment() returns trigger language plpgsql ${DEFINER} as $$
    begin
      if tg_op <> 'UPDATE' or old.ended_at is not null
          or to_jsonb(new) - '{ended_at,ended_by}'::text[] <> to_jsonb(old) - '{ended_at,ended_by}'::text[] then
        raise exception 'trusted key: what was trusted stays in the table; end it' using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger trusted_environment_stays before update or delete on trusted_environment
    for each row execute function keep_trusted_environment()`.execute(db);
  // The same key under the same name again changes nothing; its id.
  await sql`
    create function trust_environment(p_proof text, p_name text, p_public_key bytea) returns text
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'administer');
      v_id text := encode(sha256(p_public_key), 'hex');
      there trusted_environment;
    begin
      -- An Ed25519 key in DER: this beginning, then 32 bytes.
      if length(p_public_key) <> 44 or substr(p_public_key, 1, 12) <> '\\x302a300506032b6570032100'::bytea then
        raise exception using errcode = 'HT400', message = format(
          'key of "%s": is not an Ed25519 public key; hand over the file that "holt keys make" wrote there', p_name);
      elsif p_name !~ '^[a-z][a-z0-9-]{0,19}$' then
        raise exception using errcode = 'HT400', message = format(
          'environment "%s": is not a name; use a small letter, then small letters, digits or -, 20 at most', p_name);
      end if;
      perform pg_advisory_xact_lock(hashtextextended('trust ' || v_id, 0));
      select * into there from trusted_environment where key_id = v_id;
      if there.ended_at is not null then
        raise exception using errcode = 'HT409', message = format(
          'key %s: was trusted before, and that was ended; have "%s" make another with "holt keys make"', left(v_id, 16), p_name);
      elsif there.name <> p_name then
        raise exception using errcode = 'HT409', message = format(
          'key %s: is trusted as "%s" already; end that first with "holt keys distrust %s"', left(v_id, 16), there.name, left(v_id, 16));
      elsif there.key_id is null then
        insert into trusted_environment (key_id, name, public_key, person_id, trusted_at)
          values (v_id, p_name, p_public_key, actor.id, clock_timestamp());
        insert into audit (person_id, action, model, subject, detail) values (actor.id, 'trust_environment', null,
          'environment ' || p_name, jsonb_build_object('key', v_id));
      end if;
      return v_id;
    end $$`.execute(db);
  // What came with it stays; nothing more comes. Ended before: nothing changes.
  await sql`
    create function distrust_environment(p_proof text, p_key text) returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'administer');
      there trusted_environment;
    begin
      select * into there from trusted_environment where key_id = p_key for no key update;
      if there.key_id is null then
        raise exception using errcode = 'HT404', message = format('key %s: is not trusted here; see "holt keys"', p_key);
      elsif there.ended_at is not null then
        return;
      end if;
      update trusted_environment set ended_at = clock_timestamp(), ended_by = actor.id where key_id = p_key;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'distrust_environment', null,
        'environment ' || there.name, jsonb_build_object('key', p_key));
    end $$`.execute(db);
}
