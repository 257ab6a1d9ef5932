/** Who is in an experiment's analysis, and since when. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { Experiment } from "../core/experiments-api.ts";
import { firstIdAt } from "../store/timed-id.ts";
import { longestMs } from "./experiment-arrivals.ts";
import { isOfExperiment, type Look, lateExposures, startOfDay } from "./experiment-exposures.ts";
import { interval } from "./interval.ts";
import type { Tables } from "./tables.ts";

const DAY_MS = 86_400_000;
/** Who was shown nothing for longer is as good as new. */
const RETURNING_MS = 28 * DAY_MS;
/** From and until, in milliseconds since 1970. */
type Span = readonly [number, number];

/**
 * Notes units that were exposed since, and counts what their arms answered; whoever is on the plan's list or has more
 * exposures on a day than a person can look at is left out. A unit keeps its arm, which its hash gives.
 * @returns days whose sums are wrong now, however old they are
 */
export async function enrolUnits(
  trx: Transaction<Tables>,
  experiment: Experiment,
  look: Look,
): Promise<string[]> {
  const spans = await changedSpans(trx, experiment, look);
  const shown = shownIn(experiment, spans);
  const moved = await moveUnits(trx, experiment, look);
  await addUnits(trx, experiment, shown);
  await tellReturning(trx, experiment);
  await countAnswers(trx, experiment.id, shown);
  const [paused, bots] = [await leaveOutPaused(trx, experiment), await leaveOutBots(trx, experiment, shown)];
  return [...moved, ...paused, ...bots];
}

/** Whole days since the look before, and those that something late came to; all when there was none. */
async function changedSpans(trx: Transaction<Tables>, experiment: Experiment, look: Look): Promise<Span[]> {
  const started = Date.parse(experiment.startedAt);
  const until = look.asOf.getTime();
  if (!look.before) return [[started, until]];
  const today = startOfDay(look.before.getTime());
  const { rows } = await sql<{ day: string }>`
    select distinct (e.at at time zone 'utc')::date::text as day from exposure e
      where ${lateExposures(look.before)} and e.id >= ${firstIdAt(started)}::uuid and e.id < ${firstIdAt(today)}::uuid
        and ${isOfExperiment(experiment)}`.execute(trx);
  const days = [...rows.map(({ day }) => Date.parse(`${day}T00:00:00Z`)).sort((a, b) => a - b), today];
  return days.map((day) => [Math.max(day, started), day === today ? until : day + DAY_MS]);
}

async function addUnits(
  trx: Transaction<Tables>,
  { id, plan }: Experiment,
  shown: RawBuilder<unknown>,
): Promise<void> {
  const { ids, prefixes } = plan.leaveOut;
  await sql`
    insert into experiment_unit (experiment_id, unit_id, arm, first_at, day, segment, left_out)
    select ${id}, unit_id, min(arm), min(at), (min(at) at time zone 'utc')::date, ${firstSegment(plan)},
        case when unit_id = any(${ids}::text[]) or exists (select from unnest(${prefixes}::text[]) as p where starts_with(unit_id, p))
          then 'staff' end
      from (${shown}) as shown where counts
        and not exists (select from experiment_unit u where u.experiment_id = ${id} and u.unit_id = shown.unit_id)
      group by unit_id`.execute(trx);
}

/** Of a unit's first exposure, over rows of `shown`; empty where the request said nothing. Nothing is sorted where nobody asks. */
function firstSegment({ segmentBy }: Experiment["plan"]): RawBuilder<string> {
  if (segmentBy !== "country") return sql`''`;
  return sql`coalesce((array_agg(shown.segment order by shown.at))[1], '')`;
}

/**
 * Of units of which it is not told yet: whether the person was shown anything of the model in the four weeks before their first exposure.
 * By what was before the experiment alone, so the same in every arm.
 */
async function tellReturning(
  trx: Transaction<Tables>,
  { id, model, plan, startedAt }: Experiment,
): Promise<void> {
  if (plan.segmentBy !== "returning") return;
  const untold = sql`select unit_id, first_at from experiment_unit where experiment_id = ${id} and segment = ''`;
  await sql`
    update experiment_unit u set segment = case when u.unit_id in (
        select untold.unit_id from exposure e join (${untold}) as untold on e.user_id = untold.unit_id
          where e.model = ${model} and e.id >= ${firstIdAt(Date.parse(startedAt) - RETURNING_MS)}::uuid
            and e.at < untold.first_at and e.at >= untold.first_at - ${interval(RETURNING_MS)}
      ) then 'returning' else 'new' end
      where u.experiment_id = ${id} and u.segment = '' and exists (${untold})`.execute(trx);
}

