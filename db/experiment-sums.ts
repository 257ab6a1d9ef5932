/** The sums of an experiment's metrics, by arm and day of a unit's first exposure: made in PostgreSQL, which no row of a unit leaves. */
import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import type { AnsweredBy } from "../core/experiment/day-sums.ts";
import type { Moments } from "../core/experiment/moments.ts";
import type { ValueCounts } from "../core/experiment/value-counts.ts";
import type { BucketSums } from "../core/experiment/winsorise.ts";
import type { Experiment } from "../core/experiments-api.ts";
import type { Database } from "./connection.ts";
import { listStaleDays } from "./experiment-arrivals.ts";
import { makeDays } from "./experiment-days.ts";
import type { Look } from "./experiment-exposures.ts";
import { enrolUnits } from "./experiment-units.ts";
import { getExperiment } from "./experiments.ts";
import { unitSql } from "./metric-sql.ts";
import { dropOwnValues, type FailedMetric, makeOwnValues } from "./own-metrics.ts";
import type { Tables } from "./tables.ts";

/** Of each sort and hash table: a first look has one entry a unit, some 100 bytes each. */
const WORK_MEMORY = "192MB";
/** Names of core/experiment/ages.ts. */
const OF_AGE = "%@%";
/** A first look at 10 million exposures takes tens of seconds on a small machine. */
const LONGEST_MS = 15 * 60_000;

/**
 * A metric's sums in one arm, over the units whose first exposure was on this day (UTC) and whose time is over; those whom the arm
 * `fallback` answered apart, and each segment.
 */
export interface MetricDay {
  metric: string;
  arm: string;
  /** As in `2026-11-30`. */
  day: string;
  /** Whether the arm `fallback` ever answered these units until their time was over; of days made before Holt asked, nobody knows. */
  answeredBy: AnsweredBy;
  /** Where the plan names what parts the people; empty otherwise, and for those of whom it is not known. */
  segment: string;
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

export interface Refresh {
  experimentId: string;
  /** The database's clock when left out. */
  asOf?: Date;
  /** All days again, also those that were final. */
  whole?: boolean;
  /** Where the plan's own queries run; metrics of its own SQL fail where it is left out. */
  own?: { ingest: Database; signal: AbortSignal };
}

/**
 * Makes the sums what they are as of a time: those of days in which a unit's time was over since, or that something late came for. The same
 * again changes nothing; two at once go one after another. How many days were made anew, and metrics whose own SQL gave nothing: those
 * have no sums of these days, and all days are made anew at the next look.
 * @throws {NotFound} no such experiment
 */
export async function refreshSums(
  db: Kysely<Tables>,
  { experimentId, asOf: given, whole = false, own }: Refresh,
): Promise<{ days: number; failed: FailedMetric[] }> {
  const experiment = await getExperiment(db, experimentId);
  const columns = unitSql(experiment.plan).own;
  if (columns.length === 0)
    return inTurn(db, experimentId, async (trx) => {
      const stale = await findStale(trx, experiment, { given, whole });
      if (stale.days.length > 0) await makeDays(trx, experiment, stale.days, stale.asOf);
      await saveRefresh(trx, experimentId, stale);
      return { days: stale.days.length, failed: [] };
    });
  // Another login sees units once they are committed. Should nothing follow, the next look finds no look before it, and makes all anew.
  const stale = await inTurn(db, experimentId, async (trx) => {
    const found = await findStale(trx, experiment, { given, whole });
    if (!found.isOlder)
      await trx.deleteFrom("experiment_refresh").where("experiment_id", "=", experimentId).execute();
    return found;
  });
  const { days, asOf } = stale;
  if (days.length === 0) {
    await saveRefresh(db, experimentId, stale);
    return { days: 0, failed: [] };
  }
  const values = own
    ? await makeOwnValues(own.ingest, experiment, { ...{ own: columns, days, asOf }, signal: own.signal })
    : { tables: [], failed: columns.flatMap(({ metrics }) => metrics.map(withoutLogin)) };
  try {
    await inTurn(db, experimentId, async (trx) => {
      await makeDays(trx, experiment, days, asOf, values);
      if (values.failed.length === 0) await saveRefresh(trx, experimentId, stale);
    });
  } finally {
    if (own) await dropOwnValues(own.ingest, values);
  }
  return { days: days.length, failed: values.failed };
}

function withoutLogin(metric: string): FailedMetric {
  return { metric, message: `metric "${metric}": this process has no login for SQL of definitions` };
}

function inTurn<T>(
  db: Kysely<Tables>,
  id: string,
  work: (trx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await prepare(trx);
    await sql`select pg_advisory_xact_lock(hashtextextended(${`sums of ${id}`}, 0))`.execute(trx);
    return work(trx);
  });
}

