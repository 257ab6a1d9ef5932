/** Makes days of an experiment anew, from the exposures and outcomes of their units. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { ValueCounts } from "../core/experiment/value-counts.ts";
import type { BucketSums } from "../core/experiment/winsorise.ts";
import type { Experiment } from "../core/experiments-api.ts";
import { firstIdAt } from "../store/timed-id.ts";
import { dataTable } from "./data-tables.ts";
import { backMs, longestMs, maturities } from "./experiment-arrivals.ts";
import { matches } from "./experiment-exposures.ts";
import { interval } from "./interval.ts";
import { metricDaySql } from "./metric-day-sql.ts";
import { unitSql } from "./metric-sql.ts";
import type { OwnValues } from "./own-metrics.ts";
import type { Tables } from "./tables.ts";

const DAY_MS = 86_400_000;
/** Of one statement; a row has 19 values. */
const ROWS_AT_ONCE = 1_000;

interface DayRow {
  metric: string;
  arm: string;
  day: string;
  segment: string;
  answered_by: "arm" | "fallback" | "unknown";
  n: number;
  y: number;
  yy: number;
  x: number | null;
  xx: number | null;
  xy: number | null;
  c: number | null;
  cc: number | null;
  cy: number | null;
  cx: number | null;
  gone: number;
  value_counts: ValueCounts | null;
  bucket_sums: BucketSums | null;
}

/**
 * @param days as in `2026-11-30`, in their order; at least one
 * @param own values of the plan's own queries; metrics that failed have no row of these days
 */
export async function makeDays(
  trx: Transaction<Tables>,
  experiment: Experiment,
  days: readonly string[],
  asOf: Date,
  own: OwnValues = { tables: [], failed: [] },
): Promise<void> {
  const { id } = experiment;
  const rows = await sumDays(trx, experiment, days, asOf, own);
  await sql`delete from experiment_day where experiment_id = ${id} and day = any(${days}::date[])`.execute(
    trx,
  );
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    await trx
      .insertInto("experiment_day")
      .values(
        rows.slice(at, at + ROWS_AT_ONCE).map(({ gone, value_counts, bucket_sums, ...row }) => ({
          experiment_id: id,
          ...row,
          left_out_spend: gone,
          value_counts: value_counts && JSON.stringify(value_counts),
          bucket_sums: bucket_sums && JSON.stringify(bucket_sums),
        })),
      )
      .execute();
}

/** The sums alone leave PostgreSQL and come back: what only reads may go through the exposures with several processes. */
async function sumDays(
  trx: Transaction<Tables>,
  experiment: Experiment,
  days: readonly string[],
  asOf: Date,
  { tables, failed }: OwnValues,
): Promise<DayRow[]> {
  const all = unitSql(experiment.plan);
  const { shown, came } = all;
  const values = all.values.filter(({ name }) => !failed.some(({ metric }) => metric === name));
  if (values.length === 0) return [];
  const needs = maturities(experiment);
  const [back, longest] = [backMs(experiment), longestMs(experiment)];
  const [first, last] = [days[0], days.at(-1)].map((day) => Date.parse(`${day}T00:00:00Z`)) as [
    number,
    number,
  ];
  const until = Math.min(asOf.getTime(), last + DAY_MS + longest);
  const [least, most] = [firstIdAt(first - back), firstIdAt(until)];
  const units = sql`experiment_unit u where u.experiment_id = ${experiment.id} and u.left_out is null
    and u.day = any(${days}::date[]) and u.first_at + ${interval(needs[0])} <= ${asOf}`;
  const during = (at: RawBuilder<unknown>) =>
    sql`${at} >= u.first_at - ${interval(back)} and ${at} < u.first_at + ${interval(longest)} and ${at} < ${asOf}`;
  const ofUnit = sql`join (select u.unit_id, u.first_at from ${units}) as u on ${matches(experiment)}`;
  const perUnit = {
    shown: sql`select u.unit_id, ${sql.join(shown)} from exposure e ${ofUnit}
      where e.id >= ${least}::uuid and e.id < ${most}::uuid and ${during(sql`e.at`)} group by u.unit_id`,
    came: sql`select u.unit_id, ${sql.join(came)}
      from (select recommendation_id, kind, at, ${converted(experiment)} as amount from outcome) as o
        join exposure e on e.id = o.recommendation_id ${ofUnit}
      where e.id >= ${least}::uuid and e.id < ${most}::uuid
        and o.recommendation_id >= ${least}::uuid and o.recommendation_id < ${most}::uuid
        and e.at >= u.first_at - ${interval(back)} and ${during(sql`o.at`)}
      group by u.unit_id`,
  };
  const parts = [
    ...(shown.length > 0 ? [sql`left join (${perUnit.shown}) as shown using (unit_id)`] : []),
    ...(came.length > 0 ? [sql`left join (${perUnit.came}) as came using (unit_id)`] : []),
    ...tables.map(
      ({ column, tableName }) =>
        sql`left join (select unit_id, value as ${sql.ref(column)} from ${dataTable(tableName)}) as ${sql.ref(`of_${column}`)} using (unit_id)`,
    ),
  ];
  const { rows } = await sql<DayRow>`
    with per_unit as (select * from (select u.* from ${units}) as u ${sql.join(parts, sql` `)}), ${metricDaySql(values, asOf)}
    select metric, arm, day::text, segment, answered_by, n::bigint, y, yy, x, xx, xy, c, cc, cy, cx, coalesce(gone, 0)::bigint as gone, value_counts, bucket_sums
      from metric_day`.execute(trx);
  return rows;
}

/** An outcome's amount in the plan's currency; null where it has no rate. */
function converted({ plan: { currency, rates } }: Experiment): RawBuilder<number | null> {
  if (currency === undefined) return sql`null::double precision`;
  const worth = [[currency, 1] as const, ...Object.entries(rates ?? {})];
  const cases = worth.map(
    ([code, rate]) => sql`when ${code}::text then amount::double precision * ${rate}::double precision`,
  );
  return sql`case currency ${sql.join(cases, sql` `)} end`;
}
