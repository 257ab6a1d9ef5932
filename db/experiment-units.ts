/** Who is in an experiment's analysis, and since when. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import { needsMs } from "../core/experiment-faults.ts";
import type { Experiment } from "../core/experiments-api.ts";
import { firstIdAt } from "../store/timed-id.ts";
import { interval } from "./interval.ts";
import type { Tables } from "./tables.ts";

/** Whether exposure `e` is of unit `u`. A person's are all of the model, so that what they did before counts as such. */
export function matches({ id, model, plan }: Pick<Experiment, "id" | "model" | "plan">): RawBuilder<boolean> {
  return plan.unit === "person"
    ? sql`e.model = ${model} and e.user_id = u.unit_id`
    : sql`e.experiment = ${id} and e.unit_id = u.unit_id`;
}

/**
 * Notes units that were exposed since, and counts what their arms answered; whoever is on the plan's list or has more
 * exposures on a day than a person can look at is left out. A unit keeps its arm, which its hash gives.
 * @param since the first day that is looked at; all when undefined
 * @returns days whose sums are wrong now, however old they are
 */
export async function enrolUnits(
  trx: Transaction<Tables>,
  experiment: Experiment,
  { since, asOf }: { since: Date | undefined; asOf: Date },
): Promise<string[]> {
  const { id, plan } = experiment;
  const { ids, prefixes, exposuresADay } = plan.leaveOut;
  const shown = shownSince(experiment, { since, asOf });
  await sql`
    insert into experiment_unit as u (experiment_id, unit_id, arm, first_at, day, left_out)
    select ${id}, unit_id, min(arm), min(at), (min(at) at time zone 'utc')::date,
        case when unit_id = any(${ids}::text[]) or exists (select from unnest(${prefixes}::text[]) as p where starts_with(unit_id, p))
          then 'staff' end
      from (${shown}) as shown where counts group by unit_id
    on conflict (experiment_id, unit_id) do update set first_at = excluded.first_at, day = excluded.day
      where excluded.first_at < u.first_at`.execute(trx);
  await countAnswers(trx, experiment, { shown, since });
  const paused = await leaveOutPaused(trx, experiment);
  if (exposuresADay === undefined) return paused;
  const { rows } = await sql<{ day: string }>`
    with busy as (
      select unit_id from (${shown}) as shown group by unit_id, (at at time zone 'utc')::date having count(*) > ${exposuresADay}
    ), found as (
      update experiment_unit u set left_out = 'bot' from busy
        where u.experiment_id = ${id} and u.unit_id = busy.unit_id and u.left_out is null returning u.day
    ) select distinct day::text from found`.execute(trx);
  return [...paused, ...rows.map(({ day }) => day)];
}

/** From a unit's first exposure until nothing of it counts any more. */
export function longestMs({ plan }: Pick<Experiment, "plan">): number {
  return Math.max(...Object.values(plan.metrics).map(needsMs));
}

/** Whoever's time a pause fell into had the control for a part of it, in every arm: nobody is left out by what an arm did. */
async function leaveOutPaused(trx: Transaction<Tables>, experiment: Experiment): Promise<string[]> {
  if (experiment.pauses.length === 0) return [];
  const { rows } = await sql<{ day: string }>`
    with found as (
      update experiment_unit u set left_out = 'paused' where u.experiment_id = ${experiment.id} and u.left_out is null
        and exists (select from experiment_pause p where p.experiment_id = u.experiment_id
          and p.from_at < u.first_at + ${interval(longestMs(experiment))} and coalesce(p.until_at, 'infinity') > u.first_at)
        returning u.day
    ) select distinct day::text from found`.execute(trx);
  return rows.map(({ day }) => day);
}

async function countAnswers(
  trx: Transaction<Tables>,
  { id }: Experiment,
  { shown, since }: { shown: RawBuilder<unknown>; since: Date | undefined },
): Promise<void> {
  await sql`
    delete from experiment_answers where experiment_id = ${id}
      ${since ? sql`and day >= (${since}::timestamptz at time zone 'utc')::date` : sql``}`.execute(trx);
  await sql`
    insert into experiment_answers (experiment_id, arm, day, answers, fallbacks)
    select ${id}, arm, (at at time zone 'utc')::date, count(*), count(*) filter (where fallback)
      from (${shown}) as shown where counts group by 2, 3`.execute(trx);
}

/** What units were shown: `unit_id`, `arm`, `at`, `fallback`, and whether it `counts`. */
function shownSince(
  { id, model, plan, startedAt }: Experiment,
  { since, asOf }: { since: Date | undefined; asOf: Date },
): RawBuilder<unknown> {
  const from = Math.max(since?.getTime() ?? 0, Date.parse(startedAt));
  const range = sql`id >= ${firstIdAt(from)}::uuid and id < ${firstIdAt(asOf.getTime())}::uuid`;
  if (!plan.holdout)
    return sql`select unit_id, assigned_arm as arm, at, fallback, left_out is null as counts
      from exposure where experiment = ${id} and ${range} and left_out is distinct from 'override'`;
  // whoever is not held out is the control, whatever else they are in; in a pause nobody is held out, and nobody begins
  return sql`select user_id as unit_id, case when experiment = ${id} then assigned_arm else ${plan.control} end as arm, at, fallback,
      (experiment is distinct from ${id} or left_out is null)
        and not exists (select from experiment_pause p
          where p.experiment_id = ${id} and at >= p.from_at and at < coalesce(p.until_at, 'infinity')) as counts
    from exposure where model = ${model} and user_id <> '' and ${range}`;
}
