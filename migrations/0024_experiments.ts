/** Experiments: which versions share the people between them, by a plan that never changes. Old servers may run: they don't see it. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { addExperimentChanges } from "./experiment-functions/changes.ts";
import { addStartExperiment } from "./experiment-functions/start.ts";
import { DEFINER } from "./people-functions/definer.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["start_experiment", "end_experiment", "grow_experiment", "override_arm"]);
  await addTables(db);
  await addKeepers(db);
  await addStartExperiment(db);
  await addExperimentChanges(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on experiment, experiment_arm, experiment_override"],
      holt_server: ["select on experiment, experiment_arm, experiment_override"],
      holt_auditor: ["select on experiment, experiment_arm"],
    },
    calls: { holt_server: ["start_experiment", "end_experiment", "grow_experiment", "override_arm"] },
  });
}

async function addTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table experiment (
      -- "movies-x1": also the key by which units are spread over the arms
      id text primary key,
      model text not null references model,
      number integer not null check (number > 0),
      -- as it was frozen; core/experiment-plan.ts has its shape
      plan json not null,
      digest text not null check (digest ~ '^[0-9a-f]{64}$'),
      holdout boolean not null,
      layer text not null,
      -- places of the layer that are its own, and how many of these answer by it now
      from_place numeric(7, 6) not null check (from_place >= 0),
      to_place numeric(7, 6) not null check (to_place <= 1),
      traffic numeric(7, 6) not null check (traffic > 0),
      person_id uuid not null references person,
      reason text not null check (reason <> ''),
      started_at timestamptz not null default now(),
      ended_at timestamptz,
      ended_by uuid references person,
      end_reason text check (end_reason <> ''),
      unique (model, number),
      check (to_place >= from_place + traffic),
      check ((ended_at is null) = (end_reason is null))
    )`.execute(db);
  await sql`create index experiment_running on experiment (layer) where ended_at is null`.execute(db);
  await sql`
    create table experiment_arm (
      experiment_id text not null references experiment,
      name text not null,
      -- from 0, the control: in this order arms share the places
      position integer not null,
      model text not null,
      -- null: what is live
      version integer,
      list_only boolean not null,
      share double precision not null check (share > 0 and share < 1),
      primary key (experiment_id, name),
      unique (experiment_id, position),
      foreign key (model, version) references model_version (model, version)
    )`.execute(db);
  // Units that somebody put into an arm by hand, whom the analysis leaves out.
  await sql`
    create table experiment_override (
      experiment_id text not null,
      unit_id text not null check (unit_id <> ''),
      arm text not null,
      person_id uuid not null references person,
      at timestamptz not null default now(),
      primary key (experiment_id, unit_id),
      foreign key (experiment_id, arm) references experiment_arm (experiment_id, name)
    )`.execute(db);
}

/** What was planned is never rewritten; traffic only grows, and the first end stands. */
async function addKeepers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function keep_experiment() returns trigger language plpgsql ${DEFINER} as $$
    declare
      may_change text[] := '{traffic,ended_at,ended_by,end_reason}';
    begin
      if tg_op <> 'UPDATE' or old.ended_at is not null or new.traffic < old.traffic
          or to_jsonb(new) - may_change <> to_jsonb(old) - may_change then
        raise exception 'experiment: what was planned stays; end it, and start another' using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger experiment_stays before update or delete on experiment
    for each row execute function keep_experiment()`.execute(db);
  await sql`
    create trigger experiment_arm_stays before update or delete or truncate on experiment_arm
    for each statement execute function refuse_change()`.execute(db);
  // A materialised version answers only by its lists.
  await sql`
    create trigger arm_has_its_lists before insert on experiment_arm
    for each row when (new.version is not null and not new.list_only) execute function refuse_without_lists()`.execute(
    db,
  );
}
