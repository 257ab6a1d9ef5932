/** How many units, and so days, an experiment needs; and what it can find with those that it has. */
import { alwaysValidReach } from "./always-valid.ts";
import { crossingAbove } from "./crossing.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** What a power is asked of. Effects are in units of the metric: a lift times the control's value. */
export interface Design {
  /** Variance of one unit, of past exposures: {@link ArmEstimate}.variance. */
  variance: number;
  /** Share of the units that the control gets, and that the treatment gets; the rest is in other arms. */
  shares: { control: number; treatment: number };
  alpha: number;
  /** As {@link Method}: one look at the end, or so many looks at even distances until then. */
  looks: { kind: "fixed" } | { kind: "always_valid"; looks: number };
}

const HALVINGS = 60;
const MOST_UNITS = 1e13;

/**
 * Probability that the two-sided interval leaves out 0 on the effect's side, with so many units of all arms by the end: by the
 * normal distribution, so for the units' number that experiments have.
 */
export function power(effect: number, units: number, design: Design): number {
  const drift = Math.abs(effect) / standardError(units, design);
  if (design.looks.kind === "fixed") return normalCdf(drift - normalQuantile(1 - design.alpha / 2));
  return crossingAbove(drift, reaches(units, design, design.looks.looks));
}

/** Units of all arms together for a power of, say, 0.8. @throws {RangeError} no effect, so no number would do */
export function unitsNeeded(effect: number, asked: number, design: Design): number {
  if (effect === 0) throw new RangeError("power: an effect of 0 cannot be found with any number of units");
  if (!(design.variance > 0))
    throw new RangeError("power: nothing varies in the past exposures; take longer ones");
  let [low, high] = [1, 64];
  while (power(effect, high, design) < asked && high < MOST_UNITS) [low, high] = [high, high * 2];
  for (let halving = 0; halving < HALVINGS && high - low > 0.5; halving += 1) {
    const middle = (low + high) / 2;
    if (power(effect, middle, design) < asked) low = middle;
    else high = middle;
  }
  return Math.ceil(high);
}

/** The smallest effect that so many units find with this power. */
export function detectableEffect(units: number, asked: number, design: Design): number {
  const error = standardError(units, design);
  let [low, high] = [0, 20 * error];
  for (let halving = 0; halving < HALVINGS && high - low > 1e-9 * high; halving += 1) {
    const middle = (low + high) / 2;
    if (power(middle, units, design) < asked) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Days until `units` have been exposed and are mature, from the new units that each day from the first on brought in the past: a
 * day's units grow fewer, as most people come in the first days. Beyond the past it goes on like its last week. Undefined where
 * nobody new comes any more.
 * @param windowDays days after its exposure in which a unit's outcomes count
 */
export function daysNeeded(units: number, newUnits: readonly number[], windowDays = 0): number | undefined {
  let sum = 0;
  for (const [day, count] of newUnits.entries()) {
    sum += count;
    if (sum >= units) return day + 1 + windowDays;
  }
  const week = newUnits.slice(-7);
  const daily = week.reduce((total, count) => total + count, 0) / Math.max(1, week.length);
  return daily > 0 ? newUnits.length + Math.ceil((units - sum) / daily) + windowDays : undefined;
}

/** Of the difference of the two arms' values. */
function standardError(units: number, { variance, shares }: Design): number {
  return Math.sqrt(variance / (units * shares.control) + variance / (units * shares.treatment));
}

/** How many standard errors the interval reaches at each look; its units are those of both arms, as the comparison's. */
function reaches(units: number, { alpha, shares }: Design, looks: number): number[] {
  const both = units * (shares.control + shares.treatment);
  return Array.from({ length: looks }, (_, look) =>
    alwaysValidReach({ alpha, units: (both * (look + 1)) / looks, plannedUnits: both, sides: 2 }),
  );
}
