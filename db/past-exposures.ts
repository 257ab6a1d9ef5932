/** What past exposures say of a plan's metrics. The database's functions give sums over all people, and no person's own. */
import { type Kysely, sql } from "kysely";
import { z } from "zod";
import type { Metric } from "../core/definition-experiment.ts";
import { durationMs } from "../core/duration.ts";
import type { Past } from "../core/experiment/forecast.ts";
import { ownMeasures } from "../core/experiment/own-measures.ts";
import { winsoriseOf } from "../core/experiment/winsorise.ts";
import { needsMs } from "../core/experiment-faults.ts";
import type { FrozenPlan } from "../core/experiment-plan.ts";
import type { Tables } from "./tables.ts";

const DAY_MS = 86_400_000;
/** Days that are looked at: four weeks, or as many as the plan has. */
const LEAST_DAYS = 28;
const MOST_DAYS = 56;
/** Sums over more people than this go by a sample of them: a variance of so many is known to a percent or two. */
const ENOUGH_PEOPLE = 50_000;

const sumsSchema = z.record(z.string(), z.array(z.number().nullable())).nullable();

/**
 * The people of the days before `today` (UTC), and the sums of the metrics that decide. Undefined where no whole day has exposures.
 * @throws statement timeout after `withinMs`
 */
export async function readPast(
  db: Kysely<Tables>,
  plan: FrozenPlan,
  { now, withinMs }: { now: Date; withinMs: number },
): Promise<Past | undefined> {
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('statement_timeout', ${String(withinMs)}, true)`.execute(trx);
    const range = await findRange(trx, plan, now);
    if (!range) return undefined;
    const { from, until } = range;
    const came = await sql<{
      people: number[];
    }>`select past_people(${plan.model}, ${from}::date, ${until}::date) as people`.execute(trx);
    const newPeople = (came.rows[0]?.people ?? []).map(Number);
    const oneOf = Math.max(1, Math.ceil(newPeople.reduce((sum, count) => sum + count, 0) / ENOUGH_PEOPLE));
    const sums: Record<string, Past["sums"][string]> = {};
    for (const name of [plan.primary.metric, ...Object.keys(plan.guardrails)]) {
      const metric = plan.metrics[name] as Metric;
      if (ownMeasures(metric).length > 0) continue; // a query goes by the units of an experiment, of which there are none
      const asked = JSON.stringify(askedOf(metric, plan));
      const { rows } = await sql<{ sums: unknown }>`
        select past_metric(${plan.model}, ${from}::date, ${until}::date, ${asked}::jsonb, ${oneOf}) as sums`.execute(
        trx,
      );
      sums[name] = sumsSchema.parse(rows[0]?.sums) ?? undefined;
    }
    return { from, until, newPeople, sums };
  });
}

async function findRange(
  trx: Kysely<Tables>,
  plan: FrozenPlan,
  now: Date,
): Promise<{ from: string; until: string } | undefined> {
  const { rows } = await sql<{
    day: string | null;
  }>`select first_exposure_day(${plan.model})::text as day`.execute(trx);
  const first = rows[0]?.day;
  const until = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const windows = Object.values(plan.metrics).map((metric) => Math.ceil(needsMs(metric) / DAY_MS));
  const days = Math.min(MOST_DAYS, Math.max(LEAST_DAYS, plan.days)) + Math.max(...windows);
  if (first === null || first === undefined || Date.parse(first) >= until) return undefined;
  const from = Math.max(Date.parse(first), until - days * DAY_MS);
  return { from: dayOf(from), until: dayOf(until) };
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** A metric in the words of `past_metric`. */
function askedOf(metric: Metric, { adjustBy, currency, rates, leaveOut }: FrozenPlan) {
  const afterMs = metric.kind === "retention" ? durationMs(metric.after) : 0;
  const of = metric.kind === "retention" ? "exposures" : metric.of;
  const isMean = of === "latency" && metric.kind === "quantile";
  const perOf = metric.kind === "ratio" ? metric.per : null;
  return {
    ...{ of, isMean, per: of === "latency" ? "timed" : perOf },
    isShare: metric.kind === "retention" || metric.kind === "proportion",
    isBucketed: metric.kind === "quantile" || winsoriseOf(metric) !== undefined,
    cap: "cap" in metric ? (metric.cap ?? null) : null,
    busy: leaveOut.exposuresADay ?? null,
    worth: currency === undefined ? {} : { [currency]: 1, ...rates },
    ...{ fromMs: afterMs, untilMs: needsMs(metric) },
    beforeMs: adjustBy === undefined || metric.kind === "quantile" ? null : durationMs(adjustBy),
  };
}
