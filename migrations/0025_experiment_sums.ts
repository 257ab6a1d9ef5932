/** What experiments measure: exposures say which arm was meant, days keep their sums. Old servers may run: theirs count for no experiment. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await addExposureColumns(db);
  await addSums(db);
  await addViews(db);
  await grantLater(db, {
    tables: {
      holt_worker: [
        "select, insert, update, delete on experiment_unit, experiment_day, experiment_answers, experiment_refresh",
      ],
      holt_server: ["select on experiment_day, experiment_answers, experiment_refresh"],
      holt_auditor: ["select on experiment_day, experiment_answers, experiment_refresh"],
    },
    calls: {},
  });
}

/** A server's spool keeps its lines as they were; what is said in their context comes into columns as a row is stored. */
async function addExposureColumns(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table exposure
      add column experiment text,
      -- the arm that was meant, whatever answered
      add column assigned_arm text,
      -- person, household or session
      add column unit_id text,
      -- why the analysis leaves it out; null when it counts
      add column left_out text`.execute(db);
  await sql`
    create or replace function store_exposure() returns trigger language plpgsql ${DEFINER} as $$
    declare
      said jsonb := new.context -> 'experiment';
    begin
      insert into exposure (id, at, model, version, arm, fallback, user_id, k, items, scores, propensities, context,
          experiment, assigned_arm, unit_id, left_out)
        values (new.id, new.at, new.model, new.version, new.arm, new.fallback, new.user_id, new.k, new.items, new.scores,
          new.propensities, case when said is null then new.context else nullif(new.context - 'experiment', '{}') end,
          said ->> 'id', said ->> 'arm', said ->> 'unit', said ->> 'leftOut')
        on conflict do nothing;
      return null;
    end $$`.execute(db);
}

async function addSums(db: Kysely<unknown>): Promise<void> {
  // Who is in the analysis, and since when: a unit belongs to the day of its first exposure, for good.
  await sql`
    create table experiment_unit (
      experiment_id text not null references experiment,
      unit_id text not null,
      arm text not null,
      first_at timestamptz not null,
      day date not null,
      -- staff, bot; null when it counts
      left_out text,
      primary key (experiment_id, unit_id)
    )`.execute(db);
  await sql`create index experiment_unit_day on experiment_unit (experiment_id, day)`.execute(db);
  // Sums over the units of a day, which add up over days. Letters as core/experiment/moments.ts has them.
  await sql`
    create table experiment_day (
      experiment_id text not null references experiment,
      metric text not null,
      arm text not null,
      day date not null,
      n bigint not null,
      y double precision not null,
      yy double precision not null,
      x double precision,
      xx double precision,
      xy double precision,
      c double precision,
      cc double precision,
      cy double precision,
      cx double precision,
      -- of a quantile: how many units in each bucket of 1 %, as core/experiment/value-counts.ts has them
      value_counts jsonb,
      -- how often a unit spent in a currency without a rate, which no sum has
      left_out_spend bigint not null default 0,
      primary key (experiment_id, metric, arm, day)
    )`.execute(db);
  // What was answered, by the arm that was meant and the day on which it was.
  await sql`
    create table experiment_answers (
      experiment_id text not null references experiment,
      arm text not null,
      day date not null,
      answers bigint not null,
      fallbacks bigint not null,
      primary key (experiment_id, arm, day)
    )`.execute(db);
  await sql`
    create table experiment_refresh (
      experiment_id text primary key references experiment,
      as_of timestamptz not null
    )`.execute(db);
}

/** For other tools: docs/experiments.md says what is in them, and who may be let at them. */
async function addViews(db: Kysely<unknown>): Promise<void> {
  await sql`
    create view experiment_exposures as
      select e.experiment as experiment_id, e.assigned_arm as variation_id, e.unit_id as user_id, e.at as timestamp,
        e.id as exposure_id, e.arm as answered_by, e.fallback, e.version, e.left_out
      from exposure e where e.experiment is not null`.execute(db);
  await sql`
    create view experiment_metric_values as
      select e.experiment as experiment_id, e.unit_id as user_id, o.at as timestamp,
        case o.kind when 'click' then 'clicks' when 'play' then 'plays' else 'spend' end as metric,
        coalesce(o.amount, 1)::double precision as value, o.currency, o.recommendation_id as exposure_id, o.item_id
      from outcome o join exposure e on e.id = o.recommendation_id where e.experiment is not null`.execute(
    db,
  );
  for (const view of ["experiment_exposures", "experiment_metric_values"])
    await sql`alter view ${sql.id(view)} owner to holt_owner`.execute(db);
}
