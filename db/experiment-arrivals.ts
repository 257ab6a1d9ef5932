/** Which days of an experiment are wrong by now: those of which units came of age, and those that something late came for. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import { durationMs } from "../core/duration.ts";
import { needsMs } from "../core/experiment-faults.ts";
import type { Experiment } from "../core/experiments-api.ts";
import { arrivedSince, type Look, lateExposures, matches, startOfDay } from "./experiment-exposures.ts";
import { interval } from "./interval.ts";
import type { Tables } from "./tables.ts";

const DAY_MS = 86_400_000;
/** From a unit's first exposure until all of a metric counts: each such time of a plan, the shortest first. */
export function maturities({ plan }: Experiment): [number, ...number[]] {
  const all = [...new Set(Object.values(plan.metrics).map(needsMs))].sort((a, b) => a - b);
  return all as [number, ...number[]];
}

/** From a unit's first exposure until nothing of it counts any more. */
export function longestMs(experiment: Experiment): number {
  return Math.max(...maturities(experiment));
}

/** How long before its first exposure something of a unit counts. */
export function backMs({ plan: { adjustBy } }: Experiment): number {
  return adjustBy === undefined ? 0 : durationMs(adjustBy);
}

/**
 * Days of which some unit's time was over since the look before, or that something late came for. A day whose exposures were
 * dropped meanwhile keeps what it has.
 * @param changed known to be wrong
 */
export async function listStaleDays(
  trx: Transaction<Tables>,
  experiment: Experiment,
  look: Look,
  changed: readonly string[],
): Promise<string[]> {
  const ofUnits = sql`select day from experiment_unit u where u.experiment_id = ${experiment.id}`;
  const { before } = look;
  const stale = before
    ? sql`select day from unnest(${maturedDays(experiment, { ...look, before })}::date[]) as matured (day)
          where exists (${ofUnits} and u.day = matured.day)
        union ${daysOfLate(experiment, before)}`
    : sql`select distinct day from (${ofUnits}) as units`;
  const { rows } = await sql<{ day: string }>`
    select day::text from (${stale} union select unnest(${changed}::date[])) as stale (day)
      where day >= coalesce((select (min(at) at time zone 'utc')::date from (
        select at from exposure order by id limit 1) as oldest), day)
    order by day`.execute(trx);
  return rows.map(({ day }) => day);
}

/** For each time that metrics need: the days of first exposures for which it ended between the two looks. */
function maturedDays(experiment: Experiment, { before, asOf }: Look & { before: Date }): string[] {
  const started = startOfDay(Date.parse(experiment.startedAt));
  const days = new Set<number>();
  for (const needs of maturities(experiment)) {
    const first = Math.max(started, startOfDay(before.getTime() - needs));
    for (let day = first; day <= asOf.getTime() - needs; day += DAY_MS) days.add(day);
  }
  return [...days].map((day) => new Date(day).toISOString().slice(0, 10));
}

/** Days with units that were counted at the look before, and of whose counted time something came after it. */
function daysOfLate(experiment: Experiment, before: Date): RawBuilder<unknown> {
  const counted = (at: RawBuilder<unknown>) =>
    sql`${at} >= u.first_at - ${interval(backMs(experiment))} and (${sql.join(
      maturities(experiment).map(
        (needs) =>
          sql`u.first_at + ${interval(needs)} <= ${before} and ${at} < u.first_at + ${interval(needs)}`,
      ),
      sql` or `,
    )})`;
  const unit = sql`join experiment_unit u on u.experiment_id = ${experiment.id} and ${matches(experiment)}`;
  return sql`
    select u.day from exposure e ${unit} where ${lateExposures(before)} and ${counted(sql`e.at`)}
    union
    select u.day from outcome o join exposure e on e.id = o.recommendation_id ${unit}
      where ${arrivedSince(sql`o.stored_at`, before)} and o.at < ${before} and ${counted(sql`o.at`)}`;
}
