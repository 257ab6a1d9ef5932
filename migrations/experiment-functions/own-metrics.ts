/** What queries of a plan's own read: the units' exposures and outcomes in a stretch of each unit's time. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

/** Days of first exposures; of each unit the time from `p_from_ms` to `p_until_ms` after its first; nothing after `p_as_of`. */
const ARGUMENTS = sql`p_experiment text, p_days date[], p_from_ms bigint, p_until_ms bigint, p_as_of timestamptz`;
/** Of the newest units PostgreSQL knows nothing yet, takes them for one, and would join in loops that take minutes. */
const BY_HASHING = sql`set enable_nestloop = off set work_mem = '192MB'`;
const FROM = sql`u.first_at + p_from_ms * interval '1 millisecond'`;
const UNTIL = sql`u.first_at + p_until_ms * interval '1 millisecond'`;

export async function addOwnMetrics(db: Kysely<unknown>): Promise<void> {
  await addPlanOf(db);
  await addExposures(db);
  await addOutcomes(db);
}

/** The model and unit of a running experiment whose frozen plan has a query of its own; refuses any other. */
async function addPlanOf(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function own_metric_plan(p_experiment text) returns table (model text, unit text) language plpgsql stable ${DEFINER} as $$
    begin
      return query select e.model, e.plan ->> 'unit' from experiment e where e.id = p_experiment and e.ended_at is null
        and exists (select from json_each(e.plan -> 'metrics') as m (name, metric)
          where json_typeof(metric -> 'of') = 'object' or json_typeof(metric -> 'per') = 'object');
      if not found then
        raise exception using errcode = 'HT403', message = format(
          'experiment "%s": does not run, or its plan has no metric of its own SQL, so no statement may read its people', p_experiment);
      end if;
    end $$`.execute(db);
}

async function addExposures(db: Kysely<unknown>): Promise<void> {
  // Two queries, since a condition that is one or the other is joined in loops.
  const columns = sql`u.unit_id, u.arm, u.first_at, e.id, e.at, e.version, e.arm, e.fallback, e.k, e.items, e.answer_ms`;
  const where = sql`u.experiment_id = p_experiment and u.left_out is null and u.day = any(p_days)
    and e.id >= first_exposure_id(((select min(day) from unnest(p_days) as d (day)) + (p_from_ms / 86400000)::integer - 1))
    and e.at >= ${FROM} and e.at < ${UNTIL} and e.at < p_as_of`;
  await sql`
    create function metric_exposures(${ARGUMENTS}) returns table (unit_id text, arm text, first_at timestamptz, exposure_id uuid,
      at timestamptz, version integer, answered_by text, fallback boolean, k integer, items text[], answer_ms real)
    language plpgsql stable ${DEFINER} ${BY_HASHING} as $$
    declare
      v_plan record;
    begin
      select * into v_plan from own_metric_plan(p_experiment);
      if v_plan.unit = 'person' then
        return query select ${columns} from experiment_unit u join exposure e on e.model = v_plan.model and e.user_id = u.unit_id
          where ${where};
      else
        return query select ${columns} from experiment_unit u join exposure e on e.experiment = p_experiment and e.unit_id = u.unit_id
          where ${where};
      end if;
    end $$`.execute(db);
}

/** By the exposure that they name, which may be up to `p_back_ms` before a unit's first. */
async function addOutcomes(db: Kysely<unknown>): Promise<void> {
  const columns = sql`u.unit_id, u.arm, u.first_at, e.id, o.item_id, o.kind, o.at, o.amount, o.currency`;
  const where = sql`u.experiment_id = p_experiment and u.left_out is null and u.day = any(p_days)
    and e.id >= first_exposure_id(((select min(day) from unnest(p_days) as d (day)) - (p_back_ms / 86400000)::integer - 1))
    and o.recommendation_id >= first_exposure_id(((select min(day) from unnest(p_days) as d (day)) - (p_back_ms / 86400000)::integer - 1))
    and e.at >= u.first_at - p_back_ms * interval '1 millisecond' and o.at >= ${FROM} and o.at < ${UNTIL} and o.at < p_as_of`;
  await sql`
    create function metric_outcomes(${ARGUMENTS}, p_back_ms bigint) returns table (unit_id text, arm text, first_at timestamptz,
      exposure_id uuid, item_id text, kind text, at timestamptz, amount numeric, currency text)
    language plpgsql stable ${DEFINER} ${BY_HASHING} as $$
    declare
      v_plan record;
    begin
      select * into v_plan from own_metric_plan(p_experiment);
      if v_plan.unit = 'person' then
        return query select ${columns} from experiment_unit u join exposure e on e.model = v_plan.model and e.user_id = u.unit_id
          join outcome o on o.recommendation_id = e.id where ${where};
      else
        return query select ${columns} from experiment_unit u join exposure e on e.experiment = p_experiment and e.unit_id = u.unit_id
          join outcome o on o.recommendation_id = e.id where ${where};
      end if;
    end $$`.execute(db);
}
