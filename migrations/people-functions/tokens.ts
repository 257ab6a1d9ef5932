import { type Kysely, sql } from "kysely";
import { DEFINER } from "./definer.ts";

/** Tokens: handed out and revoked by an admin, looked up by whoever was shown one. */
export async function addTokenFunctions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function after_ms(p_ttl_ms double precision) returns timestamptz language sql volatile
    set search_path = pg_catalog, pg_temp
    return clock_timestamp() + p_ttl_ms * interval '1 millisecond'`.execute(db);

  await sql`
    create function issue_token(
      p_proof text, p_name text, p_label text, p_ttl_ms double precision, p_token_sha256 text
    ) returns timestamptz language plpgsql ${DEFINER} as $$
    declare
      v_by uuid := administrator(p_proof);
      v_person person := person_called(p_name);
      v_expires timestamptz := after_ms(p_ttl_ms);
    begin
      if v_person.disabled_at is not null then
        raise exception 'person "%": is disabled; a token would open nothing', p_name using errcode = 'HT409';
      end if;
      insert into token (token_sha256, person_id, label, expires_at)
        values (p_token_sha256, v_person.id, p_label, v_expires);
      insert into audit (person_id, action, model, subject, detail) values (v_by, 'issue_token', null,
        'person ' || p_name, jsonb_build_object('label', p_label));
      return v_expires;
    end $$`.execute(db);

  await sql`
    create function revoke_tokens(p_proof text, p_name text, p_label text) returns integer
    language plpgsql ${DEFINER} as $$
    declare
      v_by uuid := administrator(p_proof);
      v_person person := person_called(p_name);
      v_count integer;
    begin
      update token set revoked_at = clock_timestamp()
        where person_id = v_person.id and label = p_label and revoked_at is null;
      get diagnostics v_count = row_count;
      insert into audit (person_id, action, model, subject, detail) values (v_by, 'revoke_token', null,
        'person ' || p_name, jsonb_build_object('label', p_label));
      return v_count;
    end $$`.execute(db);

  await sql`
    create function token_holder(p_token_sha256 text) returns setof person language sql stable ${DEFINER} as $$
      select person.* from token join person on person.id = token.person_id
      where token.token_sha256 = p_token_sha256 and token.revoked_at is null
        and token.expires_at > clock_timestamp() and person.disabled_at is null $$`.execute(db);
}
