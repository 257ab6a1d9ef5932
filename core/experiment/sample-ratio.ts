/**
 * Whether the arms hold the units that the plan gave them. An arm that loses units loses no random ones, so its other figures
 * mean nothing: a mismatch blocks a verdict.
 */
import { chiSquareTail, logGamma } from "./gamma.ts";

/** Of each of the two checks below: together they may ever block 0.1 % of sound experiments, however often one looks. */
export const SAMPLE_RATIO_ALPHA = 0.0005;
/**
 * How close to the expected shares the alternative's are looked for, as the units of a Dirichlet prior around them. An arm that
 * loses units is some percent off its plan; who is lost comes from one arm or from all.
 */
const NEAR = 10_000;
const FAR = 100;

/** Counts of a time in which the planned shares stayed as they were; a change of the shares begins another. */
export interface RatioStage {
  /** Units by arm. */
  counts: readonly number[];
  /** Planned share of each, above 0, together 1. */
  shares: readonly number[];
}

export interface RatioCheck {
  isMismatch: boolean;
  /**
   * Always-valid: ever below alpha in at most alpha of sound experiments. It may rise again: a mismatch that was found once
   * stays found, which is the caller's to keep.
   */
  p: number;
  units: number;
}

/**
 * The sequential multinomial test of Lindon and Malek (2022): how much better the counts fit shares near the plan than the
 * plan itself (a Bayes factor against a Dirichlet prior around it); by Ville's inequality it exceeds 1/alpha at any time in at
 * most alpha of sound experiments. Stages multiply.
 * @throws {RangeError} counts and shares don't belong together
 */
export function sampleRatio(
  stages: readonly RatioStage[],
  { alpha = SAMPLE_RATIO_ALPHA, concentration = NEAR }: { alpha?: number; concentration?: number } = {},
): RatioCheck {
  const log = stages.reduce((sum, stage) => sum + logBayesFactor(stage, concentration), 0);
  const p = Math.min(1, Math.exp(-log));
  return { isMismatch: p < alpha, p, units: stages.reduce((sum, { counts }) => sum + total(counts), 0) };
}

/**
 * Whether the arms lost the same share of those who were assigned to them, which finds losses a hundred times as small as
 * {@link sampleRatio}: `assigned` is who was asked for, counted where nothing can be lost (answers given), `recorded` those
 * of them whose exposure arrived. Undefined without an independent count, and while nobody is assigned.
 * @throws {RangeError} more are recorded than assigned
 */
export function lossBalance(
  arms: readonly { assigned: number; recorded: number }[],
  alpha = SAMPLE_RATIO_ALPHA,
): RatioCheck | undefined {
  const all = total(arms.map(({ assigned }) => assigned));
  const someAssigned = arms.filter(({ assigned }) => assigned > 0);
  if (someAssigned.length < 2) return undefined;
  for (const { assigned, recorded } of arms)
    if (recorded > assigned)
      throw new RangeError(
        `sample ratio: ${recorded} recorded of ${assigned} assigned; count each unit once`,
      );
  const counts = someAssigned.map(({ assigned, recorded }) => assigned - recorded);
  const shares = someAssigned.map(({ assigned }) => assigned / all);
  return sampleRatio([{ counts, shares }], { alpha, concentration: FAR });
}

/** Pearson's chi-square test against the plan, for one look that was chosen before: the p-value. */
export function fixedSampleRatio({ counts, shares }: RatioStage): number {
  const units = total(counts);
  const square = counts.reduce((sum, count, arm) => {
    const expected = units * (shares[arm] as number);
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  return chiSquareTail(square, counts.length - 1);
}

function logBayesFactor({ counts, shares }: RatioStage, concentration: number): number {
  if (counts.length !== shares.length || !(Math.abs(total(shares) - 1) < 1e-6) || !shares.every((s) => s > 0))
    throw new RangeError(
      `sample ratio: shares ${shares.join(", ")} of ${counts.length} arms; each above 0, together 1`,
    );
  return counts.reduce(
    (sum, count, arm) => {
      const share = shares[arm] as number;
      const prior = concentration * share;
      return sum + logGamma(prior + count) - logGamma(prior) - count * Math.log(share);
    },
    logGamma(concentration) - logGamma(concentration + total(counts)),
  );
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
