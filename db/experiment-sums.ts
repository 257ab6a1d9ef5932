/** The sums of an experiment's metrics, by arm and day of a unit's first exposure: made in PostgreSQL, which no row leaves. */
import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import { durationMs } from "../core/duration.ts";
import type { Moments } from "../core/experiment/moments.ts";
import type { ValueCounts } from "../core/experiment/value-counts.ts";
import type { BucketSums } from "../core/experiment/winsorise.ts";
import type { Experiment } from "../core/experiments-api.ts";
import { firstIdAt } from "../store/timed-id.ts";
import { enrolUnits, longestMs, matches } from "./experiment-units.ts";
import { getExperiment } from "./experiments.ts";
import { interval } from "./interval.ts";
import { metricRows } from "./metric-sql.ts";
import type { Tables } from "./tables.ts";

const DAY_MS = 86_400_000;
/** What a server's spool could not store for so long still counts; what comes later, when all is made anew. */
const LATE_MS = 3 * DAY_MS;
/** A first look at 10 million exposures takes tens of seconds on a small machine. */
const LONGEST_MS = 15 * 60_000;

/** A metric's sums in one arm, over the units whose first exposure was on this day (UTC) and whose time is over. */
export interface MetricDay {
  metric: string;
  arm: string;
  /** As in `2026-11-30`. */
  day: string;
  sums: Moments;
  /** Of a quantile only. */
  valueCounts: ValueCounts | undefined;
  /** Of a metric winsorised at a quantile only; `sums` are those without a cap. */
  bucketSums: BucketSums | undefined;
  /** How often such a unit spent in a currency without a rate, which the sums haven't. */
  leftOutSpend: number;
}

/** What was answered on a day, by the arm that was meant. */
export interface ArmAnswers {
  arm: string;
  day: string;
  answers: number;
  fallbacks: number;
}

/**
 * Makes the sums what they are as of a time: those of days that may still change, or that something late came for. The same
 * again changes nothing; two at once go one after another. How many days were made anew.
 * @param whole all days again, also those that were final
 * @throws {NotFound} no such experiment
 */
