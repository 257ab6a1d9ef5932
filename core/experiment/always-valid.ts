/**
 * Intervals that may be looked at each day, and acted on at any: asymptotic confidence sequences (Waudby-Smith, Arbour,
 * Sinha, Kennedy and Ramdas 2024), which are the normal mixture bounds of Howard, Ramdas, McAuliffe and Sekhon (2021) with an
 * estimated variance, and the mSPRT of Johari, Pekelis and Walsh (2015) turned into an interval. See docs/decisions/0032.
 */
import { normalCdf, normalDensity } from "./normal.ts";

export interface Sequence {
  /** Share of experiments whose interval may ever miss the truth. */
  alpha: number;
  /** Units so far, of both arms. */
  units: number;
  /** Units at which the interval is to be narrowest; choose before the first look. */
  plannedUnits: number;
  /** 2: the interval as a whole has `alpha`; 1: each of its ends has, for itself. */
  sides: 1 | 2;
}

/** Newton's steps until the one-sided bound stands to its last digit. */
const STEPS = 40;

/** How many standard errors the interval reaches from the estimate: the fixed one's is 1.96 of 95 %. */
export function alwaysValidReach({ alpha, units, plannedUnits, sides }: Sequence): number {
  const least = leastLength(sides === 2 ? alpha : 2 * alpha, plannedUnits);
  const growth = Math.log1p(units / least) / 2;
  const height =
    sides === 2 ? Math.sqrt(2 * (growth - Math.log(alpha))) : oneSided(growth - Math.log(2 * alpha));
  return height * Math.sqrt((units + least) / units);
}

/**
 * The smallest alpha of a two-sided interval that leaves out 0, where the estimate is `z` standard errors from it; valid
 * whenever it is looked at. The mixture stays that for `alpha`.
 */
export function alwaysValidP(z: number, { alpha, units, plannedUnits }: Omit<Sequence, "sides">): number {
  const least = leastLength(alpha, plannedUnits);
  const log = (z * z * units) / (2 * (units + least)) - Math.log1p(units / least) / 2;
  return Math.min(1, Math.exp(-log));
}

/** 1/ρ² of the mixing distribution, in units: that which is best at `plannedUnits` (equation 161, there to first order). */
function leastLength(alpha: number, plannedUnits: number): number {
  const twice = -2 * Math.log(Math.min(alpha, 0.99));
  return plannedUnits / (twice + Math.log1p(twice));
}

/** The h with h²/2 + ln Φ(h) = `level`: where the mixture over positive effects alone reaches 1/alpha. */
function oneSided(level: number): number {
  let h = Math.sqrt(2 * Math.max(level, 0) + 1);
  for (let step = 0; step < STEPS; step += 1) {
    const below = normalCdf(h);
    const change = ((h * h) / 2 + Math.log(below) - level) / (h + normalDensity(h) / below);
    h -= change;
    if (Math.abs(change) < 1e-14) break;
  }
  return h;
}
