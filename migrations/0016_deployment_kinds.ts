/**
 * Lists that are written before a version goes live, so that a server only looks them up. Old servers may run: they score
 * what these look up.
 */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  // A schema of its own: what a definition's author wrote runs as the login that fills `data`, and reaches no list.
  await sql`create schema lists`.execute(db);
  await sql`
    create table materialised (
      model text not null,
      version integer not null,
      table_name text not null,
      k integer not null check (k between 1 and 1000),
      -- the last person whose list is committed; where the next attempt goes on
      done_up_to text,
      people integer not null default 0,
      begun_at timestamptz not null default now(),
      finished_at timestamptz,
      dropped_at timestamptz,
      primary key (model, version),
      foreign key (model, version) references model_version
    )`.execute(db);
  await sql`
    create function refuse_without_lists() returns trigger language plpgsql ${DEFINER} as $$
    begin
      if exists (
        select from model_version v
          join release on release.digest = v.release_digest
          join definition on definition.digest = release.body->>'definitionDigest'
        where v.model = new.model and v.version = new.version and definition.body->'deployment'->>'kind' = 'materialised'
      ) and not exists (
        select from materialised m where m.model = new.model and m.version = new.version
          and m.finished_at is not null and m.dropped_at is null
      ) then
        raise exception using errcode = 'HT409', message = format(
          'model "%s" version %s: people''s lists of it are not in the database (those of the newest 5 versions and of what is live are kept); name one of these, or run it again with "holt run %s"',
          new.model, new.version, new.model);
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger deployment_has_its_lists before insert on deployment
    for each row execute function refuse_without_lists()`.execute(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select, insert, update on materialised", "usage, create on schema lists"],
      holt_server: ["select on materialised", "usage on schema lists"],
      holt_auditor: ["select on materialised"],
    },
    calls: {},
  });
}
