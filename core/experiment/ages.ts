/** The primary metric by days since a unit's first exposure: which stretches of its time are summed up for themselves. */
import type { Metric } from "../definition-experiment.ts";
import { durationMs } from "../duration.ts";
import type { FrozenPlan } from "../experiment-plan.ts";
import { ownMeasures } from "./own-measures.ts";

const DAY_MS = 86_400_000;
/** More would be more sums of each unit, and no clearer a line. */
const MOST = 14;
/** A line through fewer says nothing. */
const LEAST = 3;

/** A stretch of whole days of a unit's time. */
export interface Age {
  /** As the sums are kept under it: `spend@2`. No metric's own name has that sign. */
  metric: string;
  /** Its first day; 0 is the one that begins with the first exposure. */
  day: number;
  /** How many days it has. */
  days: number;
}

export type AgedMetric = Extract<Metric, { kind: "mean" | "proportion" | "ratio" }>;

/** The metric that is followed; undefined where it has no value on each day, as a quantile or a retention, or no three days. */
export function agedMetric({
  metrics,
  primary,
}: Pick<FrozenPlan, "metrics" | "primary">): AgedMetric | undefined {
  const metric = metrics[primary.metric];
  if (!metric || metric.kind === "quantile" || metric.kind === "retention") return undefined;
  if (ownMeasures(metric).length > 0) return undefined; // its query would be asked for each stretch
  return durationMs(metric.within) < LEAST * DAY_MS ? undefined : metric;
}

/** The stretches, all of one length, until the metric's time is over; what is left of it at its end is in none. */
export function agesOf(plan: Pick<FrozenPlan, "metrics" | "primary">): Age[] {
  const metric = agedMetric(plan);
  if (!metric) return [];
  const whole = Math.floor(durationMs(metric.within) / DAY_MS);
  const days = Math.ceil(whole / MOST);
  return Array.from({ length: Math.floor(whole / days) }, (_, at) => ({
    ...{ metric: `${plan.primary.metric}@${at * days}`, day: at * days, days },
  }));
}
