/**
 * What a candidate would have earned, estimated from what another policy showed and with which probability it did. An
 * estimate for the QA report, never a verdict: it is blind to whatever was not logged.
 */
import { normalQuantile } from "./normal.ts";

/** One logged action. */
export interface LoggedAction {
  /** Probability with which it was shown then, above 0. */
  propensity: number;
  /** Probability with which the candidate shows it. */
  target: number;
  reward: number;
}

/** With a model's guesses of the reward, for the doubly robust estimate. */
export interface GuessedAction extends LoggedAction {
  /** Of the action that was shown. */
  guess: number;
  /** Of what the candidate shows here: the mean of the guesses, weighted by its probabilities. */
  expected: number;
}

export interface PolicyEstimate {
  /** Mean reward of an action. */
  value: number;
  low: number;
  high: number;
  error: number;
  /** Actions that the weights are worth (Kish 1965): (Σ w)² / Σ w². With few of many, the logs say little of this candidate. */
  effectiveSize: number;
  n: number;
}

/** Inverse propensity scoring (Horvitz and Thompson 1952): unbiased, and wide. Undefined of fewer than two actions. */
export function inversePropensity(log: readonly LoggedAction[], alpha = 0.05): PolicyEstimate | undefined {
  const weights = weigh(log);
  return estimate(
    log.map(({ reward }, at) => (weights[at] as number) * reward),
    weights,
    alpha,
  );
}

/**
 * The same over the sum of the weights (Swaminathan and Joachims 2015): a little biased in small logs, much narrower, and never
 * beyond the rewards seen. Its error by the delta method. Undefined too where the candidate shows nothing that was logged.
 */
export function selfNormalised(log: readonly LoggedAction[], alpha = 0.05): PolicyEstimate | undefined {
  const weights = weigh(log);
  const mean = sumOf(weights) / log.length;
  if (!(mean > 0)) return undefined;
  const value = sumOf(log.map(({ reward }, at) => (weights[at] as number) * reward)) / sumOf(weights);
  const parts = log.map(({ reward }, at) => value + ((weights[at] as number) * (reward - value)) / mean);
  return estimate(parts, weights, alpha);
}

/**
 * Doubly robust (Dudík, Langford and Li 2011): the model's guess, mended by what was seen. Right when the propensities are, and
 * when the guesses are; narrow when they are good. The guesses must come from other data than these.
 */
export function doublyRobust(log: readonly GuessedAction[], alpha = 0.05): PolicyEstimate | undefined {
  const weights = weigh(log);
  const parts = log.map(
    ({ reward, guess, expected }, at) => expected + (weights[at] as number) * (reward - guess),
  );
  return estimate(parts, weights, alpha);
}

/** @throws {RangeError} a probability is none */
function weigh(log: readonly LoggedAction[]): number[] {
  return log.map(({ propensity, target }, at) => {
    if (!(propensity > 0 && propensity <= 1))
      throw new RangeError(`logged action ${at}: propensity: ${propensity} is not above 0 and up to 1`);
    if (!(target >= 0 && target <= 1))
      throw new RangeError(`logged action ${at}: target: ${target} is not a probability`);
    return target / propensity;
  });
}

function estimate(
  parts: readonly number[],
  weights: readonly number[],
  alpha: number,
): PolicyEstimate | undefined {
  const n = parts.length;
  if (n < 2) return undefined;
  const value = sumOf(parts) / n;
  const variance = sumOf(parts.map((part) => (part - value) ** 2)) / (n - 1);
  const error = Math.sqrt(variance / n);
  const half = normalQuantile(1 - alpha / 2) * error;
  const squares = sumOf(weights.map((weight) => weight ** 2));
  const effectiveSize = squares > 0 ? sumOf(weights) ** 2 / squares : 0;
  return { value, low: value - half, high: value + half, error, effectiveSize, n };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
