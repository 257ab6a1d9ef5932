/** A plan's metrics as SQL: what the exposures and outcomes of one unit come to. */
import { type RawBuilder, sql } from "kysely";
import type { Metric, OwnMeasure, Measure as PlannedMeasure } from "../core/definition-experiment.ts";
import { durationMs } from "../core/duration.ts";
import { agedMetric, agesOf } from "../core/experiment/ages.ts";
import { isOfMoney, needsMs } from "../core/experiment-faults.ts";
import type { FrozenPlan } from "../core/experiment-plan.ts";
import { interval } from "./interval.ts";

const DAY_MS = 86_400_000;

export type Numeric = RawBuilder<number>;
/** From and until, in milliseconds from the first exposure; before it they are below 0. */
export type Window = readonly [fromMs: number, untilMs: number];
/**
 * `unconverted`: spend in a currency without a rate, which no sum has. `timed`: answers of which the time is known. `stood_in`:
 * answers of the arm `fallback`, which the popularity list gave in the place of the arm that was meant.
 */
type BuiltIn = Extract<PlannedMeasure, string> | "unconverted" | "timed" | "stood_in";
type Measure = BuiltIn | OwnMeasure;

/** What one unit comes to for one metric, by the columns of {@link UnitSql}. */
export interface UnitValue {
  name: string;
  metric: Metric;
  /** Null: the unit is not in it. */
  y: Numeric;
  /** A ratio's denominator. */
  x: Numeric | undefined;
  /** What it did before. */
  c: Numeric | undefined;
  /** How often it spent without a rate. */
  gone: Numeric | undefined;
  /** How often the arm `fallback` answered it until its time was over. */
  stoodIn: Numeric;
  /** Of days since the first exposure: kept for whole arms, neither by segment nor by what answered. */
  isOfAge?: true;
}

export interface UnitSql {
  /** Columns over exposures `e` of units `u`, to group by unit; empty where no metric asks for any. */
  shown: RawBuilder<unknown>[];
  /** Columns over outcomes `o` of units `u`. */
  came: RawBuilder<unknown>[];
  /** Columns of queries of the plan's own, each of a table that was made for it (own-metrics.ts). */
  own: OwnColumn[];
  values: UnitValue[];
}

export interface OwnColumn {
  /** Names of metrics that it is in. */
  metrics: string[];
  column: string;
  sql: string;
  window: Window;
}

/** What two metrics both need is one column. */
export function unitSql(plan: FrozenPlan): UnitSql {
  const columns = new Map<string, { name: string; isOfExposures: boolean; sum: RawBuilder<unknown> }>();
  const own = new Map<string, OwnColumn>();
  let of = "";
  const sum = (measure: Measure, window: Window): Numeric => {
    if (typeof measure === "object") return ownSum(own, of, measure, window);
    const key = [measure, ...window].join(" ");
    const column = columns.get(key) ?? {
      name: `s${columns.size}`,
      isOfExposures: OF_EXPOSURES.has(measure),
      sum: SUMS[measure](window),
    };
    columns.set(key, column);
    return sql`coalesce(${sql.ref(column.name)}, 0)::double precision`;
  };
  const values = Object.entries(plan.metrics).map(([name, metric]): UnitValue => {
    of = name;
    return { ...{ name, metric }, ...valuesOf(metric, plan, sum) };
  });
  values.push(...ageValues(plan, sum));
  const columnsOf = (exposures: boolean) =>
    [...columns.values()]
      .filter(({ isOfExposures }) => isOfExposures === exposures)
      .map((column) => sql`${column.sum} as ${sql.ref(column.name)}`);
  return { shown: columnsOf(true), came: columnsOf(false), own: [...own.values()], values };
}

function ownSum(
  own: Map<string, OwnColumn>,
  metric: string,
  { sql: query }: OwnMeasure,
  window: Window,
): Numeric {
  const key = [...window, query].join(" ");
  const known = own.get(key) ?? { metrics: [], column: `own${own.size}`, sql: query, window };
  own.set(key, known);
  if (!known.metrics.includes(metric)) known.metrics.push(metric);
  return sql`coalesce(${sql.ref(known.column)}, 0)::double precision`;
}

