/**
 * What another policy would have earned, estimated from what was shown and with which probability. An estimate for the QA report,
 * never a verdict: it is blind to whatever was not logged.
 */
import { armEstimate } from "./estimate.ts";
import { addUnit, type Moments, noMoments } from "./moments.ts";
import { normalQuantile } from "./normal.ts";

/** One logged action, as one place of a list. */
export interface LoggedAction {
  /** Probability with which it was shown then, above 0. */
  propensity: number;
  /** Probability with which the other policy shows it. */
  target: number;
  reward: number;
  /** A model's guess of the reward, from other data than this: of the action that was shown. */
  guess: number;
  /** Of what the other policy shows here: the mean of the guesses, weighted by its probabilities. */
  expected: number;
}

/** A mean reward of an action, with its interval. */
export interface PolicyEstimate {
  value: number;
  low: number;
  high: number;
  error: number;
}

/**
 * The sums of one policy, person by person: a person's actions go together, since they are not independent of each other. Errors are
 * those of a ratio of persons' sums (delta method).
 */
export class PolicySums {
  readonly #inverse = noMoments();
  readonly #normalised = noMoments();
  readonly #robust = noMoments();
  #weight = 0;
  #weightSquared = 0;
  #actions = 0;

  /** Adds all actions of one person. @throws {RangeError} a probability is none */
  add(actions: readonly LoggedAction[]): void {
    const [earned, weight, robust] = [{ sum: 0 }, { sum: 0 }, { sum: 0 }];
    for (const action of actions) {
      const by = weightOf(action);
      earned.sum += by * action.reward;
      robust.sum += action.expected + by * (action.reward - action.guess);
      weight.sum += by;
      this.#weightSquared += by * by;
    }
    this.#weight += weight.sum;
    this.#actions += actions.length;
    addUnit(this.#inverse, { y: earned.sum, x: actions.length });
    addUnit(this.#normalised, { y: earned.sum, x: weight.sum });
    addUnit(this.#robust, { y: robust.sum, x: actions.length });
  }

  /** Inverse propensity scoring (Horvitz and Thompson 1952): unbiased, and wide. Undefined of fewer than two persons. */
  inversePropensity(alpha = 0.05): PolicyEstimate | undefined {
    return withInterval(this.#inverse, alpha);
  }

  /**
   * The same over the sum of the weights (Swaminathan and Joachims 2015): a little biased in small logs, much narrower, and never
   * beyond the rewards seen. Undefined too where the policy shows nothing that was logged.
   */
  selfNormalised(alpha = 0.05): PolicyEstimate | undefined {
    return withInterval(this.#normalised, alpha);
  }

  /**
   * Doubly robust (Dudík, Langford and Li 2011): the model's guess, mended by what was seen. Right when the propensities are, and
   * when the guesses are; narrow when they are good.
   */
  doublyRobust(alpha = 0.05): PolicyEstimate | undefined {
    return withInterval(this.#robust, alpha);
  }

  /** Actions that the weights are worth (Kish 1965): (Σ w)² / Σ w². With few of many, the log says little of this policy. */
  get effectiveSize(): number {
    return this.#weightSquared > 0 ? this.#weight ** 2 / this.#weightSquared : 0;
  }

  /** Mean weight: about 1 where all that the policy shows could have been shown; less by the share that could not. */
  get overlap(): number | undefined {
    return this.#actions === 0 ? undefined : this.#weight / this.#actions;
  }

  get actions(): number {
    return this.#actions;
  }
}

/** How much more one policy earns than another on the same log, doubly robust; each person is compared with themselves. */
export class PolicyDifference {
  readonly #moments = noMoments();

  /** Adds one person: the same actions, as the one and as the other policy weighs them. */
  add(one: readonly LoggedAction[], other: readonly LoggedAction[]): void {
    addUnit(this.#moments, { y: robustSum(one) - robustSum(other), x: one.length });
  }

  estimate(alpha = 0.05): PolicyEstimate | undefined {
    return withInterval(this.#moments, alpha);
  }
}

function robustSum(actions: readonly LoggedAction[]): number {
  return actions.reduce(
    (sum, action) => sum + action.expected + weightOf(action) * (action.reward - action.guess),
    0,
  );
}

function weightOf({ propensity, target }: LoggedAction): number {
  if (!(propensity > 0 && propensity <= 1))
    throw new RangeError(`logged action: propensity: ${propensity} is not above 0 and up to 1`);
  if (!(target >= 0 && target <= 1))
    throw new RangeError(`logged action: target: ${target} is not a probability`);
  return target / propensity;
}

function withInterval(sums: Moments, alpha: number): PolicyEstimate | undefined {
  const found = armEstimate("ratio", sums.n === 0 ? { ...sums, x: 0, xx: 0, xy: 0 } : sums);
  if (!found) return undefined;
  const { n, value, variance } = found;
  const error = Math.sqrt(variance / n);
  const half = normalQuantile(1 - alpha / 2) * error;
  return { value, low: value - half, high: value + half, error };
}
