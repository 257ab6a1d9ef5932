/**
 * The five metrics as an analyst would ask for them in one statement: from an experiment's id ($1) and a time ($2), a row a metric and
 * arm with units, sum and sum of squares. Of the quantile, too: what it is of the units' sums is one more sort.
 */
export const plainStatement = `
  with first as (
    select unit_id, min(assigned_arm) as arm, min(at) as first_at from exposure
      where experiment = $1 and left_out is null and at < $2 group by unit_id
  ), unit as (
    select * from first where first_at + interval '7 days' <= $2
  ), shown as (
    select u.unit_id, count(*) as lists, count(*) filter (where e.at >= u.first_at + interval '1 day') as later
      from unit u join exposure e on e.unit_id = u.unit_id and e.experiment = $1
      where e.at >= u.first_at and e.at < u.first_at + interval '7 days' group by u.unit_id
  ), came as (
    select u.unit_id, count(*) filter (where o.kind = 'click') as clicks, count(*) filter (where o.kind = 'spend') as bought,
        sum(o.amount) filter (where o.kind = 'spend') as spend
      from unit u join exposure e on e.unit_id = u.unit_id and e.experiment = $1 join outcome o on o.recommendation_id = e.id
      where o.at >= u.first_at and o.at < u.first_at + interval '7 days' and o.at < $2 group by u.unit_id
  ), value as (
    select arm, coalesce(spend, 0)::double precision as spend, (coalesce(bought, 0) > 0)::integer::double precision as bought,
        coalesce(clicks, 0)::double precision as clicks, coalesce(lists, 0)::double precision as lists,
        (coalesce(later, 0) > 0)::integer::double precision as back
      from unit left join shown using (unit_id) left join came using (unit_id)
  ), by_arm as materialized (
    select arm, count(*) as n, sum(spend) as spend, sum(spend * spend) as spend2, sum(bought) as bought, sum(clicks) as clicks,
        sum(clicks * clicks) as clicks2, sum(lists) as lists, sum(lists * lists) as lists2, sum(clicks * lists) as both,
        sum(back) as back, percentile_disc(0.9) within group (order by spend) as high
      from value group by arm
  )
  select metric, arm, n, y, yy from by_arm cross join lateral (values ('spend', spend, spend2), ('buying', bought, bought),
    ('click_rate', clicks, clicks2), ('back', back, back), ('high_spend', spend, spend2)) as m (metric, y, yy)`;
