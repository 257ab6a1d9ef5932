/** More that experiments measure, and what past exposures say before one begins. Old servers may run: their answers have no time. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { addPast } from "./experiment-functions/past.ts";
import { DEFINER } from "./people-functions/definer.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await addLatency(db);
  await addComplaints(db);
  // Of a metric winsorised at a quantile: sums by bucket of values, so that the cap may move with each look.
  await sql`alter table experiment_day add column bucket_sums jsonb`.execute(db);
  await changeViews(db);
  await addPast(db);
  await grantLater(db, {
    tables: {},
    calls: { holt_server: ["past_people", "past_metric", "first_exposure_day"] },
  });
}

async function addLatency(db: Kysely<unknown>): Promise<void> {
  // Of answers in an experiment: how long the server took over the list.
  await sql`alter table exposure add column answer_ms real check (answer_ms >= 0)`.execute(db);
  await sql`
    create or replace function store_exposure() returns trigger language plpgsql ${DEFINER} as $$
    declare
      said jsonb := new.context -> 'experiment';
    begin
      insert into exposure (id, at, model, version, arm, fallback, user_id, k, items, scores, propensities, context,
          experiment, assigned_arm, unit_id, left_out, answer_ms)
        values (new.id, new.at, new.model, new.version, new.arm, new.fallback, new.user_id, new.k, new.items, new.scores,
          new.propensities, case when said is null then new.context else nullif(new.context - 'experiment', '{}') end,
          said ->> 'id', said ->> 'arm', said ->> 'unit', said ->> 'leftOut', (said ->> 'ms')::real)
        on conflict do nothing;
      return null;
    end $$`.execute(db);
}

async function addComplaints(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table outcome drop constraint outcome_kind_check,
      add constraint outcome_kind_check check (kind in ('click', 'play', 'spend', 'complaint'))`.execute(db);
}

async function changeViews(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace view experiment_exposures as
      select e.experiment as experiment_id, e.assigned_arm as variation_id, e.unit_id as user_id, e.at as timestamp,
        e.id as exposure_id, e.arm as answered_by, e.fallback, e.version, e.left_out, e.answer_ms
      from exposure e where e.experiment is not null`.execute(db);
  await sql`
    create or replace view experiment_metric_values as
      select e.experiment as experiment_id, e.unit_id as user_id, o.at as timestamp,
        case o.kind when 'click' then 'clicks' when 'play' then 'plays' when 'complaint' then 'complaints' else 'spend' end as metric,
        coalesce(o.amount, 1)::double precision as value, o.currency, o.recommendation_id as exposure_id, o.item_id
      from outcome o join exposure e on e.id = o.recommendation_id where e.experiment is not null`.execute(
    db,
  );
}
