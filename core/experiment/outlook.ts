/** What an experiment can still find by its end, at the pace at which people come. */

import { needsMs } from "../experiment-faults.ts";
import type { FrozenPlan } from "../experiment-plan.ts";
import type { DaySums } from "./analyse.ts";
import { unitsOf } from "./compare-metric.ts";
import { levels } from "./levels.ts";
import { normalQuantile } from "./normal.ts";
import { controlEstimate } from "./planned-units.ts";
import { type Design, power } from "./power.ts";

const DAY_MS = 86_400_000;
/** The pace is that of the last full week. */
const WEEK = 7;
/** Each takes its time, and more make the chance a little larger: 0.78 with 400 where 28 give 0.76. */
const MOST_LOOKS = 28;
/** Of the search for the smallest lift; the third changes no digit that is told. */
const STEPS = 3;

export interface Outlook {
  /** Units of all arms whose time is over now, and by the plan's end. */
  units: number;
  unitsByEnd: number;
  /** Chance that the plan finds its least effect, if it is there; of all looks together. */
  power: number;
  /** The smallest lift that it finds with the chance that was planned. */
  detectable: number;
}

/**
 * By how much the control's units vary and how many came lately; not by what was found. Undefined while too little is known.
 * @param newUnits of all arms, by day from the first on; the last day may not be over
 */
export function outlook(
  plan: FrozenPlan,
  sums: readonly DaySums[],
  { newUnits, elapsedDays }: { newUnits: readonly number[]; elapsedDays: number },
): Outlook | undefined {
  const { metric: name, leastEffect } = plan.primary;
  const metric = plan.metrics[name];
  const estimate = controlEstimate(plan, sums);
  if (!metric || !estimate) return undefined;
  const units = unitsOf(sums.filter((row) => row.metric === name).map((row) => row.sums));
  const came = newUnits.reduce((total, count) => total + count, 0);
  const lately = newUnits.slice(0, -1).slice(-WEEK);
  const pace =
    lately.length === 0
      ? came / Math.max(elapsedDays, 1 / 24)
      : lately.reduce((total, count) => total + count, 0) / lately.length;
  const daysLeft = Math.max(0, plan.days - elapsedDays) - needsMs(metric) / DAY_MS;
  const unitsByEnd = Math.round(Math.max(units, came + pace * daysLeft));
  const [control, ...treatments] = plan.arms;
  const design = {
    variance: estimate.variance,
    shares: { control: control?.share ?? 0, treatment: Math.min(...treatments.map(({ share }) => share)) },
    alpha: levels(plan.alpha, { arms: treatments.length, guardrails: Object.keys(plan.guardrails).length })
      .primary,
    looks: { kind: "always_valid", looks: Math.min(plan.days, MOST_LOOKS) },
  } as const;
  return {
    ...{ units, unitsByEnd },
    power: power(leastEffect * estimate.value, unitsByEnd, design),
    detectable: detectable(unitsByEnd, plan.power, design) / estimate.value,
  };
}

/** By steps along the probit of the power, which is all but a straight line of slope 1 in standard errors. */
function detectable(units: number, asked: number, design: Design): number {
  const { variance, shares, alpha } = design;
  const error = Math.sqrt(variance / (units * shares.control) + variance / (units * shares.treatment));
  let drift = normalQuantile(asked) + normalQuantile(1 - alpha / 2);
  for (let step = 0; step < STEPS; step += 1)
    drift += normalQuantile(asked) - normalQuantile(power(drift * error, units, design));
  return drift * error;
}