interface Stale {
  days: string[];
  asOf: Date;
  /** A newer look has been there. */
  isOlder: boolean;
}

async function findStale(
  trx: Transaction<Tables>,
  experiment: Experiment,
  { given, whole }: { given: Date | undefined; whole: boolean },
): Promise<Stale> {
  const asOf = given ?? (await readClock(trx));
  const before = whole ? undefined : await findRefresh(trx, experiment.id);
  if (before && before > asOf) return { days: [], asOf, isOlder: true };
  const look: Look = { before, asOf };
  const changed = await enrolUnits(trx, experiment, look);
  await allowLoops(trx, true);
  const days = await listStaleDays(trx, experiment, look, changed);
  await allowLoops(trx, false);
  return { days, asOf, isOlder: false };
}

async function saveRefresh(db: Kysely<Tables>, id: string, { asOf, isOlder }: Stale): Promise<void> {
  if (isOlder) return;
  await db
    .insertInto("experiment_refresh")
    .values({ experiment_id: id, as_of: asOf })
    .onConflict((conflict) => conflict.column("experiment_id").doUpdateSet({ as_of: asOf }))
    .execute();
}

/** All sums of an experiment, by metric, arm, day, and whether the arm `fallback` answered. */
export function listSums(db: Kysely<Tables>, experimentId: string): Promise<MetricDay[]> {
  return listDays(db, experimentId, sql<boolean>`metric not like ${OF_AGE}`);
}

/** Those of the primary metric by days since the first exposure, under the names of core/experiment/ages.ts. */
export function listAgeSums(db: Kysely<Tables>, experimentId: string): Promise<MetricDay[]> {
  return listDays(db, experimentId, sql<boolean>`metric like ${OF_AGE}`);
}

async function listDays(
  db: Kysely<Tables>,
  experimentId: string,
  which: RawBuilder<boolean>,
): Promise<MetricDay[]> {
  const rows = await db
    .selectFrom("experiment_day")
    .selectAll()
    .select(sql<string>`day::text`.as("day"))
    .where("experiment_id", "=", experimentId)
    .where(which)
    .orderBy("metric")
    .orderBy("arm")
    .orderBy("experiment_day.day")
    .orderBy("answered_by")
    .orderBy("segment")
    .execute();
  return rows.map(({ metric, arm, day, n, y, yy, x, xx, xy, c, cc, cy, cx, ...row }) => ({
    ...{ metric, arm, day: String(day), answeredBy: row.answered_by, segment: row.segment },
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

/**
 * All but the search for what came late goes through whole days. What PostgreSQL doesn't know of them yet, as of an hour's first
 * units, it takes for one row, and then joins in loops that take minutes, or sorts: by hashing it takes as long as with all known.
 */
async function prepare(trx: Transaction<Tables>): Promise<void> {
  const settings = { statement_timeout: String(LONGEST_MS), work_mem: WORK_MEMORY, enable_sort: "off" };
  for (const [name, value] of Object.entries(settings))
    await sql`select set_config(${name}, ${value}, true)`.execute(trx);
  await allowLoops(trx, false);
}

async function allowLoops(trx: Transaction<Tables>, allowed: boolean): Promise<void> {
  await sql`select set_config('enable_nestloop', ${allowed ? "on" : "off"}, true),
    set_config('enable_mergejoin', ${allowed ? "on" : "off"}, true)`.execute(trx);
}

async function readClock(trx: Transaction<Tables>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(trx);
  return (rows[0] as { now: Date }).now;
}
