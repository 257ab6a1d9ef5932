/** What the sums of one arm say of a metric: its value, and how much one unit of it varies. */
import { type Moments, mergeMoments } from "./moments.ts";

/**
 * `proportion`: of units that did it (retention too); `mean`: amount per unit; `ratio`: one sum over another, as clicks
 * per impression, where units and not impressions were assigned.
 */
export type SumKind = "proportion" | "mean" | "ratio";

export interface ArmEstimate {
  /** Units. */
  n: number;
  value: number;
  /** Of one unit: the value's squared standard error is `variance / n`. */
  variance: number;
  /** The value without CUPED: what a lift is a share of. */
  unadjusted: number;
}

/**
 * One arm's estimate; a ratio's variance by the delta method (Deng, Knoblich and Lu 2018). Undefined of fewer than two
 * units, and of a ratio without a denominator: nobody can tell.
 */
export function armEstimate(kind: SumKind, sums: Moments): ArmEstimate | undefined {
  const spread = spreadOf(kind, sums);
  return spread && { n: sums.n, value: spread.value, variance: spread.variance, unadjusted: spread.value };
}

/**
 * The arms' estimates with what their units did before taken out (CUPED; Deng, Xu, Kohavi and Walker 2013): of each unit
 * θ times how far it was from all units' mean, where θ is the slope over all arms together, so that it favours none. A
 * ratio is taken as its linear part, (y - R·x) / mean x. An arm is undefined as in {@link armEstimate}; units that all
 * did the same before change nothing.
 * @throws {RangeError} an arm has no sums of before
 */
export function cupedEstimates(kind: SumKind, arms: readonly Moments[]): (ArmEstimate | undefined)[] {
  const all = mergeMoments(arms);
  const { theta, middle } = slope(kind, all);
  return arms.map((sums) => {
    const spread = spreadOf(kind, sums);
    if (!spread) return undefined;
    const { c, cc } = before(sums);
    const varianceBefore = centred(cc, c, c, sums.n);
    return {
      n: sums.n,
      value: spread.value - theta * (c / sums.n - middle),
      variance:
        spread.variance + theta ** 2 * varianceBefore - 2 * theta * covariance(kind, sums, spread.value),
      unadjusted: spread.value,
    };
  });
}

function spreadOf(kind: SumKind, sums: Moments): { value: number; variance: number } | undefined {
  const { n, y, yy } = sums;
  if (n < 2) return undefined;
  if (kind === "proportion") return { value: y / n, variance: (y / n) * (1 - y / n) };
  if (kind === "mean") return { value: y / n, variance: Math.max(0, centred(yy, y, y, n)) };
  const { x, xx, xy } = sums;
  if (x === undefined || xx === undefined || xy === undefined)
    throw new RangeError("moments: x: a ratio needs the sums of its denominator");
  if (x === 0) return undefined;
  const value = y / x;
  const scale = x / n;
  const variance =
    (centred(yy, y, y, n) - 2 * value * centred(xy, x, y, n) + value ** 2 * centred(xx, x, x, n)) /
    scale ** 2;
  return { value, variance: Math.max(0, variance) };
}

/** θ, and the mean of before over all arms. */
function slope(kind: SumKind, all: Moments): { theta: number; middle: number } {
  const spread = spreadOf(kind, all);
  const { c, cc } = before(all);
  const variance = spread ? centred(cc, c, c, all.n) : 0;
  if (!spread || !(variance > 0)) return { theta: 0, middle: 0 };
  return { theta: covariance(kind, all, spread.value) / variance, middle: c / all.n };
}

/** Of before with the value, or with the linear part of a ratio. */
function covariance(kind: SumKind, sums: Moments, ratio: number): number {
  const { c, cy } = before(sums);
  const withY = centred(cy, c, sums.y, sums.n);
  if (kind !== "ratio") return withY;
  const { x, cx } = sums;
  if (x === undefined || cx === undefined)
    throw new RangeError("moments: cx: CUPED of a ratio needs the products of before and denominator");
  return (withY - ratio * centred(cx, c, x, sums.n)) / (x / sums.n);
}

function before({ n, c, cc, cy }: Moments): { c: number; cc: number; cy: number } {
  if (n === 0) return { c: 0, cc: 0, cy: 0 };
  if (c === undefined || cc === undefined || cy === undefined)
    throw new RangeError("moments: c: CUPED needs the sums of what the units did before");
  return { c, cc, cy };
}

/** Sample covariance of two numbers from the sum of their products and their sums. */
function centred(product: number, a: number, b: number, n: number): number {
  return (product - (a * b) / n) / (n - 1);
}
