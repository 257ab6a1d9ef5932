/** The registry: how fast a version answers, and names that people give to versions. Old workers may run: it only adds. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["set_alias", "remove_alias"]);
  await sql`
    create table version_latency (
      model text not null,
      version integer not null,
      answers integer not null check (answers > 0),
      p50_ms double precision not null check (p50_ms >= 0),
      p99_ms double precision not null check (p99_ms >= p50_ms),
      cores integer not null check (cores > 0),
      measured_at timestamptz not null default now(),
      primary key (model, version),
      foreign key (model, version) references model_version (model, version)
    )`.execute(db);
  await sql`
    create table version_alias (
      model text not null,
      name text not null check (name ~ '^[a-z][a-z0-9_-]{0,39}$' and name not in ('champion', 'challenger', 'baseline')),
      version integer not null,
      reason text not null check (reason <> ''),
      person_id uuid not null references person,
      set_at timestamptz not null default now(),
      primary key (model, name),
      foreign key (model, version) references model_version (model, version)
    )`.execute(db);
  await addFunctions(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select, insert on version_latency"],
      holt_server: ["select on version_latency", "select on version_alias"],
      holt_auditor: ["select on version_latency", "select on version_alias"],
    },
    calls: { holt_server: ["set_version_alias", "remove_version_alias"] },
  });
}

async function addFunctions(db: Kysely<unknown>): Promise<void> {
  // The model's row is locked, so that of two at once one has the last word, and the log has them in that order.
  await sql`
    create function set_version_alias(p_proof text, p_model text, p_name text, p_version integer, p_reason text)
    returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      before integer;
      place text := format('model "%s" alias "%s"', p_model, p_name);
    begin
      perform from model where name = p_model for no key update;
      if not found then
        raise exception using errcode = 'HT404', message = format(
          'model "%s": is not in the database; apply its definition with "holt apply"', p_model);
      elsif p_name in ('champion', 'challenger', 'baseline') then
        raise exception using errcode = 'HT400', message = format('%s: is a name that Holt itself gives; choose another', place);
      elsif p_name !~ '^[a-z][a-z0-9_-]{0,39}$' then
        raise exception using errcode = 'HT400', message = format(
          '%s: is no name; begin with a small letter, then up to 39 small letters, digits, "-" and "_"', place);
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: has no reason; say why, it is kept in the audit log', place);
      elsif not exists (select from model_version where model = p_model and version = p_version) then
        raise exception using errcode = 'HT404', message = format(
          'model "%s" version %s: does not exist; see "holt versions %s"', p_model, p_version, p_model);
      end if;
      select version into before from version_alias where model = p_model and name = p_name;
      if before = p_version then
        return;
      end if;
      insert into version_alias (model, name, version, reason, person_id)
        values (p_model, p_name, p_version, p_reason, actor.id)
        on conflict (model, name) do update set version = excluded.version, reason = excluded.reason,
          person_id = excluded.person_id, set_at = clock_timestamp();
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'set_alias', p_model, 'alias ' || p_name,
        jsonb_strip_nulls(jsonb_build_object('version', p_version, 'before', before, 'reason', p_reason)));
    end $$`.execute(db);
  await sql`
    create function remove_version_alias(p_proof text, p_model text, p_name text, p_reason text)
    returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      before integer;
      place text := format('model "%s" alias "%s"', p_model, p_name);
    begin
      perform from model where name = p_model for no key update;
      if p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: has no reason; say why, it is kept in the audit log', place);
      end if;
      delete from version_alias where model = p_model and name = p_name returning version into before;
      if before is null then
        raise exception using errcode = 'HT404', message = format('%s: is not there; see "holt versions %s"', place, p_model);
      end if;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'remove_alias', p_model, 'alias ' || p_name,
        jsonb_build_object('version', before, 'reason', p_reason));
    end $$`.execute(db);
}
