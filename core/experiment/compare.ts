/** How much one arm differs from the control, with how sure that is. */
import { newcombeInterval } from "../proportion.ts";
import { alwaysValidP, alwaysValidReach } from "./always-valid.ts";
import { type ArmEstimate, armEstimate, cupedEstimates, type SumKind } from "./estimate.ts";
import type { Moments } from "./moments.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { studentQuantile, studentTail } from "./student.ts";

/**
 * `fixed`: one look, at a time that was chosen before; `always_valid`: as many looks as one likes, narrowest at
 * `plannedUnits` of both arms together.
 */
export type Method = { kind: "fixed" } | { kind: "always_valid"; plannedUnits: number };

export interface Confidence {
  method: Method;
  /** Share of experiments whose interval may miss the truth: 0.05 for 95 %. */
  alpha: number;
  /** 2 (left out): the whole interval has `alpha`. 1: each end for itself, where only one of them is asked about. */
  sides?: 1 | 2;
}

export interface Effect {
  estimate: number;
  low: number;
  high: number;
  /** Two-sided, against no effect. */
  p: number;
}

export interface Comparison {
  control: number;
  treatment: number;
  /** Treatment less control. Undefined where it cannot be told: too few units, or nothing varies. */
  difference: Effect | undefined;
  /** The difference as a share of the control's value, by the delta method. Undefined also where that is about 0. */
  lift: Effect | undefined;
}

/** An always-valid interval leans on the central limit theorem from its first look on; before so many units an arm it doesn't look. */
export const LEAST_UNITS = 200;
/** The delta method fails where the control's value is nearer to 0 than so many of its standard errors. */
const LEAST_ERRORS = 4;

/**
 * Compares the sums of two arms. Fixed: Welch's t interval; a proportion's difference by Newcombe's hybrid score, which also
 * stands for few and for none, with the p-value of the pooled score test. Undefined while an arm has fewer than two units.
 * @param cuped whether what the units did before is taken out; needs its sums
 */
export function compareMoments(
  { kind, cuped = false }: { kind: SumKind; cuped?: boolean },
  { control, treatment }: { control: Moments; treatment: Moments },
  confidence: Confidence,
): Comparison | undefined {
  const [a, b] = cuped
    ? cupedEstimates(kind, [control, treatment])
    : [armEstimate(kind, control), armEstimate(kind, treatment)];
  if (!a || !b) return undefined;
  const compared = compareEstimates(a, b, confidence);
  return kind === "proportion" && !cuped && confidence.method.kind === "fixed"
    ? { ...compared, difference: scoreDifference(control, treatment, confidence) }
    : compared;
}

/**
 * The difference as a share of the control's value with its standard error, by the delta method. Undefined where that value is about 0
 * for all that is known.
 */
export function liftOf(a: ArmEstimate, b: ArmEstimate): { estimate: number; error: number } | undefined {
  const base = a.unadjusted;
  const [errorA, errorB] = [a.variance / a.n, b.variance / b.n];
  if (!(base > LEAST_ERRORS * Math.sqrt(errorA) && base > 0)) return undefined;
  const error = Math.sqrt(errorB / base ** 2 + (errorA * b.unadjusted ** 2) / base ** 4);
  return { estimate: (b.value - a.value) / base, error };
}

/** Compares two estimates, also those of quantiles. */
export function compareEstimates(a: ArmEstimate, b: ArmEstimate, confidence: Confidence): Comparison {
  const estimate = b.value - a.value;
  const error = Math.sqrt(a.variance / a.n + b.variance / b.n);
  const lift = liftOf(a, b);
  return {
    control: a.value,
    treatment: b.value,
    difference: effect(estimate, error, a, b, confidence),
    lift: lift && effect(lift.estimate, lift.error, a, b, confidence),
  };
}

function effect(
  estimate: number,
  error: number,
  a: ArmEstimate,
  b: ArmEstimate,
  { method, alpha, sides = 2 }: Confidence,
): Effect | undefined {
  if (!(error > 0)) return undefined;
  if (method.kind === "fixed") {
    const degrees = welchDegrees(a, b);
    const half = studentQuantile(1 - alpha / sides, degrees) * error;
    const p = 2 * studentTail(Math.abs(estimate) / error, degrees);
    return { estimate, low: estimate - half, high: estimate + half, p };
  }
  if (Math.min(a.n, b.n) < LEAST_UNITS) return undefined;
  const { plannedUnits } = method;
  const units = a.n + b.n;
  const half = alwaysValidReach({ alpha, units, plannedUnits, sides }) * error;
  const p = alwaysValidP(estimate / error, { alpha, units, plannedUnits });
  return { estimate, low: estimate - half, high: estimate + half, p };
}

/** Welch's degrees of freedom, after Satterthwaite (1946). */
function welchDegrees(a: ArmEstimate, b: ArmEstimate): number {
  const [errorA, errorB] = [a.variance / a.n, b.variance / b.n];
  return (errorA + errorB) ** 2 / (errorA ** 2 / (a.n - 1) + errorB ** 2 / (b.n - 1));
}

function scoreDifference(control: Moments, treatment: Moments, { alpha, sides = 2 }: Confidence): Effect {
  const z = normalQuantile(1 - alpha / sides);
  const estimate = treatment.y / treatment.n - control.y / control.n;
  const pooled = (control.y + treatment.y) / (control.n + treatment.n);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / control.n + 1 / treatment.n));
  const p = error > 0 ? 2 * normalCdf(-Math.abs(estimate) / error) : 1;
  return { estimate, ...newcombeInterval([treatment.y, treatment.n], [control.y, control.n], z), p };
}