/** Whose first exposure came late. @returns the days that they were in, and are in now */
async function moveUnits(
  trx: Transaction<Tables>,
  experiment: Experiment,
  { before, asOf }: Look,
): Promise<string[]> {
  const { id } = experiment;
  if (!(await hasUnits(trx, id))) return [];
  const shown = shownIn(experiment, [[Date.parse(experiment.startedAt), (before ?? asOf).getTime()]], before);
  const { rows } = await sql<{ days: string[] }>`
    update experiment_unit u set first_at = earlier.at, day = (earlier.at at time zone 'utc')::date, segment = earlier.segment
      from (
        select was.unit_id, was.day, min(shown.at) as at, ${firstSegment(experiment.plan)} as segment from (${shown}) as shown
          join experiment_unit was on was.experiment_id = ${id} and was.unit_id = shown.unit_id and shown.at < was.first_at
          where counts group by was.unit_id, was.day
      ) as earlier
      where u.experiment_id = ${id} and u.unit_id = earlier.unit_id
      returning array[earlier.day::text, u.day::text] as days`.execute(trx);
  return rows.flatMap(({ days }) => days);
}

async function hasUnits(trx: Transaction<Tables>, id: string): Promise<boolean> {
  const one = await trx
    .selectFrom("experiment_unit")
    .select("unit_id")
    .where("experiment_id", "=", id)
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}

/** A day whose exposures were dropped keeps what it has. The counts alone leave PostgreSQL and come back: what only reads may go through the exposures with several processes. */
async function countAnswers(trx: Transaction<Tables>, id: string, shown: RawBuilder<unknown>): Promise<void> {
  const { rows } = await sql<{ arm: string; day: string; answers: number; fallbacks: number }>`
    select arm, (at at time zone 'utc')::date::text as day, count(*) as answers, count(*) filter (where fallback) as fallbacks
      from (${shown}) as shown where counts group by 1, 2`.execute(trx);
  const days = [...new Set(rows.map(({ day }) => day))];
  await sql`delete from experiment_answers where experiment_id = ${id} and day = any(${days}::date[])`.execute(
    trx,
  );
  if (rows.length > 0)
    await trx
      .insertInto("experiment_answers")
      .values(rows.map((row) => ({ experiment_id: id, ...row })))
      .execute();
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

async function leaveOutBots(
  trx: Transaction<Tables>,
  { id, plan }: Experiment,
  shown: RawBuilder<unknown>,
): Promise<string[]> {
  const { exposuresADay } = plan.leaveOut;
  if (exposuresADay === undefined) return [];
  const { rows } = await sql<{ day: string }>`
    with busy as (
      select unit_id from (${shown}) as shown group by unit_id, (at at time zone 'utc')::date having count(*) > ${exposuresADay}
    ), found as (
      update experiment_unit u set left_out = 'bot' from busy
        where u.experiment_id = ${id} and u.unit_id = busy.unit_id and u.left_out is null returning u.day
    ) select distinct day::text from found`.execute(trx);
  return rows.map(({ day }) => day);
}

/**
 * What units were shown: `unit_id`, `arm`, `at`, `fallback`, and whether it `counts`.
 * @param before only what came after that look
 */
function shownIn(experiment: Experiment, spans: readonly Span[], before?: Date): RawBuilder<unknown> {
  const { id, plan } = experiment;
  const range = sql`(${sql.join(
    spans.map(([from, until]) => sql`e.id >= ${firstIdAt(from)}::uuid and e.id < ${firstIdAt(until)}::uuid`),
    sql` or `,
  )})`;
  const segment = plan.segmentBy === "country" ? sql`, context ->> 'country' as segment` : sql``;
  const where = sql`${isOfExperiment(experiment)} and ${range} ${before ? sql`and ${lateExposures(before)}` : sql``}`;
  if (!plan.holdout)
    return sql`select unit_id, assigned_arm as arm, at, fallback, left_out is null as counts ${segment}
      from exposure e where ${where} and left_out is distinct from 'override'`;
  // whoever is not held out is the control, whatever else they are in; in a pause nobody is held out, and nobody begins
  return sql`select user_id as unit_id, case when experiment = ${id} then assigned_arm else ${plan.control} end as arm, at, fallback,
      (experiment is distinct from ${id} or left_out is null)
        and not exists (select from experiment_pause p
          where p.experiment_id = ${id} and at >= p.from_at and at < coalesce(p.until_at, 'infinity')) as counts ${segment}
    from exposure e where ${where}`;
}