export async function refreshSums(
  db: Kysely<Tables>,
  { experimentId, asOf, whole = false }: { experimentId: string; asOf: Date; whole?: boolean },
): Promise<{ days: number }> {
  const experiment = await getExperiment(db, experimentId);
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('statement_timeout', ${String(LONGEST_MS)}, true)`.execute(trx);
    await sql`select pg_advisory_xact_lock(hashtextextended(${`sums of ${experimentId}`}, 0))`.execute(trx);
    const before = whole ? undefined : await findRefresh(trx, experimentId);
    if (before && before > asOf) return { days: 0 }; // a newer look has been there
    const late = await enrolUnits(trx, experiment, { since: before && startOfDay(before, LATE_MS), asOf });
    const days = await listOpenDays(trx, experiment, { before, asOf, late });
    if (days.length > 0) await makeDays(trx, experiment, days, asOf);
    await trx
      .insertInto("experiment_refresh")
      .values({ experiment_id: experimentId, as_of: asOf })
      .onConflict((conflict) => conflict.column("experiment_id").doUpdateSet({ as_of: asOf }))
      .execute();
    return { days: days.length };
  });
}

/** All sums of an experiment, by metric, arm and day. */
export async function listSums(db: Kysely<Tables>, experimentId: string): Promise<MetricDay[]> {
  const rows = await db
    .selectFrom("experiment_day")
    .selectAll()
    .select(sql<string>`day::text`.as("day"))
    .where("experiment_id", "=", experimentId)
    .orderBy("metric")
    .orderBy("arm")
    .orderBy("experiment_day.day")
    .execute();
  return rows.map(({ metric, arm, day, n, y, yy, x, xx, xy, c, cc, cy, cx, ...row }) => ({
    ...{ metric, arm, day: String(day) },
    sums: {
      ...{ n, y, yy },
      ...(x !== null && xx !== null && xy !== null && { x, xx, xy }),
      ...(c !== null && cc !== null && cy !== null && { c, cc, cy }),
      ...(cx !== null && { cx }),
    },
    valueCounts: (row.value_counts as ValueCounts | null) ?? undefined,
    bucketSums: (row.bucket_sums as BucketSums | null) ?? undefined,
    leftOutSpend: row.left_out_spend,
  }));
}

/** Units of each arm by the day of their first exposure, mature or not; those that the plan leaves out apart. */
export async function listArmUnits(
  db: Kysely<Tables>,
  experimentId: string,
): Promise<{ arm: string; day: string; units: number; leftOut: number }[]> {
  return db
    .selectFrom("experiment_unit")
    .select(["arm", sql<string>`day::text`.as("day")])
    .select(sql<number>`count(*) filter (where left_out is null)`.as("units"))
    .select(sql<number>`count(left_out)`.as("leftOut"))
    .where("experiment_id", "=", experimentId)
    .groupBy(["arm", "experiment_unit.day"])
    .orderBy("experiment_unit.day")
    .orderBy("arm")
    .execute();
}

/** Answers of each arm by their own day, and how many of them the popularity list gave in its place. */
export async function listArmAnswers(db: Kysely<Tables>, experimentId: string): Promise<ArmAnswers[]> {
  return db
    .selectFrom("experiment_answers")
    .select(["arm", sql<string>`day::text`.as("day"), "answers", "fallbacks"])
    .where("experiment_id", "=", experimentId)
    .orderBy("experiment_answers.day")
    .orderBy("arm")
    .execute();
}

async function findRefresh(trx: Transaction<Tables>, experimentId: string): Promise<Date | undefined> {
  const row = await trx
    .selectFrom("experiment_refresh")
    .select("as_of")
    .where("experiment_id", "=", experimentId)
    .executeTakeFirst();
  return row?.as_of;
}

function startOfDay(time: Date, lessMs: number): Date {
  return new Date(Math.floor((time.getTime() - lessMs) / DAY_MS) * DAY_MS);
}

/**
 * Days whose units were not all mature at the look before, and older ones that something came late for. A day whose
 * exposures were dropped meanwhile keeps what it has.
 */
async function listOpenDays(
  trx: Transaction<Tables>,
  experiment: Experiment,
  { before, asOf, late }: { before: Date | undefined; asOf: Date; late: readonly string[] },
): Promise<string[]> {
  const open = before && startOfDay(before, longestMs(experiment) + LATE_MS + DAY_MS);
  const { rows } = await sql<{ day: string }>`
    select day::text from (
      select distinct day from experiment_unit
        where experiment_id = ${experiment.id} and ${open ? sql`day >= (${open}::timestamptz at time zone 'utc')::date` : sql`true`}
      union select unnest(${late}::date[])
      ${before && open ? sql`union ${daysOfLateOutcomes(experiment, { before, asOf })}` : sql``}
    ) as changed where day >= coalesce((select (min(at) at time zone 'utc')::date from (
      select at from exposure order by id limit 1) as oldest), day)
    order by day`.execute(trx);
  return rows.map(({ day }) => day);
}

function daysOfLateOutcomes(experiment: Experiment, { before, asOf }: { before: Date; asOf: Date }) {
  const since = new Date(before.getTime() - LATE_MS);
  return sql`
    select distinct u.day from outcome o join exposure e on e.id = o.recommendation_id
      join experiment_unit u on u.experiment_id = ${experiment.id} and ${matches(experiment)}
      where o.received_at >= ${since} and o.received_at < ${asOf}`;
}

async function makeDays(
  trx: Transaction<Tables>,
  experiment: Experiment,
  days: readonly string[],
  asOf: Date,
): Promise<void> {
  const { id, plan } = experiment;
  await sql`delete from experiment_day where experiment_id = ${id} and day = any(${days}::date[])`.execute(
    trx,
  );
  const first = Date.parse(`${days[0]}T00:00:00Z`);
  const backMs = plan.adjustBy === undefined ? 0 : durationMs(plan.adjustBy);
  const back = interval(backMs);
  const until = sql`least(u.first_at + ${interval(longestMs(experiment))}, ${asOf}::timestamptz)`;
  const range = sql`e.id >= ${firstIdAt(first - backMs)}::uuid and e.id < ${firstIdAt(asOf.getTime())}::uuid`;
  await sql`
    insert into experiment_day (experiment_id, metric, arm, day, n, y, yy, x, xx, xy, c, cc, cy, cx, value_counts, bucket_sums,
      left_out_spend)
    with u as materialized (
      select unit_id, arm, day, first_at from experiment_unit where experiment_id = ${id} and left_out is null
        and day = any(${days}::date[]) and first_at < ${asOf}
    ), event as (
      select u.unit_id, u.arm, u.day, u.first_at, e.at - u.first_at as since, 'exposure' as kind, e.fallback,
          null::double precision as amount, e.answer_ms
        from u join exposure e on ${matches(experiment)}
        where ${range} and e.at >= u.first_at - ${back} and e.at < ${until}
      union all
      select u.unit_id, u.arm, u.day, u.first_at, o.at - u.first_at, o.kind, false, ${converted(experiment)}, null::real
        from outcome o join exposure e on e.id = o.recommendation_id join u on ${matches(experiment)}
        where ${range} and o.at >= u.first_at - ${back} and o.at < ${until}
    ), ${metricRows(plan, asOf)}
    select ${id}, metric, arm, day, sum(n), sum(y), sum(yy), sum(x), sum(xx), sum(xy), sum(c), sum(cc), sum(cy), sum(cx),
        case when bool_or(is_counted) then jsonb_build_object('zeros', coalesce(sum(n) filter (where bucket is null), 0),
          'buckets', coalesce(jsonb_object_agg(bucket, n) filter (where bucket is not null), '{}')) end,
        case when bool_or(is_summed) then jsonb_object_agg(coalesce(bucket::text, 'zeros'),
          jsonb_build_array(n, y, yy, x, xx, xy, c, cc, cy, cx)) end, sum(gone)
      from bucketed group by metric, arm, day`.execute(trx);
}

/** An outcome's amount in the plan's currency; null where it has no rate. */
function converted({ plan: { currency, rates } }: Experiment): RawBuilder<number | null> {
  if (currency === undefined) return sql`null::double precision`;
  const worth = [[currency, 1] as const, ...Object.entries(rates ?? {})];
  const cases = worth.map(
    ([code, rate]) => sql`when ${code}::text then o.amount::double precision * ${rate}::double precision`,
  );
  return sql`case o.currency ${sql.join(cases, sql` `)} end`;
}
