/** How sure a mean is: Student's t interval, from sums that grow with nothing but their own accuracy. */
import type { Estimate } from "./qa-report.ts";

/** Degrees of freedom above which the expansion in 1/df is closer than 1e-9. */
const MANY = 200;
/** The normal distribution's 97.5 % quantile. */
const Z = 1.959963984540054;
/** Halvings until a quantile stands to its last digit. */
const HALVINGS = 60;

/** Mean and spread of values that come one by one (Welford 1962): three numbers, however many come. */
export class RunningMean {
  count = 0;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    const step = value - this.mean;
    this.mean += step / this.count;
    this.#squares += step * (value - this.mean);
  }

  /** The mean with its 95 % interval by Student's t; undefined of fewer than two values, whose spread nobody knows. */
  estimate(): Estimate | undefined {
    if (this.count < 2) return undefined;
    const error = Math.sqrt(this.#squares / (this.count - 1) / this.count);
    const half = studentQuantile(this.count - 1) * error;
    return { mean: this.mean, low: this.mean - half, high: this.mean + half };
  }
}

/**
 * The 97.5 % quantile of Student's t with so many degrees of freedom, a whole number from 1: by halving the exact
 * distribution (Abramowitz and Stegun 26.7.3 and 26.7.4), by its expansion (26.7.5) where there are many.
 */
export function studentQuantile(degrees: number): number {
  if (degrees > MANY) return expansion(degrees);
  let [low, high] = [Z, 13];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (within(middle, degrees) < 0.95) low = middle;
    else high = middle;
  }
  return high;
}

/** Probability that |T| is at most `t`. */
function within(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cosine * cosine;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

function expansion(degrees: number): number {
  const power = (of: number) => Z ** of;
  return (
    Z +
    (power(3) + Z) / (4 * degrees) +
    (5 * power(5) + 16 * power(3) + 3 * Z) / (96 * degrees ** 2) +
    (3 * power(7) + 19 * power(5) + 17 * power(3) - 15 * Z) / (384 * degrees ** 3)
  );
}
