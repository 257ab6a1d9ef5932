/** What past exposures say of an experiment's metrics: sums over all people, from which nobody can be told apart. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addPast(db: Kysely<unknown>): Promise<void> {
  await addPastPeople(db);
  await addMeasured(db);
  await addPastMetric(db);
}

/** How many people were first shown something on each day (UTC) from the first to the last, as if nobody had been before. */
async function addPastPeople(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function past_people(p_model text, p_from date, p_until date) returns bigint[] language sql stable ${DEFINER} as $$
      select array_agg(coalesce(came.people, 0) order by day) from generate_series(0, p_until - p_from - 1) as day left join (
        select first - p_from as day, count(*) as people from (
          select min((at at time zone 'utc')::date) as first from exposure
            where model = p_model and user_id <> '' and id >= first_exposure_id(p_from) and id < first_exposure_id(p_until)
            group by user_id) as one
          group by 1) as came using (day)
    $$`.execute(db);
  // the first day of which anything is kept
  await sql`
    create function first_exposure_day(p_model text) returns date language sql stable ${DEFINER} as $$
      select (at at time zone 'utc')::date from exposure where model = p_model order by id limit 1
    $$`.execute(db);
}

/** One event as a measure counts it; db/metric-sql.ts has the same for the experiment's own sums. */
async function addMeasured(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function measured(p_measure text, p_kind text, p_fallback boolean, p_amount double precision, p_ms real)
    returns double precision language sql immutable as $$
      select case p_measure
        when 'exposures' then (p_kind = 'exposure')::integer
        when 'fallbacks' then (p_kind = 'exposure' and p_fallback)::integer
        when 'clicks' then (p_kind = 'click')::integer
        when 'plays' then (p_kind = 'play')::integer
        when 'purchases' then (p_kind = 'spend')::integer
        when 'complaints' then (p_kind = 'complaint')::integer
        when 'spend' then case when p_kind = 'spend' then p_amount end
        when 'latency' then p_ms
        when 'timed' then (p_ms is not null)::integer
      end
    $$`.execute(db);
}

/**
 * Sums of one metric over people whose first exposure of the days and whose time after it lie in them; by bucket of values
 * where the metric is a quantile or winsorised. Nothing of fewer than 200 people, whom somebody might know.
 */
async function addPastMetric(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function past_metric(p_model text, p_from date, p_until date, p_metric jsonb, p_one_of integer)
    returns jsonb language sql stable ${DEFINER} as $$
      with asked as (
        select p_metric ->> 'of' as of, p_metric ->> 'per' as per, (p_metric ->> 'isShare')::boolean as is_share,
          (p_metric ->> 'isBucketed')::boolean as is_bucketed, (p_metric ->> 'isMean')::boolean as is_mean,
          (p_metric ->> 'cap')::double precision as cap, (p_metric ->> 'busy')::bigint as busy, p_metric -> 'worth' as worth,
          (p_metric ->> 'fromMs')::double precision * interval '1 ms' as from_after,
          (p_metric ->> 'untilMs')::double precision * interval '1 ms' as until_after,
          (p_metric ->> 'beforeMs')::double precision * interval '1 ms' as back
      ), shown as (
        select user_id, min(at) as first_at, count(*) as times from exposure
          where model = p_model and user_id <> '' and id >= first_exposure_id(p_from) and id < first_exposure_id(p_until)
            and (p_one_of = 1 or mod(hashtextextended(user_id, 31), p_one_of) = 0)
          group by user_id, (at at time zone 'utc')::date
      ), person as materialized (
        select user_id, min(first_at) as first_at from shown, asked group by user_id, until_after, busy
          having min(first_at) + until_after <= p_until::timestamp at time zone 'utc'
            and (busy is null or max(times) <= busy)
      ), event as (
        select user_id, e.at - first_at as since, 'exposure' as kind, e.fallback, null::double precision as amount, e.answer_ms
          from person join exposure e using (user_id), asked
          where e.model = p_model and e.id >= first_exposure_id(p_from - ceil(extract(epoch from coalesce(back, '0')) / 86400)::integer)
            and e.id < first_exposure_id(p_until) and e.at >= first_at - coalesce(back, '0') and e.at < first_at + until_after
        union all
        select user_id, o.at - first_at, o.kind, false, o.amount::double precision * (worth ->> o.currency)::double precision, null
          from person join exposure e using (user_id) join outcome o on o.recommendation_id = e.id, asked
          where e.model = p_model and e.id >= first_exposure_id(p_from - ceil(extract(epoch from coalesce(back, '0')) / 86400)::integer)
            and e.id < first_exposure_id(p_until) and o.at >= first_at - coalesce(back, '0') and o.at < first_at + until_after
      ), counted as (
        select user_id, is_share, is_bucketed, is_mean, cap, per, back,
          coalesce(sum(measured(of, kind, fallback, amount, answer_ms)) filter (where since >= from_after), 0) as y,
          coalesce(sum(measured(per, kind, fallback, amount, answer_ms)) filter (where since >= from_after), 0) as x,
          coalesce(sum(measured(of, kind, fallback, amount, answer_ms)) filter (where since < '0'), 0) as c
        from event, asked group by user_id, is_share, is_bucketed, is_mean, cap, per, back
      ), valued as (
        select is_bucketed,
          case when is_share then (y > 0)::integer when is_mean then y / nullif(x, 0) else least(y, coalesce(cap, 'infinity')) end as y,
          case when per is not null and not is_mean then x end as x,
          case when back is null then null when is_share then (c > 0)::integer else least(c, coalesce(cap, 'infinity')) end as c
        from counted where not is_mean or x > 0
      ), summed as (
        select case when is_bucketed and y > 0 then ceil(ln(y) / ln(1.01::double precision))::integer end as bucket,
          count(*) as n, sum(y) as y, sum(y * y) as yy, sum(x) as x, sum(x * x) as xx, sum(x * y) as xy,
          sum(c) as c, sum(c * c) as cc, sum(c * y) as cy, sum(c * x) as cx
        from valued group by 1
      )
      select jsonb_object_agg(coalesce(bucket::text, 'zeros'), jsonb_build_array(n, y, yy, x, xx, xy, c, cc, cy, cx))
        from summed having sum(n) >= 200
    $$`.execute(db);
}
