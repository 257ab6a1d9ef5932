/** How many days a plan needs for what it wants to find, by what past exposures say: before anything begins. */
import { z } from "zod";
import type { Metric } from "../definition-experiment.ts";
import { needsMs } from "../experiment-faults.ts";
import type { FrozenPlan } from "../experiment-plan.ts";
import { LEAST_UNITS } from "./compare.ts";
import { daySums } from "./day-sums.ts";
import { type ArmEstimate, armEstimate, cupedEstimates } from "./estimate.ts";
import { levels } from "./levels.ts";
import { mergeMoments } from "./moments.ts";
import { ownMeasures } from "./own-measures.ts";
import { type Design, daysNeeded, power, unitsNeeded } from "./power.ts";
import { quantileEstimate } from "./value-counts.ts";
import { type BucketSums, countsIn, momentsIn } from "./winsorise.ts";

const DAY_MS = 86_400_000;
/** Looks that the plan reckons with: more need hardly fewer units, and take longer to reckon with. */
const MOST_LOOKS = 14;
/** An effect that needs so many units that a whole number of them is exact. */
const TINY = 0.001;

/** What people did before, on whole days (UTC). */
export interface Past {
  /** First day, as in `2026-11-01`, and the day after the last. */
  from: string;
  until: string;
  /** People first shown something on each of these days. */
  newPeople: readonly number[];
  /** By metric: sums over people whose time was over; undefined of too few. */
  sums: Readonly<Record<string, BucketSums | undefined>>;
}

const neededSchema = z.object({
  arm: z.string(),
  /** People of all arms together. */
  people: z.int(),
  /** Null: so many would never come. */
  days: z.int().nullable(),
  /** If it were looked at once, at its end. */
  daysOfOneLook: z.int().nullable(),
  /** Share of the control's value that the plan's days find with the plan's power. */
  findsInPlan: z.number(),
  /** Chance that the plan's days find what is sought, if it is there. */
  powerInPlan: z.number(),
});

export const forecastSchema = z.object({
  /** Why it cannot be told, in words; null when it can. */
  cannotTell: z.string().nullable(),
  /** The past days that it goes by, the last one left out; null without any. */
  from: z.iso.date().nullable(),
  until: z.iso.date().nullable(),
  /** People seen in them. */
  people: z.int(),
  /** People that the plan's days bring into each arm. */
  arms: z.array(z.object({ arm: z.string(), share: z.number(), people: z.int() })),
  metrics: z.array(
    z.object({
      metric: z.string(),
      role: z.enum(["primary", "guardrail"]),
      /** In these days, and the deviation of one unit. */
      value: z.number(),
      deviation: z.number(),
      /** The least effect of the primary metric, the accepted loss of a guardrail: as a share of the value. */
      seeks: z.number(),
      needs: z.array(neededSchema),
    }),
  ),
  /** That all of this needs; null when it cannot be told, or never comes. */
  days: z.int().nullable(),
  /** What is too short in the plan; null when nothing is. */
  warning: z.string().nullable(),
});
export type Forecast = z.output<typeof forecastSchema>;

/** Nothing is known, and why. */
export function noForecast(cannotTell: string): Forecast {
  const none = { from: null, until: null, days: null, warning: null };
  return { cannotTell, ...none, people: 0, arms: [], metrics: [] };
}

/** @param past of the persons of the plan's model */
export function forecast(plan: FrozenPlan, past: Past): Forecast {
  const newUnits = past.newPeople.map((people) => people * plan.traffic);
  const people = past.newPeople.reduce((sum, count) => sum + count, 0);
  const byEnd = unitsBy(plan.days, newUnits);
  const arms = plan.arms.map(({ name: arm, share }) => ({ arm, share, people: Math.round(byEnd * share) }));
  const known = { from: past.from, until: past.until, people, arms };
  const asked = [plan.primary.metric, ...Object.keys(plan.guardrails)];
  const estimates = asked.map((name) => ({ name, estimate: estimateOf(plan, name, past) }));
  const blind = estimates.find(({ estimate }) => estimate === undefined);
  const own = asked.find((name) => ownMeasures(plan.metrics[name] as Metric).length > 0);
  if (own !== undefined) {
    const why = `metric "${own}" has SQL of its own, which goes by the units of an experiment; nobody was one yet`;
    return { ...noForecast(why), ...known };
  }
  if (blind) {
    const why = `${people} people of ${past.newPeople.length} past days say too little of "${blind.name}": fewer than ${LEAST_UNITS} had its time behind them, or none had any of it`;
    return { ...noForecast(why), ...known };
  }
  const reckon = reckoner(plan, newUnits);
  const metrics = estimates.map(({ name, estimate }) => reckon(name, estimate as ArmEstimate));
  const all = metrics.flatMap(({ needs }) => needs.map(({ days }) => days));
  const days = all.includes(null) ? null : Math.max(...(all as number[]));
  return { cannotTell: null, ...known, metrics, days, warning: warn(plan, metrics, days) };
}

function estimateOf(plan: FrozenPlan, name: string, { sums }: Past): ArmEstimate | undefined {
  const metric = plan.metrics[name];
  const kept = sums[name];
  if (!metric || !kept) return undefined;
  const estimate = estimateMetric(metric, name, plan, kept);
  return estimate && estimate.n >= LEAST_UNITS && estimate.variance > 0 && estimate.unadjusted > 0
    ? estimate
    : undefined;
}

