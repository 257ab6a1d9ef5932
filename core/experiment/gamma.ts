/** The gamma function's logarithm and its incomplete integral: what the normal and the chi-square distribution are made of. */

/** From here on Stirling's series with the terms below stands to the last digits of a double. */
const STIRLING_FROM = 15;
/** Bernoulli numbers over 2k(2k - 1). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1_260, -1 / 1_680, 1 / 1_188, -691 / 360_360, 1 / 156];
const SMALLEST = 1e-300;
/** A term that adds no more than this share is the last. */
const DUST = 1e-16;
/** Enough for a and x up to about 1e8; the count grows with their root. */
const MOST_TERMS = 100_000;

/** ln Γ(x) of x > 0, by Stirling's series after as many steps of Γ(x + 1) = x·Γ(x) as it needs (DLMF 5.11.1, 5.5.1). */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let product = 1;
  let at = x;
  for (; at < STIRLING_FROM; at += 1) product *= at;
  let sum = (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI);
  let power = 1 / at;
  for (const term of STIRLING) {
    sum += term * power;
    power /= at * at;
  }
  return sum - Math.log(product);
}

/**
 * The upper incomplete gamma function over Γ(a), Q(a, x): 1 at x = 0, towards 0 as x grows. By its series below a + 1 (DLMF
 * 8.7.1), by its continued fraction above (8.9.2). a > 0, x ≥ 0.
 */
export function upperGamma(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return Number.NaN;
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * series(a, x) : front * fraction(a, x);
}

/** P(X > x) of a chi-square distribution with so many degrees of freedom. */
export function chiSquareTail(x: number, degrees: number): number {
  return upperGamma(degrees / 2, Math.max(0, x) / 2);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let step = 1; step < MOST_TERMS; step += 1) {
    term *= x / (a + step);
    sum += term;
    if (term < sum * DUST) break;
  }
  return sum;
}

/** By Lentz's method. */
function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / SMALLEST;
  let d = 1 / b;
  let value = d;
  for (let step = 1; step < MOST_TERMS; step += 1) {
    const numerator = -step * (step - a);
    b += 2;
    d = 1 / notZero(numerator * d + b);
    c = notZero(b + numerator / c);
    const change = c * d;
    value *= change;
    if (Math.abs(change - 1) < DUST) break;
  }
  return value;
}

function notZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}
