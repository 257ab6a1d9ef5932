/** Versions whose lists are a JSON file, and where those files are. Old workers and servers may run: it only adds. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table static_lists (
      model text not null,
      version integer not null,
      -- of the artifact with what goes with each item, before any rule
      digest text not null check (digest ~ '^[0-9a-f]{64}$'),
      items integer not null,
      made_at timestamptz not null default now(),
      primary key (model, version),
      foreign key (model, version) references model_version
    )`.execute(db);
  await sql`
    create table static_file (
      model text not null references model,
      -- below the operator's folder; empty: that folder itself
      folder text not null,
      -- as the definition said that last wrote here by itself: what the file has also of versions that say nothing of one
      settings json not null,
      version integer not null,
      fence bigint not null,
      -- of what the file says; null before it was written
      digest text,
      written_at timestamptz,
      next_change timestamptz,
      checked_at timestamptz not null default now(),
      -- why the file isn't what it should be
      problem text,
      primary key (model, folder)
    )`.execute(db);
  await sql`
    create function refuse_without_static_lists() returns trigger language plpgsql ${DEFINER} as $$
    begin
      if exists (
        select from model_version v
          join release on release.digest = v.release_digest
          join definition on definition.digest = release.body->>'definitionDigest'
        where v.model = new.model and v.version = new.version
          and definition.body->'deployment'->>'kind' = 'static' and definition.body->'deployment'->'similarItems' is not null
      ) and not exists (
        select from static_lists l where l.model = new.model and l.version = new.version
      ) then
        raise exception using errcode = 'HT409', message = format(
          'model "%s" version %s: what goes with its items was not written down yet; run it again with "holt run %s"',
          new.model, new.version, new.model);
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger deployment_has_its_static_lists before insert on deployment
    for each row execute function refuse_without_static_lists()`.execute(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select, insert on static_lists", "select, insert, update on static_file"],
      holt_server: ["select on static_lists, static_file"],
      holt_auditor: ["select on static_lists, static_file"],
    },
    calls: {},
  });
}
