/** Sums over units by metric, arm and day, as SQL. */
import { type RawBuilder, sql } from "kysely";
import { winsoriseOf } from "../core/experiment/winsorise.ts";
import { needsMs } from "../core/experiment-faults.ts";
import { interval } from "./interval.ts";
import type { UnitValue } from "./metric-sql.ts";

/** Columns of a day's row: letters as core/experiment/moments.ts has them, and spend that is left out. */
const SUMS = ["n", "y", "yy", "x", "xx", "xy", "c", "cc", "cy", "cx", "gone"] as const;
type Sum = (typeof SUMS)[number];

/**
 * From `per_unit` (`arm`, `day`, `segment`, `first_at` and the columns of metric-sql.ts) to `metric_day`: of units whose time is over. Units
 * are gone through once for all metrics: in groups by buckets of values, too, where a metric needs them; these are put together then.
 */
export function metricDaySql(values: readonly UnitValue[], asOf: Date): RawBuilder<unknown> {
  const inBuckets = values.flatMap((value, at) => (isInBuckets(value) ? [at] : []));
  const keys = [
    ...[sql`arm`, sql`day`, sql`segment`],
    ...inBuckets.map((at) => column("bucket", at)),
    ...[...new Set(values.map((value) => windowOf(value, values)))].map((at) => column("stood_in", at)),
  ];
  return sql`valued as (
      select arm, day, segment, ${sql.join(values.flatMap((value, at) => valueColumns(value, at, asOf)))} from per_unit
    ), bucketed as (
      select ${sql.join([sql`valued.*`, ...inBuckets.map(bucketColumn)])} from valued
    ), grouped as materialized (
      select ${sql.join([...keys, ...values.flatMap(sumColumns)])} from bucketed group by ${sql.join(keys)}
    ), metric_day (metric, arm, day, segment, answered_by, ${sql.join(SUMS.map((sum) => sql.ref(sum)))}, value_counts, bucket_sums) as (
      ${sql.join(
        values.map((value, at) => dayRows(value, at, column("stood_in", windowOf(value, values)))),
        sql` union all `,
      )}
    )`;
}

/** Metrics of one time share the column that says whether the arm `fallback` answered in it: the first one's. */
function windowOf({ metric }: UnitValue, values: readonly UnitValue[]): number {
  return values.findIndex((other) => needsMs(other.metric) === needsMs(metric));
}

function isInBuckets({ metric, isOfAge }: UnitValue): boolean {
  if (isOfAge) return false;
  return metric.kind === "quantile" || winsoriseOf(metric) !== undefined;
}

function column(name: string, at: number): RawBuilder<number> {
  return sql`${sql.ref(`${name}${at}`)}`;
}

function valueColumns(
  { metric, y, x, c, gone, stoodIn }: UnitValue,
  at: number,
  asOf: Date,
): RawBuilder<unknown>[] {
  const of = Object.entries({ y, x, c, gone }).flatMap(([letter, value]) =>
    value ? [sql`${value} as ${column(letter, at)}`] : [],
  );
  const isMature = sql`first_at + ${interval(needsMs(metric))} <= ${asOf}::timestamptz and ${y} is not null`;
  const fellBack = sql`${stoodIn} > 0 as ${column("stood_in", at)}`;
  return [sql`${isMature} as ${column("mature", at)}`, fellBack, ...of];
}

/** Of values 1 % apart, as core/experiment/value-counts.ts has them. */
function bucketColumn(at: number): RawBuilder<unknown> {
  const y = column("y", at);
  return sql`case when ${column("mature", at)} and ${y} > 0
    then ceil(ln(${y}) / ln(1.01::double precision))::integer end as ${column("bucket", at)}`;
}

function sumColumns(value: UnitValue, at: number): RawBuilder<unknown>[] {
  return sumsOf(value).map((sum) => {
    const factors = sum === "gone" ? [sum] : [...sum];
    const product = sql.join(
      factors.map((letter) => column(letter, at)),
      sql` * `,
    );
    const added = sum === "n" ? sql`count(*)` : sql`sum(${product})`;
    return sql`${added} filter (where ${column("mature", at)}) as ${column(`sum_${sum}`, at)}`;
  });
}

/** The sums that a metric has. */
function sumsOf({ x, c, gone }: UnitValue): Sum[] {
  return SUMS.filter(
    (sum) => (x || !sum.includes("x")) && (c || !sum.includes("c")) && (gone || sum !== "gone"),
  );
}

function dayRows(value: UnitValue, at: number, stoodIn: RawBuilder<unknown>): RawBuilder<unknown> {
  const has = sumsOf(value);
  const n = column("sum_n", at);
  const sums = SUMS.map((sum) =>
    has.includes(sum) ? sql`sum(${column(`sum_${sum}`, at)})` : sql`null::double precision`,
  );
  if (value.isOfAge)
    return sql`select ${value.name}::text, arm, day, '', 'unknown', ${sql.join(sums)}, null::jsonb, null::jsonb
      from grouped group by arm, day having sum(${n}) > 0`;
  const of = sql`${value.name}::text, arm, day, segment, case when ${stoodIn} then 'fallback' else 'arm' end, ${sql.join(sums)}`;
  const keys = sql`arm, day, segment, ${stoodIn}`;
  if (!isInBuckets(value))
    return sql`select ${of}, null::jsonb, null::jsonb from grouped group by ${keys} having sum(${n}) > 0`;
  const byBucket = has.map((sum) => sql`sum(${column(`sum_${sum}`, at)}) as ${column(`sum_${sum}`, at)}`);
  return sql`select ${of}, ${value.metric.kind === "quantile" ? sql`${valueCounts(n)}, null::jsonb` : sql`null::jsonb, ${bucketSums(has, at)}`}
      from (select ${keys}, ${column("bucket", at)} as bucket, ${sql.join(byBucket)} from grouped group by 1, 2, 3, 4, 5) as by_bucket
      where ${n} > 0 group by ${keys}`;
}

function valueCounts(n: RawBuilder<number>): RawBuilder<unknown> {
  return sql`jsonb_build_object('zeros', coalesce(sum(${n}) filter (where bucket is null), 0),
    'buckets', coalesce(jsonb_object_agg(bucket, ${n}) filter (where bucket is not null), '{}'))`;
}

/** As core/experiment/winsorise.ts has them. */
function bucketSums(has: readonly Sum[], at: number): RawBuilder<unknown> {
  const sums = SUMS.filter((sum) => sum !== "gone").map((sum) =>
    has.includes(sum) ? column(`sum_${sum}`, at) : sql`null`,
  );
  return sql`jsonb_object_agg(coalesce(bucket::text, 'zeros'), jsonb_build_array(${sql.join(sums)}))`;
}