function estimateMetric(
  metric: Metric,
  name: string,
  plan: FrozenPlan,
  bucketSums: BucketSums,
): ArmEstimate | undefined {
  if (metric.kind === "quantile") return quantileEstimate(countsIn(bucketSums), metric.at);
  const whole = mergeMoments(Object.values(bucketSums).map(momentsIn));
  const kept = { metric: name, arm: plan.control, sums: whole, valueCounts: undefined, bucketSums };
  const rows = daySums(plan, [{ ...kept, answeredBy: "unknown", segment: "" }]);
  const sums = mergeMoments(rows.map((row) => row.sums as typeof whole));
  const kind = metric.kind === "retention" ? "proportion" : metric.kind;
  return plan.adjustBy === undefined ? armEstimate(kind, sums) : cupedEstimates(kind, [sums])[0];
}

/** What one metric needs, arm by arm. */
function reckoner(plan: FrozenPlan, newUnits: readonly number[]) {
  const [control, ...treatments] = plan.arms;
  const level = levels(plan.alpha, {
    arms: treatments.length,
    guardrails: Object.keys(plan.guardrails).length,
  });
  const looks = { kind: "always_valid", looks: Math.min(MOST_LOOKS, plan.days) } as const;
  const drifts = new Map<string, number>();
  return (name: string, estimate: ArmEstimate): Forecast["metrics"][number] => {
    const isPrimary = name === plan.primary.metric;
    const seeks = isPrimary ? plan.primary.leastEffect : (plan.guardrails[name]?.maxLoss ?? 0);
    // of a guardrail's interval only one end is asked about
    const alpha = isPrimary ? level.primary : 2 * level.guardrail;
    const effect = seeks * estimate.unadjusted;
    const windowDays = needsMs(plan.metrics[name] as Metric) / DAY_MS;
    const inPlan = Math.max(1, unitsBy(plan.days - windowDays, newUnits));
    const needs = treatments.map(({ name: arm, share }) => {
      const design = {
        ...{ variance: estimate.variance, alpha },
        shares: { control: control?.share ?? 0, treatment: share },
      };
      const people = (of: Design["looks"]) =>
        Math.min(
          Number.MAX_SAFE_INTEGER,
          Math.ceil((driftOf({ ...design, looks: of }) * (errorOfOne(design) / effect)) ** 2),
        );
      const days = (of: Design["looks"]) => {
        const found = daysNeeded(people(of), newUnits, windowDays);
        return found === undefined ? null : Math.ceil(found);
      };
      const finds = (driftOf({ ...design, looks }) * errorOfOne(design)) / Math.sqrt(inPlan);
      return {
        ...{ arm, people: people(looks), days: days(looks), daysOfOneLook: days({ kind: "fixed" }) },
        findsInPlan: finds / estimate.unadjusted,
        powerInPlan: power(effect, inPlan, { ...design, looks }),
      };
    });
    const role = isPrimary ? ("primary" as const) : ("guardrail" as const);
    const value = estimate.unadjusted;
    return { metric: name, role, value, deviation: Math.sqrt(estimate.variance), seeks, needs };
  };

  /** The effect, in standard errors of all units, that is found with the plan's power: the same however many units they are. */
  function driftOf({ alpha, looks: of }: Design): number {
    const key = `${alpha} ${of.kind}`;
    const even = { variance: 1, shares: { control: 0.5, treatment: 0.5 }, alpha, looks: of };
    const found =
      drifts.get(key) ?? (TINY / errorOfOne(even)) * Math.sqrt(unitsNeeded(TINY, plan.power, even));
    drifts.set(key, found);
    return found;
  }
}

/** Standard error of the difference if all arms together had one unit. */
function errorOfOne({ variance, shares }: Pick<Design, "variance" | "shares">): number {
  return Math.sqrt(variance / shares.control + variance / shares.treatment);
}

/** Units that so many days bring; beyond the past, as its last week did. */
function unitsBy(days: number, newUnits: readonly number[]): number {
  const week = newUnits.slice(-7);
  const daily = week.reduce((sum, count) => sum + count, 0) / Math.max(1, week.length);
  let units = 0;
  for (let day = 0; day < days; day += 1) units += Math.min(1, days - day) * (newUnits[day] ?? daily);
  return units;
}

function warn(plan: FrozenPlan, metrics: Forecast["metrics"], days: number | null): string | null {
  if (days !== null && days <= plan.days) return null;
  const worst = metrics
    .flatMap(({ needs, ...metric }) => needs.map((of) => ({ ...metric, ...of })))
    .sort((a, b) => (b.days ?? Number.POSITIVE_INFINITY) - (a.days ?? Number.POSITIVE_INFINITY))[0];
  const way =
    days === null
      ? "so few come that no number of days is enough; ask for a larger effect, or more traffic"
      : `plan ${days} days, or more traffic, or ask for a larger effect`;
  if (!worst) return null;
  const what =
    worst.role === "primary"
      ? `find a change of ${percent(worst.seeks)} in ${worst.metric}`
      : `be sure that ${worst.metric} lost no more than ${percent(worst.seeks)}`;
  return `${plan.days} days are too few to ${what}: that would come out in ${Math.round(100 * worst.powerInPlan)} of 100 such experiments, and ${percent(worst.findsInPlan)} in ${Math.round(100 * plan.power)}; ${way}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
