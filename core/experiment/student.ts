/** Student's t distribution with any number of degrees of freedom, as Welch's test has them: not whole. */
import { logGamma } from "./gamma.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** Above this many degrees, t and the normal distribution are one to nine digits. */
const AS_NORMAL = 1e8;
/** From here on the expansion of the quantile in 1/degrees is right to ten digits and more. */
const MANY = 1_000;
const SMALLEST = 1e-300;
const DUST = 1e-16;
const MOST_TERMS = 100_000;
/** Of a quantile: a few, but for one degree and far tails, where each step doubles t. */
const MOST_STEPS = 1_000;
const CLOSE = 1e-14;

/** P(T > t). @param degrees above 0 */
export function studentTail(t: number, degrees: number): number {
  if (degrees > AS_NORMAL) return normalCdf(-t);
  if (t < 0) return 1 - studentTail(-t, degrees);
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
}

/** The t with P(T ≤ t) = p, 0 < p < 1. @param degrees above 0 */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1 && degrees > 0)) return Number.NaN;
  if (degrees > MANY) return expansion(normalQuantile(p), degrees);
  // By the smaller tail: 1 - p of a small p has lost its digits. The tail is convex, and the normal quantile lies below t's, so
  // Newton's steps come from the left and never overshoot.
  const tail = Math.min(p, 1 - p);
  let t = -normalQuantile(tail);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const change = (studentTail(t, degrees) - tail) / density(t, degrees);
    t += change;
    if (Math.abs(change) <= t * CLOSE) break;
  }
  return p < 0.5 ? -t : t;
}

function density(t: number, degrees: number): number {
  const half = (degrees + 1) / 2;
  const front = Math.exp(logGamma(half) - logGamma(degrees / 2)) / Math.sqrt(degrees * Math.PI);
  return front * (1 + (t * t) / degrees) ** -half;
}

/** Abramowitz and Stegun 26.7.5. */
function expansion(z: number, degrees: number): number {
  const power = (of: number) => z ** of;
  return (
    z +
    (power(3) + z) / (4 * degrees) +
    (5 * power(5) + 16 * power(3) + 3 * z) / (96 * degrees ** 2) +
    (3 * power(7) + 19 * power(5) + 17 * power(3) - 15 * z) / (384 * degrees ** 3)
  );
}

/** I_x(a, b), by its continued fraction (DLMF 8.17.22), turned round where it would come slowly. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  const step = (numerator: number) => {
    d = 1 / notZero(1 + numerator * d);
    c = notZero(1 + numerator / c);
    value *= c * d;
  };
  for (let m = 1; m < MOST_TERMS; m += 1) {
    step((m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)));
    const before = value;
    step((-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)));
    if (Math.abs(value - before) < Math.abs(value) * DUST) break;
  }
  return value;
}

function notZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}