function valuesOf(
  metric: Metric,
  { adjustBy }: FrozenPlan,
  sum: (measure: Measure, window: Window) => Numeric,
): Pick<UnitValue, "y" | "x" | "c" | "gone" | "stoodIn"> {
  const after = metric.kind === "retention" ? durationMs(metric.after) : 0;
  const during: Window = [after, after + durationMs(metric.within)];
  const value = (window: Window) => {
    if (metric.kind === "retention") return atLeastOne(sum("exposures", window));
    const of = sum(metric.of, window);
    // who has no answer with a time is in no quantile of it
    if (metric.kind === "quantile" && metric.of === "latency")
      return sql<number>`${of} / nullif(${sum("timed", window)}, 0)`;
    if (metric.kind === "proportion") return atLeastOne(of);
    return "cap" in metric && metric.cap !== undefined
      ? sql<number>`least(${of}, ${metric.cap}::double precision)`
      : of;
  };
  return {
    y: value(during),
    x: metric.kind === "ratio" ? sum(metric.of === "latency" ? "timed" : metric.per, during) : undefined,
    c: adjustBy === undefined || metric.kind === "quantile" ? undefined : value([-durationMs(adjustBy), 0]),
    gone: isOfMoney(metric) ? sum("unconverted", during) : undefined,
    stoodIn: sum("stood_in", [0, needsMs(metric)]),
  };
}

/** What a unit does in each stretch of its time, of units whose whole time is over: the same ones in each. A cap is of a stretch, too. */
function ageValues(plan: FrozenPlan, sum: (measure: Measure, window: Window) => Numeric): UnitValue[] {
  const metric = agedMetric(plan);
  if (!metric) return [];
  return agesOf(plan).map(({ metric: name, day, days }) => {
    const during: Window = [day * DAY_MS, (day + days) * DAY_MS];
    const of = sum(metric.of, during);
    const capped = "cap" in metric && metric.cap !== undefined;
    return {
      ...{ name, metric, isOfAge: true },
      y:
        metric.kind === "proportion"
          ? atLeastOne(of)
          : capped
            ? sql<number>`least(${of}, ${metric.cap}::double precision)`
            : of,
      x: metric.kind === "ratio" ? sum(metric.of === "latency" ? "timed" : metric.per, during) : undefined,
      ...{ c: undefined, gone: undefined, stoodIn: sql<number>`0` },
    };
  });
}

const OF_EXPOSURES: ReadonlySet<BuiltIn> = new Set([
  ...(["exposures", "fallbacks", "latency", "timed", "stood_in"] as const),
]);
const shown = (window: Window) => isWithin(sql`e.at`, window);
const came = (kind: string, window: Window) => sql`o.kind = ${kind} and ${isWithin(sql`o.at`, window)}`;
const SUMS: Record<BuiltIn, (window: Window) => RawBuilder<unknown>> = {
  exposures: (window) => sql`count(*) filter (where ${shown(window)})`,
  fallbacks: (window) => sql`count(*) filter (where e.fallback and ${shown(window)})`,
  latency: (window) => sql`sum(e.answer_ms::double precision) filter (where ${shown(window)})`,
  timed: (window) => sql`count(e.answer_ms) filter (where ${shown(window)})`,
  stood_in: (window) => sql`count(*) filter (where e.arm = 'fallback' and ${shown(window)})`,
  clicks: (window) => sql`count(*) filter (where ${came("click", window)})`,
  plays: (window) => sql`count(*) filter (where ${came("play", window)})`,
  purchases: (window) => sql`count(*) filter (where ${came("spend", window)})`,
  complaints: (window) => sql`count(*) filter (where ${came("complaint", window)})`,
  spend: (window) => sql`sum(o.amount) filter (where ${came("spend", window)})`,
  unconverted: (window) => sql`count(*) filter (where o.amount is null and ${came("spend", window)})`,
};

function isWithin(at: RawBuilder<unknown>, [fromMs, untilMs]: Window): RawBuilder<boolean> {
  return sql`${at} >= u.first_at + ${interval(fromMs)} and ${at} < u.first_at + ${interval(untilMs)}`;
}

function atLeastOne(sum: Numeric): Numeric {
  return sql`(${sum} > 0)::integer::double precision`;
}
