/** How many units, and so days, an experiment needs; and what it can find with those that it has. */
import { alwaysValidReach } from "./always-valid.ts";
import { crossingAbove } from "./crossing.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** What a power is asked of. Effects are in units of the metric: a lift times the control's value. */
export interface Design {
  /** Variance of one unit, of past exposures: {@link ArmEstimate}.variance. */
  variance: number;
  /** Of the treatment, where another one is expected; an effect that stretches all values has variance · (1 + lift)². */
  treatmentVariance?: number;
  /** Share of the units that the control gets, and that the treatment gets; the rest is in other arms. */
  shares: { control: number; treatment: number };
  alpha: number;
  /** As {@link Method}: one look at the end, or so many looks at even distances until then. */
  looks: { kind: "fixed" } | { kind: "always_valid"; looks: number };
}

/** A root is known to this share of it. */
const CLOSE = 1e-8;
const MOST_STEPS = 100;
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
  const { alpha, looks } = design;
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(asked);
  const once = (standardError(1, design) * (z / effect)) ** 2;
  if (looks.kind === "fixed") return Math.ceil(once - 1e-6);
  let high = 2.5 * once;
  while (power(effect, high, design) < asked && high < MOST_UNITS) high *= 2;
  // The probit of the power is all but a straight line in the root of the units.
  const root = increasingRoot(
    (at) => probit(power(effect, at * at, design)) - probit(asked),
    Math.sqrt(once),
    Math.sqrt(high),
  );
  return Math.ceil(root * root - 1e-6);
}

/** The smallest effect that so many units find with this power. */
export function detectableEffect(units: number, asked: number, design: Design): number {
  const error = standardError(units, design);
  return increasingRoot((at) => probit(power(at, units, design)) - probit(asked), 0, 20 * error);
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
function standardError(units: number, { variance, treatmentVariance = variance, shares }: Design): number {
  return Math.sqrt(variance / (units * shares.control) + treatmentVariance / (units * shares.treatment));
}

/** How many standard errors the interval reaches at each look; its units are those of both arms, as the comparison's. */
function reaches(units: number, { alpha, shares }: Design, looks: number): number[] {
  const both = units * (shares.control + shares.treatment);
  return Array.from({ length: looks }, (_, look) =>
    alwaysValidReach({ alpha, units: (both * (look + 1)) / looks, plannedUnits: both, sides: 2 }),
  );
}

/** So that a line stays one: powers so near to 0 and 1 that they have no digits left are cut off. */
function probit(share: number): number {
  return normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, share)));
}

/**
 * Where a function that rises from below 0 to above is 0: by the secant's zero between both ends; an end that stays twice counts
 * half (Illinois; Dowell and Jarratt 1971).
 */
function increasingRoot(of: (at: number) => number, low: number, high: number): number {
  let [from, until] = [low, high];
  let [below, above] = [of(from), of(until)];
  let wasBelow: boolean | undefined;
  for (let step = 0; step < MOST_STEPS && until - from > CLOSE * until; step += 1) {
    const at = from + ((until - from) * -below) / (above - below);
    const value = of(at);
    if (Math.abs(value) < CLOSE) return at;
    const isBelow = value < 0;
    if (isBelow) [from, below, above] = [at, value, isBelow === wasBelow ? above / 2 : above];
    else [until, above, below] = [at, value, isBelow === wasBelow ? below / 2 : below];
    wasBelow = isBelow;
  }
  return until;
}
