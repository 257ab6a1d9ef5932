/** A plan's metrics as SQL over events: what a unit did, how long after its first exposure. */
import { type RawBuilder, sql } from "kysely";
import type { Metric } from "../core/definition-experiment.ts";
import { durationMs } from "../core/duration.ts";
import { winsoriseOf } from "../core/experiment/winsorise.ts";
import { isOfMoney, needsMs } from "../core/experiment-faults.ts";
import type { FrozenPlan } from "../core/experiment-plan.ts";
import { interval } from "./interval.ts";

type Numeric = RawBuilder<number | null>;
/** From and until, in milliseconds from the first exposure; before it they are below 0. */
type Window = readonly [fromMs: number, untilMs: number];
type Measure = Exclude<Metric, { kind: "retention" }>["of"];

const NONE: Numeric = sql`null::double precision`;
/** Of values 1 % apart, as core/experiment/value-counts.ts has them. */
const BUCKET = sql`ceil(ln(y) / ln(1.01::double precision))::integer`;

/**
 * From `event` to `bucketed`: sums by metric, arm and day (and, of a quantile, by bucket of values), of units whose time is
 * over. Each unit is grouped once for all metrics.
 */
export function metricRows(plan: FrozenPlan, asOf: Date): RawBuilder<unknown> {
  const metrics = Object.entries(plan.metrics);
  const columns = metrics.flatMap(([, metric], at) => {
    const { y, x, c, gone } = valuesOf(metric, plan);
    return [
      sql`${y} as ${sql.ref(`y${at}`)}`,
      sql`${x} as ${sql.ref(`x${at}`)}`,
      sql`${c} as ${sql.ref(`c${at}`)}`,
      sql`${gone} as ${sql.ref(`gone${at}`)}`,
    ];
  });
  const rows = metrics.map(
    ([name, metric], at) =>
      sql`(${name}::text, first_at + ${interval(needsMs(metric))} <= ${asOf}::timestamptz, ${metric.kind === "quantile"}::boolean,
        ${winsoriseOf(metric) !== undefined}::boolean, ${sql.ref(`y${at}`)}, ${sql.ref(`x${at}`)}, ${sql.ref(`c${at}`)}, ${sql.ref(`gone${at}`)})`,
  );
  return sql`per_unit as (
      select min(arm) as arm, min(day) as day, min(first_at) as first_at, ${sql.join(columns)} from event group by unit_id
    ), bucketed as (
      select metric, arm, day, is_counted, is_summed, case when (is_counted or is_summed) and y > 0 then ${BUCKET} end as bucket, count(*) as n,
          sum(y) as y, sum(y * y) as yy, sum(x) as x, sum(x * x) as xx, sum(x * y) as xy,
          sum(c) as c, sum(c * c) as cc, sum(c * y) as cy, sum(c * x) as cx, sum(gone) as gone
        from per_unit cross join lateral (values ${sql.join(rows)}) as m (metric, is_mature, is_counted, is_summed, y, x, c, gone)
        where is_mature and y is not null group by 1, 2, 3, 4, 5, 6
    )`;
}

/** One unit's numerator, denominator, what it did before, and how often it spent without a rate. */
function valuesOf(metric: Metric, plan: FrozenPlan): { y: Numeric; x: Numeric; c: Numeric; gone: Numeric } {
  const after = metric.kind === "retention" ? durationMs(metric.after) : 0;
  const during: Window = [after, after + durationMs(metric.within)];
  const value = (window: Window) => {
    if (metric.kind === "retention") return atLeastOne(sumOf("exposures", window));
    const sum = sumOf(metric.of, window);
    if (metric.kind === "quantile" && metric.of === "latency") return meanLatency(window);
    if (metric.kind === "proportion") return atLeastOne(sum);
    return "cap" in metric && metric.cap !== undefined
      ? sql<number>`least(${sum}, ${metric.cap}::double precision)`
      : sum;
  };
  return {
    y: value(during),
    x: metric.kind !== "ratio" ? NONE : sumOf(metric.of === "latency" ? "timed" : metric.per, during),
    c:
      plan.adjustBy === undefined || metric.kind === "quantile"
        ? NONE
        : value([-durationMs(plan.adjustBy), 0]),
    gone: isOfMoney(metric)
      ? sql`count(*) filter (where kind = 'spend' and amount is null and ${isWithin(during)})`
      : sql`0::bigint`,
  };
}

/** `timed`: answers of which the time is known, which is what a latency is divided by. */
const EVENTS: Record<Measure | "timed", RawBuilder<boolean>> = {
  exposures: sql`kind = 'exposure'`,
  fallbacks: sql`kind = 'exposure' and fallback`,
  clicks: sql`kind = 'click'`,
  plays: sql`kind = 'play'`,
  purchases: sql`kind = 'spend'`,
  complaints: sql`kind = 'complaint'`,
  spend: sql`kind = 'spend'`,
  latency: sql`answer_ms is not null`,
  timed: sql`answer_ms is not null`,
};
const AMOUNTS: Partial<Record<Measure | "timed", RawBuilder<number>>> = {
  spend: sql`amount`,
  latency: sql`answer_ms::double precision`,
};

/** Of a unit without a time it is null, and the unit is in no quantile. */
function meanLatency(window: Window): Numeric {
  return sql`avg(answer_ms::double precision) filter (where ${isWithin(window)})`;
}

function sumOf(measure: Measure | "timed", window: Window): RawBuilder<number> {
  const of = AMOUNTS[measure] ?? sql`1::double precision`;
  return sql`coalesce(sum(${of}) filter (where ${EVENTS[measure]} and ${isWithin(window)}), 0)`;
}

function isWithin([fromMs, untilMs]: Window): RawBuilder<boolean> {
  return sql`since >= ${interval(fromMs)} and since < ${interval(untilMs)}`;
}

function atLeastOne(sum: RawBuilder<number>): RawBuilder<number> {
  return sql`(${sum} > 0)::integer::double precision`;
}
